/** Symbolic sparse matrices: inputs, constants, and those made from dense ones. */
import { asTensor, Constant, floatX, type Operand, Variable } from "@bitale/core";
import { asSparseDType, type SparseDType } from "./formats/dtype.js";
import { asSparseMatrix, type SparseMatrixLike } from "./formats/foreign.js";
import type { SparseFormat, SparseMatrix } from "./formats/matrix.js";
import { SparseFromDense } from "./ops/dense.js";
import type { MatrixShape } from "./ops/operand.js";
import { SparseTensorType } from "./type.js";

export interface SparseMatrixOptions {
  /** "csr" by default. */
  readonly format?: SparseFormat | undefined;
  /** `floatX` by default. */
  readonly dtype?: SparseDType | undefined;
  /** Lengths that are fixed; null: not. */
  readonly shape?: MatrixShape | undefined;
}

/**
 * A sparse input of a compiled function.
 * @throws BitaleTypeError UNSUPPORTED_DTYPE, BAD_VALUE
 *
 * @example
 * ```ts no-run
 * const x = sparseMatrix("x", { format: "csr" });
 * const f = compile([x], dot(x, W));
 * ```
 */
export function sparseMatrix(name?: string, options: SparseMatrixOptions = {}): Variable<SparseTensorType> {
  const dtype = options.dtype ?? asSparseDType(floatX(), "sparseMatrix");
  return new Variable(new SparseTensorType(dtype, options.format ?? "csr", options.shape), name);
}

/**
 * A sparse matrix that never changes, for an expression (copied: later writes do not show).
 * @throws BitaleTypeError BAD_VALUE for what is no sparse matrix, and what the matrix classes throw
 */
export function sparseConstant(
  value: SparseMatrix | SparseMatrixLike,
  name?: string,
): Constant<SparseTensorType, SparseMatrix> {
  const matrix = asSparseMatrix(value, name ?? "sparseConstant").copy();
  return new Constant(new SparseTensorType(matrix.dtype, matrix.format, matrix.shape), matrix, { name });
}

function fromDense(x: Operand, format: SparseFormat, op: string): Variable<SparseTensorType> {
  const dense = asTensor(x);
  const type = new SparseTensorType(asSparseDType(dense.type.dtype, op), format);
  return new SparseFromDense(type).apply([dense]).output as Variable<SparseTensorType>;
}

/** The elements of a dense matrix that are not zero, in CSR. @throws BitaleTypeError BAD_OPERAND, UNSUPPORTED_DTYPE */
export const csrFromDense = (x: Operand): Variable<SparseTensorType> => fromDense(x, "csr", "csrFromDense");

/** The elements of a dense matrix that are not zero, in CSC. @throws BitaleTypeError BAD_OPERAND, UNSUPPORTED_DTYPE */
export const cscFromDense = (x: Operand): Variable<SparseTensorType> => fromDense(x, "csc", "cscFromDense");
