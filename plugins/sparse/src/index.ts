export type { SparseDType } from "./formats/dtype.js";
export { asSparseMatrix, type SparseMatrixLike } from "./formats/foreign.js";
export {
  CscMatrix,
  CsrMatrix,
  isSparseMatrix,
  type SparseFields,
  type SparseFormat,
  type SparseMatrix,
} from "./formats/matrix.js";
export { structuredDot, structuredExp, structuredSigmoid, toDense } from "./operators.js";
export type { MatrixShape } from "./ops/operand.js";
export { plugin } from "./plugin.js";
export { type SparseKwargs, SparseSharedVariable, sparseShared } from "./shared.js";
export { StoredSparseType } from "./storage.js";
export {
  cscFromDense,
  csrFromDense,
  type SparseMatrixOptions,
  sparseConstant,
  sparseMatrix,
} from "./symbolic.js";
export { SparseTensorType } from "./type.js";
