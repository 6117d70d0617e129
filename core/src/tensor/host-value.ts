/** Any host value as an NDArray: numbers, bigints, booleans, nested arrays, typed arrays, foreign ndarray objects. */
import { BitaleTypeError, describeValue } from "../errors.js";
import { castScalar } from "./cast.js";
import { asDType, type DType, isBig, isDType, type TypedArray } from "./dtype.js";
import { floatX } from "./float-x.js";
import { emptyNDArray, isNDArray, NDArray, scalarNDArray, writeElement } from "./ndarray.js";
import { rowMajorStrides, shapeText, sizeOf } from "./shape.js";

const dtypeOfArray: Readonly<Record<string, DType>> = {
  Int8Array: "int8",
  Int16Array: "int16",
  Int32Array: "int32",
  BigInt64Array: "int64",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Buffer: "uint8",
  Uint16Array: "uint16",
  Uint32Array: "uint32",
  BigUint64Array: "uint64",
  Float16Array: "float16",
  Float32Array: "float32",
  Float64Array: "float64",
};

function typedArrayDType(data: unknown): DType | undefined {
  if (!ArrayBuffer.isView(data) || data instanceof DataView) return undefined;
  const tag = (data as unknown as { [Symbol.toStringTag]: string })[Symbol.toStringTag];
  return dtypeOfArray[tag];
}

/** The same memory under the array class that the dtype has here (Float16Array: its bits; clamped: plain bytes). */
function standardArray(data: TypedArray, dtype: DType): TypedArray {
  const tag = (data as unknown as { [Symbol.toStringTag]: string })[Symbol.toStringTag];
  if (tag === "Float16Array") return new Uint16Array(data.buffer, data.byteOffset, data.length);
  if (tag === "Uint8ClampedArray" && dtype === "uint8") {
    return new Uint8Array(data.buffer, data.byteOffset, data.length);
  }
  return data;
}

/** A list of booleans over bytes, as zarrita decodes them. */
interface BoolArray {
  readonly BYTES_PER_ELEMENT: 1;
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly length: number;
  get(position: number): boolean;
}
const isBoolArray = (data: unknown): data is BoolArray => {
  if (typeof data !== "object" || data === null || ArrayBuffer.isView(data)) return false;
  const { BYTES_PER_ELEMENT, buffer, byteOffset, length, get } = data as Partial<BoolArray>;
  if (BYTES_PER_ELEMENT !== 1 || buffer === undefined || typeof get !== "function") return false;
  if (typeof byteOffset !== "number" || typeof length !== "number") return false;
  return length === 0 || typeof (data as BoolArray).get(0) === "boolean";
};

interface ForeignArray {
  readonly data: TypedArray | BoolArray;
  readonly shape: ArrayLike<number>;
  readonly stride?: ArrayLike<number>;
  readonly strides?: ArrayLike<number>;
  readonly offset?: number;
  readonly dtype?: unknown;
  /** Where numpy-ts keeps the offset of a view. */
  readonly storage?: { readonly offset?: number };
}

/** A typed array with a shape; objects that also list indices store only some elements: they are not dense. */
function isForeign(value: unknown): value is ForeignArray {
  if (typeof value !== "object" || value === null || "indices" in value || "format" in value) return false;
  const { data, shape } = value as Partial<ForeignArray>;
  const elements = typedArrayDType(data) !== undefined || isBoolArray(data);
  return elements && typeof shape === "object" && typeof shape?.length === "number";
}

function fromForeign(value: ForeignArray, subject: string): NDArray {
  // Names a foreign library has for its own layouts ("generic", "uint8_clamped") pass; complex data would lose its half.
  if (String(value.dtype).startsWith("complex")) asDType(value.dtype);
  const { data, dtype } = elementsOf(value);
  const shape = Array.from(value.shape);
  // A 0-d array of stdlib has one stride.
  const strides = shape.length === 0 ? [] : (value.strides ?? value.stride);
  const offset = value.offset ?? value.storage?.offset;
  if (offset === undefined && data.length > sizeOf(shape)) {
    throw new BitaleTypeError("BAD_VALUE", {
      subject,
      problem: "the object is a part of its data and does not say where it begins",
      expected: "an offset, in elements",
      got: `shape ${shapeText(shape)} of ${data.length} elements`,
      cure: "add the offset, or pass a contiguous copy",
    });
  }
  return new NDArray({
    data,
    shape,
    dtype,
    strides: strides === undefined ? rowMajorStrides(shape) : Array.from(strides),
    offset: offset ?? 0,
  });
}

