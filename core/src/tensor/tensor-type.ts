import { BitaleTypeError, describeValue } from "../errors.js";
import { isVariable } from "../graph/nodes.js";
import { type FilterOptions, Type } from "../graph/type.js";
import { castKeepsValues, castNDArray } from "./cast.js";
import { asDType, type DType, isBig, isFloat, promote } from "./dtype.js";
import { floatX } from "./float-x.js";
import { tryNDArray } from "./host-value.js";
import { emptyNDArray, isNDArray, type NDArray, positions, writeElement } from "./ndarray.js";
import { checkShape, type Shape, shapeText } from "./shape.js";
import { asTarget, overlaps, writeInto } from "./write-into.js";

/**
 * Dense tensors of one dtype and rank; each length may be fixed or unknown (null). Core's own TensorType keeps the
 * NDArray itself; a backend that stores dense tensors extends it and overrides the storage methods.
 */
export class TensorType<Internal = NDArray> extends Type<NDArray, Internal> {
  readonly kind = "tensor";
  readonly dtype: DType;
  readonly shape: Shape;

  /** @throws BitaleTypeError UNSUPPORTED_DTYPE, BAD_VALUE (shape) */
  constructor(dtype: DType, shape: Shape) {
    super();
    this.dtype = asDType(dtype, "TensorType");
    this.shape = checkShape(shape, "TensorType", { unknown: true });
  }

  get ndim(): number {
    return this.shape.length;
  }

  /**
   * Checks and casts a value. Exact dtype: the very array. `strict`: nothing else. `allowDowncast: true`: any cast.
   * Arrays of another dtype must promote to this one; JS numbers must fit by value, or be floats for a `floatX`
   * tensor (unless `allowDowncast` is false).
   * @throws BitaleTypeError BAD_VALUE, WRONG_DTYPE, LOSSY_VALUE, WRONG_RANK, WRONG_SHAPE
   */
  override filter(value: unknown, options: FilterOptions = {}): NDArray {
    const subject = options.subject ?? this.toString();
    if (isVariable(value)) {
      throw new BitaleTypeError("BAD_VALUE", {
        subject,
        problem: "a number or an array is needed, this is a symbolic variable",
        got: String(value),
        cure: "pass a value; to use a variable's value, call getValue() on it",
      });
    }
    const literalDType = options.strict === true ? undefined : widest(value);
    const found = tryNDArray(value, subject, literalDType);
    if (found === undefined) {
      throw new BitaleTypeError("BAD_VALUE", {
        subject,
        problem: "the value is no dense tensor",
        expected: this.toString(),
        got: describeValue(value),
      });
    }
    const array = this.#cast(found.array, found.kind === "literal", options, subject);
    this.#checkLengths(array, subject);
    return array;
  }

