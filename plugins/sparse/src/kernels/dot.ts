/** Sparse times dense for all dtypes and formats. */
import { arrayConstructor, type TypedArray } from "@bitale/core";
import { arithmeticOf } from "../formats/dtype.js";
import type { SparseMatrix } from "../formats/matrix.js";
import { gatherBig, gatherInt, scatterBig, scatterInt } from "./dot-exact.js";
import { gatherFloat, scatterFloat } from "./dot-float.js";

/**
 * `matrix @ x`, or `matrix.T @ x` without making the transpose.
 * @param x row-major elements of n columns, in the dtype of the matrix
 * @returns row-major elements of n columns, fresh
 */
export function sparseDot(matrix: SparseMatrix, x: TypedArray, n: number, transposed: boolean): TypedArray {
  // Rows of the result are the compressed lines (gather), or what the indices count (scatter).
  const gathers = (matrix.format === "csr") !== transposed;
  const out = new (arrayConstructor(matrix.dtype))((gathers ? matrix.major : matrix.minor) * n);
  switch (arithmeticOf(matrix.dtype)) {
    case "float":
      if (gathers) gatherFloat(matrix, x as Float64Array, n, out as Float64Array);
      else scatterRounded(matrix, x as Float64Array, n, out as Float64Array);
      break;
    case "int":
      (gathers ? gatherInt : scatterInt)(matrix, x, n, out);
      break;
    case "big":
      (gathers ? gatherBig : scatterBig)(matrix, x as BigInt64Array, n, out as BigInt64Array);
      break;
  }
  return out;
}

/** Float32 results are summed in float64 beside and rounded once. */
function scatterRounded(matrix: SparseMatrix, x: Float64Array, n: number, out: Float64Array): void {
  if (matrix.dtype === "float64") {
    scatterFloat(matrix, x, n, out);
    return;
  }
  const sums = new Float64Array(out.length);
  scatterFloat(matrix, x, n, sums);
  out.set(sums);
}