/** The memory of a foreign array as we hold it: bool in bytes, float16 in its bits. */
function elementsOf({ data, dtype }: ForeignArray): { data: TypedArray; dtype: DType } {
  if (isBoolArray(data)) {
    return { data: new Uint8Array(data.buffer, data.byteOffset, data.length), dtype: "bool" };
  }
  const own = typedArrayDType(data) as DType;
  const stated = isDType(dtype) ? dtype : own;
  const fits =
    stated === own || (stated === "bool" && own === "uint8") || (stated === "float16" && own === "uint16");
  const held = fits ? stated : own;
  return { data: standardArray(data, held), dtype: held };
}

type Leaf = number | bigint | boolean;

/** Lengths and leaves of a nested array; every row must have the same lengths. */
function flatten(value: readonly unknown[], subject: string): { shape: number[]; leaves: Leaf[] } {
  const shape: number[] = [];
  for (let level: unknown = value; Array.isArray(level); level = level[0]) shape.push(level.length);
  const leaves: Leaf[] = [];
  const ragged = (): never => {
    throw new BitaleTypeError("BAD_VALUE", {
      subject,
      problem: "the nested array is ragged or holds something that is no number",
      expected: "numbers, bigints or booleans in rows of equal length",
    });
  };
  const visit = (item: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (typeof item !== "number" && typeof item !== "bigint" && typeof item !== "boolean") ragged();
      leaves.push(item as Leaf);
      return;
    }
    if (!Array.isArray(item) || item.length !== shape[depth]) ragged();
    for (const child of item as unknown[]) visit(child, depth + 1);
  };
  visit(value, 0);
  return { shape, leaves };
}

/** The dtype of JS values by themselves: numbers are `floatX`, bigints int64, booleans bool; mixed: the widest. */
function leafDType(leaves: readonly Leaf[]): DType {
  if (leaves.length === 0) return floatX();
  if (leaves.some((leaf) => typeof leaf === "number")) return floatX();
  return leaves.some((leaf) => typeof leaf === "bigint") ? "int64" : "bool";
}

/** What kind of host value was handed over: decides which casts are fair. */
export type HostKind = "array" | "literal";

/**
 * Converts a host value without a copy where it already is an array.
 * @param dtype what JS numbers become; by default what they are by themselves (`floatX`, int64 or bool)
 * @returns the array and whether it came from JS literals; undefined where the value is no dense value at all
 */
export function tryNDArray(
  value: unknown,
  subject = "value",
  dtype?: DType,
): { readonly array: NDArray; readonly kind: HostKind } | undefined {
  if (isNDArray(value)) return { array: value, kind: "array" };
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    const result = dtype ?? leafDType([value]);
    return { array: scalarNDArray(toScalar(value, result, subject), result), kind: "literal" };
  }
  if (Array.isArray(value)) {
    const { shape, leaves } = flatten(value, subject);
    const array = emptyNDArray(shape, dtype ?? leafDType(leaves));
    leaves.forEach((leaf, i) => writeElement(array, i, toScalar(leaf, array.dtype, subject)));
    return { array, kind: "literal" };
  }
  const own = typedArrayDType(value);
  if (own !== undefined) {
    const data = standardArray(value as TypedArray, own);
    return { array: new NDArray({ data, shape: [data.length], dtype: own }), kind: "array" };
  }
  if (isForeign(value)) return { array: fromForeign(value, subject), kind: "array" };
  return undefined;
}

/** A literal as an element of `dtype`: bigints that a 64-bit dtype cannot hold are refused, not wrapped. */
function toScalar(leaf: Leaf, dtype: DType, subject: string): number | bigint {
  if (typeof leaf === "boolean") return Number(leaf);
  if (typeof leaf === "bigint" && isBig(dtype) && castScalar(leaf, dtype) !== leaf) {
    throw new BitaleTypeError("LOSSY_VALUE", {
      subject,
      problem: `${leaf} is out of the range of ${dtype}`,
      cure: "pass a number to keep it as a float",
    });
  }
  return leaf;
}

/** As `tryNDArray`. @throws BitaleTypeError BAD_VALUE for what is no dense value */
export function toNDArray(value: unknown, subject = "value", dtype?: DType): NDArray {
  const found = tryNDArray(value, subject, dtype);
  if (found !== undefined) return found.array;
  throw new BitaleTypeError("BAD_VALUE", {
    subject,
    problem: "not a dense value",
    expected: "a number, a bigint, a boolean, nested arrays of them, a typed array or an ndarray object",
    got: describeValue(value),
  });
}
