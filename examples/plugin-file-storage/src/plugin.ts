import {
  type Backend,
  BitaleTypeError,
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
  const store = new FileStore(readOptions(options).directory);
  return {
    construct: (value, { name, strict, allowDowncast, directory }) => {
      const found = tryNDArray(value, name);
      if (found === undefined) throw new RefusalError("it is no number and no dense array");
      const { dtype, shape } = found.array;
      const lengths = shape.map(() => null); // lengths may change
      const place = { label: name ?? "tensor", directory: directory as string | undefined };
      const type = new FileTensorType(dtype, lengths, store, place);
      return new SharedVariable(name, type, found.array, strict, { allowDowncast }) as SharedVariable;
    },
    dispose: () => store.clear(),
  };
}

/** @throws BitaleTypeError BAD_CONFIG: core hands options over as they are */
function readOptions(options: PluginServices["options"]): FileStorageOptions {
  const { directory, ...unknown } = options;
  const strange = Object.keys(unknown)[0];
  if (strange === undefined && (directory === undefined || typeof directory === "string")) return options;
  throw new BitaleTypeError("BAD_CONFIG", {
    subject: `pluginOptions of file-storage: ${strange ?? "directory"}`,
    problem: strange === undefined ? "it is no string" : "there is no such option",
    expected: '{ "directory": "path/to/a/folder" }',
  });
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
