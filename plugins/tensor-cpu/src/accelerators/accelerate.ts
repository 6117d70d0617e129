/** Turns the wishes of an app into what this machine can do, and says in words what became of each. */
import type { KernelOptions } from "../kernels/kernel-library.js";
import type { CpuOptions } from "../options.js";
import type { ArenaMemory } from "../storage.js";
import { features, mayCompile } from "../wasm/features.js";
import { loadNative } from "./native.js";
import { revectorize } from "./revectorize.js";
import { availableThreads, ThreadPool, threadsMissing } from "./thread-pool.js";

/** How many threads compute, by the wish of an app: 1 where there are no others. */
export function threadCount(wanted: boolean | number = false): number {
  if (wanted === false || threadsMissing() !== undefined) return 1;
  return wanted === true ? availableThreads() : wanted;
}

export interface Accelerated {
  readonly kernels: KernelOptions;
  /** What is used, and why something asked for is not, by name. */
  readonly features: Readonly<Record<string, string>>;
}

/** @throws BitaleError BACKEND_FAILED for a native library that was named and cannot be used */
export function accelerate(
  memory: ArenaMemory,
  { deterministic = false, revectorize: wide = false, native = false, threads = false }: CpuOptions,
): Accelerated {
  const { simd, relaxedSimd } = features();
  const compiles = simd && mayCompile();
  const count = threadCount(threads);
  const fused = relaxedSimd && !deterministic;
  const found: Record<string, string> = {
    kernels: compiles
      ? `WebAssembly, vectors of 128 bits${fused ? ", fused multiply-add" : ""}`
      : "JavaScript",
  };
  if (deterministic) found.deterministic = "on";
  if (wide) found.revectorize = compiles ? revectorize() : "off: there are no kernels in WebAssembly";
  const library = native === false || deterministic ? undefined : loadNative(native, memory, count);
  if (native !== false) {
    if (library === undefined)
      found.native = "off: its results depend on the processor, deterministic is asked for";
    else found.native = typeof library === "string" ? `off: ${library}` : library.description;
  }
  if (threads !== false) found.threads = `${count}${count > 1 ? "" : ` (${threadsMissing() ?? "no more"})`}`;
  const workers = memory.arena.memory;
  const pool = count > 1 && compiles ? new ThreadPool(workers as WebAssembly.Memory, count) : undefined;
  return {
    features: found,
    kernels: {
      threads: pool,
      deterministic,
      wide: found.revectorize === "on",
      native: typeof library === "string" ? undefined : library,
    },
  };
}
