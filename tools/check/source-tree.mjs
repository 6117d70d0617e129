// The source files of the packages with their imports, resolved to each other. It judges nothing: layers.mjs does.
import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { readImports } from "./imports.mjs";

/**
 * @typedef {import("./imports.mjs").Import & {
 *   target: string | undefined,
 *   builtin: boolean,
 * }} ResolvedImport `target`: the path of the source file that a relative specifier means, "/"-separated, from the
 *   root, whether or not a file is there; undefined for a bare specifier. `builtin`: a module of Node itself.
 *
 * @typedef {Map<string, ResolvedImport[]>} SourceTree path of a file, "/"-separated, from the root -> its imports
 */

/**
 * @param {string} root the repository
 * @param {readonly string[]} folders source folders below it; one that does not exist is empty
 * @returns {SourceTree}
 */
export function readSourceTree(root, folders) {
  /** @type {SourceTree} */
  const tree = new Map();
  for (const folder of folders) {
    for (const file of sourceFiles(join(root, folder))) {
      const path = relative(root, file).split(sep).join("/");
      const imports = readImports(path, readFileSync(file, "utf8"));
      tree.set(
        path,
        imports.map((one) => ({
          ...one,
          target: targetOf(path, one.specifier),
          builtin: isBuiltin(one.specifier),
        })),
      );
    }
  }
  return tree;
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function sourceFiles(folder) {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.[cm]?ts$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

/**
 * A relative specifier names the JavaScript file that the compiler will write: `./walk.js` is `walk.ts`.
 *
 * @param {string} path
 * @param {string} specifier
 */
function targetOf(path, specifier) {
  if (!/^\.{1,2}(\/|$)/.test(specifier)) return undefined;
  const joined = join(dirname(path), specifier).split(sep).join("/");
  return joined.replace(/\.([cm]?)js$/, ".$1ts");
}
