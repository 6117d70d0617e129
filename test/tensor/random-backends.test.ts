/** The random numbers are the published generator's, and the same on every backend, from the same states. */
import {
  createRuntime,
  type NDArray,
  type Plugin,
  PrimitiveOp,
  type Runtime,
  type SharedVariable,
  type TensorType,
  type TensorVariable,
  vector,
} from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import { plugin as gpu } from "@bitale/tensor-gpu";
import { afterAll, beforeAll, describe, expect, it, type TestContext } from "vitest";
import { plainPlugin } from "../plugin/plain-plugin.js";

const runtimeOf = (plugins: readonly Plugin[], options: Readonly<Record<string, unknown>> = {}): Runtime =>
  createRuntime({ plugins, pluginOptions: { "tensor-cpu": options }, warn: () => {} });
const runtimes = {
  reference: runtimeOf([plainPlugin("plain")]),
  "tensor-cpu": runtimeOf([cpu]),
  "tensor-cpu in JavaScript": runtimeOf([cpu], { wasm: false }),
  "tensor-cpu without generated code": runtimeOf([cpu], { wasm: false, codegen: false }),
  "tensor-gpu": createRuntime({
    plugins: [gpu, cpu],
    backends: ["tensor-gpu", "tensor-cpu"],
    warn: () => {},
  }),
};
type Name = keyof typeof runtimes;
const names = Object.keys(runtimes) as Name[];
let missing: string | undefined;
beforeAll(async () => {
  await runtimes["tensor-gpu"].ready();
  missing = runtimes["tensor-gpu"].failures[0]?.error.message;
});
afterAll(async () => {
  for (const runtime of Object.values(runtimes)) await runtime.dispose();
});
function needsDevice(name: Name, context: TestContext): void {
  if (name === "tensor-gpu" && missing !== undefined) context.skip(`no WebGPU adapter: ${missing}`);
}

const numbers = (array: NDArray): number[] => Array.from(array.flat() as ArrayLike<number>, Number);

/** Random123, kat_vectors, threefry2x32 with 20 rounds: counter, key, words. */
const published = [
  [
    [0, 0],
    [0, 0],
    [0x6b200159, 0x99ba4efe],
  ],
  [
    [0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x1cb996fc, 0xbb002be7],
  ],
  [
    [0x243f6a88, 0x85a308d3],
    [0x13198a2e, 0x03707344],
    [0xc4923a9c, 0x483df7a0],
  ],
] as const;

/** One draw of each kind, with their stream. */
function draws(runtime: Runtime) {
  const stream = runtime.randomStream(2026);
  const outputs = {
    uniform: stream.uniform({ size: [2, 7], low: -1, high: 3, dtype: "float32" }),
    normal: stream.normal({ size: [9], mean: 1, std: 2, dtype: "float32" }),
    bernoulli: stream.bernoulli({ size: [11], p: 0.3 }),
    integers: stream.integers({ low: -2, high: 5, size: [3, 3] }),
    permutation: stream.permutation(13),
  };
  return { stream, f: runtime.compile([], outputs) };
}

describe.each(names)("%s", (name) => {
  it("computes the published words", async (context) => {
    needsDevice(name, context);
    const state = vector("state", "uint32");
    const words = new PrimitiveOp("randomBits", { length: 2 }).apply([state]).output as TensorVariable;
    const f = runtimes[name].compile([state], words);
    for (const [counter, key, expected] of published) {
      expect(numbers(await f.async(Uint32Array.of(...key, ...counter)))).toEqual([...expected]);
    }
  });

  it("draws the same numbers as the reference, call after call, and again from saved states", async (context) => {
    needsDevice(name, context);
    const [here, there] = [draws(runtimes[name]), draws(runtimes.reference)];
    const saved: NDArray[] = [];
    const seen: string[] = [];
    const compare = async (): Promise<string> => {
      const [ours, theirs] = [await here.f.async(), await there.f.async()];
      for (const kind of ["uniform", "bernoulli", "integers", "permutation"] as const) {
        expect([kind, ours[kind].dtype, numbers(ours[kind])]).toEqual([
          kind,
          theirs[kind].dtype,
          numbers(theirs[kind]),
        ]);
      }
      const normal = numbers(theirs.normal);
      numbers(ours.normal).forEach((value, i) => {
        expect(value).toBeCloseTo(normal[i] as number, 4);
      });
      return JSON.stringify(Object.values(ours).map(numbers));
    };
    for (let call = 0; call < 3; call++) seen.push(await compare());
    for (const state of here.stream.states) saved.push(await state.getValueAsync());
    const next = await compare();
    expect(new Set([...seen, next]).size).toBe(4);
    [here, there].forEach(({ stream }) => {
      (stream.states as readonly SharedVariable<TensorType>[]).forEach((state, i) => {
        state.setValue(saved[i]);
      });
    });
    expect(await compare()).toBe(next);
    here.stream.seed(2026);
    there.stream.seed(2026);
    expect(await compare()).toBe(seen[0]);
  });
});
