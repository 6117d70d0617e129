import type { TypedArray, View } from "@bitale/core";
import type { KernelLibrary } from "../kernels/kernel-library.js";

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

/** The byte address of a view's first element; its slot lies in the arena. */
export function addressOf(frame: Frame, view: View): number {
  const data = dataOf(frame, view);
  return data.byteOffset + startOf(frame, view) * data.BYTES_PER_ELEMENT;
}

/** What steps are prepared with. */
export interface Workshop {
  /** Generated JavaScript; else kernels of closures. */
  readonly codegen: boolean;
  /** Kernels in WebAssembly; undefined: JavaScript only. */
  readonly library: KernelLibrary | undefined;
  /** Slots that kernels in WebAssembly read or write: their memory must lie in the arena. */
  readonly inArena: Set<number>;
}
