/** Plugins and configuration on disk: real packages in temporary folders, really loaded. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createRuntime, type ErrorCode, isBitaleError, type RuntimeOptions } from "@bitale/core";
import { afterAll, describe, expect, it } from "vitest";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** An app in a temporary folder. */
function app(files: Record<string, string | object>): string {
  const root = mkdtempSync(join(tmpdir(), "bitale-app-"));
  folders.push(root);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return root;
}

const manifest = { apiVersion: 1, plugin: "./plugin" };
const pluginCode = (id: string) => `
export const plugin = {
  id: ${JSON.stringify(id)}, apiVersion: 1, priority: 1, kwargs: {},
  supports: { dtypes: ["float32"], syncRead: true, aliases: {} },
  use: { useFactory: () => ({ construct: () => { throw new Error("asked"); } }) },
};`;
const dependency = (name: string, bitale: unknown, code: string) => ({
  [`node_modules/${name}/package.json`]: {
    name,
    type: "module",
    exports: { "./plugin": "./plugin.js" },
    bitale,
  },
  [`node_modules/${name}/plugin.js`]: code,
});
const quiet = (root: string, options: RuntimeOptions = {}) =>
  createRuntime({ root, env: {}, warn: () => {}, ...options });
function code(body: () => unknown): ErrorCode | undefined {
  try {
    body();
  } catch (error) {
    if (!isBitaleError(error)) throw error;
    return error.code;
  }
  return undefined;
}

describe("discovery", () => {
  it("finds plugins among direct and optional dependencies, by their manifests", () => {
    const root = app({
      "package.json": {
        dependencies: { one: "*", plain: "*", absent: "*" },
        optionalDependencies: { two: "*" },
      },
      ...dependency("one", manifest, pluginCode("one")),
      ...dependency("two", manifest, pluginCode("two")),
      ...dependency("plain", undefined, "throw new Error('must not run')"),
      ...dependency("indirect", manifest, pluginCode("indirect")),
    });
    expect(quiet(root).plugins.map((p) => [p.id, p.origin])).toEqual([
      ["one", "one"],
      ["two", "two"],
      ["generic", "core"],
    ]);
    expect(quiet(root, { autoload: false }).plugins.map((p) => p.id)).toEqual(["generic"]);
    expect(quiet(root, { disable: ["one"] }).plugins.map((p) => p.id)).toEqual(["two", "generic"]);
    expect(quiet(join(root, "node_modules"), { root: undefined as never, plugins: [] }).plugins.length).toBe(
      1,
    );
  });

  it("reads manifests before any code runs, and leaves other environments alone", () => {
    const root = app({
      "package.json": { dependencies: { browser: "*", old: "*" } },
      ...dependency("browser", { ...manifest, environments: ["browser"] }, "throw new Error('must not run')"),
      ...dependency("old", { apiVersion: 0, plugin: "./plugin" }, "throw new Error('must not run')"),
    });
    const { plugins, failures } = quiet(root);
    expect(plugins.map((p) => p.id)).toEqual(["generic"]);
    expect(failures).toMatchObject([{ plugin: "old", stage: "manifest", error: { code: "BAD_MANIFEST" } }]);
  });

  it("keeps a plugin that breaks while loading to itself", () => {
    const root = app({
      "package.json": { dependencies: { bad: "*", empty: "*", good: "*" } },
      ...dependency("bad", manifest, "throw new Error('broken on load')"),
      ...dependency("empty", manifest, "export const other = 1;"),
      ...dependency("good", manifest, pluginCode("good")),
    });
    const runtime = quiet(root);
    expect(runtime.plugins.map((p) => p.id)).toEqual(["good", "generic"]);
    expect(runtime.failures.map((f) => [f.plugin, f.stage])).toEqual([
      ["bad", "load"],
      ["empty", "load"],
    ]);
    const told = runtime.explain("text").verdicts.map((v) => `${v.backend} ${v.outcome}: ${v.reason}`);
    expect(told.slice(-2)).toEqual([
      "bad failed: failed to load: broken on load",
      expect.stringMatching(/^empty failed: failed to load: /),
    ]);
    expect(code(() => runtime.shared(1, { backend: "bad" } as never))).toBe("BACKEND_FAILED");
    expect(() => quiet(root, { strictPlugins: true })).toThrow("broken on load");
  });
});

describe("layers of configuration", () => {
  const base = { "package.json": { bitale: { floatX: "float16", backends: ["a"], disable: ["x"] } } };
  it("later ones win, lists replace, and each value names its origin", () => {
    const root = app({ ...base, "bitale.config.json": { $schema: "s", backends: ["b"], floatX: "float32" } });
    const { values, origins } = quiet(root, {
      env: { BITALE_FLOATX: "float64" },
      strictPlugins: false,
    }).config;
    expect(values).toMatchObject({ backends: ["b"], floatX: "float64", disable: ["x"] });
    expect(origins.backends).toContain("bitale.config.json");
    expect(origins.floatX).toContain("BITALE_FLOATX");
    expect(origins.strictPlugins).toBe("createRuntime()");
    expect(quiet(root, { env: { BITALE_CREATION_TRACE: "0" } }).config.values.creationTrace).toBe(false);
    expect(quiet(root, { configFile: false }).config.values.backends).toEqual(["a"]);
  });
  it("modules are read synchronously", () => {
    const root = app({
      ...base,
      "package.json": { type: "module" },
      "bitale.config.js": "export const config = { backends: ['m'] };",
    });
    expect(quiet(root).config.values.backends).toEqual(["m"]);
  });
  const wrong: [string, ErrorCode, Record<string, string | object>][] = [
    ["a typo", "UNKNOWN_CONFIG_KEY", { "bitale.config.json": { bakends: [] } }],
    ["a wrong value", "BAD_CONFIG", { "bitale.config.json": { backends: "tensor-cpu" } }],
    ["broken JSON", "BAD_CONFIG", { "bitale.config.json": "{ nonsense" }],
    ["two files", "BAD_CONFIG", { "bitale.config.json": {}, "bitale.config.mjs": "export default {}" }],
    ["a module that throws", "BAD_CONFIG", { "bitale.config.mjs": "throw new Error('no')" }],
  ];
  it.each(wrong)("%s is one clear error", (_name, expected, files) => {
    expect(code(() => quiet(app({ ...base, ...files })))).toBe(expected);
  });
  it("a bad switch in the environment too", () => {
    expect(code(() => quiet(app(base), { env: { BITALE_STRICT_PLUGINS: "perhaps" } }))).toBe("BAD_CONFIG");
    expect(code(() => quiet(app(base), { configFile: "absent.json" }))).toBe("BAD_CONFIG");
  });
});
