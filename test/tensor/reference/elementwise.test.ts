import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBitaleError } from "../../../core/dist/errors.js";
import type { NDArray } from "../../../core/dist/tensor/ndarray.js";
import { loweredNames } from "../../../core/dist/tensor/primitives.js";
import { evaluateScalar } from "../../../core/dist/tensor/reference/evaluate-scalar.js";
import { referenceKernels } from "../../../core/dist/tensor/reference/kernels.js";
import { array, arrays, call, indicesOf, layouts, restrided, shapes } from "./arrays.js";

/** Two shapes and what they broadcast to: axes of the result are shortened to 1 or left out in front. */
const broadcasting = fc
  .tuple(shapes(), fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }), fc.nat(4), fc.nat(4))
  .map(([shape, shorten, leftSkip, rightSkip]) => {
    const side = (shortened: (axis: number) => boolean, skip: number) =>
      shape.map((length, axis) => (shortened(axis) ? 1 : length)).slice(Math.min(skip, shape.length));
    const left = side((axis) => shorten[axis]!, leftSkip);
    const right = side((axis) => shorten[axis + 4]!, rightSkip);
    const rank = Math.max(left.length, right.length);
    const result = Array.from({ length: rank }, (_, axis) => {
      const lengths = [left, right].map((s) => s[axis - rank + s.length] ?? 1);
      return lengths[0] === 1 ? lengths[1]! : lengths[0]!;
    });
    return { left, right, result };
  });

/** The element that broadcasting puts at an index of the result. */
const at = (operand: NDArray, index: readonly number[]) =>
  operand.get(
    ...index.slice(index.length - operand.ndim).map((i, axis) => (operand.shape[axis] === 1 ? 0 : i)),
  );

it("has a kernel for every primitive that is lowered", () => {
  expect(Object.keys(referenceKernels).sort()).toEqual([...loweredNames].sort());
});

describe("broadcasting", () => {
  it("pairs a column and a row", () => {
    const column = array("int32", [2, 1], [10, 20]);
    const row = array("int32", [3], [1, 2, 3]);
    const sum = call("add", {}, [column, row], { dtype: "int32", shape: [2, 3] });
    expect(sum.toArray()).toEqual([
      [11, 12, 13],
      [21, 22, 23],
    ]);
  });

  it("does with arrays what evaluateScalar does with their elements", () => {
    fc.assert(
      fc.property(
        broadcasting.chain((s) =>
          fc.tuple(fc.constant(s.result), arrays("float32", s.left), arrays("float32", s.right)),
        ),
        ([shape, x, y]) => {
          const result = call("sub", {}, [x, y], { dtype: "float32", shape });
          expect(result.shape).toEqual(shape);
          expect(result.isContiguous && result.offset === 0).toBe(true);
          for (const index of indicesOf(shape)) {
            const operands = [at(x, index), at(y, index)];
            expect(result.get(...index)).toBe(evaluateScalar("sub", "float32", "float32", operands));
          }
        },
      ),
    );
  });

  it("chooses by a condition that broadcasts too", () => {
    const condition = array("bool", [2, 1], [true, false]);
    const x = array("float64", [], [7]);
    const y = array("float64", [3], [1, 2, 3]);
    const result = call("where", {}, [condition, x, y], { dtype: "float64", shape: [2, 3] });
    expect(result.toArray()).toEqual([
      [7, 7, 7],
      [1, 2, 3],
    ]);
  });

  it("refuses shapes that do not fit", () => {
    let error: unknown;
    try {
      const operands = [array("int8", [2], [1, 2]), array("int8", [3], [1, 2, 3])];
      call("add", {}, operands, { dtype: "int8", shape: [3] });
    } catch (thrown) {
      error = thrown;
    }
    expect(isBitaleError(error, "SHAPE_MISMATCH")).toBe(true);
  });
});

describe("results", () => {
  it("are bool for comparisons, and 0-d and empty where the operands are", () => {
    const less = call("lt", {}, [array("uint64", [], [1n]), array("uint64", [], [2n])], {
      dtype: "bool",
      shape: [],
    });
    expect(less.dtype).toBe("bool");
    expect(less.toArray()).toBe(true);
    const none = call("exp", {}, [array("float32", [0, 3], [])], { dtype: "float32", shape: [0, 3] });
    expect(none.shape).toEqual([0, 3]);
    expect(none.size).toBe(0);
  });

  it("are fresh and leave the operands alone", () => {
    fc.assert(
      fc.property(
        shapes().chain((s) => arrays("int16", s)),
        layouts,
        (x, layout) => {
          const twin = restrided(x, layout);
          const before = twin.copy();
          const same = call("cast", {}, [twin], { dtype: "int16", shape: x.shape });
          expect(same.data).not.toBe(twin.data);
          expect(same.toArray()).toEqual(x.toArray());
          expect(twin.toArray()).toEqual(before.toArray());
        },
      ),
    );
  });

  it("round float16 once, when they are stored", () => {
    const x = array("float16", [2], [2048, 1]);
    const y = array("float16", [2], [1, 2 ** -11]);
    expect(call("add", {}, [x, y], { dtype: "float16", shape: [2] }).toArray()).toEqual([2048, 1]);
  });
});
