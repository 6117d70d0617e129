import { NDArray, tryNDArray } from "@bitale/core";
import { asSparseMatrix, CscMatrix, CsrMatrix, isSparseMatrix, type SparseMatrix } from "@bitale/sparse";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  denseByHand,
  denseMatrix,
  dtype,
  format,
  matrixShape,
  plain,
  sparseDTypes,
  untidy,
} from "./arbitraries.js";

const anyUntidy = fc
  .tuple(matrixShape, dtype, format)
  .chain(([shape, type, kind]) => untidy(shape, type, kind));

const arrays = (m: SparseMatrix) => ({ data: m.data, indices: m.indices, indptr: m.indptr });
const indicesOf = (m: SparseMatrix) => [...m.indices];

describe("round trips", () => {
  it("dense to sparse and back keeps every element, in both formats and every dtype", () => {
    fc.assert(
      fc.property(denseMatrix, (dense) => {
        for (const Matrix of [CsrMatrix, CscMatrix]) {
          const sparse = Matrix.fromDense(dense);
          expect(sparse.dtype).toBe(dense.dtype);
          expect(sparse.toDense().data).toEqual(dense.data);
          expect(sparse.isCanonical).toBe(true);
          expect(sparse.nnz).toBe([...dense.data].filter((v) => Number(v) !== 0).length);
        }
      }),
    );
  });

  it("strided windows are read in place", () => {
    const dense = new NDArray({
      data: new Float32Array([9, 1, 0, 2, 0, 3, 4]),
      shape: [2, 3],
      dtype: "float32",
      offset: 1,
    });
    expect(CsrMatrix.fromDense(dense.transpose()).toArray()).toEqual([
      [1, 0],
      [0, 3],
      [2, 4],
    ]);
    expect(CscMatrix.fromDense(dense.transpose()).toArray()).toEqual([
      [1, 0],
      [0, 3],
      [2, 4],
    ]);
  });

  it("csr and csc say the same, whatever the order of the entries", () => {
    fc.assert(
      fc.property(anyUntidy, (matrix) => {
        const expected = denseByHand(matrix).data;
        expect(matrix.toDense().data).toEqual(expected);
        expect(matrix.toCsr().toDense().data).toEqual(expected);
        expect(matrix.toCsc().toDense().data).toEqual(expected);
        expect(matrix.toCsr().toCsc().toCsr().toDense().data).toEqual(expected);
        expect(matrix.toCsc().nnz).toBe(matrix.nnz);
      }),
    );
  });

  it("sortIndices and sumDuplicates keep the matrix and tidy it", () => {
    fc.assert(
      fc.property(anyUntidy, (matrix) => {
        const before = structuredClone(arrays(matrix));
        const sorted = matrix.sortIndices();
        const unique = matrix.sumDuplicates();
        expect(sorted.nnz).toBe(matrix.nnz);
        expect(unique.isCanonical).toBe(true);
        expect(sorted.toDense().data).toEqual(matrix.toDense().data);
        expect(unique.toDense().data).toEqual(matrix.toDense().data);
        expect(arrays(matrix)).toEqual(before);
        expect(unique.sumDuplicates()).toBe(unique);
      }),
    );
  });

  it("transpose flips the format without copying", () => {
    fc.assert(
      fc.property(anyUntidy, (matrix) => {
        const turned = matrix.transpose();
        expect(turned.format).toBe(matrix.format === "csr" ? "csc" : "csr");
        expect(turned.data).toBe(matrix.data);
        expect(turned.indices).toBe(matrix.indices);
        expect(plain(turned)).toEqual(plain(matrix.toDense().transpose()));
        expect(turned.transpose().toDense().data).toEqual(matrix.toDense().data);
      }),
    );
  });
});

describe("small facts", () => {
  const a = new CsrMatrix({
    data: new Float32Array([2, 1, 3]),
    indices: new Int32Array([1, 0, 2]),
    indptr: new Int32Array([0, 1, 3]),
    shape: [2, 3],
  });

  it("knows its shape, dtype, nnz and print", () => {
    expect([a.shape, a.dtype, a.nnz, a.format]).toEqual([[2, 3], "float32", 3, "csr"]);
    expect(String(a)).toBe("CsrMatrix(float32, [2, 3], 3 stored)");
    expect(isSparseMatrix(a)).toBe(true);
    expect(isSparseMatrix({ ...a })).toBe(false);
  });

  it("a copy shares nothing", () => {
    const copy = a.copy();
    copy.data[0] = 9;
    copy.indices[0] = 2;
    expect(a.toArray()).toEqual([
      [0, 2, 0],
      [1, 0, 3],
    ]);
  });

  it("a Node Buffer is read as bytes, and a copy of it is one", () => {
    const bytes = Buffer.from([7]);
    const matrix = new CsrMatrix({
      data: bytes,
      indices: new Int32Array(1),
      indptr: new Int32Array([0, 1]),
      shape: [1, 1],
    });
    const copy = matrix.copy();
    bytes[0] = 8;
    expect([matrix.dtype, matrix.data[0], copy.data[0]]).toEqual(["uint8", 8, 7]);
  });

  it("toCsr of a csr matrix is itself, as is astype of its own dtype", () => {
    expect(a.toCsr()).toBe(a);
    expect(a.toFormat("csr")).toBe(a);
    expect(a.astype("float32")).toBe(a);
  });

  it("astype casts as C does", () => {
    const of = (values: number[]) =>
      new CsrMatrix({
        data: new Float64Array(values),
        indices: Int32Array.from(values, (_, i) => i),
        indptr: new Int32Array([0, values.length]),
        shape: [1, values.length],
      });
    const odd = of([1.9, -1.9, 300, Number.NaN]);
    expect([...odd.astype("int8").data]).toEqual([1, -1, 44, 0]);
    expect([...odd.astype("uint8").data]).toEqual([1, 255, 44, 0]);
    expect([...odd.astype("int64").data]).toEqual([1n, -1n, 300n, 0n]);
    expect([...of([-1]).astype("int64").astype("uint32").data]).toEqual([4294967295]);
    expect([...of([3]).astype("uint64").astype("float32").data]).toEqual([3]);
  });

  it("NaN is stored, -0 is not", () => {
    const dense = new NDArray({
      data: new Float64Array([Number.NaN, -0, 1]),
      shape: [1, 3],
      dtype: "float64",
    });
    expect(indicesOf(CsrMatrix.fromDense(dense))).toEqual([0, 2]);
  });

  it("is no dense value", () => {
    expect(tryNDArray(a)).toBeUndefined();
  });

  it("empty matrices", () => {
    for (const shape of [
      [0, 0],
      [0, 3],
      [3, 0],
    ] as const) {
      const empty = CsrMatrix.fromDense(new NDArray({ data: new Float32Array(0), shape, dtype: "float32" }));
      expect(empty.toCsc().toCsr().toDense().shape).toEqual(shape);
      expect(empty.transpose().shape).toEqual([shape[1], shape[0]]);
    }
  });
});

