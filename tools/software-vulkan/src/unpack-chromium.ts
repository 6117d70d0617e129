import { createReadStream, createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import type { CarriedArchives } from "./carried-archives.js";
import { findUnpacked, stage } from "./unpack-cache.js";
import { unpackTar } from "./unpack-tar.js";

const BINARY = "chromium";
/** Inside the archive of libraries. */
const LIBRARIES = "lib";
const CHUNK = 2 ** 21;

export interface UnpackedChromium {
  readonly executable: string;
  /** A folder of shared libraries, for systems that lack them. */
  readonly libraries: string;
}

/** The browser with SwiftShader beside it, where it looks for it; unpacked now if need be (2 s, 220 MB on disk). */
export async function unpackChromium(
  archives: CarriedArchives,
  cache = archives.cacheFolder,
): Promise<UnpackedChromium> {
  const name = `chromium-${archives.version}`;
  const folder = findUnpacked(name, cache) ?? (await unpack(name, archives, cache));
  return { executable: join(folder, BINARY), libraries: join(folder, LIBRARIES) };
}

async function unpack(name: string, archives: CarriedArchives, cache: string): Promise<string> {
  const staging = stage(name, cache);
  try {
    unpackTar(archives.swiftshader, staging.folder);
    unpackTar(archives.libraries, staging.folder);
    await pipeline(
      createReadStream(archives.chromium, { highWaterMark: CHUNK }),
      createBrotliDecompress({ chunkSize: CHUNK }),
      createWriteStream(join(staging.folder, BINARY), { mode: 0o755 }),
    );
    return staging.finish();
  } finally {
    staging.clear();
  }
}
