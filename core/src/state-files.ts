/** Saving and loading shared variables on disk. Node only. */
import { open, readFile, rename, rm } from "node:fs/promises";
import { BitaleError } from "./errors.js";
import { loadState, type NamedVariables, type StateFormat, saveState } from "./files/state.js";

/**
 * Writes the values of shared variables to a file: beside it first, then in its place. Whoever reads sees the old file
 * or the new one, whole, also after a crash.
 * @param options.format by default what the name says: ".npz", else safetensors
 * @throws BitaleError BAD_FILE where it cannot be written; an old file stays then
 */
export async function writeState(
  path: string,
  variables: NamedVariables,
  options: { readonly format?: StateFormat } = {},
): Promise<void> {
  const format = options.format ?? (path.endsWith(".npz") ? "npz" : "safetensors");
  const bytes = await saveState(variables, { format });
  const beside = `${path}.${crypto.randomUUID()}.partial`;
  try {
    const handle = await open(beside, "wx");
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true });
    throw new BitaleError("BAD_FILE", {
      subject: path,
      problem: "it cannot be written",
      got: (cause as Error).message,
      cause,
    });
  }
}

/**
 * Sets shared variables from a file that `writeState` or NumPy's `savez` wrote: all of them, or none.
 * @throws BitaleError BAD_FILE, and what `Type.filter` throws
 */
export async function readState(
  path: string,
  variables: NamedVariables,
  options: { readonly allowExtra?: boolean } = {},
): Promise<void> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new BitaleError("BAD_FILE", {
      subject: path,
      problem: "it cannot be read",
      got: (cause as Error).message,
      cause,
    });
  }
  await loadState(bytes, variables, { ...options, name: path });
}