  #cast(array: NDArray, literal: boolean, options: FilterOptions, subject: string): NDArray {
    if (options.strict === true && literal) {
      throw new BitaleTypeError("WRONG_DTYPE", {
        subject,
        problem: "strict takes arrays only, not JS numbers",
        expected: `an array of ${this.dtype}`,
        cure: "pass an NDArray or a typed array, or set strict to false",
      });
    }
    if (array.dtype === this.dtype && !literal) return array;
    if (options.strict === true) throw this.#wrongDType(subject, array, "strict allows no cast");
    if (options.allowDowncast === true) return castNDArray(array, this.dtype);
    if (!literal) {
      if (promote(this.dtype, array.dtype) === this.dtype) return castNDArray(array, this.dtype);
      throw this.#wrongDType(subject, array, "the cast could lose precision");
    }
    const cast = castNDArray(array, this.dtype);
    const floats = isFloat(array.dtype) && isFloat(this.dtype);
    const floatFits = floats && options.allowDowncast === undefined && this.dtype === floatX();
    // NumPy compares a 64-bit integer with a float64 as floats: every one fits, rounded.
    const bigFits = isBig(array.dtype) && this.dtype === "float64";
    if (floatFits || bigFits || castKeepsValues(array, cast)) return cast;
    throw new BitaleTypeError("LOSSY_VALUE", {
      subject,
      problem: `the value cannot be stored exactly as ${this.dtype}`,
      got: array.size === 1 ? String(array.get(...array.shape.map(() => 0))) : describeValue(array),
      cure: "round it yourself, or pass allowDowncast: true",
    });
  }

  #wrongDType(subject: string, array: NDArray, problem: string): BitaleTypeError {
    return new BitaleTypeError("WRONG_DTYPE", {
      subject,
      problem,
      expected: this.dtype,
      got: array.dtype,
      cure: `convert the array to ${this.dtype}, or pass allowDowncast: true (and strict: false)`,
    });
  }

  #checkLengths(array: { readonly shape: readonly number[] }, subject: string): void {
    if (array.shape.length !== this.ndim) {
      throw new BitaleTypeError("WRONG_RANK", {
        subject,
        problem: "wrong number of dimensions",
        expected: `${this.ndim}, as in ${this.toString()}`,
        got: `${array.shape.length}, with shape ${shapeText(array.shape)}`,
      });
    }
    if (this.shape.every((dim, axis) => dim === null || dim === array.shape[axis])) return;
    throw new BitaleTypeError("WRONG_SHAPE", {
      subject,
      problem: "the lengths contradict the static shape",
      expected: shapeText(this.shape),
      got: shapeText(array.shape),
    });
  }

  /** For plugins: dtype, rank and static lengths of an internal value must be those of this Type. */
  checkInternal(
    internal: { readonly dtype: DType; readonly shape: readonly number[] },
    subject: string,
  ): void {
    if (internal.dtype !== this.dtype) {
      throw new BitaleTypeError("WRONG_DTYPE", {
        subject,
        problem: "internal values are never cast",
        expected: this.dtype,
        got: internal.dtype,
      });
    }
    this.#checkLengths(internal, subject);
  }

  override equals(other: Type): boolean {
    return (
      isTensorType(other) &&
      other.dtype === this.dtype &&
      other.ndim === this.ndim &&
      other.shape.every((dim, axis) => dim === this.shape[axis])
    );
  }
  override accepts(other: Type): boolean {
    return (
      isTensorType(other) &&
      other.dtype === this.dtype &&
      other.ndim === this.ndim &&
      this.shape.every((dim, axis) => dim === null || dim === other.shape[axis])
    );
  }
  override convertible(other: Type): boolean {
    return (
      isTensorType(other) &&
      other.dtype === this.dtype &&
      other.ndim === this.ndim &&
      this.shape.every((dim, axis) => dim === null || other.shape[axis] === null || dim === other.shape[axis])
    );
  }
  override plain(): TensorType {
    return this.constructor === TensorType
      ? (this as unknown as TensorType)
      : new TensorType(this.dtype, this.shape);
  }
  /** The same storage with other static facts; subclasses override it when their constructor differs. */
  override toString(): string {
    return `${this.constructor.name}(${this.dtype}, ${shapeText(this.shape)})`;
  }
  override get label(): string {
    return `${this.dtype} ${shapeText(this.shape)}`;
  }

  override hostInto(host: NDArray, into: unknown, subject: string): NDArray {
    const target = asTarget(into, host.dtype, host.shape, subject);
    if (overlaps(target, host)) {
      throw new BitaleTypeError("BAD_VALUE", {
        subject,
        problem: "the array shares memory with the value that is to be written into it",
        cure: "pass an array of its own",
      });
    }
    writeInto(target, host);
    return target;
  }
  override copyInternal(internal: Internal): Internal {
    return (internal as unknown as NDArray).copy() as unknown as Internal;
  }
  override clear(internal: Internal): boolean {
    if (!isNDArray(internal)) return false;
    for (const position of positions(internal)) writeElement(internal, position, 0);
    return true;
  }
  override shapeOf(internal: Internal): readonly number[] {
    return (internal as { readonly shape: readonly number[] }).shape;
  }
  override clearedLike(host: NDArray): NDArray {
    return emptyNDArray(host.shape, host.dtype);
  }
  /** 0 * value: NaN and infinities give NaN, an array of bools int64 (a product of integers; a lone one fits as it is). */
  override zeroLike(host: NDArray): NDArray {
    const zero = emptyNDArray(host.shape, host.dtype === "bool" && host.ndim > 0 ? "int64" : host.dtype);
    if (!isFloat(host.dtype)) return zero;
    const source = host.copy();
    for (let i = 0; i < zero.data.length; i++) {
      const value = Number(source.get(...unravel(i, host.shape)));
      if (!Number.isFinite(value)) writeElement(zero, i, Number.NaN);
    }
    return zero;
  }
}

/** Literals are first held as widely as they may be, so that a lossy cast can be seen. */
function widest(value: unknown): DType | undefined {
  let leaf = value;
  while (Array.isArray(leaf)) leaf = leaf[0];
  if (typeof leaf === "number") return "float64";
  if (typeof leaf !== "bigint") return undefined;
  return reaches(value, 1n << 63n) ? "uint64" : "int64";
}

/** Whether a bigint, or one in nested arrays, is as large as this. */
const reaches = (value: unknown, limit: bigint): boolean =>
  Array.isArray(value)
    ? value.some((item) => reaches(item, limit))
    : typeof value === "bigint" && value >= limit;

function unravel(position: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  let rest = position;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number;
    index[axis] = rest % length;
    rest = Math.floor(rest / length);
  }
  return index;
}

/** Whether a Type is dense (of any plugin and any copy of core). */
export function isTensorType(type: Type): type is TensorType {
  return type.kind === "tensor";
}
