import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { brotliDecompressSync } from "node:zlib";
import { readTar } from "./tar.js";

/**
 * Unpacks a brotli-compressed tar archive into a folder.
 *
 * @param wanted - the only files to unpack, each of which must be there; all files if left out
 */
export function unpackTar(archive: string, folder: string, wanted?: readonly string[]): void {
  const missing = new Set(wanted);
  for (const { path, mode, data } of readTar(brotliDecompressSync(readFileSync(archive)))) {
    if (wanted && !missing.delete(path)) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), data, { mode });
  }
  if (missing.size > 0) throw new Error(`${archive} has no ${[...missing].join(", ")}`);
}
