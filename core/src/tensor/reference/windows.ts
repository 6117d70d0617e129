/** Strided windows on the memory of an array: nothing is copied. */
import { BitaleRangeError } from "../../errors.js";
import { NDArray } from "../ndarray.js";
import type { StartSpec } from "../primitives.js";
import { shapeText } from "../shape.js";

/**
 * The array stretched to a shape by NumPy's rule: aligned at the last axis, axes of length 1 repeat (stride
 * 0).
 * @throws BitaleRangeError SHAPE_MISMATCH where it does not broadcast
 */
export function broadcastWindow(array: NDArray, shape: readonly number[]): NDArray {
  const skip = shape.length - array.ndim;
  const fits = array.shape.every((length, axis) => length === 1 || length === shape[axis + skip]);
  if (skip < 0 || !fits) {
    throw new BitaleRangeError("SHAPE_MISMATCH", {
      subject: "broadcast",
      problem: `shape ${shapeText(array.shape)} does not broadcast to ${shapeText(shape)}`,
    });
  }
  const strides = shape.map((length, axis) =>
    axis < skip || length !== array.shape[axis - skip] ? 0 : (array.strides[axis - skip] as number),
  );
  return new NDArray({ data: array.data, dtype: array.dtype, offset: array.offset, shape, strides });
}

/** Where a window starts and how it steps, one entry an axis; `scalars` are the numbers of the call. */
export interface WindowPlace {
  readonly starts: readonly StartSpec[];
  readonly steps: readonly number[];
  readonly scalars: readonly number[];
}

/**
 * The elements at start, start + step, … of each axis; steps may be negative. Starts do not count from the
 * end.
 * @throws BitaleRangeError INDEX_OUT_OF_BOUNDS where the window leaves the array
 */
export function sliceWindow(array: NDArray, shape: readonly number[], place: WindowPlace): NDArray {
  const strides: number[] = [];
  let offset = array.offset;
  for (let axis = 0; axis < array.ndim; axis++) {
    const spec = place.starts[axis] as StartSpec;
    const start = typeof spec === "number" ? spec : (place.scalars[spec.scalar] as number);
    const step = place.steps[axis] as number;
    checkReach(start, step, shape[axis] as number, axis, array.shape[axis] as number);
    const stride = array.strides[axis] as number;
    offset += start * stride;
    strides.push(step * stride);
  }
  return new NDArray({ data: array.data, dtype: array.dtype, offset, shape, strides });
}

function checkReach(start: number, step: number, size: number, axis: number, length: number): void {
  if (size === 0) return;
  const last = start + (size - 1) * step;
  if (Math.min(start, last) >= 0 && Math.max(start, last) < length) return;
  throw new BitaleRangeError("INDEX_OUT_OF_BOUNDS", {
    subject: "slice",
    problem: `${size} elements from ${start} in steps of ${step} leave axis ${axis} of length ${length}`,
  });
}
