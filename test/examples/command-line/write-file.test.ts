import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  prepareFolder,
  writeFileAtomically,
  writeResults,
} from "../../../examples/command-line/dist/index.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bitale-results-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("a write that fails leaves the old file and nothing beside it", () => {
  const file = join(folder, "some.txt");
  writeFileAtomically(file, "old");
  writeFileAtomically(file, "new");
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(() => writeFileAtomically(folder, "a folder stands there")).toThrow();
  expect(() => writeFileAtomically(file, 7 as never)).toThrow(TypeError);
  expect(readFileSync(file, "utf8")).toBe("new");
  expect(readdirSync(folder)).toEqual(["some.txt"]);
});

test("results go into a folder that is made where it is missing", () => {
  const out = join(folder, "deep", "out");
  prepareFolder(out);
  expect(writeResults(out, { "a.txt": "a", "b.bin": new Uint8Array([1]) })).toEqual([
    join(out, "a.txt"),
    join(out, "b.bin"),
  ]);
  expect(readdirSync(out).sort()).toEqual(["a.txt", "b.bin"]);
  expect(readFileSync(join(out, "a.txt"), "utf8")).toBe("a");
});

test("a folder that cannot be made is a clear error", () => {
  const file = join(folder, "a-file");
  writeFileSync(file, "");
  expect(() => prepareFolder(join(file, "out"))).toThrow(expect.objectContaining({ code: "BAD_FILE" }));
});
