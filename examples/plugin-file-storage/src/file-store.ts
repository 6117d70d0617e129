import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NDArray } from "@bitale/core";
import { FileTensor } from "./file-tensor.js";

/** The files of one runtime: makes them, and knows which are left to remove. */
export class FileStore {
  readonly #live = new Set<string>();
  #temporary: string | undefined;
  #count = 0;

  /** Writes an array to a new file. @param directory where; by default a temporary folder */
  write(array: NDArray, name: string, directory: string | undefined): FileTensor {
    const folder = directory ?? this.#temporaryFolder();
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `${name}-${process.pid}-${this.#count++}.bin`);
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
