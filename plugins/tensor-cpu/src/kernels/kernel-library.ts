/** WebAssembly kernels on one arena: modules are compiled when they are first needed, and instantiated once. */
import type { NativeLibrary } from "../accelerators/native.js";
import type { ThreadedModule, ThreadPool } from "../accelerators/thread-pool.js";
import type { Block } from "../arena/arena.js";
import { Workspace } from "../arena/workspace.js";
import type { ArenaMemory } from "../storage.js";
import { features, mayCompile } from "../wasm/features.js";
import { ModuleBuilder } from "../wasm/module.js";

export interface KernelOptions {
  /** Only instructions that give the same bits on every machine (no fused multiply-add). */
  readonly deterministic: boolean;
  /**
   * Loops over fewer elements compute functions such as exp one by one, with the engine's own (default 17): a module is
   * not worth its while then, and what is that small is often looked at closely.
   */
  readonly fewestForFunctions?: number;
  /** The engine joins neighbouring vectors into wider ones: tiles are chosen so that it can. */
  readonly wide?: boolean;
  /** Products of floats outside of WebAssembly. */
  readonly native?: NativeLibrary | undefined;
  /** Workers for parts of large kernels. */
  readonly threads?: ThreadPool | undefined;
}

export type Kernel = (...args: number[]) => void;

/** A module and the functions that it imports. */
export interface Source {
  readonly module: ModuleBuilder;
  readonly imports?: Readonly<Record<string, (...args: number[]) => number>>;
}

/** A module of what `add` puts into it, without imports. */
export const sourceWith = (add: (module: ModuleBuilder) => void): Source => {
  const module = new ModuleBuilder();
  add(module);
  return { module };
};

interface MadeModule extends ThreadedModule {
  /** Whether it calls functions that only this thread has. */
  readonly imports: boolean;
}

/** Constants lie in blocks that are never given back: the code of the modules holds their addresses. */
const constantsAtOnce = 256;

export class KernelLibrary {
  readonly #memory: ArenaMemory;
  readonly #modules = new Map<string, MadeModule | undefined>();
  readonly #constants = new Map<string, number>();
  #nextConstant = 0;
  #constantsLeft = 0;
  #workspace: Block | undefined;
  /** Where work that takes several kernels keeps what it is about: they do not work there on their own. */
  readonly matrices: Workspace;
  readonly fused: boolean;
  readonly fewestForFunctions: number;
  readonly wide: boolean;
  readonly native: NativeLibrary | undefined;
  readonly threads: ThreadPool | undefined;

  constructor(memory: ArenaMemory, options: KernelOptions) {
    const { deterministic, fewestForFunctions = 17, wide = false, native, threads } = options;
    this.#memory = memory;
    this.matrices = new Workspace(memory.arena);
    this.fewestForFunctions = fewestForFunctions;
    this.fused = features().relaxedSimd && !deterministic;
    this.wide = wide;
    this.native = native;
    this.threads = threads;
  }

  /**
   * The exports of a module; undefined where the engine does not compile it (no vectors, a content security policy, or
   * a browser's limit on the size of what its main thread compiles).
   * @param key equal for modules that are equal
   * @param build undefined where there is no such kernel
   */
  module(key: string, build: () => Source | undefined): Readonly<Record<string, Kernel>> | undefined {
    if (!this.#modules.has(key)) this.#modules.set(key, this.#instantiate(build));
    return this.#modules.get(key)?.exports;
  }

  /**
   * Runs an export of a module that was made on all threads at once, a list of arguments for each; undefined where
   * there are no threads, or where the module calls functions of this one. `ready` tells whether they are up.
   */
  inParallel(
    key: string,
    name: string,
  ): { ready(): boolean; run(calls: readonly (readonly number[])[]): void } | undefined {
    const [pool, module] = [this.threads, this.#modules.get(key)];
    if (pool === undefined || module === undefined || module.imports) return undefined;
    return { ready: () => pool.ready, run: (calls) => pool.run(module, name, calls) };
  }

  #instantiate(build: () => Source | undefined): MadeModule | undefined {
    const { memory, buffer } = this.#memory.arena;
    if (memory === undefined || !features().simd) return undefined;
    const source = build();
    if (source === undefined) return undefined;
    try {
      const bytes = source.module.encode({ shared: !(buffer instanceof ArrayBuffer) });
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
        env: { memory: memory as WebAssembly.Memory, ...source.imports },
      });
      const imports = Object.keys(source.imports ?? {}).length > 0;
      return { bytes, exports: exports as Readonly<Record<string, Kernel>>, imports };
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      if (error instanceof WebAssembly.CompileError && !mayCompile()) return undefined;
      throw error;
    }
  }

  /** Address of 16 bytes that do not change, given as four words. @throws BitaleError OUT_OF_MEMORY */
  constant(words: readonly number[]): number {
    const key = words.join();
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    if (this.#constantsLeft === 0) {
      this.#nextConstant = this.#memory.arena.allocate(constantsAtOnce * 16).byteOffset;
      this.#constantsLeft = constantsAtOnce;
    }
    const address = this.#nextConstant;
    new Int32Array(this.#memory.arena.buffer, address, 4).set(words);
    this.#constants.set(key, address);
    this.#constantsLeft--;
    this.#nextConstant += 16;
    return address;
  }

  /** Sees to it that kernels have so many bytes to work in. @throws BitaleError OUT_OF_MEMORY */
  reserve(bytes: number): void {
    if (this.#workspace !== undefined && this.#workspace.byteLength >= bytes) return;
    const larger = this.#memory.arena.allocate(bytes);
    if (this.#workspace !== undefined) this.#memory.arena.free(this.#workspace);
    this.#workspace = larger;
  }

  /** The memory that kernels see. */
  get buffer(): ArrayBuffer {
    return this.#memory.arena.buffer;
  }

  /** Where kernels may write what nobody reads after them. */
  get workspace(): number {
    return this.#workspace?.byteOffset ?? 0;
  }
}
