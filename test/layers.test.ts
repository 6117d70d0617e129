import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { checkLayers, ROOMS } from "../tools/check/layers.mjs";

const repository = join(import.meta.dirname, "..");
const trees: string[] = [];

afterEach(() => {
  for (const tree of trees.splice(0)) rmSync(tree, { recursive: true });
});

/** A repository of the given files with two plugins, `dense` for Node and browsers and `disk` for Node alone. */
function tree(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "bitale-layers-"));
  trees.push(root);
  const manifest = (name: string, environments: string[]) =>
    JSON.stringify({ name, bitale: { apiVersion: 1, plugin: "./plugin", environments } });
  const all: Record<string, string> = {
    "plugins/dense/package.json": manifest("@bitale/dense", ["node", "browser"]),
    "plugins/disk/package.json": manifest("@bitale/disk", ["node"]),
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** The violations of a tree, as `rule file:line`. */
function violationsIn(files: Record<string, string>): string[] {
  return checkLayers(tree(files)).map(({ rule, file, line }) => `${rule} ${file}:${line}`);
}

describe("the import rules", () => {
  it("hold in this repository", () => {
    expect(checkLayers(repository)).toEqual([]);
  });

  it("let arrows run down, stay in a room, and leave for packages", () => {
    const files = {
      "core/src/index.ts": 'export * from "./index.browser.js";\nimport "node:fs";\n',
      "core/src/index.browser.ts": 'export { a } from "./tensor/a.js";\n',
      "core/src/tensor/a.ts":
        'import { b } from "./b.js";\nimport { c } from "../graph/c.js";\nexport const a = [b, c];\n',
      "core/src/tensor/b.ts": 'import { injectable } from "tsyringe";\nexport const b = injectable;\n',
      "core/src/graph/c.ts": "export const c = 1;\n",
      "plugins/dense/src/index.ts":
        'import { a } from "@bitale/core";\nexport * from "./storage/bytes.js";\nexport { a };\n',
      "plugins/dense/src/storage/bytes.ts": "export const bytes = 1;\n",
    };
    expect(violationsIn(files)).toEqual([]);
  });
});

describe("(a) rooms", () => {
  it("an import from a higher room is refused", () => {
    const files = { "core/src/graph/a.ts": '\nimport { b } from "../tensor/b.js";\nexport { b };\n' };
    expect(violationsIn(files)).toEqual(["rooms core/src/graph/a.ts:2"]);
  });

  it.each([
    ["import type", 'import type { B } from "../tensor/b.js";\nexport type A = B;\n'],
    ["export type", 'export type { B } from "../tensor/b.js";\n'],
    ["export from", 'export * from "../tensor/b.js";\n'],
    ["a type import in place", 'export type A = import("../tensor/b.js").B;\n'],
    ["a dynamic import", 'export const a = () => import("../tensor/b.js");\n'],
  ])("%s counts", (_name, text) => {
    expect(violationsIn({ "core/src/graph/a.ts": text })).toEqual(["rooms core/src/graph/a.ts:1"]);
  });

  it("a room that is not in the table is refused", () => {
    expect(violationsIn({ "core/src/attic/a.ts": "export {};\n" })).toEqual(["rooms core/src/attic/a.ts:1"]);
  });

  it("the message names both rooms and the order", () => {
    const [violation] = checkLayers(tree({ "core/src/errors.ts": 'export * from "./graph/a.js";\n' }));
    expect(violation?.message).toBe(
      `room "errors" imports "./graph/a.js" from room "graph", which is above it (${ROOMS.join(" > ")})`,
    );
  });
});

describe("(b) plugins", () => {
  it.each([
    ["an inner path of core", "@bitale/core/dist/graph/walk.js"],
    ["another plugin", "@bitale/disk"],
    ["an inner path of another plugin", "@bitale/disk/plugin"],
    ["core by path", "../../../core/src/errors.js"],
    ["its own package.json by path", "../package.json"],
    ["itself by name", "@bitale/dense"],
  ])("%s is refused", (_name, specifier) => {
    const files = { "plugins/dense/src/kernels.ts": `import * as a from "${specifier}";\nexport { a };\n` };
    expect(violationsIn(files)).toEqual(["plugin plugins/dense/src/kernels.ts:1"]);
  });

  it("a type is no exception", () => {
    const files = { "plugins/dense/src/type.ts": 'export type { Disk } from "@bitale/disk";\n' };
    expect(violationsIn(files)).toEqual(["plugin plugins/dense/src/type.ts:1"]);
  });
});

describe("(c) core", () => {
  it.each([
    ["a plugin's package", "@bitale/dense"],
    ["a plugin's id", "./dense.js"],
    ["a plugin's folder", "../../../plugins/disk/src/index.js"],
    ["anything outside its source", "../../../test/reference.js"],
  ])("%s is refused", (_name, specifier) => {
    const files = { "core/src/plugin/host.ts": `export type A = import("${specifier}").A;\n` };
    expect(violationsIn(files)).toEqual(["core core/src/plugin/host.ts:1"]);
  });
});

describe("(d) browsers", () => {
  it("no module of Node is reachable, be it through another file, for a type, or without the node: prefix", () => {
    const files = {
      "core/src/index.browser.ts":
        'export * from "./plugin/config.js";\nimport type { Stats } from "fs";\nexport type { Stats };\n',
      "core/src/plugin/config.ts":
        'import { readFileSync } from "node:fs";\nexport const read = readFileSync;\n',
    };
    expect(violationsIn(files)).toEqual([
      "browser core/src/index.browser.ts:2",
      "browser core/src/plugin/config.ts:1",
    ]);
  });

  it("the message shows the way", () => {
    const files = {
      "plugins/dense/src/plugin.ts": 'export * from "./storage.js";\n',
      "plugins/dense/src/storage.ts": 'import "node:os";\n',
    };
    const [violation] = checkLayers(tree(files));
    expect(violation?.message).toBe(
      'imports "node:os", and browsers load this file: plugins/dense/src/plugin.ts > plugins/dense/src/storage.ts',
    );
  });

  it("a dynamic import, a file that browsers never load and a plugin for Node alone may", () => {
    const files = {
      "core/src/index.browser.ts": 'export const discover = () => import("./plugin/discovery.js");\n',
      "core/src/plugin/discovery.ts": 'import "node:module";\n',
      "plugins/dense/src/index.ts": 'export const open = () => import("node:fs");\n',
      "plugins/disk/src/index.ts": 'import "node:fs";\n',
    };
    expect(violationsIn(files)).toEqual([]);
  });
});

describe("(e) circles", () => {
  it("a circle of types is refused, and shown whole", () => {
    const files = {
      "core/src/graph/a.ts": 'export type { B } from "./b.js";\n',
      "core/src/graph/b.ts": 'import type { C } from "./c.js";\nexport type B = C;\n',
      "core/src/graph/c.ts": 'export const a = () => import("./a.js");\n',
    };
    const violations = checkLayers(tree(files));
    expect(violations).toEqual([
      {
        rule: "circle",
        file: "core/src/graph/a.ts",
        line: 1,
        message:
          "is in a circle: core/src/graph/a.ts > core/src/graph/b.ts > core/src/graph/c.ts > core/src/graph/a.ts",
      },
    ]);
  });

  it("two circles give two violations, also in a plugin", () => {
    const files = {
      "core/src/graph/a.ts": 'import "./a.js";\n',
      "plugins/disk/src/a.ts": 'import "./b.js";\n',
      "plugins/disk/src/b.ts": 'import "./a.js";\n',
    };
    expect(violationsIn(files)).toEqual(["circle core/src/graph/a.ts:1", "circle plugins/disk/src/a.ts:1"]);
  });
});
