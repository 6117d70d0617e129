/** Arithmetic on the stored values of one sparse matrix. */
import type { TypedArray } from "@bitale/core";
import { arithmeticOf, emptyData } from "../formats/dtype.js";
import type { SparseMatrix } from "../formats/matrix.js";
import type { DenseSteps } from "./sample.js";

const withData = (matrix: SparseMatrix, data: TypedArray): SparseMatrix =>
  matrix.with({ data, indices: matrix.indices.slice(), indptr: matrix.indptr.slice() });

/** -matrix; unsigned integers wrap. */
export function negate(matrix: SparseMatrix): SparseMatrix {
  const { data } = matrix;
  const result = emptyData(data, data.length);
  for (let p = 0; p < data.length; p++) result[p] = -(data[p] as number) as never;
  return withData(matrix, result);
}

/** Each stored value times the dense element at its position, in the dtype of the matrix. */
export function timesDense(matrix: SparseMatrix, dense: DenseSteps): SparseMatrix {
  const { data, indices, indptr } = matrix;
  const [majorStep, minorStep] =
    matrix.format === "csr" ? [dense.rowStep, dense.columnStep] : [dense.columnStep, dense.rowStep];
  const result = emptyData(data, data.length);
  const wraps = arithmeticOf(matrix.dtype) === "int";
  for (let line = 0; line < matrix.major; line++) {
    const base = line * majorStep;
    const end = indptr[line + 1]!;
    for (let p = indptr[line]!; p < end; p++) {
      const factor = dense.data[base + indices[p]! * minorStep] as number;
      const value = data[p] as number;
      result[p] = (wraps ? Math.imul(value, factor) : value * factor) as never;
    }
  }
  return withData(matrix, result);
}

/**
 * Adds each stored value times the dense element at its position of `factor` into `sums` (floats only): the gradient
 * of `timesDense` with respect to its dense operand.
 * @param factor a matrix with the same stored positions
 */
export function addProducts(
  matrix: SparseMatrix,
  factor: SparseMatrix,
  sums: Float64Array,
  steps: Omit<DenseSteps, "data">,
): void {
  const { indices, indptr } = matrix;
  const values = matrix.data as Float64Array;
  const factors = factor.data as Float64Array;
  const [majorStep, minorStep] =
    matrix.format === "csr" ? [steps.rowStep, steps.columnStep] : [steps.columnStep, steps.rowStep];
  for (let line = 0; line < matrix.major; line++) {
    for (let p = indptr[line]!; p < indptr[line + 1]!; p++) {
      sums[line * majorStep + indices[p]! * minorStep]! += values[p]! * factors[p]!;
    }
  }
}
