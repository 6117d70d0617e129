import { BitaleRangeError, BitaleTypeError } from "../errors.js";
import { arrayConstructor, type DType, isBig, type TypedArray } from "./dtype.js";
import { float16ToNumber, numberToFloat16 } from "./float16.js";
import { rowMajorStrides, shapeText, sizeOf } from "./shape.js";

const BRAND = Symbol.for("bitale.ndarray");

/** A JavaScript number as an element: bigint for 64-bit ints, number for the rest (bool: 0 or 1). */
export type Scalar = number | bigint;

/** The fields of a dense array, whoever made it. */
export interface NDArrayLike {
  readonly data: TypedArray;
  readonly shape: readonly number[];
  /** Steps in elements (not bytes); may be 0 or negative. */
  readonly strides: readonly number[];
  /** Position in `data` of the element at index 0, 0, …. */
  readonly offset: number;
  readonly dtype: DType;
}

/**
 * The dense host value: a strided window on a typed array, row-major by default. The window is fixed; the data are
 * shared with whoever holds the same typed array. bool is 0/1 in a Uint8Array, float16 raw bits in a Uint16Array.
 *
 * @example
 * ```ts
 * import { NDArray } from "@bitale/core";
 * const a = new NDArray({ data: new Float32Array([1, 2, 3, 4]), shape: [2, 2], dtype: "float32" });
 * a.toArray(); // [[1, 2], [3, 4]]
 * ```
 */
export class NDArray<D extends DType = DType> implements NDArrayLike {
  readonly [BRAND] = true;
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
  readonly dtype: D;

  /** @throws BitaleRangeError WRONG_SHAPE where the window would leave the data */
  constructor(fields: {
    readonly data: TypedArray;
    readonly shape: readonly number[];
    readonly dtype: D;
    readonly strides?: readonly number[] | undefined;
    readonly offset?: number | undefined;
  }) {
    this.data = fields.data;
    this.shape = fields.shape;
    this.strides = fields.strides ?? rowMajorStrides(fields.shape);
    this.offset = fields.offset ?? 0;
    this.dtype = fields.dtype;
    this.#checkWindow();
  }

