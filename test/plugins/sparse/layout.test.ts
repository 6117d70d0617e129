import { cast, isBig, sum, sumResult, transpose } from "@bitale/core";
import { cscFromDense, csrFromDense, type SparseMatrix, sparseMatrix, toDense } from "@bitale/sparse";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plain } from "./arbitraries.js";
import { at, build, run, symbolOf, tensor, twins, wide } from "./dense-arithmetic.js";

describe("sum", () => {
  it("over rows, columns and all, is dense", () => {
    fc.assert(
      fc.property(twins, ([a]) => {
        const s = symbolOf(a);
        const dense = a.toDense();
        const [m, n] = a.shape;
        const total = (rows: number[], columns: number[]) => {
          let t = 0;
          for (const i of rows) for (const j of columns) t += at(dense, i, j);
          return isBig(sumResult(a.dtype)) ? BigInt(t) : t;
        };
        const all = (d: number) => Array.from({ length: d }, (_, i) => i);
        const type = sumResult(a.dtype);
        expect(plain(run(sum(s, { axis: 0 }), [s, a]))).toEqual(
          plain(build([n], type, (j) => total(all(m), [j as number]))),
        );
        expect(plain(run(sum(s, { axis: -1 }), [s, a]))).toEqual(
          plain(build([m], type, (i) => total([i as number], all(n)))),
        );
        const whole = run(sum(s), [s, a]);
        expect([whole.shape, wide(whole.get()), whole.dtype]).toEqual([
          [],
          Number(total(all(m), all(n))),
          type,
        ]);
      }),
    );
  });

  it("keepDims, dtype and bad axes", () => {
    const s = sparseMatrix("s", { dtype: "int8", shape: [2, 3] });
    expect(String(sum(s, { axis: 1, keepDims: true }).type)).toBe("TensorType(int64, [2, 1])");
    expect(String(sum(s, { axis: [0, 1], dtype: "float16" }).type)).toBe("TensorType(float16, [])");
    expect(String(sum(s, { axis: [] }).type)).toBe("TensorType(int64, [2, 3])");
    expect(() => sum(s, { axis: 2 })).toThrow(expect.objectContaining({ code: "BAD_AXIS" }));
  });
});

describe("layout", () => {
  it("transpose flips the format, and is a fresh value", () => {
    fc.assert(
      fc.property(twins, ([a]) => {
        const s = symbolOf(a);
        const result = run(transpose(s), [s, a]) as SparseMatrix;
        expect(result.format).not.toBe(a.format);
        expect(result.data.buffer).not.toBe(a.data.buffer);
        expect(plain(result)).toEqual(plain(a.toDense().transpose()));
      }),
    );
    const s = sparseMatrix("s", { shape: [2, 3] });
    expect(String(s.T.type)).toBe("SparseTensorType(float32, csc, [3, 2])");
    expect(transpose(s, [0, 1])).toBe(s);
    expect(() => transpose(s, [0, 0])).toThrow(expect.objectContaining({ code: "BAD_AXIS" }));
    expect(() => transpose(s, [0, 2])).toThrow(expect.objectContaining({ code: "BAD_AXIS" }));
  });

  it("to dense and back", () => {
    fc.assert(
      fc.property(twins, ([a, , d]) => {
        const [s, v] = [symbolOf(a), tensor(a.dtype, 2)];
        expect(run(toDense(s), [s, a]).data).toEqual(a.toDense().data);
        for (const [make, kind] of [
          [csrFromDense, "csr"],
          [cscFromDense, "csc"],
        ] as const) {
          const result = run(make(v), [v, d]) as SparseMatrix;
          expect([result.format, result.dtype]).toEqual([kind, a.dtype]);
          expect(result.toDense().data).toEqual(d.data);
        }
      }),
    );
    expect(() => toDense(tensor("float32", 2))).toThrow(expect.objectContaining({ code: "BAD_OPERAND" }));
    expect(() => csrFromDense(tensor("float32", 1))).toThrow(
      expect.objectContaining({ code: "BAD_OPERAND" }),
    );
    expect(() => csrFromDense(tensor("bool", 2))).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED_DTYPE" }),
    );
  });

  it("a dense op on a sparse matrix says what to do", () => {
    expect(() => sparseMatrix("s").exp()).toThrow(/toDense/);
    expect(() => cast(tensor("float32", 2), "int8")).not.toThrow();
  });
});
