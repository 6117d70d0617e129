/** Element types: names, memory, promotion. */
import { BitaleTypeError } from "../errors.js";

/** NumPy's names. (A literal union: editors show it by its name.) */
export type DType =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float16"
  | "float32"
  | "float64";

/** All dtypes of bitale. */
export const dtypes: readonly DType[] = [
  "bool",
  "int8",
  "int16",
  "int32",
  "int64",
  "uint8",
  "uint16",
  "uint32",
  "uint64",
  "float16",
  "float32",
  "float64",
];
export type FloatDType = "float16" | "float32" | "float64";

/** Memory of an array: bool is 0/1 in a Uint8Array, float16 is raw bits in a Uint16Array (on every engine). */
export interface DTypeArrays {
  bool: Uint8Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  float16: Uint16Array;
  float32: Float32Array;
  float64: Float64Array;
}
export type TypedArray = DTypeArrays[DType];
export type TypedArrayConstructor = {
  new (length: number): TypedArray;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): TypedArray;
  readonly BYTES_PER_ELEMENT: number;
};

/** What sort of number a dtype is: decides which arithmetic a kernel uses. */
export type DTypeKind = "bool" | "int" | "uint" | "float";

interface DTypeFacts {
  readonly kind: DTypeKind;
  readonly bits: number;
  readonly array: TypedArrayConstructor;
}

const facts: { readonly [D in DType]: DTypeFacts } = {
  bool: { kind: "bool", bits: 8, array: Uint8Array as unknown as TypedArrayConstructor },
  int8: { kind: "int", bits: 8, array: Int8Array as unknown as TypedArrayConstructor },
  int16: { kind: "int", bits: 16, array: Int16Array as unknown as TypedArrayConstructor },
  int32: { kind: "int", bits: 32, array: Int32Array as unknown as TypedArrayConstructor },
  int64: { kind: "int", bits: 64, array: BigInt64Array as unknown as TypedArrayConstructor },
  uint8: { kind: "uint", bits: 8, array: Uint8Array as unknown as TypedArrayConstructor },
  uint16: { kind: "uint", bits: 16, array: Uint16Array as unknown as TypedArrayConstructor },
  uint32: { kind: "uint", bits: 32, array: Uint32Array as unknown as TypedArrayConstructor },
  uint64: { kind: "uint", bits: 64, array: BigUint64Array as unknown as TypedArrayConstructor },
  float16: { kind: "float", bits: 16, array: Uint16Array as unknown as TypedArrayConstructor },
  float32: { kind: "float", bits: 32, array: Float32Array as unknown as TypedArrayConstructor },
  float64: { kind: "float", bits: 64, array: Float64Array as unknown as TypedArrayConstructor },
};

/** Whether `name` is one of the dtypes above. */
export function isDType(name: unknown): name is DType {
  return typeof name === "string" && Object.hasOwn(facts, name);
}

/** @throws BitaleTypeError UNSUPPORTED_DTYPE for a name that is no dtype (complex numbers among them) */
export function asDType(name: unknown, subject = "dtype"): DType {
  if (isDType(name)) return name;
  throw new BitaleTypeError("UNSUPPORTED_DTYPE", {
    subject,
    problem: `${String(name)} is not a supported dtype`,
    expected: dtypes.join(", "),
    ...(String(name).startsWith("complex")
      ? { cure: "keep real and imaginary parts in two tensors: complex numbers are not supported yet" }
      : {}),
  });
}

export const kindOf = (dtype: DType): DTypeKind => facts[dtype].kind;
export const bitsOf = (dtype: DType): number => facts[dtype].bits;
/** Bytes per element in memory. */
export const byteSize = (dtype: DType): number => facts[dtype].bits / 8;
export const arrayConstructor = (dtype: DType): TypedArrayConstructor => facts[dtype].array;
export const isFloat = (dtype: DType): dtype is FloatDType => facts[dtype].kind === "float";
/** int or uint, not bool. */
export const isInteger = (dtype: DType): boolean =>
  facts[dtype].kind === "int" || facts[dtype].kind === "uint";
/** bool, int or uint: no gradient flows through it. */
export const isDiscrete = (dtype: DType): boolean => facts[dtype].kind !== "float";
/** Whether elements are bigints in JavaScript. */
export const isBig = (dtype: DType): dtype is "int64" | "uint64" => dtype === "int64" || dtype === "uint64";

const floatOfBits = (bits: number): FloatDType =>
  bits <= 16 ? "float16" : bits <= 32 ? "float32" : "float64";
const intOfBits = (bits: number): DType => `int${Math.max(8, bits)}` as DType;

/** The float that holds all values of an integer dtype, as NumPy pairs them (64 bits: float64, though lossy). */
function floatFor(dtype: DType): FloatDType {
  if (isFloat(dtype)) return dtype;
  const bits = bitsOf(dtype);
  return bits <= 8 ? "float16" : bits <= 16 ? "float32" : "float64";
}

/**
 * The dtype that holds both, by NumPy's array rule: int64 + float32 is float64, int8 + uint8 is int16,
 * int64 + uint64 is float64, int8 + float16 is float16.
 */
export function promote(a: DType, b: DType): DType {
  if (a === b || b === "bool") return a;
  if (a === "bool") return b;
  const ka = kindOf(a);
  const kb = kindOf(b);
  if (ka === "float" || kb === "float") {
    return floatOfBits(Math.max(bitsOf(floatFor(a)), bitsOf(floatFor(b))));
  }
  if (ka === kb) return bitsOf(a) >= bitsOf(b) ? a : b;
  const [signed, unsigned] = ka === "int" ? [a, b] : [b, a];
  if (bitsOf(signed) > bitsOf(unsigned)) return signed;
  return bitsOf(unsigned) === 64 ? "float64" : intOfBits(bitsOf(unsigned) * 2);
}

/** Promotion over a list. */
export const promoteAll = (list: readonly DType[]): DType => list.reduce(promote);

/** The float dtype in which exp, sqrt, tanh and their like work: small ints float32, larger ones float64. */
export function floatResult(dtype: DType): FloatDType {
  if (isFloat(dtype)) return dtype;
  return bitsOf(dtype) <= 16 ? "float32" : "float64";
}

/** The dtype in which sums and products of a dtype are returned: 64-bit for ints and bool. */
export function sumResult(dtype: DType): DType {
  const kind = kindOf(dtype);
  return kind === "float" ? dtype : kind === "uint" ? "uint64" : "int64";
}

/** Least and greatest value of an integer dtype (bool: 0 and 1). */
export function integerRange(dtype: DType): { readonly min: bigint; readonly max: bigint } {
  const bits = BigInt(bitsOf(dtype));
  if (dtype === "bool") return { min: 0n, max: 1n };
  if (kindOf(dtype) === "uint") return { min: 0n, max: (1n << bits) - 1n };
  return { min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n };
}