  #checkWindow(): void {
    let low = this.offset;
    let high = this.offset;
    for (let axis = 0; axis < this.shape.length; axis++) {
      const reach = ((this.shape[axis] as number) - 1) * (this.strides[axis] as number);
      if ((this.shape[axis] as number) === 0) return;
      if (reach < 0) low += reach;
      else high += reach;
    }
    if (low >= 0 && high < this.data.length && this.strides.length === this.shape.length) return;
    throw new BitaleRangeError("WRONG_SHAPE", {
      subject: "NDArray",
      problem: "the shape reaches outside the data",
      got: `shape ${shapeText(this.shape)}, strides [${this.strides.join(", ")}], offset ${this.offset}, ${this.data.length} elements`,
    });
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }
  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }
  /** Whether the elements lie one after another in row-major order, from `offset` on. */
  get isContiguous(): boolean {
    let step = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      const length = this.shape[axis] as number;
      if (length === 0) return true;
      if (length !== 1 && this.strides[axis] !== step) return false;
      step *= length;
    }
    return true;
  }
  /** Row-major elements: a window on the same memory where they are contiguous, else a copy. */
  flat(): TypedArray {
    if (this.isContiguous) {
      if (this.offset === 0 && this.data.length === this.size) return this.data;
      return this.data.subarray(this.offset, this.offset + this.size) as TypedArray;
    }
    return this.copy().data;
  }
  /** An independent row-major copy on the JavaScript heap. */
  copy(): NDArray<D> {
    const data = new (arrayConstructor(this.dtype))(this.size);
    if (this.isContiguous) data.set(this.flat() as never);
    else {
      let i = 0;
      for (const position of positions(this)) data[i++] = this.data[position] as never;
    }
    return new NDArray({ data, shape: [...this.shape], dtype: this.dtype });
  }
  /** One element; float16 comes as a number, bool as 0 or 1. */
  get(...index: readonly number[]): Scalar {
    return readElement(this, this.#position(index));
  }
  /** Writes one element into the shared memory. */
  set(value: Scalar, ...index: readonly number[]): void {
    writeElement(this, this.#position(index), value);
  }
  /** The only element of an array with one element, as a number (64-bit ints too; use `get` for exact bigints). */
  item(): number {
    if (this.size !== 1) {
      throw new BitaleTypeError("WRONG_SHAPE", {
        subject: "NDArray.item()",
        problem: "only an array with one element has an item",
        got: `shape ${shapeText(this.shape)}`,
        cure: "use get(...index) or toArray()",
      });
    }
    return Number(readElement(this, this.offset));
  }
  /** Nested arrays; a 0-d array gives the bare element. bool elements come as booleans. */
  toArray(): unknown {
    const elements = [...positions(this)].map((p) => {
      const value = readElement(this, p);
      return this.dtype === "bool" ? value !== 0 : value;
    });
    let nested: unknown[] = elements;
    for (let axis = this.shape.length - 1; axis > 0; axis--) {
      const length = this.shape[axis] as number;
      const count = sizeOf(this.shape.slice(0, axis));
      const rows = nested;
      nested = Array.from({ length: count }, (_, r) => rows.slice(r * length, (r + 1) * length));
    }
    return this.shape.length === 0 ? nested[0] : nested;
  }
  /** The same data with the axes in another order (reversed by default). */
  transpose(permutation?: readonly number[]): NDArray<D> {
    const order = permutation ?? this.shape.map((_, i) => this.shape.length - 1 - i);
    return new NDArray({
      data: this.data,
      dtype: this.dtype,
      offset: this.offset,
      shape: order.map((axis) => this.shape[axis] as number),
      strides: order.map((axis) => this.strides[axis] as number),
    });
  }
  toString(): string {
    return `NDArray(${this.dtype}, ${shapeText(this.shape)})`;
  }

  #position(index: readonly number[]): number {
    let position = this.offset;
    if (index.length !== this.shape.length) {
      throw new BitaleRangeError("WRONG_RANK", {
        subject: "NDArray",
        problem: `${this.shape.length} indices are needed, got ${index.length}`,
      });
    }
    for (let axis = 0; axis < index.length; axis++) {
      const length = this.shape[axis] as number;
      const at = index[axis] as number;
      const positive = at < 0 ? at + length : at;
      if (!Number.isInteger(at) || positive < 0 || positive >= length) {
        throw new BitaleRangeError("INDEX_OUT_OF_BOUNDS", {
          subject: "NDArray",
          problem: `index ${at} is out of bounds for axis ${axis} with length ${length}`,
        });
      }
      position += positive * (this.strides[axis] as number);
    }
    return position;
  }
}

/** Positions in `data` of all elements, row-major. */
export function* positions(array: NDArrayLike): Generator<number> {
  const rank = array.shape.length;
  const size = sizeOf(array.shape);
  const index = new Array<number>(rank).fill(0);
  let position = array.offset;
  for (let i = 0; i < size; i++) {
    yield position;
    for (let axis = rank - 1; axis >= 0; axis--) {
      const at = (index[axis] as number) + 1;
      position += array.strides[axis] as number;
      if (at < (array.shape[axis] as number)) {
        index[axis] = at;
        break;
      }
      position -= at * (array.strides[axis] as number);
      index[axis] = 0;
    }
  }
}

/** The element at a position of `data`. */
export function readElement(array: NDArrayLike, position: number): Scalar {
  const raw = array.data[position] as Scalar;
  return array.dtype === "float16" ? float16ToNumber(raw as number) : raw;
}

/** Stores an element at a position of `data`, as the dtype stores it (ints wrap, floats round). */
export function writeElement(array: NDArrayLike, position: number, value: Scalar): void {
  if (array.dtype === "float16") array.data[position] = numberToFloat16(Number(value));
  else if (array.dtype === "bool") array.data[position] = value || Number.isNaN(value as number) ? 1 : 0;
  else if (isBig(array.dtype)) array.data[position] = BigInt(value) as never;
  else array.data[position] = Number(value) as never;
}

/** Whether `value` is an NDArray of any copy of core. */
export function isNDArray(value: unknown): value is NDArray {
  return typeof value === "object" && value !== null && BRAND in value;
}

/** A new array of zeros on the JavaScript heap. */
export function emptyNDArray<D extends DType>(shape: readonly number[], dtype: D): NDArray<D> {
  return new NDArray({ data: new (arrayConstructor(dtype))(sizeOf(shape)), shape: [...shape], dtype });
}

/** A 0-d array. */
export function scalarNDArray<D extends DType>(value: Scalar, dtype: D): NDArray<D> {
  const array = emptyNDArray([], dtype);
  writeElement(array, 0, value);
  return array;
}
