import type { TypedArray, View } from "@bitale/core";

/** The memory of one run, by slot: inputs, constants, intermediates and outputs. */
export interface Frame {
  readonly arrays: (TypedArray | undefined)[];
  readonly offsets: number[];
  scalars: readonly number[];
}

/** One prepared piece of work, with everything but the memory and the numbers of the call worked out. */
export type Step = (frame: Frame) => void;

/** Where a view begins in its slot's array. */
export function startOf(frame: Frame, view: View): number {
  let start = (frame.offsets[view.slot] as number) + view.offset;
  for (const term of view.terms) start += (frame.scalars[term.scalar] as number) * term.times;
  return start;
}
export const dataOf = (frame: Frame, view: View): TypedArray => frame.arrays[view.slot] as TypedArray;
