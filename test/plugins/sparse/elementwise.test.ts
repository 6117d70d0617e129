import {
  add,
  asTensor,
  emptyNDArray,
  isBig,
  mul,
  type NDArray,
  neg,
  type Scalar,
  scalarNDArray,
  sub,
  type Variable,
} from "@bitale/core";
import { type SparseMatrix, sparseMatrix } from "@bitale/sparse";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plain } from "./arbitraries.js";
import { at, build, run, symbolOf, tensor, twins } from "./dense-arithmetic.js";

describe("elementwise", () => {
  const combine = (name: "add" | "sub" | "mul", a: NDArray, b: NDArray): NDArray =>
    build(a.shape, a.dtype, (i, j) => {
      const [x, y] = [at(a, i as number, j as number), at(b, i as number, j as number)];
      const value = name === "add" ? x + y : name === "sub" ? x - y : x * y;
      return isBig(a.dtype) ? BigInt(value) : value;
    });

  it.each([
    ["add", add],
    ["sub", sub],
    ["mul", mul],
  ] as const)("%s of two sparse matrices is sparse and stores no zeros", (name, op) => {
    fc.assert(
      fc.property(twins, ([a, b]) => {
        const [s, t] = [symbolOf(a), symbolOf(b)];
        const result = run(op(s, t), [s, a], [t, b]) as SparseMatrix;
        expect(result.format).toBe(a.format);
        expect(plain(result)).toEqual(plain(combine(name, a.toDense(), b.toDense())));
        expect([...result.data].some((v) => Number(v) === 0)).toBe(false);
      }),
    );
  });

  it("mul by a dense matrix, a vector, a column or a number keeps the pattern", () => {
    fc.assert(
      fc.property(twins, ([a, , d]) => {
        const s = symbolOf(a);
        const [m, n] = a.shape;
        const zeros = emptyNDArray([m, n], a.dtype);
        const spread = (value: (i: number, j: number) => Scalar) =>
          combine(
            "mul",
            a.toDense(),
            build([m, n], a.dtype, (i, j) => value(i as number, j as number)),
          );
        const vector = build([n], a.dtype, (j) => (isBig(a.dtype) ? BigInt(j as number) : (j as number)));
        const column = build([m, 1], a.dtype, (i) => (isBig(a.dtype) ? BigInt(i as number) : (i as number)));
        for (const [value, expected] of [
          [d, combine("mul", a.toDense(), d)],
          [vector, spread((_, j) => j)],
          [column, spread((i) => i)],
          [zeros, spread(() => 0)],
          [scalarNDArray(isBig(a.dtype) ? 3n : 3, a.dtype), spread(() => 3)],
        ] as const) {
          const v = tensor(a.dtype, value.ndim);
          for (const result of [
            run(mul(s, v), [s, a], [v, value]),
            run(mul(v, s), [s, a], [v, value]),
          ] as SparseMatrix[]) {
            expect(result.indices).toEqual(a.indices);
            expect(result.format).toBe(a.format);
            expect(plain(result)).toEqual(plain(expected));
          }
        }
        expect(plain(run(mul(s, 2), [s, a]))).toEqual(plain(spread(() => 2)));
      }),
    );
  });

  it("a dense operand that does not broadcast to the sparse one is refused", () => {
    const s = sparseMatrix("s", { shape: [2, 3] });
    for (const shape of [[2], [3, 2], [4, 3], [1, 2]]) {
      expect(() => mul(s, asTensor(emptyNDArray(shape, "float32")))).toThrow(
        expect.objectContaining({ code: "SHAPE_MISMATCH" }),
      );
    }
    const one = sparseMatrix("s", { shape: [1, 3] });
    expect(() => mul(one, asTensor(emptyNDArray([2, 3], "float32")))).toThrow(
      expect.objectContaining({ code: "SHAPE_MISMATCH" }),
    );
  });

  it("numbers take the dtype of the matrix where they fit", () => {
    const typeOf = (x: Variable) => String(x.type);
    expect(typeOf(mul(sparseMatrix("s", { dtype: "float64" }), 0.5))).toContain("float64");
    expect(typeOf(mul(sparseMatrix("s", { dtype: "int8" }), 5))).toContain("int8");
    expect(typeOf(mul(sparseMatrix("s", { dtype: "int8" }), 0.5))).toContain("float32");
  });

  it("sums of sparse and dense are dense", () => {
    const s = sparseMatrix("s");
    const x = tensor("float32", 2);
    expect([add(s, x), sub(s, x), sub(x, s), add(s, 1)].map((v) => v.type.kind)).toEqual(
      Array(4).fill("tensor"),
    );
  });

  it("neg", () => {
    fc.assert(
      fc.property(twins, ([a]) => {
        const s = symbolOf(a);
        const result = run(neg(s), [s, a]) as SparseMatrix;
        expect(result.indices).toEqual(a.indices);
        expect(result.indices).not.toBe(a.indices);
        const expected = build(a.shape, a.dtype, (i, j) => {
          const value = -at(a.toDense(), i as number, j as number);
          return isBig(a.dtype) ? BigInt(value) : value;
        });
        expect(plain(result)).toEqual(plain(expected));
      }),
    );
  });

  it("shapes must be equal", () => {
    const [s, t] = [sparseMatrix("s", { shape: [2, 3] }), sparseMatrix("t", { shape: [2, 1] })];
    expect(() => add(s, t)).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
  });
});
