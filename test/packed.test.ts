/** The packages as they are packed: an app has their files and dependencies, and nothing of this repository. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PUBLISHED } from "../tools/check/published.mjs";

const repository = join(import.meta.dirname, "..");
const app = mkdtempSync(join(tmpdir(), "bitale-packed-"));
afterAll(() => rmSync(app, { recursive: true, force: true }));

interface Packed {
  readonly name: string;
  readonly files: readonly { readonly path: string }[];
}
let packages: readonly Packed[] = [];

beforeAll(() => {
  const folders = PUBLISHED.map(({ folder }) => folder);
  const command = ["pack", "--dry-run", "--json", ...folders.map((folder) => `--workspace=${folder}`)];
  packages = JSON.parse(execFileSync("npm", command, { cwd: repository, encoding: "utf8" })) as Packed[];
  for (const [i, { name, files }] of packages.entries()) {
    const source = join(repository, folders[i] as string);
    for (const { path } of files) cpSync(join(source, path), join(app, "node_modules", name, path));
    const { dependencies = {} } = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
    for (const dependency of Object.keys(dependencies)) {
      const link = join(app, "node_modules", dependency);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(repository, "node_modules", dependency), link, "dir");
    }
  }
  const dependencies = { "@bitale/sparse": "*", "@bitale/tensor-cpu": "*" };
  writeFileSync(join(app, "package.json"), JSON.stringify({ type: "module", dependencies }));
});

/** The lines that a program of the app prints. */
function run(program: string, ...options: string[]): string[] {
  writeFileSync(join(app, "program.js"), program);
  const output = execFileSync(process.execPath, [...options, "program.js"], { cwd: app, encoding: "utf8" });
  return output.trim().split("\n");
}

describe("packed packages", () => {
  it("are few files, which load fast", () => {
    const scripts = packages.map(({ name, files }) => [
      name,
      files.filter(({ path }) => path.endsWith(".js")).length,
    ]);
    expect(scripts).toEqual(packages.map(({ name }) => [name, expect.toSatisfy((count) => count <= 6)]));
  });

  it("find each other and compute, and tell where a node was made", () => {
    const lines = run(`
      import { compile, dot, isBitaleError, matrix, shared } from "@bitale/core";
      const w = shared([[1, 2], [3, 4]]);
      console.log(...compile([], dot(w, w))().data);
      const x = matrix("x");
      const f = compile([x], dot(x, w));
      try {
        f([[1, 2, 3]]);
      } catch (error) {
        console.log(isBitaleError(error), error.location.made.join());
      }
    `);
    expect(lines).toEqual(["7 10 15 22", expect.stringMatching(/^true file:.*\/program\.js:6:\d+$/)]);
  });

  it("are one core for all entries, in Node and by the condition of browsers", () => {
    const program = `
      import { Variable, createRuntime, vector } from "@bitale/core";
      import * as conformance from "@bitale/core/conformance";
      import { plugin as sparse } from "@bitale/sparse/plugin";
      import { plugin, DenseTensorType } from "@bitale/tensor-cpu";
      const runtime = createRuntime({ plugins: [sparse, plugin] });
      const x = runtime.shared([1, 2]);
      console.log(x.type instanceof DenseTensorType, x instanceof Variable, Object.keys(conformance).length > 0);
    `;
    expect(run(program)).toEqual(["true true true"]);
    expect(run(program, "--conditions=browser")).toEqual(["true true true"]);
  });

  it("compute on threads", () => {
    const lines = run(`
      import { createRuntime, dot, NDArray } from "@bitale/core";
      import { plugin } from "@bitale/tensor-cpu";
      const n = 300;
      const data = new Float32Array(n * n).map((_, i) => Math.sin(i));
      const compute = async (threads) => {
        const runtime = createRuntime({ plugins: [plugin], pluginOptions: { "tensor-cpu": { threads } } });
        const x = runtime.shared(new NDArray({ data, shape: [n, n], dtype: "float32" }));
        const f = runtime.compile([], dot(x, x));
        // Workers start meanwhile; one that cannot ends the program.
        await new Promise((resolve) => setTimeout(resolve, 500));
        return [f(), runtime.explain(1).verdicts[0].features.threads];
      };
      const [[one], [two, threads]] = [await compute(1), await compute(2)];
      console.log(threads, one.data.every((value, i) => value === two.data[i]));
    `);
    expect(lines).toEqual(["2 true"]);
  });
});
