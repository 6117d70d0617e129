/** Windows of a sparse matrix along one axis, and back. */
import { emptyData } from "../formats/dtype.js";
import type { SparseMatrix } from "../formats/matrix.js";

const resized = (matrix: SparseMatrix, axis: 0 | 1, length: number): readonly [number, number] =>
  axis === 0 ? [length, matrix.shape[1]] : [matrix.shape[0], length];

/** Rows (axis 0) or columns (axis 1) `start` to `start + length`; they must exist. Fresh arrays. */
export function narrowLines(matrix: SparseMatrix, axis: 0 | 1, start: number, length: number): SparseMatrix {
  const shape = resized(matrix, axis, length);
  if (axis !== matrix.majorAxis) return narrowMinor(matrix, start, length, shape);
  const from = matrix.indptr[start]!;
  const to = matrix.indptr[start + length]!;
  const indptr = matrix.indptr.slice(start, start + length + 1);
  for (let line = 0; line <= length; line++) indptr[line]! -= from;
  return matrix.with(
    { data: matrix.data.slice(from, to), indices: matrix.indices.slice(from, to), indptr },
    shape,
  );
}

function narrowMinor(
  matrix: SparseMatrix,
  start: number,
  length: number,
  shape: readonly [number, number],
): SparseMatrix {
  const { data, indices, indptr } = matrix;
  const inside = (index: number): boolean => index >= start && index < start + length;
  const ends = new Int32Array(indptr.length);
  let count = 0;
  for (let line = 0; line < matrix.major; line++) {
    for (let p = indptr[line]!; p < indptr[line + 1]!; p++) if (inside(indices[p]!)) count++;
    ends[line + 1] = count;
  }
  const kept = { data: emptyData(data, count), indices: new Int32Array(count), indptr: ends };
  let to = 0;
  for (let p = 0; p < indices.length; p++) {
    if (!inside(indices[p]!)) continue;
    kept.indices[to] = indices[p]! - start;
    kept.data[to++] = data[p] as never;
  }
  return matrix.with(kept, shape);
}

/** A matrix of `total` rows (axis 0) or columns (axis 1), empty but for the given window. Fresh arrays. */
export function placeLines(matrix: SparseMatrix, axis: 0 | 1, start: number, total: number): SparseMatrix {
  const shape = resized(matrix, axis, total);
  const data = matrix.data.slice();
  const indices = matrix.indices.slice();
  if (axis !== matrix.majorAxis) {
    for (let p = 0; p < indices.length; p++) indices[p]! += start;
    return matrix.with({ data, indices, indptr: matrix.indptr.slice() }, shape);
  }
  const indptr = new Int32Array(total + 1);
  indptr.set(matrix.indptr, start);
  indptr.fill(matrix.nnz, start + matrix.major);
  return matrix.with({ data, indices, indptr }, shape);
}
