// The house's import rules, checked on the source: `npm run check:layers`. Type-only imports count like any other.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { findCircles } from "./circles.mjs";
import { readSourceTree } from "./source-tree.mjs";

/**
 * The rooms of core/src from the top of the house to the bottom. A file may import from its own room and from rooms
 * below it, never from one above. To change the order, move a line. A room is a folder
 * of core/src, or a file right in it without its endings (`index` is `index.ts` and `index.browser.ts`).
 */
export const ROOMS = [
  "index", // re-exports only
  "state-files", // files on disk, Node only
  "node", // binds the default runtime to Node
  "default-runtime", // the only module-level state
  "conformance",
  "runtime",
  "random-stream",
  "optimizers", // updates of shared state beside parameters
  "compile",
  "rewrite",
  "control", // ops with graphs inside: loops and branches
  "gradient",
  "plan", // regions as work on memory, for backends with a compiler
  "plugin",
  "files",
  "tensor",
  "shared",
  "graph",
  "errors",
];

const CORE = "@bitale/core";
const CORE_SOURCE = "core/src";
/** Packages beside the plugins that stand on core by its name, know no plugin, and run in browsers too. */
const NEIGHBOURS = ["graph-picture"];
/** What a browser loads of core. A plugin says in its package.json ("bitale".environments) whether it is for browsers. */
const CORE_BROWSER_ENTRIES = [`${CORE_SOURCE}/index.browser.ts`];

/**
 * @typedef {{ rule: "rooms" | "plugin" | "core" | "browser" | "circle", file: string, line: number, message: string }} Violation
 * @typedef {import("./source-tree.mjs").SourceTree} SourceTree
 * @typedef {{ folder: string, id: string, name: string, browser: boolean }} PluginPackage `folder` from the root;
 *   `id`: the folder's name, by convention the plugin's id; `name`: the package's
 */

/**
 * All rules on the tree under `root`; an empty list is a green check.
 *
 * @param {string} root
 * @returns {Violation[]}
 */
export function checkLayers(root) {
  const plugins = findPlugins(root);
  const tree = readSourceTree(root, [CORE_SOURCE, ...plugins.map(sourceOf)]);
  return [
    ...checkRooms(tree),
    ...checkCore(tree, plugins),
    ...checkPlugins(tree, plugins),
    ...checkBrowser(tree, plugins),
    ...checkCircles(tree),
  ];
}

/**
 * (a) Inside core arrows run down the rooms only.
 *
 * @param {SourceTree} tree
 * @returns {Violation[]}
 */
export function checkRooms(tree) {
  /** @type {Violation[]} */
  const violations = [];
  for (const [file, imports] of tree) {
    const room = roomOf(file);
    if (room === undefined) continue;
    if (!ROOMS.includes(room)) {
      const message = `"${room}" is not a room of core: give it a place in ROOMS of tools/check/layers.mjs`;
      violations.push({ rule: "rooms", file, line: 1, message });
      continue;
    }
    for (const { target, specifier, line } of imports) {
      const targetRoom = target && roomOf(target);
      if (!targetRoom || !ROOMS.includes(targetRoom) || ROOMS.indexOf(targetRoom) >= ROOMS.indexOf(room))
        continue;
      const message = `room "${room}" imports "${specifier}" from room "${targetRoom}", which is above it (${ROOMS.join(" > ")})`;
      violations.push({ rule: "rooms", file, line, message });
    }
  }
  return violations;
}

/**
 * (b) A plugin knows core by its name, no inner path, no other plugin, and nothing outside its own source folder.
 *
 * @param {SourceTree} tree
 * @param {readonly PluginPackage[]} plugins
 * @returns {Violation[]}
 */
export function checkPlugins(tree, plugins) {
  /** @type {Violation[]} */
  const violations = [];
  for (const plugin of plugins) {
    for (const [file, imports] of filesIn(tree, sourceOf(plugin))) {
      for (const { specifier, target, line } of imports) {
        const problem = problemOf(specifier, target, plugin);
        if (problem)
          violations.push({ rule: "plugin", file, line, message: `imports "${specifier}": ${problem}` });
      }
    }
  }
  return violations;

  /**
   * @param {string} specifier
   * @param {string | undefined} target
   * @param {PluginPackage} plugin
   */
  function problemOf(specifier, target, plugin) {
    if (target !== undefined) {
      return target.startsWith(`${sourceOf(plugin)}/`) ? undefined : `that is outside ${sourceOf(plugin)}`;
    }
    if (specifier === CORE) return undefined;
    if (isPartOf(specifier, CORE)) return `a plugin imports ${CORE} by its name only`;
    const other = plugins.find((one) => isPartOf(specifier, one.name));
    if (other)
      return other === plugin
        ? "a package does not import itself by name"
        : "a plugin never imports another plugin";
    return undefined;
  }
}

/**
 * (c) Core names no plugin: neither a plugin's package nor a plugin's id appears in an import.
 *
 * @param {SourceTree} tree
 * @param {readonly PluginPackage[]} plugins
 * @returns {Violation[]}
 */
