import {
  type Backend,
  definePlugin,
  dtypes,
  kwarg,
  type PluginServices,
  RefusalError,
  SharedVariable,
  tryNDArray,
} from "@bitale/core";
import { FileStore } from "./file-store.js";
import type { FileTensor } from "./file-tensor.js";
import { FileTensorType } from "./file-tensor-type.js";

declare module "@bitale/core" {
  interface BackendRegistry {
    "file-storage": { kwargs: { directory?: string }; internal: FileTensor };
  }
}

/** Options in the config: `"pluginOptions": { "file-storage": { "directory": "…" } }`. */
export interface FileStorageOptions {
  /** Where the files lie; by default a fresh temporary folder. */
  readonly directory?: string;
}

function createBackend({ options }: PluginServices): Backend {
  const configured = options as FileStorageOptions;
  const store = new FileStore();
  return {
    construct: (value, { name, strict, allowDowncast, directory }) => {
      const found = tryNDArray(value, name);
      if (found === undefined) throw new RefusalError("it is no number and no dense array");
      const { dtype, shape } = found.array;
      const place = {
        name: name ?? "tensor",
        directory: (directory as string | undefined) ?? configured.directory,
      };
      const type = new FileTensorType(
        dtype,
        shape.map(() => null),
        store,
        place,
      );
      return new SharedVariable(name, type, found.array, strict, { allowDowncast }) as SharedVariable;
    },
    dispose: () => store.clear(),
  };
}

export const plugin = definePlugin({
  id: "file-storage",
  apiVersion: 1,
  priority: -100,
  kwargs: { directory: kwarg.string() },
  supports: {
    dtypes,
    syncRead: true,
    aliases: {
      getBorrowAliases: false,
      constructBorrowAliases: false,
      setBorrowAliases: false,
      setInPlace: false,
      setCastInPlace: false,
      constructsFromNDArray: true,
    },
  },
  use: { useFactory: createBackend },
});
