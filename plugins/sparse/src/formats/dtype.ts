/** Which dtypes a sparse matrix holds, and how their numbers are added and multiplied. */
import {
  arrayConstructor,
  BitaleTypeError,
  type DType,
  dtypes,
  isBig,
  isFloat,
  type TypedArray,
} from "@bitale/core";

/** Element types of sparse matrices: all but bool and float16, which have no sparse arithmetic (as in SciPy). */
export type SparseDType = Exclude<DType, "bool" | "float16">;

/** All dtypes of sparse matrices. */
export const sparseDTypes: readonly SparseDType[] = dtypes.filter(
  (dtype): dtype is SparseDType => dtype !== "bool" && dtype !== "float16",
);

/** Whether sparse matrices may have this dtype. */
export const isSparseDType = (dtype: unknown): dtype is SparseDType =>
  sparseDTypes.includes(dtype as SparseDType);

/** Why a dtype is not taken; undefined: it is. */
export function dtypeRefusal(dtype: unknown): string | undefined {
  if (isSparseDType(dtype)) return undefined;
  return `sparse matrices of ${String(dtype)} are not supported, only of ${sparseDTypes.join(", ")}`;
}

/** @throws BitaleTypeError UNSUPPORTED_DTYPE */
export function asSparseDType(dtype: unknown, subject: string): SparseDType {
  if (isSparseDType(dtype)) return dtype;
  throw new BitaleTypeError("UNSUPPORTED_DTYPE", {
    subject,
    problem: `sparse matrices of ${String(dtype)} are not supported`,
    expected: sparseDTypes.join(", "),
    cure: dtype === "bool" ? "cast to int8 or uint8" : "cast to float32",
  });
}

/** The arithmetic that a kernel uses: float64 numbers, 32-bit integers that wrap, or bigints. */
export type Arithmetic = "float" | "int" | "big";

/** The arithmetic of a dtype. */
export const arithmeticOf = (dtype: SparseDType): Arithmetic =>
  isFloat(dtype) ? "float" : isBig(dtype) ? "big" : "int";

const dtypeOfArray: Readonly<Record<string, SparseDType>> = {
  Int8Array: "int8",
  Int16Array: "int16",
  Int32Array: "int32",
  BigInt64Array: "int64",
  Uint8Array: "uint8",
  Uint16Array: "uint16",
  Uint32Array: "uint32",
  BigUint64Array: "uint64",
  Float32Array: "float32",
  Float64Array: "float64",
};

/** The dtype of a typed array by its class; undefined for what holds no sparse dtype. */
export function dtypeOfData(data: unknown): SparseDType | undefined {
  if (!ArrayBuffer.isView(data) || data instanceof DataView) return undefined;
  return dtypeOfArray[(data as unknown as { [Symbol.toStringTag]: string })[Symbol.toStringTag]];
}

/** The same memory as an array of the dtype's own class: a Node Buffer would share memory with its slices. */
export function standardData(data: TypedArray, dtype: SparseDType): TypedArray {
  const Standard = arrayConstructor(dtype);
  if (data.constructor === Standard) return data;
  return new Standard(data.buffer, data.byteOffset, data.length);
}

/** A typed array of the same class and another length, filled with zeros. */
export function emptyData<A extends TypedArray>(like: A, length: number): A {
  return new (like.constructor as new (length: number) => A)(length);
}
