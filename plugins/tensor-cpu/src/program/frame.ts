import { byteSize, NDArray, type TypedArray, type View } from "@bitale/core";
import type { KernelLibrary } from "../kernels/kernel-library.js";

/** The memory of one run, by slot: inputs, constants, intermediates and outputs. */
export interface Frame {
  readonly arrays: (TypedArray | undefined)[];
  /** Where a slot's first element stands in its array. */
  readonly offsets: number[];
  /** The byte address of that element, of slots in the arena. */
  readonly addresses: number[];
  scalars: readonly number[];
  /** The step that runs, where it may fail. */
  at: number;
}

/** Lets a slot stand on an array, from an element on. */
export function place(frame: Frame, slot: number, array: TypedArray, offset: number): void {
  frame.arrays[slot] = array;
  frame.offsets[slot] = offset;
  frame.addresses[slot] = array.byteOffset + offset * array.BYTES_PER_ELEMENT;
}

/** A number that is computed from memory when the call comes: times * the elements that the factors are. */
export interface NativeNumber {
  readonly times: number;
  readonly factors: readonly View[];
}

/** A number, or the address of a view. */
export type NativeArgument = number | View | NativeNumber;

/**
 * Work that is nothing but a call of a function with addresses and numbers, as data: a program may run it as a step, or
 * write it into a driver of its own, where addresses that do not change become constants.
 *
 * It means `kernel(...args)` with every view replaced by `addressOf(frame, view)`, the byte address of its first
 * element, and every number of memory by `numberOf(frame, number)`. The slots of the views are in `Workshop.inArena`. A kernel reads and writes nothing but the memory of
 * these views (and a workspace of the library that no other kernel reads), and never throws.
 */
export interface NativeCall {
  /** An export of a WebAssembly module, or a function in front of one. */
  readonly kernel: (...args: number[]) => void;
  readonly args: readonly NativeArgument[];
}

/** One prepared piece of work, with everything but the memory and the numbers of the call worked out. */
export interface Step {
  (frame: Frame): void;
  /** What the step does, in order, where it is nothing but calls of native functions. */
  readonly calls?: readonly NativeCall[];
}

/** Where a view begins in its slot's array. */
export function startOf(frame: Frame, view: View): number {
  let start = (frame.offsets[view.slot] as number) + view.offset;
  for (const term of view.terms) start += (frame.scalars[term.scalar] as number) * term.times;
  return start;
}
export const dataOf = (frame: Frame, view: View): TypedArray => frame.arrays[view.slot] as TypedArray;

/** What a view shows now, for kernels of core. */
export function arrayOf(frame: Frame, view: View): NDArray {
  const { dtype, shape, strides } = view;
  return new NDArray({ data: dataOf(frame, view), offset: startOf(frame, view), dtype, shape, strides });
}

/** The byte address of a view's first element; its slot lies in the arena. */
export function addressOf(frame: Frame, view: View): number {
  let elements = view.offset;
  for (const term of view.terms) elements += (frame.scalars[term.scalar] as number) * term.times;
  return (frame.addresses[view.slot] as number) + elements * byteSize(view.dtype);
}

/** What a number is now. */
export function numberOf(frame: Frame, { times, factors }: NativeNumber): number {
  let product = times;
  for (const view of factors) product *= dataOf(frame, view)[startOf(frame, view)] as number;
  return product;
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
