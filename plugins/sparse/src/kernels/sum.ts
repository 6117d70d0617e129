/** Sums of the stored values of a sparse matrix. */
import { arrayConstructor, isFloat, type TypedArray } from "@bitale/core";
import { emptyData } from "../formats/dtype.js";
import type { SparseMatrix } from "../formats/matrix.js";

/**
 * Sums over rows (axis 0: one number for each column), over columns (axis 1: one for each row) or over all (null),
 * in the dtype of the matrix; float sums run in float64.
 */
export function sumSparse(matrix: SparseMatrix, axis: 0 | 1 | null): TypedArray {
  const { data, indices, indptr } = matrix;
  const length = axis === null ? 1 : matrix.shape[1 - axis]!;
  const sums = isFloat(matrix.dtype) ? new Float64Array(length) : emptyData(data, length);
  const add = (at: number, value: unknown): void => {
    sums[at] = ((sums[at] as number) + (value as number)) as never;
  };
  if (axis === null) for (let p = 0; p < data.length; p++) add(0, data[p]);
  else if (axis === matrix.majorAxis) for (let p = 0; p < data.length; p++) add(indices[p]!, data[p]);
  else {
    for (let line = 0; line < matrix.major; line++) {
      for (let p = indptr[line]!; p < indptr[line + 1]!; p++) add(line, data[p]);
    }
  }
  if (matrix.dtype !== "float32") return sums;
  const rounded = new (arrayConstructor(matrix.dtype))(length);
  rounded.set(sums as never);
  return rounded;
}
