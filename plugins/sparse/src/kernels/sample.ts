/**
 * Reading values at the stored positions of a matrix: what gradients with respect to sparse operands are made of.
 * A position that is stored twice gets its value once, at the first place, so that the result adds up.
 */
import { arrayConstructor, type TypedArray } from "@bitale/core";
import { emptyData } from "../formats/dtype.js";
import type { SparseMatrix } from "../formats/matrix.js";

/** Where the elements of a dense operand lie for row r and column c: `r * rowStep + c * columnStep`. */
export interface DenseSteps {
  readonly data: TypedArray;
  readonly rowStep: number;
  readonly columnStep: number;
}

/** The matrix with its values replaced by those of a dense operand at the same positions. */
export function sampleDense(pattern: SparseMatrix, dense: DenseSteps): SparseMatrix {
  const { indices, indptr } = pattern;
  const [majorStep, minorStep] =
    pattern.format === "csr" ? [dense.rowStep, dense.columnStep] : [dense.columnStep, dense.rowStep];
  const data = new (arrayConstructor(pattern.dtype))(indices.length);
  for (let line = 0; line < pattern.major; line++) {
    const end = indptr[line + 1]!;
    for (let p = indptr[line]!; p < end; p++) {
      data[p] = dense.data[line * majorStep + indices[p]! * minorStep] as never;
    }
  }
  return patternWith(pattern, data);
}

/** The matrix with its values replaced by those of another one of the same format; 0 where that stores none. */
export function sampleSparse(pattern: SparseMatrix, values: SparseMatrix): SparseMatrix {
  const { indices, indptr } = pattern;
  if (samePositions(pattern, values) && pattern.isCanonical) {
    return pattern.with({ data: values.data.slice(), indices: indices.slice(), indptr: indptr.slice() });
  }
  const data = emptyData(values.data, indices.length);
  const row = emptyData(values.data, pattern.minor);
  const zero = (typeof row[0] === "bigint" ? 0n : 0) as never;
  for (let line = 0; line < pattern.major; line++) {
    const from = values.indptr[line]!;
    const to = values.indptr[line + 1]!;
    for (let p = from; p < to; p++) {
      const at = values.indices[p]!;
      row[at] = ((row[at] as number) + (values.data[p] as number)) as never;
    }
    for (let p = indptr[line]!; p < indptr[line + 1]!; p++) data[p] = row[indices[p]!] as never;
    for (let p = from; p < to; p++) row[values.indices[p]!] = zero;
  }
  return patternWith(pattern, data);
}

/**
 * The matrix with the value at (r, c) replaced by the dot product of row r of `left` and row c of `right`.
 * @param left row-major, n columns, one row for each row of the matrix
 * @param right row-major, n columns, one row for each column of the matrix
 */
export function sampledDot(
  pattern: SparseMatrix,
  left: TypedArray,
  right: TypedArray,
  n: number,
): SparseMatrix {
  const { indices, indptr } = pattern;
  const data = new (arrayConstructor(pattern.dtype))(indices.length);
  const [byLine, byIndex] = (pattern.format === "csr" ? [left, right] : [right, left]) as [
    Float64Array,
    Float64Array,
  ];
  for (let line = 0; line < pattern.major; line++) {
    const a = line * n;
    for (let p = indptr[line]!; p < indptr[line + 1]!; p++) {
      const b = indices[p]! * n;
      let sum = 0;
      for (let column = 0; column < n; column++) sum += byLine[a + column]! * byIndex[b + column]!;
      data[p] = sum;
    }
  }
  return patternWith(pattern, data);
}

/** Whether two matrices of one format store the same positions in the same order. */
export function samePositions(a: SparseMatrix, b: SparseMatrix): boolean {
  if (a.nnz !== b.nnz) return false;
  for (let line = 0; line <= a.major; line++) if (a.indptr[line] !== b.indptr[line]) return false;
  for (let p = 0; p < a.nnz; p++) if (a.indices[p] !== b.indices[p]) return false;
  return true;
}

function patternWith(pattern: SparseMatrix, data: TypedArray): SparseMatrix {
  const { indices, indptr } = pattern;
  if (!pattern.isCanonical) {
    const zero = (typeof data[0] === "bigint" ? 0n : 0) as never;
    const seen = new Int32Array(pattern.minor).fill(-1);
    for (let line = 0; line < pattern.major; line++) {
      for (let p = indptr[line]!; p < indptr[line + 1]!; p++) {
        if (seen[indices[p]!] === line) data[p] = zero;
        seen[indices[p]!] = line;
      }
    }
  }
  return pattern.with({ data, indices: indices.slice(), indptr: indptr.slice() });
}
