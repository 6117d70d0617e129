import { type Backend, definePlugin, dtypes, kwarg, type PluginServices } from "@bitale/core";
import { accelerate, threadCount } from "./accelerators/accelerate.js";
import { compileRegion } from "./compile.js";
import { KernelLibrary } from "./kernels/kernel-library.js";
import { checkedOptions } from "./options.js";
import { type DenseKwargs, denseShared } from "./shared.js";
import { ArenaMemory, type DenseTensor } from "./storage.js";

declare module "@bitale/core" {
  interface BackendRegistry {
    "tensor-cpu": { kwargs: DenseKwargs; internal: DenseTensor };
  }
}

function createBackend({ options }: PluginServices): Backend {
  const { arenaBytes, codegen = true, wasm = true, ...wanted } = checkedOptions(options);
  const memory = new ArenaMemory(arenaBytes, { shared: threadCount(wanted.threads) > 1 });
  const found = wasm ? accelerate(memory, wanted) : undefined;
  const library = found && new KernelLibrary(memory, found.kernels);
  return {
    hostMemory: memory,
    construct: (value, constructorOptions) => denseShared(memory, value, constructorOptions as never),
    compileRegion: (region) => compileRegion(region, memory, { codegen, library }),
    dispose: () => found?.kernels.threads?.dispose(),
    features: () => found?.features ?? { kernels: "JavaScript" },
  };
}

/** Dense tensors in host memory: every dtype, every primitive. */
export const plugin = definePlugin({
  id: "tensor-cpu",
  apiVersion: 1,
  priority: 100,
  kwargs: {
    borrow: kwarg.boolean(),
    crossThread: kwarg.boolean(),
    shape: kwarg.shape(),
    broadcastable: kwarg.array(kwarg.boolean()),
  },
  supports: {
    dtypes,
    syncRead: true,
    reuse: true,
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
