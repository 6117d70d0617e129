import {
  asTensor,
  dot,
  emptyNDArray,
  NDArray,
  type TensorType,
  transpose,
  type Variable,
} from "@bitale/core";
import {
  csrFromDense,
  type SparseDType,
  type SparseMatrix,
  sparseMatrix,
  structuredDot,
} from "@bitale/sparse";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { denseOf, dtype, format, length, plain, untidy } from "./arbitraries.js";
import { build, product, run, symbolOf, tensor } from "./dense-arithmetic.js";

const pair = fc
  .tuple(length, length, length, dtype, format)
  .chain(([m, k, n, type, kind]) =>
    fc.tuple(untidy([m, k], type, kind), denseOf([k, n], type), denseOf([m, n], type)),
  );
describe("dot", () => {
  it("is the dense product, for both formats, with and without a transpose", () => {
    fc.assert(
      fc.property(pair, ([a, x, y]) => {
        const s = symbolOf(a);
        const v = tensor(a.dtype, 2);
        const dense = a.toDense();
        const transposed = dense.transpose().copy();
        expect(plain(run(structuredDot(s, v), [s, a], [v, x]))).toEqual(plain(product(dense, x)));
        expect(plain(run(dot(transpose(s), v), [s, a], [v, y]))).toEqual(plain(product(transposed, y)));
        const [xt, yt] = [x.transpose().copy(), y.transpose().copy()];
        expect(plain(run(dot(v, s), [s, a], [v, yt]))).toEqual(plain(product(yt, dense)));
        expect(plain(run(structuredDot(v, transpose(s)), [s, a], [v, xt]))).toEqual(
          plain(product(xt, transposed)),
        );
      }),
    );
  });

  it("takes many columns in every width", () => {
    const shape = [3, 4] as const;
    const widths = Array.from({ length: 21 }, (_, n) => n);
    fc.assert(
      fc.property(
        fc.constantFrom(...widths),
        format,
        fc.constantFrom<SparseDType>("float32", "float64"),
        (n, kind, type) => {
          const [a] = fc.sample(untidy(shape, type, kind), 1) as [SparseMatrix];
          const x = build([4, n], type, (i, j) => (i as number) - (j as number) / 2);
          const y = build([3, n], type, (i, j) => (i as number) + (j as number) / 4);
          const [s, v] = [symbolOf(a), tensor(type, 2)];
          expect(plain(run(dot(s, v), [s, a], [v, x]))).toEqual(plain(product(a.toDense(), x)));
          expect(plain(run(dot(transpose(s), v), [s, a], [v, y]))).toEqual(
            plain(product(a.toDense().transpose(), y)),
          );
        },
      ),
    );
  });

  it("takes vectors on both sides, and strided operands", () => {
    const [a] = fc.sample(untidy([3, 4], "float64", "csr"), 1) as [SparseMatrix];
    const [s, v] = [symbolOf(a), tensor("float64", 1)];
    const data = new Float64Array([1, 9, 2, 9, 3, 9, 4, 9]);
    const x = new NDArray({ data, shape: [4], strides: [2], dtype: "float64" });
    const column = new NDArray({ data, shape: [4, 1], strides: [2, 1], dtype: "float64" });
    expect(plain(run(dot(s, v), [s, a], [v, x]))).toEqual(
      (plain(product(a.toDense(), column)) as number[][]).flat(),
    );
    const y = new NDArray({ data, shape: [3], strides: [2], dtype: "float64" });
    const row = new NDArray({ data, shape: [1, 3], strides: [1, 2], dtype: "float64" });
    expect(plain(run(dot(v, s), [s, a], [v, y]))).toEqual(
      (plain(product(row, a.toDense())) as number[][])[0],
    );
  });

  it("structuredDot refuses vectors, and two operands of a kind", () => {
    const s = sparseMatrix("s");
    for (const [a, b] of [
      [s, tensor("float32", 1)],
      [tensor("float32", 1), s],
      [s, s],
      [tensor("float32", 2), tensor("float32", 2)],
      [s, 3],
    ] as const) {
      expect(() => structuredDot(a, b)).toThrow(expect.objectContaining({ code: "BAD_OPERAND" }));
    }
  });

  it("unifies dtypes as arrays do", () => {
    const s = sparseMatrix("s", { dtype: "float32" });
    const typeOf = (x: Variable) => (x.type as TensorType).dtype;
    expect(typeOf(dot(s, tensor("float64", 2)))).toBe("float64");
    expect(typeOf(dot(s, tensor("int32", 2)))).toBe("float64");
    expect(typeOf(dot(s, tensor("int8", 2)))).toBe("float32");
    expect(typeOf(dot(s, tensor("bool", 2)))).toBe("float32");
    expect(() => dot(sparseMatrix("i", { dtype: "int8" }), tensor("float16", 2))).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED_DTYPE" }),
    );
  });

  it("float32 sums are rounded once", () => {
    const n = 20_000;
    const x = build([n, 1], "float32", () => 0.1);
    const s = sparseMatrix("s", { dtype: "float32" });
    const ones = asTensor(build([1, n], "float32", () => 1));
    const a = run(csrFromDense(ones)) as SparseMatrix;
    const v = tensor("float32", 2);
    const exact = n * Math.fround(0.1);
    expect(run(dot(s, v), [s, a], [v, x]).item()).toBe(Math.fround(exact));
    const turned = a.transpose().toCsr() as SparseMatrix;
    expect(run(dot(transpose(s), v), [s, turned], [v, x]).item()).toBe(Math.fround(exact));
  });

  it("checks inner lengths when they are known: in the graph, else at the call", () => {
    const fixed = sparseMatrix("s", { shape: [2, 3] });
    expect(() => dot(fixed, asTensor([[1, 2]]))).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
    const [a] = fc.sample(untidy([2, 3], "float32", "csr"), 1) as [SparseMatrix];
    const [s, v] = [sparseMatrix("s"), tensor("float32", 2)];
    expect(() => run(dot(s, v), [s, a], [v, emptyNDArray([2, 2], "float32")])).toThrow(
      expect.objectContaining({ code: "SHAPE_MISMATCH" }),
    );
  });

  it("sparse times sparse is sparse, in the first one's format", () => {
    const any = fc
      .tuple(length, length, length, dtype, format, format)
      .chain(([m, k, n, type, first, second]) =>
        fc.tuple(untidy([m, k], type, first), untidy([k, n], type, second)),
      );
    fc.assert(
      fc.property(any, ([a, b]) => {
        const [s, t] = [symbolOf(a), symbolOf(b)];
        const result = run(dot(s, t), [s, a], [t, b]) as SparseMatrix;
        expect(result.format).toBe(a.format);
        expect(result.isCanonical).toBe(true);
        expect(plain(result)).toEqual(plain(product(a.toDense(), b.toDense())));
      }),
    );
  });
});
