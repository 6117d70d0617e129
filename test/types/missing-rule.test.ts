import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

const repository = join(import.meta.dirname, "../..");

it("a primitive without rules is a compile error in every table", () => {
  const compiler = join(repository, "node_modules/typescript/bin/tsc");
  const project = join(import.meta.dirname, "missing-rule");
  const { stdout } = spawnSync(process.execPath, [compiler, "-p", project], {
    encoding: "utf8",
    cwd: repository,
  });
  const errors = stdout.split("\n").filter((line) => /^\S+\(\d+,\d+\): error/.test(line));
  const tables = errors.filter((line) => line.includes("Property 'nowhere' is missing"));
  expect(tables.map((line) => line.replace(/\(.*$/s, "")).sort()).toEqual([
    "core/src/conformance/primitive-samples.ts", // what every backend is tested on
    "core/src/gradient/batch-rules.ts", // how Jacobians take all rows at once
    "core/src/gradient/table.ts",
    "core/src/tensor/primitives.ts", // whether a backend ever sees it
    "core/src/tensor/reference/kernels.ts",
    "core/src/tensor/type-rules/table.ts", // shape and dtype
  ]);
  expect(tables).toEqual(errors);
}, 60_000);
