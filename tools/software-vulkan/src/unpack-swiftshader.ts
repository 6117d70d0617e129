import type { CarriedArchives } from "./carried-archives.js";
import { findUnpacked, stage } from "./unpack-cache.js";
import { unpackTar } from "./unpack-tar.js";

/** The driver's manifest, which the Vulkan loader reads. */
export const MANIFEST = "vk_swiftshader_icd.json";
/** The Vulkan loader. */
export const LOADER = "libvulkan.so.1";
const DRIVER = "libvk_swiftshader.so";

/** The folder where these three lie side by side, unpacked now if need be (0.1 s, 7 MB on disk). */
export function unpackSwiftShader(archives: CarriedArchives, cache = archives.cacheFolder): string {
  const name = `swiftshader-${archives.version}`;
  return findUnpacked(name, cache) ?? unpack(name, archives.swiftshader, cache);
}

function unpack(name: string, archive: string, cache: string): string {
  const staging = stage(name, cache);
  try {
    unpackTar(archive, staging.folder, [MANIFEST, DRIVER, LOADER]);
    return staging.finish();
  } finally {
    staging.clear();
  }
}
