import { type Backend, definePlugin, dtypes, kwarg, type PluginServices } from "@bitale/core";
import { compileRegion } from "./compile.js";
import { KernelLibrary } from "./kernels/kernel-library.js";
import { type DenseKwargs, denseShared } from "./shared.js";
import { ArenaMemory, type DenseTensor } from "./storage.js";

declare module "@bitale/core" {
  interface BackendRegistry {
    "tensor-cpu": { kwargs: DenseKwargs; internal: DenseTensor };
  }
}

/** Options of tensor-cpu: `"pluginOptions": { "tensor-cpu": { … } }`. */
export interface CpuOptions {
  /** Capacity of the arena in bytes (default 4 GiB; less where the engine grants less). */
  readonly arenaBytes?: number;
  /** false: no generated code, for pages whose content security policy forbids it (detected by itself). */
  readonly codegen?: boolean;
  /** false: no kernels in WebAssembly (where it cannot be used, that is found out). */
  readonly wasm?: boolean;
  /**
   * true: only instructions that give the same bits on every machine. Otherwise multiplications and additions are
   * fused where the engine can do that, which is faster and rounds less.
   */
  readonly deterministic?: boolean;
}

function createBackend({ options }: PluginServices): Backend {
  const { arenaBytes, codegen = true, wasm = true, deterministic = false } = options as CpuOptions;
  const memory = new ArenaMemory(arenaBytes);
  const library = wasm ? new KernelLibrary(memory, { deterministic }) : undefined;
  return {
    hostMemory: memory,
    construct: (value, constructorOptions) => denseShared(memory, value, constructorOptions as never),
    compileRegion: (region) => compileRegion(region, memory, { codegen, library }),
  };
}

/** Dense tensors in host memory: every dtype, every primitive. */
export const plugin = definePlugin({
  id: "tensor-cpu",
  apiVersion: 1,
  priority: 100,
  kwargs: {
    borrow: kwarg.boolean(),
    shape: kwarg.shape(),
    broadcastable: kwarg.array(kwarg.boolean()),
  },
  supports: {
    dtypes,
    syncRead: true,
    ops: "all",
    aliases: {
      getBorrowAliases: true,
      constructBorrowAliases: true,
      setBorrowAliases: true,
      setInPlace: true,
      setCastInPlace: true,
      constructsFromNDArray: true,
    },
  },
  use: { useFactory: createBackend },
});
