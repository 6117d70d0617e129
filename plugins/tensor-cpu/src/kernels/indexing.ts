/** Moves by indices, on row-major memory. All check every index before the result is used by anybody. */
import {
  BitaleRangeError,
  type DType,
  float16ToNumber,
  numberToFloat16,
  type TypedArray,
} from "@bitale/core";

/** A tensor as [outer, axis, inner] around one axis. */
export interface AroundAxis {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** Lengths before, at and behind an axis. */
export function aroundAxis(shape: readonly number[], axis: number): AroundAxis {
  const product = (list: readonly number[]): number => list.reduce((a, b) => a * b, 1);
  return {
    outer: product(shape.slice(0, axis)),
    length: shape[axis] as number,
    inner: product(shape.slice(axis + 1)),
  };
}

/** A place in memory. */
export interface Window {
  readonly data: TypedArray;
  readonly start: number;
}

function indexAt(indices: Window, at: number, length: number, op: string): number {
  const raw = Number(indices.data[indices.start + at]);
  const index = raw < 0 ? raw + length : raw;
  if (index >= 0 && index < length) return index;
  throw new BitaleRangeError("INDEX_OUT_OF_BOUNDS", {
    subject: op,
    problem: `index ${raw} is out of bounds for an axis of length ${length}`,
    expected: `${-length} to ${length - 1}`,
  });
}

/** out[o, j, :] = x[o, indices[j], :] */
export function take(
  x: Window,
  { outer, length, inner }: AroundAxis,
  indices: Window,
  count: number,
  out: Window,
): void {
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < count; j++) {
      const from = x.start + (o * length + indexAt(indices, j, length, "take")) * inner;
      const to = out.start + (o * count + j) * inner;
      for (let i = 0; i < inner; i++) out.data[to + i] = x.data[from + i] as never;
    }
  }
}

/** out[o, j, i] = x[o, indices[o, j, i], i] */
export function takeAlongAxis(
  x: Window,
  { outer, length, inner }: AroundAxis,
  indices: Window,
  count: number,
  out: Window,
): void {
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < count; j++) {
      for (let i = 0; i < inner; i++) {
        const at = (o * count + j) * inner + i;
        const from = (o * length + indexAt(indices, at, length, "takeAlongAxis")) * inner + i;
        out.data[out.start + at] = x.data[x.start + from] as never;
      }
    }
  }
}

type Put = (data: TypedArray, at: number, value: never) => void;
const set: Put = (data, at, value) => {
  data[at] = value;
};
/** Typed arrays round and wrap when they store. */
const increase: Put = (data, at, value) => {
  data[at] = ((data[at] as number) + (value as number)) as never;
};
const increaseHalf: Put = (data, at, value) => {
  data[at] = numberToFloat16(float16ToNumber(data[at] as number) + float16ToNumber(value)) as never;
};
const either: Put = (data, at, value) => {
  data[at] = ((data[at] as number) | (value as number)) as never;
};
const put = (dtype: DType, mode: "set" | "add"): Put => {
  if (mode === "set") return set;
  return dtype === "float16" ? increaseHalf : dtype === "bool" ? either : increase;
};

/** out[o, indices[j], :] is set to, or increased by, value[o, j, :]; out holds the base already. */
export function scatter(
  out: Window,
  { outer, length, inner }: AroundAxis,
  indices: Window,
  count: number,
  value: Window,
  dtype: DType,
  mode: "set" | "add",
): void {
  const store = put(dtype, mode);
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < count; j++) {
      const to = out.start + (o * length + indexAt(indices, j, length, "scatter")) * inner;
      const from = value.start + (o * count + j) * inner;
      for (let i = 0; i < inner; i++) store(out.data, to + i, value.data[from + i] as never);
    }
  }
}

/** out[o, indices[o, j, i], i] is set to, or increased by, value[o, j, i]; out holds the base already. */
export function scatterAlongAxis(
  out: Window,
  { outer, length, inner }: AroundAxis,
  indices: Window,
  count: number,
  value: Window,
  dtype: DType,
  mode: "set" | "add",
): void {
  const store = put(dtype, mode);
  for (let o = 0; o < outer; o++) {
    for (let j = 0; j < count; j++) {
      for (let i = 0; i < inner; i++) {
        const at = (o * count + j) * inner + i;
        const to = (o * length + indexAt(indices, at, length, "scatterAlongAxis")) * inner + i;
        store(out.data, out.start + to, value.data[value.start + at] as never);
      }
    }
  }
}
