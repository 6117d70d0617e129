import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DType } from "../../../core/dist/tensor/dtype.js";
import { array, arrays, call, indicesOf } from "./arrays.js";

const matmul = { contract: [[1], [0]], batch: [[], []] } as const;

/** A general dot: lengths of batch, contracted and free axes, laid out in random order in each operand. */
const products = (dtype: DType) => {
  const lengths = (maxLength: number) => fc.array(fc.integer({ min: 0, max: 3 }), { maxLength });
  const keys = fc.array(fc.nat(99), { minLength: 6, maxLength: 6 });
  return fc
    .tuple(lengths(2), lengths(2), lengths(2), lengths(2), keys, keys)
    .chain(([batch, contract, leftFree, rightFree, leftKeys, rightKeys]) => {
      const side = (free: readonly number[], order: readonly number[]) => {
        const axes = [...batch, ...contract, ...free].map((length, name) => ({ length, name }));
        axes.sort((a, b) => order[a.name]! - order[b.name]!);
        const place = (name: number) => axes.findIndex((axis) => axis.name === name);
        return {
          shape: axes.map((axis) => axis.length),
          batch: batch.map((_, i) => place(i)),
          contract: contract.map((_, i) => place(batch.length + i)),
          place: (name: number) => axes[name]!.name,
        };
      };
      const left = side(leftFree, leftKeys);
      const right = side(rightFree, rightKeys);
      // The result keeps free axes in the order in which the operand has them.
      const free = (of: typeof left) =>
        of.shape.filter((_, axis) => of.place(axis) >= batch.length + contract.length);
      return fc.record({
        x: arrays(dtype, left.shape),
        y: arrays(dtype, right.shape),
        left: fc.constant(left),
        right: fc.constant(right),
        contract: fc.constant(contract),
        shape: fc.constant([...batch, ...free(left), ...free(right)]),
      });
    });
};

describe.each(["float64", "float32", "int8", "uint64", "bool"] as const)("general dot of %s", (dtype) => {
  it("is the sum of products over the contracted axes", () => {
    fc.assert(
      fc.property(products(dtype), ({ x, y, left, right, contract, shape }) => {
        const params = {
          contract: [left.contract, right.contract],
          batch: [left.batch, right.batch],
        } as const;
        const result = call("dot", params, [x, y], { dtype, shape });
        expect(result.shape).toEqual(shape);
        for (const index of indicesOf(shape)) {
          const batch = index.slice(0, left.batch.length);
          const leftFree = index.slice(batch.length, batch.length + x.ndim - batch.length - contract.length);
          const rightFree = index.slice(batch.length + leftFree.length);
          let sum = 0n;
          for (const inner of indicesOf(contract)) {
            const at = (side: typeof left, free: readonly number[]) => {
              const rest = [...free];
              return side.shape.map((_, axis) => {
                const b = side.batch.indexOf(axis);
                const c = side.contract.indexOf(axis);
                return b >= 0 ? batch[b]! : c >= 0 ? inner[c]! : (rest.shift() as number);
              });
            };
            // Quarters as integers: exact sums for every dtype.
            const exact = (element: number | bigint) =>
              dtype.startsWith("float") ? BigInt(Number(element) * 4) : BigInt(element);
            sum += exact(x.get(...at(left, leftFree))) * exact(y.get(...at(right, rightFree)));
          }
          const expected = {
            float64: Number(sum) / 16,
            float32: Number(sum) / 16,
            int8: Number(BigInt.asIntN(8, sum)),
            uint64: BigInt.asUintN(64, sum),
            bool: sum > 0n ? 1 : 0,
          }[dtype];
          expect(result.get(...index)).toBe(expected);
        }
      }),
    );
  });
});

describe("dot", () => {
  it("multiplies matrices", () => {
    const x = array("float32", [2, 3], [1, 2, 3, 4, 5, 6]);
    const y = array("float32", [3, 2], [7, 8, 9, 10, 11, 12]);
    expect(call("dot", matmul, [x, y], { dtype: "float32", shape: [2, 2] }).toArray()).toEqual([
      [58, 64],
      [139, 154],
    ]);
  });

  it("of no contracted length is zero", () => {
    const result = call("dot", matmul, [array("int64", [2, 0], []), array("int64", [0, 1], [])], {
      dtype: "int64",
      shape: [2, 1],
    });
    expect(result.toArray()).toEqual([[0n], [0n]]);
  });

  it("without axes is the outer product, of scalars the product", () => {
    const params = { contract: [[], []], batch: [[], []] } as const;
    const outer = call("dot", params, [array("int8", [2], [2, 3]), array("int8", [2], [5, 7])], {
      dtype: "int8",
      shape: [2, 2],
    });
    expect(outer.toArray()).toEqual([
      [10, 14],
      [15, 21],
    ]);
    const product = call("dot", params, [array("float64", [], [2]), array("float64", [], [1.5])], {
      dtype: "float64",
      shape: [],
    });
    expect(product.toArray()).toBe(3);
  });

  it("accumulates float16 and float32 in float64", () => {
    const inner = { contract: [[0], [0]], batch: [[], []] } as const;
    const ones = (dtype: DType) => array(dtype, [3], [1, 1, 1]);
    const half = array("float16", [3], [2048, 1, 1]);
    expect(call("dot", inner, [half, ones("float16")], { dtype: "float16", shape: [] }).get()).toBe(2050);
    const single = array("float32", [3], [2 ** 24, 1, 1]);
    expect(call("dot", inner, [single, ones("float32")], { dtype: "float32", shape: [] }).get()).toBe(
      2 ** 24 + 2,
    );
  });

  it("wraps 32-bit products exactly", () => {
    const inner = { contract: [[0], [0]], batch: [[], []] } as const;
    const x = array("int32", [2], [2147483647, 3]);
    expect(call("dot", inner, [x, x], { dtype: "int32", shape: [] }).get()).toBe(10);
  });
});
