/** Random matrices for the tests of the sparse plugin. */
import { type DType, emptyNDArray, isBig, isFloat, type NDArray, writeElement } from "@bitale/core";
import { CscMatrix, CsrMatrix, type SparseDType, type SparseFormat, type SparseMatrix } from "@bitale/sparse";
import fc from "fast-check";

export const sparseDTypes: readonly SparseDType[] = [
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "float32",
  "float64",
];

export const format = fc.constantFrom<SparseFormat>("csr", "csc");
export const dtype = fc.constantFrom(...sparseDTypes);

/** Small integers, so that sums and products are exact in every dtype that has signs. */
export function element(type: DType, zeros = 2): fc.Arbitrary<number> {
  const small = isFloat(type)
    ? fc.integer({ min: -8, max: 8 }).map((i) => i / 4)
    : fc.integer({ min: 0, max: 5 });
  return fc.oneof({ weight: zeros, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: small });
}

/** A dense row-major array. */
export function denseOf<D extends DType>(
  shape: readonly number[],
  type: D,
  zeros = 2,
): fc.Arbitrary<NDArray<D>> {
  const size = shape.reduce((n, d) => n * d, 1);
  return fc.array(element(type, zeros), { minLength: size, maxLength: size }).map((values) => {
    const array = emptyNDArray(shape, type);
    for (const [i, value] of values.entries()) writeElement(array, i, value);
    return array;
  });
}

export const length = fc.integer({ min: 0, max: 6 });
export const matrixShape = fc.tuple(length, length);

/** A dense matrix of any dtype of sparse matrices. */
export const denseMatrix = fc.tuple(matrixShape, dtype).chain(([shape, type]) => denseOf(shape, type));

/** Stored entries as they may come from outside: unsorted, with duplicates and stored zeros. */
export function untidy<D extends SparseDType>(
  shape: readonly [number, number],
  type: D,
  kind: SparseFormat,
): fc.Arbitrary<SparseMatrix> {
  const [major, minor] = kind === "csr" ? shape : [shape[1], shape[0]];
  const entry = fc.tuple(fc.nat(Math.max(0, minor - 1)), element(type));
  const line = fc.array(entry, { maxLength: minor === 0 ? 0 : 8 });
  return fc.array(line, { minLength: major, maxLength: major }).map((lines) => {
    const entries = lines.flat();
    const array = emptyNDArray([entries.length], type);
    for (const [p, [, value]] of entries.entries()) writeElement(array, p, value);
    const indptr = new Int32Array(major + 1);
    lines.forEach((l, i) => {
      indptr[i + 1] = (indptr[i] as number) + l.length;
    });
    const indices = Int32Array.from(entries, ([index]) => index);
    return new (kind === "csr" ? CsrMatrix : CscMatrix)({ data: array.data, indices, indptr, shape });
  });
}

/** What a matrix stores, position by position, added up by hand. */
export function denseByHand(matrix: SparseMatrix): NDArray {
  const dense = emptyNDArray(matrix.shape, matrix.dtype);
  for (let line = 0; line + 1 < matrix.indptr.length; line++) {
    for (let p = matrix.indptr[line] as number; p < (matrix.indptr[line + 1] as number); p++) {
      const index = matrix.indices[p] as number;
      const at = matrix.format === "csr" ? ([line, index] as const) : ([index, line] as const);
      const value = matrix.data[p] as number;
      const sum = isBig(matrix.dtype)
        ? BigInt(dense.get(...at)) + BigInt(value)
        : Number(dense.get(...at)) + value;
      dense.set(sum, ...at);
    }
  }
  return dense;
}

/** Nested numbers of any value, bigints as numbers, -0 as 0. */
export const plain = (value: { toArray(): unknown }): unknown =>
  JSON.parse(JSON.stringify(value.toArray(), (_, v) => (typeof v === "bigint" ? Number(v) : v)));
