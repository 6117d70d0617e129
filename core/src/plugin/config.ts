/** Configuration: its keys, their checks, and the merging of layers (later wins, lists replace). */
import { BitaleTypeError, describeValue } from "../errors.js";
import type { FloatDType } from "../tensor/dtype.js";
import { nearestName } from "./nearest-name.js";

/** A rule for single variables: the first one whose pattern fits the variable's name decides. */
export interface VariableRule {
  /** A name; `*` stands for any characters, `?` for one. */
  readonly name: string;
  readonly backend: string;
  /** Kwargs that the call did not give. */
  readonly kwargs?: Readonly<Record<string, unknown>> | undefined;
}

/** What an app may configure. Everything is optional. */
export interface Config {
  /** Ids of backends in the order in which they are asked; the others follow by priority. */
  readonly backends?: readonly string[] | undefined;
  /** Ids of plugins that are never used. */
  readonly disable?: readonly string[] | undefined;
  /** false: look for no plugins among the app's dependencies. */
  readonly autoload?: boolean | undefined;
  /** true: a plugin that fails is an error at once. */
  readonly strictPlugins?: boolean | undefined;
  /** The dtype of JS floats. */
  readonly floatX?: FloatDType | undefined;
  /**
   * Whether a node remembers where it was made, for errors (default true). It costs about 5 µs and 0.6 KB a node of a
   * graph, and nothing at a call.
   */
  readonly creationTrace?: boolean | undefined;
  readonly variables?: readonly VariableRule[] | undefined;
  /** Options for plugins by id; plugins check their own. */
  readonly pluginOptions?: Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
}

/** Values of one origin: a file, the environment, an argument. */
export interface ConfigLayer {
  readonly origin: string;
  readonly values: unknown;
}

export type ConfigKey = keyof Config;

/** The configuration in force. */
export interface ResolvedConfig {
  readonly values: {
    readonly backends: readonly string[];
    readonly disable: readonly string[];
    readonly autoload: boolean;
    readonly strictPlugins: boolean;
    readonly floatX: FloatDType;
    readonly creationTrace: boolean;
    readonly variables: readonly VariableRule[];
    readonly pluginOptions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
  /** Where each value comes from. */
  readonly origins: { readonly [K in ConfigKey]: string };
}

interface KeyRule {
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
  readonly fallback: unknown;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((name) => typeof name === "string" && name !== "");
const isBoolean = (value: unknown): boolean => typeof value === "boolean";
const isRule = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value.name === "string" &&
  typeof value.backend === "string" &&
  (value.kwargs === undefined || isRecord(value.kwargs)) &&
  Object.keys(value).every((key) => ["name", "backend", "kwargs"].includes(key));

const floatNames = ["float16", "float32", "float64"];

/** The keys: what each may be, and what it is where nobody says. */
export const configKeys: { readonly [K in ConfigKey]-?: KeyRule } = {
  backends: { expected: "a list of backend ids", fits: isNames, fallback: [] },
  disable: { expected: "a list of plugin ids", fits: isNames, fallback: [] },
  autoload: { expected: "true or false", fits: isBoolean, fallback: true },
  strictPlugins: { expected: "true or false", fits: isBoolean, fallback: false },
  floatX: {
    expected: '"float16", "float32" or "float64"',
    fits: (v) => floatNames.includes(v as string),
    fallback: "float32",
  },
  creationTrace: { expected: "true or false", fits: isBoolean, fallback: true },
  variables: {
    expected: "a list of { name, backend, kwargs? }",
    fits: (value) => Array.isArray(value) && value.every(isRule),
    fallback: [],
  },
  pluginOptions: {
    expected: "a record of plugin id to options",
    fits: (value) => isRecord(value) && Object.values(value).every(isRecord),
    fallback: {},
  },
};
const keyNames = Object.keys(configKeys) as ConfigKey[];

/**
 * Checks one layer. @throws BitaleTypeError UNKNOWN_CONFIG_KEY, BAD_CONFIG
 * @param ignored keys that stand beside the configuration on purpose, such as a schema's address
 */
export function checkLayer(layer: ConfigLayer, ignored: readonly string[] = ["$schema"]): Config {
  const { origin, values } = layer;
  if (!isRecord(values)) {
    throw new BitaleTypeError("BAD_CONFIG", {
      subject: origin,
      problem: "a configuration is a record",
      got: describeValue(values),
    });
  }
  for (const [key, value] of Object.entries(values)) {
    if (ignored.includes(key) || value === undefined) continue;
    const rule = configKeys[key as ConfigKey];
    if (!Object.hasOwn(configKeys, key)) {
      const near = nearestName(key, keyNames);
      throw new BitaleTypeError("UNKNOWN_CONFIG_KEY", {
        subject: origin,
        problem: `${key} is no configuration key`,
        expected: keyNames.join(", "),
        cure: near === undefined ? "remove it" : `did you mean ${near}?`,
      });
    }
    if (!rule.fits(value)) {
      throw new BitaleTypeError("BAD_CONFIG", {
        subject: `${key} in ${origin}`,
        problem: "the value does not fit",
        expected: rule.expected,
        got: JSON.stringify(value) ?? describeValue(value),
      });
    }
  }
  return values as Config;
}

/** Merges layers, the most important one last. @throws as `checkLayer` */
export function resolveConfig(layers: readonly ConfigLayer[]): ResolvedConfig {
  const values: Record<string, unknown> = {};
  const origins: Record<string, string> = {};
  for (const key of keyNames) {
    values[key] = configKeys[key].fallback;
    origins[key] = "default";
  }
  for (const layer of layers) {
    const checked = checkLayer(layer) as Record<string, unknown>;
    for (const key of keyNames) {
      if (checked[key] === undefined) continue;
      values[key] = checked[key];
      origins[key] = layer.origin;
    }
  }
  return { values, origins } as unknown as ResolvedConfig;
}

const switches: Readonly<Record<string, boolean>> = { "1": true, true: true, "0": false, false: false };
const list = (text: string): string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** The environment variables that configure bitale, and how each is read. */
const variables: Readonly<Record<string, readonly [ConfigKey, (text: string) => unknown]>> = {
  BITALE_BACKENDS: ["backends", list],
  BITALE_DISABLE: ["disable", list],
  BITALE_PLUGIN_AUTOLOAD: ["autoload", (text) => switches[text.toLowerCase()] ?? text],
  BITALE_STRICT_PLUGINS: ["strictPlugins", (text) => switches[text.toLowerCase()] ?? text],
  BITALE_FLOATX: ["floatX", (text) => text],
  BITALE_CREATION_TRACE: ["creationTrace", (text) => switches[text.toLowerCase()] ?? text],
};

/** The layer of the environment; empty values count as not given. */
export function environmentLayer(env: Readonly<Record<string, string | undefined>>): ConfigLayer {
  const values: Record<string, unknown> = {};
  const used: string[] = [];
  for (const [name, [key, read]] of Object.entries(variables)) {
    const text = env[name];
    if (text === undefined || text === "") continue;
    values[key] = read(text);
    used.push(name);
  }
  return { origin: used.length === 0 ? "environment" : `environment (${used.join(", ")})`, values };
}

/** Whether a name fits a pattern with `*` and `?`. */
export function fitsPattern(name: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s").test(name);
}
