/** Arithmetic on two sparse matrices of one format, dtype and shape. As in SciPy, zeros that result are dropped. */
import { isBig, type TypedArray } from "@bitale/core";
import type { Compressed } from "../formats/compressed.js";
import { arithmeticOf, emptyData } from "../formats/dtype.js";
import type { SparseMatrix } from "../formats/matrix.js";

/** What happens at a position: both values (0 where one is missing). */
export type MergeName = "add" | "sub" | "mul";

type Merge = (x: number, y: number) => number;
const merges: { readonly [N in MergeName]: Merge } = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
};

/** a + b, a - b or a * b, elementwise, with sorted indices and no duplicates. */
export function mergeSparse(name: MergeName, left: SparseMatrix, right: SparseMatrix): SparseMatrix {
  const merge = name === "mul" && arithmeticOf(left.dtype) === "int" ? Math.imul : merges[name];
  return left.with(mergeLines(left.sumDuplicates(), right.sumDuplicates(), merge, left.dtype));
}

/** Both are sorted without duplicates. */
function mergeLines(a: Compressed, b: Compressed, merge: Merge, dtype: SparseMatrix["dtype"]): Compressed {
  // biome-ignore lint/suspicious/noExplicitAny: numbers or bigints, the operators are the same
  const zero: any = isBig(dtype) ? 0n : 0;
  const room = a.indices.length + b.indices.length;
  const data: TypedArray = emptyData(a.data, room);
  const indices = new Int32Array(room);
  const indptr = new Int32Array(a.indptr.length);
  let count = 0;
  for (let line = 0; line + 1 < indptr.length; line++) {
    let p = a.indptr[line]!;
    let q = b.indptr[line]!;
    const endA = a.indptr[line + 1]!;
    const endB = b.indptr[line + 1]!;
    while (p < endA || q < endB) {
      const i = p < endA ? a.indices[p]! : Number.POSITIVE_INFINITY;
      const j = q < endB ? b.indices[q]! : Number.POSITIVE_INFINITY;
      const x = i <= j ? a.data[p++] : zero;
      const y = j <= i ? b.data[q++] : zero;
      data[count] = merge(x, y) as never;
      indices[count] = Math.min(i, j);
      if (data[count] !== zero) count++;
    }
    indptr[line + 1] = count;
  }
  return { data: data.slice(0, count), indices: indices.slice(0, count), indptr };
}
