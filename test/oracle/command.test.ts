/** The command `npm run oracle -- FILE`: what it takes and how it ends. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "bitale-oracle-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => {
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "-p", import.meta.dirname]);
}, 60_000);

const program = (id: string, expected: number) => ({
  id,
  area: "get",
  floatX: "float64",
  given: {
    steps: [
      { op: "shared", name: "s", value: { float: 1.5 } },
      { op: "get", from: "s" },
    ],
  },
  expect: { obs: [{ step: 1, value: { nd: [expected], shape: [], dtype: "float64" } }] },
});

function run(...args: string[]) {
  const command = [join(import.meta.dirname, "dist/run.js"), ...args];
  return spawnSync(process.execPath, command, { encoding: "utf8", cwd: repository });
}
function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
describe("the oracle command", () => {
  it("says how it is used", () => {
    const { status, stdout } = run("--help");
    expect([status, stdout.split(" -- ")[0]]).toEqual([0, "npm run oracle"]);
  });

  it.each([
    ["no file", []],
    ["two files", ["a.json", "b.json"]],
    ["an unknown option", ["a.json", "--nonsense"]],
    ["an option without its value", ["a.json", "--json"]],
    ["a file that is not there", ["absent.json"]],
    ["a file that is no JSON", [file("broken.json", "{")]],
    ["a file without cases", [file("other.json", "{}")]],
    ["a file with no case", [file("none.json", '{"cases": []}')]],
    ["a case that is none", [file("null.json", '{"cases": [null]}')]],
    ["an id that no case has", [file("one.json", JSON.stringify({ cases: [program("a", 1)] })), "--id", "b"]],
    ["an area that no case has", [join(folder, "one.json"), "--area", "absent"]],
  ])("refuses %s in a few lines", (_, args) => {
    const { status, stderr, stdout } = run(...args);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).not.toMatch(/\n {4}at /);
    expect(stderr.trim().split("\n").length).toBeLessThanOrEqual(2);
  });

  it("reports what passed and what failed, on the terminal and as JSON", () => {
    const cases = file("cases.json", JSON.stringify({ cases: [program("get-a", 1.5), program("get-b", 2)] }));
    const report = join(folder, "report.json");
    const { status, stdout } = run(cases, "--json", report);
    expect(status).toBe(1);
    expect(stdout.trim().split("\n").at(-1)).toBe("1 passed, 1 failed, 0 skipped");
    const written = JSON.parse(readFileSync(report, "utf8"));
    expect(written).toMatchObject({
      passed: ["get-a"],
      failed: [{ id: "get-b", area: "get", step: 1 }],
      skipped: [],
    });
    expect(run(cases, "--id", "get-a").status).toBe(0);
  });
});
