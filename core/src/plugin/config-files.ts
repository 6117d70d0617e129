/** The layers of configuration that lie on disk. Node only. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { BitaleTypeError } from "../errors.js";
import type { ConfigLayer } from "./config.js";
import { readPackageJson } from "./discovery.js";

const fileNames = ["bitale.config.json", "bitale.config.js", "bitale.config.mjs", "bitale.config.ts"];

/** Keys of "bitale" in a package.json that are a plugin's manifest, not configuration. */
const manifestKeys = ["apiVersion", "plugin", "environments"];

/** `"bitale"` of the app's package.json. */
export function packageLayer(root: string): ConfigLayer {
  const file = join(root, "package.json");
  const { bitale } = readPackageJson(file);
  const values = typeof bitale === "object" && bitale !== null ? bitale : {};
  const configuration = Object.fromEntries(
    Object.entries(values).filter(([key]) => !manifestKeys.includes(key)),
  );
  return { origin: `"bitale" in ${file}`, values: configuration };
}

/**
 * The one config file of the app.
 * @param chosen a file to read instead, relative to the root; false: none
 * @throws BitaleTypeError BAD_CONFIG for two files, a missing one, or one that cannot be read
 */
export function fileLayer(root: string, chosen: string | false | undefined): ConfigLayer | undefined {
  if (chosen === false) return undefined;
  if (chosen !== undefined) return readConfig(resolve(root, chosen));
  const found = fileNames.map((name) => join(root, name)).filter((file) => existsSync(file));
  if (found.length > 1) {
    throw new BitaleTypeError("BAD_CONFIG", {
      subject: root,
      problem: "there is more than one config file",
      got: found.join(", "),
      cure: "keep one of them",
    });
  }
  return found[0] === undefined ? undefined : readConfig(found[0]);
}

function readConfig(file: string): ConfigLayer {
  try {
    if (file.endsWith(".json")) return { origin: file, values: JSON.parse(readFileSync(file, "utf8")) };
    const module = createRequire(file)(file) as { config?: unknown; default?: unknown };
    return { origin: file, values: module.config ?? module.default };
  } catch (cause) {
    const typescript =
      file.endsWith(".ts") && (cause as { code?: string }).code === "ERR_UNKNOWN_FILE_EXTENSION";
    throw new BitaleTypeError("BAD_CONFIG", {
      subject: file,
      problem: `it cannot be read: ${(cause as Error).message}`,
      cure: typescript
        ? "this Node cannot read TypeScript: use bitale.config.mjs or .json, or Node 22.18 or newer"
        : undefined,
      cause,
    });
  }
}
