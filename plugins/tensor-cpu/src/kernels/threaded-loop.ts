/** Loops over many elements, cut along their outermost loop between the threads. */
import { byteSize } from "@bitale/core";
import { bandsOf } from "./bands.js";
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
  /** The outermost first. */
  readonly levels: readonly Level[];
  /** How many of them, the outermost ones, go over results: without any, nothing is shared. */
  readonly kept: number;
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
  const { key, kernel, levels, kept, operands, functions, scratch } = loop;
  const [outermost] = levels;
  const parallel = library.inParallel(key, "loop");
  if (parallel === undefined || outermost === undefined || kept === 0) return kernel;
  if (!isLarge(levels, functions)) return kernel;
  const { length } = outermost;
  const threads = library.threads?.threads ?? 1;
  const bands = bandsOf(length, length > threads * unit ? unit : 1, threads);
  if (bands.length < 2) return kernel;
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
      bands.map(({ first, count }, i) => {
        const part = [...args];
        part[0] = count;
        for (const { at: place, by, apart } of moving)
          part[place] = (part[place] as number) + first * by + i * apart;
        return part;
      }),
    );
  };
}

/**
 * The same for a kernel that works in memory of its own, whose address is its last argument: each thread has some.
 * @param space bytes; 0: it needs none
 * @throws BitaleError OUT_OF_MEMORY
 */
export function workingLoop(library: KernelLibrary, loop: SharedLoop, space: number): Kernel {
  if (space === 0) return threadedLoop(library, loop);
  const bytes = Math.ceil(space / 64) * 64;
  library.reserve(bytes * (library.threads?.threads ?? 1));
  const working: Operand = { dtype: "uint8", walks: loop.levels.map(() => "0") };
  const operands = [...loop.operands, working];
  const run = threadedLoop(library, { ...loop, operands, scratch: new Map([[loop.operands.length, bytes]]) });
  return (...given) => run(...given, library.workspace);
}
