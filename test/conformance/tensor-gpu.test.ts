import { createRuntime } from "@bitale/core";
import { conformance } from "@bitale/core/conformance";
import { plugin } from "@bitale/tensor-gpu";
import { beforeAll, beforeEach, describe, it } from "vitest";

let missing: string | undefined;
beforeAll(async () => {
  const runtime = createRuntime({ plugins: [plugin], warn: () => {} });
  await runtime.ready();
  missing = runtime.failures[0]?.error.message;
  await runtime.dispose();
});
beforeEach((context) => {
  if (missing !== undefined) context.skip(`no WebGPU adapter: ${missing}`);
});

/** WGSL allows sin, cos and what is made of them an error of 2^-11. */
const fixture = { tolerance: () => 1e-3 };

describe("tensor-gpu keeps the contract", () => {
  for (const { id, title, run } of conformance(plugin, fixture)) it(`${id}: ${title}`, run);
});
