import {
  BitaleTypeError,
  checkShape,
  describeValue,
  emptyNDArray,
  type FilterOptions,
  isBig,
  isFloat,
  isNDArray,
  isTensorType,
  isVariable,
  NDArray,
  type Operator,
  promote,
  shapeText,
  TensorType,
  Type,
  tryNDArray,
  type Variable,
} from "@bitale/core";
import { asSparseDType, type SparseDType } from "./formats/dtype.js";
import { asSparseMatrix, isSparseLike } from "./formats/foreign.js";
import {
  isSparseMatrix,
  type SparseFormat,
  type SparseMatrix,
  sparseFormats,
  sparseFromDense,
} from "./formats/matrix.js";
import { sparseOperators } from "./operators.js";
import { SparseFromDense } from "./ops/dense.js";
import { isSparseType, type MatrixShape, type SparseFacts, type SparseTypeLike } from "./ops/operand.js";

/**
 * Sparse matrices of one dtype and format; each length may be fixed or unknown (null). The host value and the
 * internal value are the same: a CsrMatrix or CscMatrix. This class is the plain Type that ops compute with; the one
 * of shared variables is `StoredSparseType`.
 */
export class SparseTensorType extends Type<SparseMatrix, SparseMatrix> implements SparseTypeLike {
  readonly kind = "sparse";
  readonly dtype: SparseDType;
  readonly format: SparseFormat;
  readonly shape: MatrixShape;
  override readonly operators: Readonly<Record<string, Operator>> = {
    ...sparseOperators,
    adopt: (x) => this.#adopt(x as Variable),
  };

  /** @throws BitaleTypeError UNSUPPORTED_DTYPE, BAD_VALUE (format, shape) */
  constructor(dtype: SparseDType, format: SparseFormat, shape: MatrixShape = [null, null]) {
    super();
    this.dtype = asSparseDType(dtype, "SparseTensorType");
    if (!sparseFormats.includes(format)) {
      throw new BitaleTypeError("BAD_VALUE", {
        subject: "SparseTensorType",
        problem: `${JSON.stringify(format)} is no format of sparse matrices`,
        expected: sparseFormats.join(" or "),
      });
    }
    this.format = format;
    this.shape = checkShape(shape, "SparseTensorType", { unknown: true }) as unknown as MatrixShape;
    if (shape.length !== 2) {
      throw new BitaleTypeError("BAD_VALUE", {
        subject: "SparseTensorType",
        problem: "a sparse matrix has two lengths",
        got: shapeText(shape),
      });
    }
  }

  get ndim(): 2 {
    return 2;
  }

