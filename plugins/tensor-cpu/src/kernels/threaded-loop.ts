/** Loops over many elements, cut along their outermost loop between the threads. */
import { byteSize } from "@bitale/core";
import type { Kernel, KernelLibrary } from "./kernel-library.js";
import type { Level } from "./levels.js";
import type { Operand } from "./loop-structure.js";

/** Elements from which a loop is shared between threads, and how many of them one with functions counts for. */
const smallestShared = 2 ** 19;
const functionsCountFor = 8;
/** Parts begin at multiples of this many elements: threads write no cache line together. */
const unit = 16;

export interface SharedLoop {
  /** The key of its module, which exports it as `loop`. */
  readonly key: string;
  readonly kernel: Kernel;
  /** The outermost first; that one is not reduced. */
  readonly levels: readonly Level[];
  readonly operands: readonly Operand[];
  /** Whether exp and its kin are computed. */
  readonly functions: boolean;
  /** Bytes of each part's own memory, by the operand that stands on it. */
  readonly scratch?: ReadonlyMap<number, number>;
}

/** Whether a loop is so large that threads share it, where there are any. */
export function isLarge(levels: readonly Level[], functions: boolean): boolean {
  const elements = levels.reduce((size, { length }) => size * length, 1);
  return elements * (functions ? functionsCountFor : 1) >= smallestShared;
}

/**
 * The kernel itself, or one in front of it that gives every thread a part; called in the same way (lengths, then for
 * each operand its address and its strides). Results have the same bits: no element is computed in another way.
 */
export function threadedLoop(library: KernelLibrary, loop: SharedLoop): Kernel {
  const { key, kernel, levels, operands, functions, scratch } = loop;
  const [outermost] = levels;
  const parallel = library.inParallel(key, "loop");
  if (parallel === undefined || outermost === undefined) return kernel;
  if (!isLarge(levels, functions)) return kernel;
  const starts = bands(outermost.length, library.threads?.threads ?? 1);
  if (starts.length < 2) return kernel;
  /** Where addresses stand among the arguments, and how far they move with each turn of the outermost loop. */
  const moving: { readonly at: number; readonly by: number; readonly apart: number }[] = [];
  let at = levels.length;
  for (const [k, { dtype, walks }] of operands.entries()) {
    const by = (outermost.strides[k] ?? 0) * byteSize(dtype);
    moving.push({ at, by, apart: scratch?.get(k) ?? 0 });
    at += 1 + walks.filter((walk) => walk === "s").length;
  }
  return (...args) => {
    if (!parallel.ready()) return kernel(...args);
    return parallel.run(
      starts.map((start, i) => {
        const part = [...args];
        part[0] = (starts[i + 1] ?? outermost.length) - start;
        for (const { at: place, by, apart } of moving)
          part[place] = (part[place] as number) + start * by + i * apart;
        return part;
      }),
    );
  };
}

/** Where the parts of a loop begin. */
function bands(length: number, threads: number): number[] {
  const even = Math.ceil(length / threads);
  const band = even > unit ? Math.ceil(even / unit) * unit : even;
  return Array.from({ length: Math.ceil(length / band) }, (_, i) => i * band);
}
