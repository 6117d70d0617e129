/** Every rich op on every backend against the reference kernels, over random shapes, layouts, dtypes and storage. */
import { readdirSync } from "node:fs";
import * as b from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import { plugin as gpu } from "@bitale/tensor-gpu";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { difference, placesOf } from "./compare.js";
import { elementwiseRows } from "./elementwise-rows.js";
import type { Limits, Rows } from "./given.js";
import { movingRows } from "./moving-rows.js";
import { productRows } from "./product-rows.js";
import { reductionRows } from "./reduction-rows.js";

const rows: Rows = { ...elementwiseRows, ...reductionRows, ...movingRows, ...productRows };

/** Exported functions that compute nothing: they make operands, constants and entries of an index. */
const noOps = ["asTensor", "asVariable", "constant", "randomState", "slice"];

it("every exported op has a row", async () => {
  const folder = new URL("../../../core/dist/tensor/ops/", import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith(".js"));
  const modules = await Promise.all(files.map((file) => import(new URL(file, folder).href)));
  const exported = new Map<string, unknown>(Object.entries(b));
  const ops = modules.flatMap((module: Record<string, unknown>) =>
    Object.entries(module).flatMap(([name, value]) =>
      typeof value === "function" && exported.get(name) === value ? [name] : [],
    ),
  );
  const covered = new Set([...Object.keys(rows).map((name) => name.split(" ")[0]), ...noOps]);
  expect(ops.filter((name) => !covered.has(name))).toEqual([]);
  expect([...covered].filter((name) => !ops.includes(name as string))).toEqual([]);
});

/** RICH_OPS_RUNS=10 looks ten times as long. */
const times = Number(process.env.RICH_OPS_RUNS ?? 1);

/** The property of one row. */
async function check(runtime: b.Runtime, name: string, limits: Limits, numRuns: number, scale = 1) {
  const row = rows[name] as Rows[string];
  const places = fc.array(fc.constantFrom(...placesOf), { minLength: 2, maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(row(limits), places, async (example, where) => {
      expect(await difference(runtime, example, where, scale)).toBeUndefined();
    }),
    { numRuns: numRuns * times },
  );
}

describe("tensor-cpu", () => {
  const runtime = b.createRuntime({ plugins: [cpu] });
  afterAll(() => runtime.dispose());
  it.each(Object.keys(rows))("%s", (name) => check(runtime, name, { special: true }, 10));
});

describe("tensor-gpu", () => {
  const runtime = b.createRuntime({
    plugins: [gpu, cpu],
    backends: ["tensor-gpu", "tensor-cpu"],
    warn: () => {},
  });
  let missing: string | undefined;
  beforeAll(async () => {
    await runtime.ready();
    missing = runtime.failures[0]?.error.message;
  });
  beforeEach((context) => {
    if (missing !== undefined) context.skip(`no WebGPU adapter: ${missing}`);
  });
  afterAll(() => runtime.dispose());
  it.each(Object.keys(rows))("%s", (name) => check(runtime, name, { special: false }, 2, 20));
});