  /**
   * Checks and converts a value. Same format and dtype: the very matrix. `strict`: nothing else. Otherwise formats
   * are converted, dense matrices, nested arrays and numbers (1 x 1) made sparse. dtypes must promote to this one,
   * JS numbers fit by value, unless `allowDowncast` is true.
   * @throws BitaleTypeError BAD_VALUE, WRONG_DTYPE, LOSSY_VALUE, WRONG_RANK, WRONG_SHAPE
   */
  /** A dense matrix of this dtype as a new value: what is not zero is stored. undefined: another dtype or rank. */
  #adopt(x: Variable): Variable | undefined {
    if (!isTensorType(x.type) || x.type.ndim !== 2 || x.type.dtype !== this.dtype) return undefined;
    return new SparseFromDense(this.plain()).apply([x]).output;
  }

  override filter(value: unknown, options: FilterOptions = {}): SparseMatrix {
    const subject = options.subject ?? this.toString();
    if (isVariable(value)) {
      throw new BitaleTypeError("BAD_VALUE", {
        subject,
        problem: "a value is needed, this is a symbolic variable",
        got: String(value),
        cure: "pass a value; to use a variable's value, call getValue() on it",
      });
    }
    const matrix = isSparseLike(value)
      ? this.#convert(asSparseMatrix(value, subject), options, subject)
      : this.#fromDense(value, options, subject);
    this.#checkLengths(matrix, subject);
    return matrix;
  }

  #convert(matrix: SparseMatrix, options: FilterOptions, subject: string): SparseMatrix {
    if (matrix.dtype === this.dtype && matrix.format === this.format) return matrix;
    const fits = matrix.dtype === this.dtype || promote(this.dtype, matrix.dtype) === this.dtype;
    if (options.strict !== true && (fits || options.allowDowncast === true)) {
      return matrix.toFormat(this.format).astype(this.dtype);
    }
    throw new BitaleTypeError("WRONG_DTYPE", {
      subject,
      problem: options.strict === true ? "strict allows no conversion" : "the cast could lose precision",
      expected: `${this.dtype} in ${this.format}`,
      got: `${matrix.dtype} in ${matrix.format}`,
      cure: "convert the matrix (astype, toCsr, toCsc), or pass allowDowncast: true (and strict: false)",
    });
  }

  #fromDense(value: unknown, options: FilterOptions, subject: string): SparseMatrix {
    const found = tryNDArray(value, subject);
    if (found === undefined || options.strict === true) {
      throw new BitaleTypeError(found === undefined ? "BAD_VALUE" : "WRONG_DTYPE", {
        subject,
        problem: found === undefined ? "the value is no matrix" : "strict takes sparse matrices only",
        expected: this.toString(),
        got: describeValue(value),
      });
    }
    const dense = new TensorType(this.dtype, [null, null]).filter(oneByOne(value), { ...options, subject });
    return sparseFromDense(dense, this.format);
  }

  #checkLengths(matrix: SparseMatrix, subject: string): void {
    if (this.#fits(matrix)) return;
    throw new BitaleTypeError("WRONG_SHAPE", {
      subject,
      problem: "the lengths contradict the static shape",
      expected: shapeText(this.shape),
      got: shapeText(matrix.shape),
    });
  }
  #fits(matrix: SparseMatrix): boolean {
    return this.shape.every((dim, axis) => dim === null || dim === matrix.shape[axis]);
  }

  override equals(other: Type): boolean {
    return this.#sameKind(other) && other.shape.every((dim, axis) => dim === this.shape[axis]);
  }
  override accepts(other: Type): boolean {
    return (
      this.#sameKind(other) && this.shape.every((dim, axis) => dim === null || dim === other.shape[axis])
    );
  }
  override convertible(other: Type): boolean {
    if (!this.#sameKind(other)) return false;
    return this.shape.every(
      (dim, axis) => dim === null || other.shape[axis] === null || dim === other.shape[axis],
    );
  }
  #sameKind(other: Type): other is SparseTypeLike {
    return isSparseType(other) && other.dtype === this.dtype && other.format === this.format;
  }
  like(facts: Partial<SparseFacts>): SparseTensorType {
    return new SparseTensorType(
      facts.dtype ?? this.dtype,
      facts.format ?? this.format,
      facts.shape ?? this.shape,
    );
  }
  override plain(): SparseTensorType {
    return this.backend === undefined ? this : this.like({});
  }
  override toString(): string {
    return `SparseTensorType(${this.dtype}, ${this.format}, ${shapeText(this.shape)})`;
  }
  override get label(): string {
    return `${this.format} ${this.dtype} ${shapeText(this.shape)}`;
  }

  override isInternal(value: unknown): value is SparseMatrix {
    return (
      isSparseMatrix(value) && value.dtype === this.dtype && value.format === this.format && this.#fits(value)
    );
  }
  override copyInternal(internal: SparseMatrix): SparseMatrix {
    return internal.copy();
  }
  override shapeOf(internal: SparseMatrix): readonly number[] {
    return internal.shape;
  }
  /** Zeros stored in every position, as SciPy's `matrix[...] = 0` does. */
  override clearedLike(host: SparseMatrix): SparseMatrix {
    const { major, minor, shape, dtype } = host;
    const data = emptyNDArray([major * minor], dtype).data;
    const indices = Int32Array.from({ length: major * minor }, (_, p) => p % minor);
    const indptr = Int32Array.from({ length: major + 1 }, (_, line) => line * minor);
    return host.with({ data, indices, indptr }, shape);
  }
  /** 0 * value: the pattern stays with zeros stored; NaN and infinities give NaN. */
  override zeroLike(host: SparseMatrix): SparseMatrix {
    const zero = host.copy();
    zero.data.fill((isBig(host.dtype) ? 0n : 0) as never);
    if (isFloat(host.dtype)) {
      host.data.forEach((value: number | bigint, p: number) => {
        if (!Number.isFinite(value)) zero.data[p] = Number.NaN;
      });
    }
    return zero;
  }
}

/** A bare number, or a 0-d array, as a matrix of one element. */
function oneByOne(value: unknown): unknown {
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return [[value]];
  if (!isNDArray(value) || value.ndim !== 0) return value;
  return new NDArray({ data: value.data, offset: value.offset, shape: [1, 1], dtype: value.dtype });
}
