/** Arrays of other memory, such as a caller's own, are copied into the arena where kernels want them there. */
import { arrayConstructor, byteSize, type NDArray, type TypedArray } from "@bitale/core";
import type { Block } from "../arena/arena.js";
import type { ArenaMemory } from "../storage.js";
import type { Frame } from "./frame.js";

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

/** Lets a slot stand on a copy of an array of other memory; the copy is as long as the array's span. */
export function stand(frame: Frame, slot: number, array: NDArray, copy: TypedArray): void {
  const { first, length } = spanOf(array);
  copy.set(array.data.subarray(first, first + length) as never);
  frame.arrays[slot] = copy;
  frame.offsets[slot] = array.offset - first;
}

/** Copies an operand into the arena, for one call. */
export function bring(input: NDArray, slot: number, frame: Frame, { arena }: ArenaMemory): Block {
  const { length } = spanOf(input);
  const block = arena.allocate(length * byteSize(input.dtype));
  stand(frame, slot, input, new (arrayConstructor(input.dtype))(arena.buffer, block.byteOffset, length));
  return block;
}