describe("invalid input", () => {
  const good = {
    data: new Float32Array([2, 1, 3]),
    indices: new Int32Array([1, 0, 2]),
    indptr: new Int32Array([0, 1, 3]),
    shape: [2, 3] as [number, number],
  };
  const cases: Record<string, [object, string]> = {
    "an index beyond the axis": [{ indices: new Int32Array([1, 0, 3]) }, "INDEX_OUT_OF_BOUNDS"],
    "a negative index": [{ indices: new Int32Array([1, -1, 2]) }, "INDEX_OUT_OF_BOUNDS"],
    "an indptr that falls": [{ indptr: new Int32Array([0, 4, 3]) }, "WRONG_SHAPE"],
    "an indptr that starts late": [{ indptr: new Int32Array([1, 1, 3]) }, "WRONG_SHAPE"],
    "an indptr that ends early": [{ indptr: new Int32Array([0, 1, 2]) }, "WRONG_SHAPE"],
    "an indptr of the wrong length": [{ indptr: new Int32Array([0, 3]) }, "WRONG_SHAPE"],
    "indices of another length": [{ indices: new Int32Array([1, 0]) }, "WRONG_SHAPE"],
    "indices of another class": [{ indices: new Float64Array([1, 0, 2]) }, "BAD_VALUE"],
    "data that are no typed array": [{ data: [2, 1, 3] }, "UNSUPPORTED_DTYPE"],
    "a dtype that is not that of the data": [{ dtype: "float64" }, "WRONG_DTYPE"],
    bool: [{ data: new Uint8Array(3), dtype: "bool" }, "UNSUPPORTED_DTYPE"],
    float16: [{ data: new Uint16Array(3), dtype: "float16" }, "UNSUPPORTED_DTYPE"],
    "three lengths": [{ shape: [2, 3, 1] }, "WRONG_SHAPE"],
    "a length that is no integer": [{ shape: [2, 2.5] }, "WRONG_SHAPE"],
    "a negative length": [{ shape: [-2, 3] }, "WRONG_SHAPE"],
  };
  it.each(Object.keys(cases))("%s is refused", (name) => {
    const [change, code] = cases[name] as [object, string];
    expect(() => new CsrMatrix({ ...good, ...change } as never)).toThrow(expect.objectContaining({ code }));
    // Other integer arrays are converted there.
    if (name === "indices of another class") return;
    expect(() => asSparseMatrix({ ...good, ...change, format: "csr" })).toThrow(
      expect.objectContaining({ code }),
    );
  });

  it("bool and float16 arrays do not become sparse", () => {
    for (const array of [
      new NDArray({ data: new Uint8Array(1), shape: [1, 1], dtype: "bool" }),
      new NDArray({ data: new Uint16Array(1), shape: [1, 1], dtype: "float16" }),
    ]) {
      expect(() => CsrMatrix.fromDense(array)).toThrow(
        expect.objectContaining({ code: "UNSUPPORTED_DTYPE" }),
      );
    }
    const vector = new NDArray({ data: new Float32Array(1), shape: [1], dtype: "float32" });
    expect(() => CscMatrix.fromDense(vector)).toThrow(expect.objectContaining({ code: "WRONG_RANK" }));
  });
});

describe("matrices of other libraries", () => {
  const foreign = {
    format: "csc",
    data: new Float64Array([1, 2]),
    indices: [1, 0],
    indptr: [0, 1, 2, 2],
    shape: [2, 3],
  };

  it("are wrapped; typed data are kept", () => {
    const matrix = asSparseMatrix(foreign);
    expect(matrix).toBeInstanceOf(CscMatrix);
    expect(matrix.data).toBe(foreign.data);
    expect(matrix.toArray()).toEqual([
      [0, 2, 0],
      [1, 0, 0],
    ]);
    expect(asSparseMatrix(matrix)).toBe(matrix);
    expect(sparseDTypes).toContain(matrix.dtype);
  });

  it.each([
    [{ ...foreign, format: "coo" }],
    [{ ...foreign, indices: [0.5, 1] }],
    [{ ...foreign, indptr: undefined }],
    [{ data: new Float32Array(1) }],
    [null],
    [5],
  ])("what is none is refused: %j", (value) => {
    expect(() => asSparseMatrix(value)).toThrow(expect.objectContaining({ code: "BAD_VALUE" }));
  });
});
