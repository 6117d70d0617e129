/** Loops and branches with values on a device: the same results as on the host, and no value comes back in between. */
import * as b from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import { plugin as gpu } from "@bitale/tensor-gpu";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

const onGpu = b.createRuntime({
  plugins: [gpu, cpu],
  backends: ["tensor-gpu", "tensor-cpu"],
  warn: () => {},
});
const onCpu = b.createRuntime({ plugins: [cpu] });
let missing: string | undefined;
beforeAll(async () => {
  await onGpu.ready();
  missing = onGpu.failures[0]?.error.message;
});
beforeEach((context) => {
  if (missing !== undefined) context.skip(`no WebGPU adapter: ${missing}`);
});
afterAll(() => onGpu.dispose());

const rows = [
  [0.1, 0.2, 0.3],
  [0.4, -0.5, 0.6],
  [0.7, 0.8, -0.9],
  [1, 0, 0.5],
];

/** A recurrent net whose step decides by a number, trained for some steps. */
async function train(runtime: b.Runtime): Promise<unknown[]> {
  const weights = [0.1, 0.2, -0.3, 0.4, 0.5, -0.6, 0.7, 0.8, 0.9];
  const start = new b.NDArray({ data: Float32Array.from(weights), shape: [3, 3], dtype: "float32" });
  const w = runtime.shared(start, { name: "w" }) as b.SharedVariable<b.TensorType>;
  const x = b.matrix("x");
  const [last, states] = b.scan(
    (h, row) => {
      const next = b.tanh(b.dot(h, w).add(row));
      const kept = b.ifElse(
        b.gt(b.sum(next), 0),
        () => next,
        () => next.mul(0.5),
      );
      return [kept, kept];
    },
    { init: b.zeros([3]), sequences: x },
  );
  const cost = b.sum(b.sqr(last)).add(b.mean(states));
  const gradient = b.grad(cost, w);
  const f = runtime.compile([x], [cost, states, gradient], { updates: [[w, w.sub(gradient.mul(0.1))]] });
  const costs: unknown[] = [];
  for (let i = 0; i < 3; i++) costs.push(...(await f.async(rows)).map((v) => v.toArray()));
  return [...costs, (await w.getValueAsync()).toArray()];
}

describe("on tensor-gpu", () => {
  it("loops and branches give what they give on the host", async () => {
    const [got, expected] = [await train(onGpu), await train(onCpu)].map((list) => list.flat(3) as number[]);
    expect(got?.length).toBe(expected?.length);
    got?.forEach((value, i) => expect(value).toBeCloseTo(expected?.[i] as number, 3));
  });

  it("a loop that decides nothing by its data updates without waiting", async () => {
    const w = onGpu.shared(new Float32Array([1, 2]), { name: "w" }) as b.SharedVariable<b.TensorType>;
    const [grown] = b.scan((v) => [v.mul(2), undefined], { init: w, length: 3 });
    const f = onGpu.compile([], null, { updates: [[w, grown]] });
    f();
    expect((await w.getValueAsync()).toArray()).toEqual([8, 16]);
    const [, history] = b.scan((v) => [v.add(1), v], { init: w, length: 2 });
    const g = onGpu.compile([], history);
    expect(() => g()).toThrow(expect.objectContaining({ code: "NEEDS_ASYNC" }));
    expect((await g.async()).toArray()).toEqual([
      [8, 16],
      [9, 17],
    ]);
  });

  it("integers that a step gives are stacked on the device", async () => {
    const bias = onGpu.shared(new Float32Array(3), { name: "bias" });
    const x = b.matrix("x");
    const [, places] = b.scan((sum, row) => [sum.add(row), b.argmax(row.add(bias))], {
      init: b.zeros([3]),
      sequences: x,
    });
    const f = onGpu.compile([x], places);
    expect((await f.async(rows)).toArray()).toEqual([2n, 2n, 1n, 0n]);
    const none = new b.NDArray({ data: new Float32Array(0), shape: [0, 3], dtype: "float32" });
    expect((await f.async(none)).shape).toEqual([0]);
  });

  it("gradients flow through a loop that carries an integer", async () => {
    const slope = async (runtime: b.Runtime): Promise<number[]> => {
      const w = runtime.shared(new Float32Array([0.5, -0.25, 1]), { name: "w" });
      const x = b.matrix("x");
      const [{ state }] = b.scan(
        ({ count, state }, row) => {
          const next = b.tanh(state.mul(w).add(row.mul(count.astype("float32"))));
          return [{ count: count.add(1n), state: next }, undefined];
        },
        { init: { count: 1n, state: b.zeros([3]) }, sequences: x },
      );
      return (await runtime.compile([x], b.grad(b.sum(state), w)).async(rows)).toArray() as number[];
    };
    const [got, expected] = [await slope(onGpu), await slope(onCpu)];
    expect(got.length).toBe(3);
    got.forEach((value, i) => expect(value).toBeCloseTo(expected[i] as number, 4));
  });
});
