/** The values of sparse variables: CsrMatrix and CscMatrix. They make each other, so they share a file. */
import { BitaleTypeError, emptyNDArray, type NDArray, shapeText, type TypedArray } from "@bitale/core";
import { castData } from "./cast.js";
import {
  type Compressed,
  compressDense,
  expandInto,
  indicesSorted,
  mergeDuplicates,
  sortLines,
  swapMajor,
} from "./compressed.js";
import { asSparseDType, type SparseDType, standardData } from "./dtype.js";
import { asMatrixShape, checkCompressed, checkData } from "./validate.js";

const BRAND = Symbol.for("bitale.sparse-matrix");

/** The formats of sparse matrices: compressed rows, compressed columns. */
export type SparseFormat = "csr" | "csc";
export const sparseFormats: readonly SparseFormat[] = ["csr", "csc"];

/** What a sparse matrix is made of. Arrays are kept, not copied. */
export interface SparseFields extends Compressed {
  readonly shape: readonly [rows: number, columns: number];
  /** That of the data; stated only to be checked. */
  readonly dtype?: SparseDType | undefined;
}

/** "trusted" skips the checks: for arrays that a kernel has just made. */
export type FieldCheck = "check" | "trusted";

/**
 * A sparse matrix: `data`, `indices`, `indptr` as SciPy lays them out. Entries of a line may be unsorted, entries of
 * one position add up, zeros may be stored. The arrays are shared with whoever made the matrix.
 */
abstract class CompressedMatrix implements Compressed {
  abstract readonly format: SparseFormat;
  readonly data: TypedArray;
  readonly indices: Int32Array;
  readonly indptr: Int32Array;
  readonly shape: readonly [rows: number, columns: number];
  readonly dtype: SparseDType;

  constructor(fields: SparseFields, majorAxis: 0 | 1, check: FieldCheck, subject: string) {
    this.dtype = checkData(fields.data, fields.dtype, subject);
    this.shape = check === "check" ? asMatrixShape(fields.shape, subject) : fields.shape;
    this.data = standardData(fields.data, this.dtype);
    this.indices = fields.indices;
    this.indptr = fields.indptr;
    if (check === "check") {
      checkCompressed(fields, this.shape[majorAxis], this.shape[1 - majorAxis] as number, subject);
    }
  }

  /** On the prototype: a spread copy has the arrays but not the methods, and is no matrix. */
  get [BRAND](): true {
    return true;
  }
  /** How many entries are stored, zeros and duplicates included. */
  get nnz(): number {
    return this.indices.length;
  }
  /** Whether indices are sorted and no position is stored twice. */
  get isCanonical(): boolean {
    return indicesSorted(this, true);
  }
  /** The axis that is compressed: 0 for rows, 1 for columns. */
  get majorAxis(): 0 | 1 {
    return this.format === "csr" ? 0 : 1;
  }
  /** How many lines are compressed. */
  get major(): number {
    return this.shape[this.majorAxis];
  }
  /** How long each compressed line is. */
  get minor(): number {
    return this.shape[1 - this.majorAxis] as number;
  }

  /** A matrix of this format around other arrays, which must be right: they are not checked. */
  abstract with(arrays: Compressed, shape?: readonly [number, number]): SparseMatrix;
  /** Rows become columns. The format flips, no data are copied. */
  abstract transpose(): SparseMatrix;
  /** This matrix in CSR; itself if it is. */
  abstract toCsr(): CsrMatrix;
  /** This matrix in CSC; itself if it is. */
  abstract toCsc(): CscMatrix;

  /** This matrix in a format; itself if it has it. */
  toFormat(format: SparseFormat): SparseMatrix {
    return format === "csr" ? this.toCsr() : this.toCsc();
  }
  /** This matrix in a dtype, as C casts; itself if it has it. */
  astype(dtype: SparseDType): SparseMatrix {
    if (dtype === this.dtype) return this as unknown as SparseMatrix;
    const data = castData(this.data, this.dtype, asSparseDType(dtype, "astype"));
    return this.with({ data, indices: this.indices.slice(), indptr: this.indptr.slice() });
  }
  /** An independent copy. */
  copy(): SparseMatrix {
    return this.with({ data: this.data.slice(), indices: this.indices.slice(), indptr: this.indptr.slice() });
  }
  /** The same entries with indices that go up in every line; itself if they do. */
  sortIndices(): SparseMatrix {
    return indicesSorted(this) ? (this as unknown as SparseMatrix) : this.with(sortLines(this, this.minor));
  }
  /** One entry for each position, sorted; itself if it is so. Zeros that are stored stay. */
  sumDuplicates(): SparseMatrix {
    return this.isCanonical
      ? (this as unknown as SparseMatrix)
      : this.with(mergeDuplicates(this, this.minor));
  }
  /** A new row-major dense matrix. */
  toDense(): NDArray {
    const dense = emptyNDArray(this.shape, this.dtype);
    const columns = this.shape[1];
    if (this.format === "csr") expandInto(dense.data, this, columns, 1);
    else expandInto(dense.data, this, 1, columns);
    return dense;
  }
  /** Nested arrays of all elements, as `NDArray.toArray`. */
  toArray(): unknown {
    return this.toDense().toArray();
  }
  toString(): string {
    return `${this.constructor.name}(${this.dtype}, ${shapeText(this.shape)}, ${this.nnz} stored)`;
  }
}

