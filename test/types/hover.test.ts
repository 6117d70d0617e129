/** What an editor shows for the values that users meet: short names, no unions of twelve dtypes, no inner types. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "bitale-hover-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("displayed types stay readable", () => {
  const project = join(import.meta.dirname, "hover");
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", project, "--outDir", folder]);
  const emitted = readFileSync(join(folder, "main.d.ts"), "utf8");
  const shown = emitted
    .slice(emitted.indexOf("export declare"))
    .replaceAll(/import\("[^"]*"\)\./g, "")
    .replaceAll("export declare const ", "");
  expect(shown).toBe(readFileSync(join(project, "expected.txt"), "utf8"));
}, 60_000);
