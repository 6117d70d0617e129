import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LINKER_CACHE = "/etc/ld.so.cache";
const TRUSTED = ["/lib64", "/usr/lib64", "/lib", "/usr/lib"];

/** The path at which the dynamic linker finds a library, by its own rules: the environment, its cache, its folders. */
export function findLibrary(soname: string): string | undefined {
  const fromEnvironment = (process.env.LD_LIBRARY_PATH ?? "").split(":").filter((folder) => folder !== "");
  const candidates = [
    ...fromEnvironment.map((folder) => join(folder, soname)),
    ...cachedPaths().filter((path) => path.endsWith(`/${soname}`)),
    ...TRUSTED.map((folder) => join(folder, soname)),
  ];
  return candidates.find((path) => existsSync(path));
}

/** The strings of the linker's cache, which is what `ldconfig -p` prints. */
function cachedPaths(): string[] {
  if (!existsSync(LINKER_CACHE)) return [];
  return readFileSync(LINKER_CACHE, "latin1").split("\0");
}
