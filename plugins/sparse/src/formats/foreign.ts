/** Sparse matrices of other libraries: plain objects with the same arrays. */
import { BitaleTypeError, describeValue } from "@bitale/core";
import { CscMatrix, CsrMatrix, isSparseMatrix, type SparseMatrix, sparseFormats } from "./matrix.js";

/** A sparse matrix of another library. */
export interface SparseMatrixLike {
  readonly format: string;
  readonly data: unknown;
  readonly indices: ArrayLike<number>;
  readonly indptr: ArrayLike<number>;
  readonly shape: ArrayLike<number>;
  readonly dtype?: unknown;
}

/** Whether a value says that it is a sparse matrix, in whatever format. */
export function isSparseLike(value: unknown): value is SparseMatrix | { readonly format: string } {
  if (isSparseMatrix(value)) return true;
  if (typeof value !== "object" || value === null) return false;
  const { format, data, shape } = value as { format?: unknown; data?: unknown; shape?: unknown };
  return typeof format === "string" && data !== undefined && shape !== undefined;
}

/** Why a value that is sparse-like is not taken; undefined: its format is known. */
export function formatRefusal(format: unknown): string | undefined {
  if (sparseFormats.includes(format as "csr")) return undefined;
  return `the format ${JSON.stringify(format)} is not supported, only ${sparseFormats.join(" and ")}`;
}

/** Indices as they are, or converted without a loss. @throws BitaleTypeError BAD_VALUE */
function asInt32Array(list: ArrayLike<number>, subject: string): Int32Array {
  if (list instanceof Int32Array) return list;
  const result = new Int32Array(list.length);
  for (let i = 0; i < list.length; i++) {
    result[i] = Number(list[i]);
    if (result[i] === Number(list[i])) continue;
    throw new BitaleTypeError("BAD_VALUE", {
      subject,
      problem: "indices and indptr must be integers of 32 bits",
      got: `${String(list[i])} at position ${i}`,
    });
  }
  return result;
}

/**
 * A value of this package as it is; a plain object `{ format, data, indices, indptr, shape }` checked and wrapped.
 * Its arrays are kept where they are typed; other integer arrays of indices are converted.
 * @throws BitaleTypeError BAD_VALUE for other formats and things, and what the classes throw
 */
export function asSparseMatrix(value: unknown, subject = "sparse matrix"): SparseMatrix {
  if (isSparseMatrix(value)) return value;
  const reason = isSparseLike(value) ? formatRefusal(value.format) : "the value is no sparse matrix";
  const { data, indices, indptr, shape, dtype, format } = (value ?? {}) as Partial<SparseMatrixLike>;
  if (reason !== undefined || !indices || !indptr) {
    throw new BitaleTypeError("BAD_VALUE", {
      subject,
      problem: reason ?? "a sparse matrix needs indices and indptr",
      expected: "{ format: 'csr' or 'csc', data, indices, indptr, shape }",
      got: describeValue(value),
    });
  }
  const fields = {
    data,
    indices: asInt32Array(indices, subject),
    indptr: asInt32Array(indptr, subject),
    shape,
    dtype,
  } as unknown as ConstructorParameters<typeof CsrMatrix>[0];
  return format === "csr" ? new CsrMatrix(fields) : new CscMatrix(fields);
}