export function checkCore(tree, plugins) {
  /** @type {Violation[]} */
  const violations = [];
  for (const [file, imports] of filesIn(tree, CORE_SOURCE)) {
    for (const { specifier, target, line } of imports) {
      const segments = specifier.replace(/\.[cm]?[jt]s$/, "").split("/");
      const plugin = plugins.find((one) => isPartOf(specifier, one.name) || segments.includes(one.id));
      if (plugin) {
        const message = `imports "${specifier}", which names the plugin ${plugin.name}: core knows no plugin`;
        violations.push({ rule: "core", file, line, message });
      } else if (target !== undefined && !target.startsWith(`${CORE_SOURCE}/`)) {
        violations.push({
          rule: "core",
          file,
          line,
          message: `imports "${specifier}": that is outside ${CORE_SOURCE}`,
        });
      }
    }
  }
  return violations;
}

/**
 * (d) What a browser loads reaches no module of Node: not by name, not through another file, not for a type. Behind a
 * dynamic import it may, because that runs only where somebody asks for it.
 *
 * @param {SourceTree} tree
 * @param {readonly PluginPackage[]} plugins
 * @returns {Violation[]}
 */
export function checkBrowser(tree, plugins) {
  const entries = [
    ...CORE_BROWSER_ENTRIES,
    ...plugins
      .filter((one) => one.browser)
      .flatMap((one) => [`${sourceOf(one)}/index.ts`, `${sourceOf(one)}/plugin.ts`]),
  ];
  /** @type {Violation[]} */
  const violations = [];
  const seen = new Set();
  /** @type {{ file: string, path: string[] }[]} breadth first, so that the path shown is a shortest one */
  const queue = entries.filter((entry) => tree.has(entry)).map((entry) => ({ file: entry, path: [entry] }));
  for (const { file, path } of queue) {
    if (seen.has(file)) continue;
    seen.add(file);
    for (const { specifier, target, builtin, dynamic, line } of tree.get(file) ?? []) {
      if (dynamic) continue;
      if (builtin) {
        const message = `imports "${specifier}", and browsers load this file: ${path.join(" > ")}`;
        violations.push({ rule: "browser", file, line, message });
      } else if (target !== undefined && tree.has(target))
        queue.push({ file: target, path: [...path, target] });
    }
  }
  return violations;
}

/**
 * (e) No circles between files, dynamic and type-only imports included.
 *
 * @param {SourceTree} tree
 * @returns {Violation[]}
 */
export function checkCircles(tree) {
  /** @type {Map<string, string[]>} */
  const arrows = new Map();
  for (const [file, imports] of tree) {
    arrows.set(
      file,
      imports.flatMap(({ target }) => (target !== undefined && tree.has(target) ? [target] : [])),
    );
  }
  return findCircles(arrows).map((circle) => {
    const [file, next] = circle;
    const line = tree.get(file)?.find(({ target }) => target === next)?.line ?? 1;
    return { rule: "circle", file, line, message: `is in a circle: ${circle.join(" > ")}` };
  });
}

/**
 * The plugins, and the other packages that the same rules hold for.
 *
 * @param {string} root
 * @returns {PluginPackage[]}
 */
export function findPlugins(root) {
  const neighbours = NEIGHBOURS.filter((folder) => existsSync(join(root, folder))).map((folder) => {
    const { name } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    return { folder, id: folder, name, browser: true };
  });
  const plugins = readdirSync(join(root, "plugins"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name: id }) => {
      const manifest = JSON.parse(readFileSync(join(root, "plugins", id, "package.json"), "utf8"));
      const browser = manifest.bitale?.environments?.includes("browser") ?? false;
      return { folder: `plugins/${id}`, id, name: manifest.name, browser };
    });
  return [...plugins, ...neighbours];
}

/** @param {PluginPackage} plugin */
function sourceOf(plugin) {
  return `${plugin.folder}/src`;
}

/**
 * @param {string} file
 * @returns {string | undefined} undefined outside core
 */
function roomOf(file) {
  if (!file.startsWith(`${CORE_SOURCE}/`)) return undefined;
  const [first = ""] = file.slice(CORE_SOURCE.length + 1).split("/");
  return first.replace(/\..*$/, "");
}

/**
 * @param {SourceTree} tree
 * @param {string} folder
 */
function filesIn(tree, folder) {
  return [...tree].filter(([file]) => file.startsWith(`${folder}/`));
}

/**
 * @param {string} specifier
 * @param {string} name of a package
 */
function isPartOf(specifier, name) {
  return specifier === name || specifier.startsWith(`${name}/`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const violations = checkLayers(join(import.meta.dirname, "../.."));
  for (const { rule, file, line, message } of violations)
    console.error(`${file}:${line} [${rule}] ${message}`);
  console.log(violations.length === 0 ? "layers: in order" : `layers: ${violations.length} violations`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
