import { SparseTensorType } from "./type.js";

/**
 * The Type of sparse shared variables: the cell holds the CsrMatrix or CscMatrix itself. Nothing is written in
 * place, because a new value may store other positions; `borrow` hands the very matrix over.
 */
export class StoredSparseType extends SparseTensorType {
  override readonly backend = "sparse";
}
