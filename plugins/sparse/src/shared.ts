/** The shared constructor of sparse matrices. */
import {
  type ConstructorOptions,
  isVariable,
  type NDArray,
  RefusalError,
  SharedVariable,
  tryNDArray,
} from "@bitale/core";
import { dtypeRefusal } from "./formats/dtype.js";
import { asSparseMatrix, formatRefusal, isSparseLike } from "./formats/foreign.js";
import { type SparseFormat, type SparseMatrix, sparseFromDense } from "./formats/matrix.js";
import { StoredSparseType } from "./storage.js";

/** What `shared(value, kwargs)` takes for sparse matrices. */
export interface SparseKwargs {
  /** The format of the variable; a value in the other one is converted, a dense matrix made sparse. */
  readonly format?: SparseFormat | undefined;
  /** Keep the value itself instead of a copy. */
  readonly borrow?: boolean | undefined;
}

/** A shared variable that holds a sparse matrix. */
export class SparseSharedVariable extends SharedVariable<StoredSparseType> {
  /** "csr" or "csc": fixed for the variable's life. */
  get format(): SparseFormat {
    return this.type.format;
  }
  override clone(name: string | undefined = this.name): SparseSharedVariable {
    return new SparseSharedVariable(name, this.type, undefined, undefined, { container: this.container });
  }
}

type SparseOptions = ConstructorOptions & SparseKwargs;

/**
 * Makes a shared variable of a sparse matrix: ours, or a plain object `{ format, data, indices, indptr, shape }`.
 * A dense matrix is taken where the caller asks for this backend or gives `format`.
 * @throws RefusalError for values, formats and dtypes that are not sparse matrices
 */
export function sparseShared(value: unknown, options: SparseOptions): SparseSharedVariable {
  if (isVariable(value)) throw new RefusalError("a symbolic variable is no value");
  const fresh = isSparseLike(value) ? undefined : fromDense(value, options);
  const matrix = fresh ?? known(value, options);
  const format = options.format ?? matrix.format;
  const type = new StoredSparseType(matrix.dtype, format);
  return new SparseSharedVariable(options.name, type, matrix, options.strict, {
    allowDowncast: options.allowDowncast,
    borrow: fresh !== undefined || format !== matrix.format || options.borrow === true,
  });
}

/** A value that is sparse already. */
function known(value: unknown, options: SparseOptions): SparseMatrix {
  const { format, dtype } = value as { readonly format: string; readonly dtype?: unknown };
  const reason = formatRefusal(format) ?? (dtype === undefined ? undefined : dtypeRefusal(dtype));
  if (reason !== undefined) throw new RefusalError(reason);
  const matrix = asSparseMatrix(value, options.name ?? "shared()");
  if (options.strict && options.format !== undefined && options.format !== matrix.format) {
    throw new RefusalError(`strict allows no conversion from ${matrix.format} to ${options.format}`);
  }
  return matrix;
}

/** A dense matrix, where one may be made sparse. */
function fromDense(value: unknown, options: SparseOptions): SparseMatrix {
  if (!options.requested && options.format === undefined) {
    throw new RefusalError('it is no sparse matrix (give format: "csr" to make a dense matrix sparse)');
  }
  if (options.strict)
    throw new RefusalError("strict takes sparse matrices only: a dense one would be converted");
  const array = tryNDArray(value, options.name ?? "shared()")?.array;
  if (array === undefined) throw new RefusalError("it is neither a sparse nor a dense matrix");
  const reason = denseRefusal(array);
  if (reason !== undefined) throw new RefusalError(reason);
  return sparseFromDense(array, options.format ?? "csr");
}

function denseRefusal(array: NDArray): string | undefined {
  if (array.ndim !== 2) return `only a dense matrix becomes sparse, this has ${array.ndim} dimensions`;
  return dtypeRefusal(array.dtype);
}
