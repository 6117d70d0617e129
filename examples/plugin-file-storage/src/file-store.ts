import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NDArray } from "@bitale/core";
import { FileTensor } from "./file-tensor.js";

/** Counts over all runtimes of the process: two of them may share a folder. */
let count = 0;

/** The files of one runtime: makes them, and knows which are left to remove. */
export class FileStore {
  readonly #live = new Set<string>();
  readonly #directory: string | undefined;
  #temporary: string | undefined;

  /** @param directory where files lie by default; left out: in a temporary folder */
  constructor(directory: string | undefined) {
    this.#directory = directory;
  }

  /** Writes an array to a new file. @param label starts the file's name */
  write(array: NDArray, label: string, directory = this.#directory): FileTensor {
    const folder = directory ?? this.#temporaryFolder();
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${fileName(label)}-${process.pid}-${count++}.bin`);
    const tensor = FileTensor.write(path, array);
    this.#live.add(path);
    return tensor;
  }

  remove(tensor: FileTensor): void {
    this.#live.delete(tensor.path);
    tensor.remove();
  }

  /** Removes all files that are left. */
  clear(): void {
    for (const path of this.#live) rmSync(path, { force: true });
    this.#live.clear();
    if (this.#temporary !== undefined) rmSync(this.#temporary, { recursive: true, force: true });
    this.#temporary = undefined;
  }

  #temporaryFolder(): string {
    this.#temporary ??= mkdtempSync(join(tmpdir(), "bitale-files-"));
    return this.#temporary;
  }
}

/** A variable's name without what a file's name must not have. */
const fileName = (label: string): string =>
  label
    .replace(/[^\w.-]+/g, "_")
    .replace(/^\.+/, "")
    .slice(0, 60) || "tensor";