/**
 * Compressed sparse rows: `indices` are columns, `indptr` has one number for each row and one more.
 * @throws BitaleTypeError UNSUPPORTED_DTYPE, WRONG_DTYPE, BAD_VALUE; BitaleRangeError WRONG_SHAPE, INDEX_OUT_OF_BOUNDS
 *
 * @example
 * ```ts
 * import { CsrMatrix } from "@bitale/sparse";
 * const a = new CsrMatrix({
 *   data: new Float32Array([2, 1, 3]),
 *   indices: new Int32Array([1, 0, 2]),
 *   indptr: new Int32Array([0, 1, 3]),
 *   shape: [2, 3],
 * });
 * a.toArray(); // [[0, 2, 0], [1, 0, 3]]
 * ```
 */
export class CsrMatrix extends CompressedMatrix {
  override readonly format = "csr";
  constructor(fields: SparseFields, check: FieldCheck = "check") {
    super(fields, 0, check, "CsrMatrix");
  }
  /** The elements of a dense matrix that are not zero. @throws BitaleTypeError WRONG_RANK, UNSUPPORTED_DTYPE */
  static fromDense(array: NDArray): CsrMatrix {
    checkDense(array, "CsrMatrix.fromDense()");
    return new CsrMatrix({ ...compressDense(array, 0), shape: asPair(array.shape) }, "trusted");
  }
  override with(arrays: Compressed, shape: readonly [number, number] = this.shape): CsrMatrix {
    return new CsrMatrix(
      { data: arrays.data, indices: arrays.indices, indptr: arrays.indptr, shape },
      "trusted",
    );
  }
  override transpose(): CscMatrix {
    return new CscMatrix({ ...fieldsOf(this), shape: [this.shape[1], this.shape[0]] }, "trusted");
  }
  override toCsr(): CsrMatrix {
    return this;
  }
  override toCsc(): CscMatrix {
    return new CscMatrix({ ...swapMajor(this, this.minor), shape: this.shape }, "trusted");
  }
}

/**
 * Compressed sparse columns: `indices` are rows, `indptr` has one number for each column and one more.
 * @throws BitaleTypeError UNSUPPORTED_DTYPE, WRONG_DTYPE, BAD_VALUE; BitaleRangeError WRONG_SHAPE, INDEX_OUT_OF_BOUNDS
 */
export class CscMatrix extends CompressedMatrix {
  override readonly format = "csc";
  constructor(fields: SparseFields, check: FieldCheck = "check") {
    super(fields, 1, check, "CscMatrix");
  }
  /** The elements of a dense matrix that are not zero. @throws BitaleTypeError WRONG_RANK, UNSUPPORTED_DTYPE */
  static fromDense(array: NDArray): CscMatrix {
    checkDense(array, "CscMatrix.fromDense()");
    return new CscMatrix({ ...compressDense(array, 1), shape: asPair(array.shape) }, "trusted");
  }
  override with(arrays: Compressed, shape: readonly [number, number] = this.shape): CscMatrix {
    return new CscMatrix(
      { data: arrays.data, indices: arrays.indices, indptr: arrays.indptr, shape },
      "trusted",
    );
  }
  override transpose(): CsrMatrix {
    return new CsrMatrix({ ...fieldsOf(this), shape: [this.shape[1], this.shape[0]] }, "trusted");
  }
  override toCsr(): CsrMatrix {
    return new CsrMatrix({ ...swapMajor(this, this.minor), shape: this.shape }, "trusted");
  }
  override toCsc(): CscMatrix {
    return this;
  }
}

/** The host and internal value of sparse variables. */
export type SparseMatrix = CsrMatrix | CscMatrix;

/** Whether `value` is a CsrMatrix or CscMatrix of any copy of this package. */
export function isSparseMatrix(value: unknown): value is SparseMatrix {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** A dense matrix in a format. @throws BitaleTypeError WRONG_RANK, UNSUPPORTED_DTYPE */
export function sparseFromDense(array: NDArray, format: SparseFormat): SparseMatrix {
  return format === "csr" ? CsrMatrix.fromDense(array) : CscMatrix.fromDense(array);
}

const fieldsOf = ({ data, indices, indptr }: Compressed): Compressed => ({ data, indices, indptr });
const asPair = (shape: readonly number[]): readonly [number, number] => [
  shape[0] as number,
  shape[1] as number,
];

function checkDense(array: NDArray, subject: string): void {
  asSparseDType(array.dtype, subject);
  if (array.shape.length === 2) return;
  throw new BitaleTypeError("WRONG_RANK", {
    subject,
    problem: "only a dense matrix becomes sparse",
    expected: "2 dimensions",
    got: `${array.shape.length}, with shape ${shapeText(array.shape)}`,
  });
}
