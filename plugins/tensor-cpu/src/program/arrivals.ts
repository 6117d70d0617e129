/** Arrays of other memory, such as a caller's own, are copied into the arena where kernels want them there. */
import type { NDArray, TypedArray } from "@bitale/core";
import { type Frame, place } from "./frame.js";

/** Elements from the first to the last one that an array's window touches. */
export function spanOf({ shape, strides, offset }: NDArray): {
  readonly first: number;
  readonly length: number;
} {
  let [first, last] = [offset, offset];
  for (const [axis, length] of shape.entries()) {
    if (length === 0) return { first: 0, length: 0 };
    const reach = (length - 1) * (strides[axis] as number);
    if (reach < 0) first += reach;
    else last += reach;
  }
  return { first, length: last - first + 1 };
}

/** Lets a slot stand on a copy of an array; the copy is as long as the array's span. */
export function stand(frame: Frame, slot: number, array: NDArray, copy: TypedArray): void {
  const { data } = array;
  if (data.length === copy.length) {
    copy.set(data as never);
    place(frame, slot, copy, array.offset);
    return;
  }
  const { first, length } = spanOf(array);
  copy.set(data.subarray(first, first + length) as never);
  place(frame, slot, copy, array.offset - first);
}
