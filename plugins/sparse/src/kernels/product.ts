/** Sparse times sparse (Gustavson's algorithm): each line of the result is a sum of lines of one operand. */
import { emptyNDArray } from "@bitale/core";
import type { Compressed } from "../formats/compressed.js";
import { arithmeticOf, emptyData } from "../formats/dtype.js";
import type { SparseMatrix } from "../formats/matrix.js";

/** `left @ right` for matrices of one format and dtype; indices come out sorted, sums that are 0 stay stored. */
export function sparseProduct(left: SparseMatrix, right: SparseMatrix): SparseMatrix {
  // The arrays of a CSC matrix are those of its transpose in CSR, and (A B).T = B.T A.T.
  const [outer, inner] = left.format === "csr" ? [left, right] : [right, left];
  return left.with(multiplyLines(outer, inner), [left.shape[0], right.shape[1]]);
}

function multiplyLines(outer: SparseMatrix, inner: SparseMatrix): Compressed {
  const { sums, times } = accumulator(outer, inner.minor);
  const indptr = countLines(outer, inner);
  const total = indptr[outer.major]!;
  const indices = new Int32Array(total);
  const data = emptyData(outer.data, total);
  const seen = new Int32Array(inner.minor).fill(-1);
  for (let line = 0; line < outer.major; line++) {
    let count = indptr[line]!;
    const first = count;
    for (let p = outer.indptr[line]!; p < outer.indptr[line + 1]!; p++) {
      const factor = outer.data[p] as number;
      const row = outer.indices[p]!;
      for (let q = inner.indptr[row]!; q < inner.indptr[row + 1]!; q++) {
        const at = inner.indices[q]!;
        const product = times(factor, inner.data[q] as number);
        if (seen[at] === line) sums[at] = ((sums[at] as number) + product) as never;
        else {
          seen[at] = line;
          indices[count++] = at;
          sums[at] = product as never;
        }
      }
    }
    indices.subarray(first, count).sort();
    for (let p = first; p < count; p++) data[p] = sums[indices[p]!] as never;
  }
  return { data, indices, indptr };
}

/** How many positions each line of the product has, summed up. */
function countLines(outer: SparseMatrix, inner: SparseMatrix): Int32Array {
  const indptr = new Int32Array(outer.major + 1);
  const seen = new Int32Array(inner.minor).fill(-1);
  for (let line = 0; line < outer.major; line++) {
    let count = indptr[line]!;
    for (let p = outer.indptr[line]!; p < outer.indptr[line + 1]!; p++) {
      const row = outer.indices[p]!;
      for (let q = inner.indptr[row]!; q < inner.indptr[row + 1]!; q++) {
        const at = inner.indices[q]!;
        if (seen[at] !== line) count++;
        seen[at] = line;
      }
    }
    indptr[line + 1] = count;
  }
  return indptr;
}

/** Float sums run in float64, integers in their own dtype. */
function accumulator({ dtype }: SparseMatrix, length: number) {
  const arithmetic = arithmeticOf(dtype);
  return {
    sums: emptyNDArray([length], arithmetic === "float" ? "float64" : dtype).data,
    times: arithmetic === "int" ? Math.imul : (x: number, y: number): number => x * y,
  };
}
