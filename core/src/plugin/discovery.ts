/** Finds plugins among an app's direct dependencies. Manifests are read before any code of a plugin runs. Node only. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { BitaleTypeError, describeValue } from "../errors.js";
import { API_VERSION, type Plugin } from "./contract.js";
import { checkPlugin } from "./define-plugin.js";
import type { FoundPlugin, PluginFailure } from "./environment.js";

/** The nearest folder with a package.json, from the working directory upward; undefined: there is none. */
export function findAppRoot(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

interface PackageJson {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly bitale?: unknown;
}

/** Reads a package.json. @throws BitaleTypeError BAD_CONFIG where it is no JSON */
export function readPackageJson(file: string): PackageJson {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as PackageJson;
  } catch (cause) {
    throw new BitaleTypeError("BAD_CONFIG", {
      subject: file,
      problem: `it cannot be read: ${(cause as Error).message}`,
      cause,
    });
  }
}

/**
 * Loads all plugins that the app at `root` depends on directly, synchronously, each in its own try.
 * @param disable packages' plugins that are disabled are loaded, but not used: their ids are only known then
 */
export function discover(root: string): { plugins: FoundPlugin[]; failures: PluginFailure[] } {
  const plugins: FoundPlugin[] = [];
  const failures: PluginFailure[] = [];
  const app = readPackageJson(join(root, "package.json"));
  const names = new Set([
    ...Object.keys(app.dependencies ?? {}),
    ...Object.keys(app.optionalDependencies ?? {}),
  ]);
  const require = createRequire(join(root, "package.json"));
  for (const name of names) {
    const folder = findPackage(require, name);
    if (folder === undefined) continue;
    let stage: PluginFailure["stage"] = "manifest";
    try {
      const subpath = readManifest(folder);
      if (subpath === undefined) continue;
      stage = "load";
      plugins.push({ plugin: loadPlugin(require, name, subpath), origin: name });
    } catch (error) {
      failures.push({
        plugin: name,
        stage,
        origin: name,
        error: error instanceof Error ? error : new Error(String(error)),
      });
    }
  }
  return { plugins, failures };
}

/** Where a package lies: walked by hand, since a package may hide its package.json behind `exports`. */
function findPackage(require: NodeJS.Require, name: string): string | undefined {
  const folders = require.resolve.paths(name) ?? [];
  return folders
    .map((folder) => join(folder, name))
    .find((folder) => existsSync(join(folder, "package.json")));
}

/** The subpath of the plugin module; undefined: the package is no plugin for Node. @throws BAD_MANIFEST */
function readManifest(folder: string): string | undefined {
  const { bitale } = readPackageJson(join(folder, "package.json"));
  if (bitale === undefined) return undefined;
  const fail = (problem: string, got: unknown): never => {
    throw new BitaleTypeError("BAD_MANIFEST", {
      subject: `"bitale" in ${join(folder, "package.json")}`,
      problem,
      expected: `{ "apiVersion": ${API_VERSION}, "plugin": "./plugin", "environments": ["node", "browser"] }`,
      got: describeValue(got),
    });
  };
  if (typeof bitale !== "object" || bitale === null) fail("a manifest is a record", bitale);
  const { apiVersion, plugin, environments = ["node"] } = bitale as Record<string, unknown>;
  if (plugin === undefined && apiVersion === undefined) return undefined;
  if (apiVersion !== API_VERSION) fail(`it is written for contract version ${String(apiVersion)}`, bitale);
  if (typeof plugin !== "string" || !plugin.startsWith("."))
    fail("plugin names a subpath of the package's exports", plugin);
  if (!Array.isArray(environments)) fail("environments is a list", environments);
  return (environments as unknown[]).includes("node") ? (plugin as string) : undefined;
}

function loadPlugin(require: NodeJS.Require, name: string, subpath: string): Plugin {
  const specifier = join(name, subpath).replaceAll("\\", "/");
  const module = require(specifier) as { plugin?: unknown };
  if (module.plugin === undefined) {
    throw new BitaleTypeError("BAD_PLUGIN", {
      subject: specifier,
      problem: "it exports no plugin",
      expected: "export const plugin = definePlugin({ … })",
    });
  }
  checkPlugin(module.plugin, specifier);
  return module.plugin;
}
