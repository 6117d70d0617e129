/** Where optimizers keep their state, what they refuse, clipping. */
import * as b from "@bitale/core";
import { plugin as sparse } from "@bitale/sparse/plugin";
import { plugin as cpu } from "@bitale/tensor-cpu/plugin";
import { afterAll, describe, expect, it } from "vitest";

const runtime = b.createRuntime({ plugins: [cpu, sparse], floatX: "float32" });
afterAll(() => runtime.dispose());
const names = (updates: readonly b.UpdatePair[]) => updates.map(([variable]) => variable.name);
const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe("state", () => {
  it("lies beside its parameter: its backend, dtype and lengths; counters on the host", () => {
    const W = runtime.shared(b.ones([2, 3], "float64"), { name: "W", shape: [2, null] });
    const c = runtime.shared(new Float32Array([1]), { name: "c" });
    const updates = runtime.scope(() => b.adam(b.sum(W.mul(c)), [W, c]));
    const types = Object.fromEntries(updates.map(([v]) => [v.name, [v.type.toString(), v.type.backend]]));
    expect(types).toEqual({
      W: ["DenseTensorType(float64, [2, ?])", "tensor-cpu"],
      "W.adam.m": ["DenseTensorType(float64, [2, ?])", "tensor-cpu"],
      "W.adam.v": ["DenseTensorType(float64, [2, ?])", "tensor-cpu"],
      c: ["DenseTensorType(float32, [?])", "tensor-cpu"],
      "c.adam.m": ["DenseTensorType(float32, [?])", "tensor-cpu"],
      "c.adam.v": ["DenseTensorType(float32, [?])", "tensor-cpu"],
      "adam.t": [expect.stringContaining("int64"), undefined],
    });
    expect(updates.find(([v]) => v.name === "W.adam.m")?.[0].getValue()).toEqual(b.zeros([2, 3], "float64"));
  });

  it("all optimizers run on a backend, in float32, with dtypes mixed", () => {
    const rate = runtime.scope(() => b.schedule(b.constantRate(0.1), { dtype: "float64" }));
    const make: Record<string, (c: b.Variable, p: b.Parameters) => b.UpdatePair[]> = {
      sgd: (c, p) => b.sgd(c, p, { learningRate: rate.rate }),
      momentum: (c, p) => b.momentum(c, p, { learningRate: rate.rate }),
      nesterov: (c, p) => b.nesterov(c, p, { learningRate: rate.rate }),
      adam: (c, p) => b.adam(c, p, { learningRate: rate.rate }),
      adamw: (c, p) => b.adamw(c, p, { learningRate: rate.rate }),
      rmsprop: (c, p) => b.rmsprop(c, p, { learningRate: rate.rate }),
      adagrad: (c, p) => b.adagrad(c, p, { learningRate: rate.rate }),
      adadelta: (c, p) => b.adadelta(c, p),
    };
    for (const [name, optimizer] of Object.entries(make)) {
      const w = runtime.shared(new Float32Array([1, -1]), { name: "w" });
      const v = runtime.shared(new Float64Array([2, 2]), { name: "v" });
      const cost = b.sum(b.sqr(w.mul(v)));
      const updates = runtime.scope(() => optimizer(cost, [w, v]));
      const train = runtime.compile([], cost, { updates, name });
      const before = train().item();
      for (let i = 0; i < 20; i++) train();
      expect(train().item()).toBeLessThan(before);
      expect(w.getValue().dtype).toBe("float32");
    }
  });

  it("is saved and loaded with the parameters: training goes on as if it had not stopped", async () => {
    const build = () => {
      const w = runtime.shared(new Float32Array([1, -2, 3]), { name: "w" });
      const learningRate = runtime.scope(() => b.schedule(b.exponentialDecay({ initial: 0.1, factor: 0.9 })));
      const updates = runtime.scope(() => b.adam(b.sum(b.sqr(w)), w, { learningRate }));
      return { w, variables: updates.map(([v]) => v), train: runtime.compile([], null, { updates }) };
    };
    const first = build();
    for (let i = 0; i < 5; i++) first.train();
    const file = await b.saveState(first.variables);
    const second = build();
    await b.loadState(file, second.variables);
    for (const { train } of [first, second]) for (let i = 0; i < 5; i++) train();
    expect(second.w.getValue()).toEqual(first.w.getValue());
    expect(first.variables.map((v) => v.name)).toEqual([
      "w.adam.m",
      "w.adam.v",
      "w",
      "learningRate.step",
      "learningRate",
      "adam.t",
    ]);
  });

  it("has other names where the optimizer has another one", () => {
    const w = runtime.shared(new Float32Array([1]), { name: "w" });
    expect(names(b.momentum(b.sum(w), w, { learningRate: 1, name: "slow" }))).toEqual([
      "w.slow.velocity",
      "w",
    ]);
    const nameless = runtime.shared(new Float32Array([1]));
    expect(names(b.rmsprop(b.sum(nameless), nameless))).toEqual(["parameter 0.rmsprop.square", undefined]);
  });
});

