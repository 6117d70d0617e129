/** Dense arrays as the language writes them, and what users do with arrays that they hold. */
import {
  type DType,
  emptyNDArray,
  isDType,
  NDArray,
  positions,
  readElement,
  rowMajorStrides,
  type Scalar,
  sizeOf,
  writeElement,
} from "@bitale/core";
import type { JsonNumber } from "./case-file.js";

/** A number of the language as an element of an array. */
export function toScalar(value: JsonNumber, dtype: DType): Scalar {
  if (dtype === "int64" || dtype === "uint64") return BigInt(value);
  return toNumber(value);
}

/** A number of the language as a JS number. */
export function toNumber(value: JsonNumber): number {
  if (value === "inf") return Number.POSITIVE_INFINITY;
  if (value === "-inf") return Number.NEGATIVE_INFINITY;
  return value === "nan" ? Number.NaN : Number(value);
}

/**
 * The host value of an `nd` literal; a foreign array object that states its dtype where bitale has no such dtype.
 * @param order "F": column-major memory
 */
export function arrayOf(
  flat: readonly unknown[],
  shape: readonly number[],
  dtype: string,
  order = "C",
): unknown {
  if (!isDType(dtype)) return foreignArray(flat, shape, dtype);
  const plain = emptyNDArray(shape, dtype);
  const strides = order === "F" ? rowMajorStrides([...shape].reverse()).reverse() : plain.strides;
  const array = new NDArray({ data: plain.data, shape: [...shape], dtype, strides });
  let i = 0;
  for (const position of positions(array))
    writeElement(array, position, toScalar(flat[i++] as JsonNumber, dtype));
  return array;
}

/** An array as another library would hand it over: complex numbers as pairs of floats, anything else as it is. */
function foreignArray(flat: readonly unknown[], shape: readonly number[], dtype: string): object {
  const complex = dtype.startsWith("complex");
  const numbers = complex ? (flat as JsonNumber[][]).flat().map(toNumber) : undefined;
  const data = numbers && (dtype === "complex64" ? Float32Array.from(numbers) : Float64Array.from(numbers));
  return { data: data ?? [...flat], shape: [...shape], dtype };
}

/** Elements in row-major order. */
export function elementsOf(array: NDArray): Scalar[] {
  return [...positions(array)].map((position) => readElement(array, position));
}

/** An array that shares the memory of another, or (`copy`) does not. */
export function viewOf(array: NDArray, view: { readonly [field: string]: unknown }): NDArray {
  switch (view.how) {
    case "T":
      return array.transpose();
    case "copy":
      return array.copy();
    case "slice":
      return sliced(array, view.slice as readonly (readonly (number | null)[] | number)[]);
    case "reshape":
      return reshaped(array, view.shape as readonly number[]);
    default:
      throw new Error(`unknown view ${String(view.how)}`);
  }
}

function sliced(array: NDArray, items: readonly (readonly (number | null)[] | number)[]): NDArray {
  const [shape, strides]: [number[], number[]] = [[], []];
  let offset = array.offset;
  array.shape.forEach((length, axis) => {
    const stride = array.strides[axis] as number;
    const item = items[axis] ?? [];
    if (typeof item === "number") {
      offset += (item < 0 ? item + length : item) * stride;
      return;
    }
    const { start, size, step } = pythonSlice(item, length);
    offset += size === 0 ? 0 : start * stride;
    shape.push(size);
    strides.push(stride * step);
  });
  return new NDArray({ data: array.data, dtype: array.dtype, shape, strides, offset });
}

function pythonSlice([from, to, by]: readonly (number | null)[], length: number) {
  const step = by ?? 1;
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const bound = (value: number): number => Math.min(Math.max(value < 0 ? value + length : value, low), high);
  const start = from === null || from === undefined ? (step > 0 ? low : high) : bound(from);
  const stop = to === null || to === undefined ? (step > 0 ? high : low) : bound(to);
  return { start, size: Math.max(0, Math.ceil((stop - start) / step)), step };
}

function reshaped(array: NDArray, wanted: readonly number[]): NDArray {
  const known = sizeOf(wanted.filter((length) => length !== -1));
  const shape = wanted.map((length) => (length === -1 ? array.size / known : length));
  const source = array.isContiguous ? array : array.copy();
  return new NDArray({ data: source.data, dtype: source.dtype, offset: source.offset, shape });
}

/** Writes into an array that the user holds: `{fill}`, `{iadd}`, `{imul}`, `{set: [index, value]}`. */
export function mutateArray(array: NDArray, how: { readonly [verb: string]: unknown }): void {
  const [[verb, operand] = ["nothing", undefined], ...more] = Object.entries(how);
  if (more.length > 0) throw new Error(`unknown change ${Object.keys(how)}`);
  if (verb === "set") {
    const [index, value] = operand as [number | number[], JsonNumber];
    mutateArray(sliced(array, typeof index === "number" ? [index] : index), { fill: value });
    return;
  }
  const value = toScalar(operand as JsonNumber, array.dtype);
  for (const position of positions(array)) {
    const old = readElement(array, position);
    writeElement(array, position, changed(verb, old, value));
  }
}

function changed(verb: string, old: Scalar, value: Scalar): Scalar {
  if (verb === "fill") return value;
  const big = typeof old === "bigint";
  if (verb === "iadd") return big ? old + (value as bigint) : (old as number) + (value as number);
  if (verb === "imul") return big ? old * (value as bigint) : (old as number) * (value as number);
  throw new Error(`unknown change ${verb}`);
}

/** Whether two arrays have a byte in common. */
export function sharesMemory(a: NDArray, b: NDArray): boolean {
  if (a.data.buffer !== b.data.buffer) return false;
  const bytes = new Set<number>();
  for (const byte of byteStarts(a)) bytes.add(byte);
  return byteStarts(b).some((byte) => bytes.has(byte));
}

function byteStarts(array: NDArray): number[] {
  const { byteOffset, BYTES_PER_ELEMENT } = array.data;
  return [...positions(array)].flatMap((position) =>
    Array.from({ length: BYTES_PER_ELEMENT }, (_, i) => byteOffset + position * BYTES_PER_ELEMENT + i),
  );
}

/** A typed array as an array of its own; indices of sparse matrices too. */
export const vectorOf = (data: NDArray["data"], dtype: DType): NDArray =>
  new NDArray({ data, shape: [data.length], dtype });
