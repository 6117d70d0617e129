/**
 * Reading and writing at positions that are data. An array is seen as [outer, length, inner]: the indexed
 * axis, and what lies before and behind it. All indices are checked before anything is read or written.
 */
import { BitaleRangeError } from "../../errors.js";
import type { DType } from "../dtype.js";
import type { NDArray, Scalar } from "../ndarray.js";
import type { LoweredName } from "../primitives.js";
import { sizeOf } from "../shape.js";
import { elementsOf, fillNDArray, stored } from "./elements.js";
import type { ReferenceKernels } from "./kernel.js";
import { scalarFunction } from "./scalar-functions.js";

interface Split {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

const splitAt = (shape: readonly number[], axis: number): Split => ({
  outer: sizeOf(shape.slice(0, axis)),
  length: shape[axis]!,
  inner: sizeOf(shape.slice(axis + 1)),
});

/**
 * The indices, row-major, as positions from the start; negative ones count from the end.
 * @throws BitaleRangeError INDEX_OUT_OF_BOUNDS
 */
function indexList(op: LoweredName, indices: NDArray, axis: number, length: number): number[] {
  return elementsOf(indices).map((element) => {
    const index = Number(element);
    const position = index < 0 ? index + length : index;
    if (position >= 0 && position < length) return position;
    throw new BitaleRangeError("INDEX_OUT_OF_BOUNDS", {
      subject: op,
      problem: `index ${element} is out of bounds for axis ${axis} with length ${length}`,
      ...(length === 0 ? {} : { expected: `-${length} to ${length - 1}` }),
    });
  });
}

/** The flat positions in x that `take` reads, in the order of its result. */
function takePositions(op: LoweredName, x: NDArray, indices: NDArray, axis: number): number[] {
  const { outer, length, inner } = splitAt(x.shape, axis);
  const list = indexList(op, indices, axis, length);
  const positions: number[] = [];
  for (let o = 0; o < outer; o++) {
    for (const index of list) {
      for (let i = 0; i < inner; i++) positions.push((o * length + index) * inner + i);
    }
  }
  return positions;
}

/** The flat positions in x that `takeAlongAxis` reads, in the order of its result. */
function alongAxisPositions(op: LoweredName, x: NDArray, indices: NDArray, axis: number): number[] {
  const { length, inner } = splitAt(x.shape, axis);
  const perOuter = indices.shape[axis]! * inner;
  return indexList(op, indices, axis, length).map((index, flat) => {
    const o = Math.floor(flat / perOuter);
    return (o * length + index) * inner + (flat % inner);
  });
}

/** Writes the values in order ("set": the last one at a position stays) or adds each to what is there. */
function written(
  base: NDArray,
  positions: readonly number[],
  value: NDArray,
  mode: "set" | "add",
  dtype: DType,
): NDArray {
  const result = elementsOf(base);
  const values = elementsOf(value);
  const add = scalarFunction("add", dtype);
  positions.forEach((position, i) => {
    const element = values[i] as Scalar;
    result[position] = mode === "set" ? element : stored(add(result[position]!, element), dtype);
  });
  return fillNDArray(base.shape, dtype, (i) => result[i]!);
}

/** Kernels of take, scatter and their counterparts along an axis. */
export const indexingKernels: ReferenceKernels<"take" | "scatter" | "takeAlongAxis" | "scatterAlongAxis"> = {
  take: ({ params, inputs, dtype, shape }) => {
    const [x, indices] = inputs as [NDArray, NDArray];
    const positions = takePositions("take", x, indices, params.axis);
    const elements = elementsOf(x);
    return fillNDArray(shape, dtype, (i) => elements[positions[i]!]!);
  },
  scatter: ({ params, inputs, dtype }) => {
    const [base, indices, value] = inputs as [NDArray, NDArray, NDArray];
    const positions = takePositions("scatter", base, indices, params.axis);
    return written(base, positions, value, params.mode, dtype);
  },
  takeAlongAxis: ({ params, inputs, dtype, shape }) => {
    const [x, indices] = inputs as [NDArray, NDArray];
    const positions = alongAxisPositions("takeAlongAxis", x, indices, params.axis);
    const elements = elementsOf(x);
    return fillNDArray(shape, dtype, (i) => elements[positions[i]!]!);
  },
  scatterAlongAxis: ({ params, inputs, dtype }) => {
    const [base, indices, value] = inputs as [NDArray, NDArray, NDArray];
    const positions = alongAxisPositions("scatterAlongAxis", base, indices, params.axis);
    return written(base, positions, value, params.mode, dtype);
  },
};