describe("what optimizers take", () => {
  const w = runtime.shared(new Float32Array([3, 4]), { name: "w" });
  it("gradients in place of a cost", () => {
    const g = b.vector("g", "float32");
    const train = runtime.compile([g], null, {
      updates: b.sgd([b.clipByGlobalNorm(g, 1)], w, { learningRate: 1 }),
    });
    train([30, 40]);
    expect(w.getValue().toArray()).toEqual([3 - Math.fround(0.6), 4 - Math.fround(0.8)].map(Math.fround));
    expect(() => b.sgd([g, g], w, { learningRate: 1 })).toThrow(code("BAD_OPERAND"));
  });
  it("rates that are arguments", () => {
    const v = runtime.shared(new Float32Array([1]), { name: "v" });
    const rate = b.scalar("rate", "float64");
    const train = runtime.compile([rate], null, { updates: b.sgd(b.sum(v), v, { learningRate: rate }) });
    train(0.25);
    expect(v.getValue().toArray()).toEqual([0.75]);
  });
  it("no sparse, discrete or plain parameters, no numbers out of range", () => {
    const S = runtime.shared([[1, 0]], { format: "csr", name: "S" });
    const n = runtime.shared(new Int32Array([1]), { name: "n" });
    for (const parameter of [S, n, b.vector("x") as never]) {
      expect(() => b.sgd(b.sum(w), parameter, { learningRate: 1 })).toThrow(code("BAD_OPERAND"));
    }
    const cost = b.sum(w);
    for (const learningRate of [-1, Number.NaN, "1" as never, b.vector("rates"), {} as never]) {
      expect(() => b.sgd(cost, w, { learningRate })).toThrow(code("BAD_OPTION"));
    }
    expect(() => b.adam(cost, w, { beta1: 1 })).toThrow(code("BAD_OPTION"));
    expect(() => b.adam(cost, w, { epsilon: -1 })).toThrow(code("BAD_OPTION"));
    expect(() => b.clipByGlobalNorm(w, 0)).toThrow(code("BAD_OPTION"));
    expect(() => b.clipByValue(w, 1, 0)).toThrow(code("BAD_OPTION"));
  });
});

describe("clipping", () => {
  const [g, h] = [b.vector("g", "float32"), b.matrix("h", "float64")];
  const clip = (limit: number, ...values: [number[], number[][]]) =>
    runtime.compile([g, h], b.clipByGlobalNorm([g, h], limit))(...values);
  it("by the norm of all together: below the limit nothing changes", () => {
    const [small, matrix] = clip(7, [2, 4], [[5, 2]]); // the norm is 7
    expect([small.toArray(), matrix.toArray()]).toEqual([[2, 4], [[5, 2]]]);
    const [half, halves] = clip(3.5, [2, 4], [[5, 2]]);
    expect([half.toArray(), halves.toArray()]).toEqual([[1, 2], [[2.5, 1]]]);
    expect([half.dtype, halves.dtype]).toEqual(["float32", "float64"]);
  });
  it("zeros stay zeros, and nothing has norm 0", () => {
    expect(clip(1, [0, 0], [[0]])[0].toArray()).toEqual([0, 0]);
    expect(runtime.compile([], b.globalNorm([]))().item()).toBe(0);
  });
  it("by value, element by element", () => {
    const [small, matrix] = runtime.compile([g, h], b.clipByValue([g, h], -1, 2))([-3, 0.5], [[3]]);
    expect([small.toArray(), matrix.toArray(), small.dtype]).toEqual([[-1, 0.5], [[2]], "float32"]);
  });
});
