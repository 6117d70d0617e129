/** `zero`, on every kind of storage: 0 * value in new storage, or zeros written into the storage itself. */
import { createRuntime, NDArray, type SharedVariable } from "@bitale/core";
import { CscMatrix, CsrMatrix, plugin as sparse } from "@bitale/sparse";
import { plugin as cpu } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";

const runtime = createRuntime({ plugins: [cpu, sparse], floatX: "float64" });
const contents = (s: SharedVariable): unknown => (s.getValue() as NDArray).toArray();

describe("zero of dense tensors", () => {
  it("is 0 * value: infinities and NaN give NaN; with borrow every element is 0", () => {
    const s = runtime.shared([1, Number.POSITIVE_INFINITY, Number.NaN]);
    s.zero();
    expect(contents(s)).toEqual([0, Number.NaN, Number.NaN]);
    s.zero({ borrow: true });
    expect(contents(s)).toEqual([0, 0, 0]);
  });
  it("writes into borrowed memory, strides and all, only with borrow", () => {
    const data = Float32Array.of(1, 2, 3, 4);
    const view = new NDArray({ data, shape: [2], strides: [-2], offset: 3, dtype: "float32" });
    const s = runtime.shared(view, { borrow: true });
    s.zero();
    expect([...data]).toEqual([1, 2, 3, 4]);
    expect(contents(s)).toEqual([0, 0]);
    s.setValue(view, { borrow: true });
    s.zero({ borrow: true });
    expect([...data]).toEqual([1, 0, 3, 0]);
  });
  it("of bools is a product of integers: an array does not fit without allowDowncast, a lone one does", () => {
    const flags = new NDArray({ data: Uint8Array.of(1, 0), shape: [2], dtype: "bool" });
    const s = runtime.shared(flags);
    expect(() => s.zero()).toThrow(expect.objectContaining({ code: "WRONG_DTYPE" }));
    expect(contents(s)).toEqual([true, false]);
    s.zero({ borrow: true });
    expect(contents(s)).toEqual([false, false]);
    const loose = runtime.shared(flags, { allowDowncast: true });
    loose.zero();
    expect(contents(loose)).toEqual([false, false]);
    const lone = runtime.shared(true);
    lone.zero();
    expect(contents(lone)).toBe(false);
  });
  it("keeps integer dtypes, empty tensors and the view of every function", () => {
    for (const data of [new Int8Array(2).fill(3), new BigUint64Array(2).fill(3n), new Int32Array(0)]) {
      const s = runtime.shared(data);
      const read = runtime.compile([], s);
      s.zero();
      expect(read().dtype).toBe(s.type.dtype);
      expect([...read().flat()].every((value) => Number(value) === 0)).toBe(true);
      expect(read().size).toBe(data.length);
    }
  });
});

describe.each([
  ["csr", CsrMatrix, [0, 2, 3], [0, 3, 6]],
  ["csc", CscMatrix, [0, 1, 2, 3], [0, 2, 4, 6]],
] as const)("zero of sparse matrices (%s)", (_format, Matrix, indptr, everywhere) => {
  const matrix = () =>
    new Matrix({
      data: Float64Array.of(1, Number.NaN, 3),
      indices: Int32Array.from(indptr.length === 3 ? [0, 2, 1] : [0, 1, 0]),
      indptr: Int32Array.from(indptr),
      shape: [2, 3],
    });
  it("keeps the pattern", () => {
    const s = runtime.shared(matrix());
    s.zero();
    const { data, indices, indptr: starts } = s.getValue() as CsrMatrix;
    expect([...data]).toEqual([0, Number.NaN, 0]);
    expect([[...indices], [...starts]]).toEqual([[...matrix().indices], [...indptr]]);
  });
  it("stores zeros in every position with borrow", () => {
    const s = runtime.shared(matrix());
    s.zero({ borrow: true });
    const value = s.getValue() as CsrMatrix;
    expect([...value.data]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...value.indptr]).toEqual(everywhere);
    expect(value.toDense().toArray()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
  });
});
