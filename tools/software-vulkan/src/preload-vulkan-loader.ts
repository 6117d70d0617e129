import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { findCarriedArchives, type Missing } from "./carried-archives.js";
import { readDriverFiles } from "./driver-files.js";
import { findLibrary } from "./find-library.js";
import { LOADER, unpackSwiftShader } from "./unpack-swiftshader.js";
import type { CacheOptions } from "./vulkan-setup.js";

/**
 * glibc's RTLD_NODELETE, which Node does not name. Without it Node unloads the library at once, for it registers no
 * Node module, and Dawn finds none.
 */
const RTLD_NODELETE = 0x1000;

export interface LoadedLoader {
  /** The path of the library. */
  readonly loader: string;
}

/**
 * Loads the Vulkan loader into this process, once for all its threads; Dawn, which asks for it by its bare name, then
 * gets it wherever it lies. A forked process has to do so anew. The loader is the one beside the driver that the
 * environment names, else the system's, else the carried one.
 */
export function preloadVulkanLoader({ cacheFolder }: CacheOptions = {}): LoadedLoader | Missing {
  if (process.platform !== "linux") return { missing: `Dawn does not use Vulkan on ${process.platform}` };
  const already = findMapped();
  if (already !== undefined) return { loader: already };

  const found = besideDriver() ?? findLibrary(LOADER) ?? carried(cacheFolder);
  if (typeof found !== "string") return found;
  const failure = dlopen(found);
  const loader = findMapped();
  return loader === undefined ? { missing: `${found} cannot be loaded: ${failure}` } : { loader };
}

/** The message that Node throws in any case: that the library is no Node module, or why it cannot be loaded. */
function dlopen(path: string): string {
  const { RTLD_NOW, RTLD_GLOBAL } = constants.dlopen;
  try {
    process.dlopen({ exports: {} }, path, RTLD_NOW | RTLD_GLOBAL | RTLD_NODELETE);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

/** Whether the loader is in this process is read from the kernel, not from an error's words. */
function findMapped(): string | undefined {
  return /\/.*\/libvulkan\.so.*/.exec(readFileSync("/proc/self/maps", "utf8"))?.[0];
}

function besideDriver(): string | undefined {
  const folders = readDriverFiles()?.paths.map(dirname) ?? [];
  return folders.map((folder) => join(folder, LOADER)).find((path) => existsSync(path));
}

function carried(cacheFolder?: string): string | Missing {
  const archives = findCarriedArchives();
  return "missing" in archives ? archives : join(unpackSwiftShader(archives, cacheFolder), LOADER);
}
