import {
  createRuntime,
  type NDArray,
  randomBernoulli,
  randomIntegers,
  randomNormal,
  randomPermutation,
  randomState,
  randomUniform,
  vector,
} from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";
import { threefry2x32 } from "../../core/dist/tensor/reference/random.js";
import { plainRuntime, plainShared } from "../plain-runtime.js";

const runtime = plainRuntime("float64");
const values = (array: NDArray): number[] => Array.from(array.flat() as ArrayLike<number | bigint>, Number);
const mean = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0) / list.length;

describe("threefry2x32", () => {
  it("gives the published numbers (Random123, kat_vectors, 20 rounds)", () => {
    expect(threefry2x32([0, 0], [0, 0])).toEqual([0x6b200159, 0x99ba4efe]);
    expect(threefry2x32([0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff])).toEqual([
      0x1cb996fc, 0xbb002be7,
    ]);
    expect(threefry2x32([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3])).toEqual([
      0xc4923a9c, 0x483df7a0,
    ]);
  });
});

describe("draws", () => {
  it("go on from state to state, and repeat from the same state", () => {
    const state = plainShared(randomState(7), "uint32", [4]);
    const [next, sample] = randomUniform(state, { size: [5] });
    const f = runtime.compile([], sample, { updates: [[state, next]] });
    const start = state.getValue();
    const [first, second] = [values(f()), values(f())];
    expect(first).not.toEqual(second);
    expect(first.every((x) => x >= 0 && x < 1)).toBe(true);
    state.setValue(start);
    expect([values(f()), values(f())]).toEqual([first, second]);
    expect(values(state.getValue())).toEqual([7, 0, 6, 0]);
  });

  it("carry the counter into its upper half", () => {
    const state = plainShared(new Uint32Array([1, 2, 0xffffffff, 5]), "uint32", [4]);
    const [next, sample] = randomUniform(state, { size: [4], dtype: "float32" });
    runtime.compile([], sample, { updates: [[state, next]] })();
    expect(values(state.getValue())).toEqual([1, 2, 1, 6]);
  });

  it("have the moments of their distributions", () => {
    const state = plainShared(randomState(1234n), "uint32", [4]);
    const n = 20_000;
    const sample = (draw: readonly [unknown, unknown]): number[] =>
      values(runtime.compile([], draw[1] as never)() as NDArray);
    const uniform = sample(randomUniform(state, { size: [n], low: -1, high: 3 }));
    expect(Math.abs(mean(uniform) - 1)).toBeLessThan(0.03);
    const normal = sample(randomNormal(state, { size: [n], mean: 2, std: 3 }));
    expect(Math.abs(mean(normal) - 2)).toBeLessThan(0.08);
    expect(Math.abs(mean(normal.map((x) => (x - 2) ** 2)) - 9)).toBeLessThan(0.4);
    expect(Math.abs(mean(sample(randomBernoulli(state, { size: [n], p: 0.3 }))) - 0.3)).toBeLessThan(0.02);
    const dice = sample(randomIntegers(state, { low: 1, high: 7, size: [n] }));
    expect(new Set(dice)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect(Math.abs(mean(dice) - 3.5)).toBeLessThan(0.05);
    const order = sample(randomPermutation(state, 50));
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(order).not.toEqual([...order].sort((a, b) => a - b));
  });
});

describe("a stream", () => {
  it("draws new numbers at each call, the same ones for equal seeds, and can be seeded anew", () => {
    const other = createRuntime({ plugins: [cpu] });
    const stream = other.randomStream(5);
    const f = other.compile([], [stream.uniform({ size: [3] }), stream.integers({ high: 6, size: [2] })]);
    const draw = () => JSON.stringify(f().map((array) => values(array)));
    const [first, second] = [draw(), draw()];
    expect(first).not.toBe(second);
    stream.seed(5);
    expect([draw(), draw()]).toEqual([first, second]);
    const twin = other.randomStream(5);
    const g = other.compile([], [twin.uniform({ size: [3] }), twin.integers({ high: 6, size: [2] })]);
    expect(JSON.stringify(g().map((array) => values(array)))).toBe(first);
    expect(stream.states.map((state) => state.name)).toEqual(["random state 0", "random state 1"]);
  });

  it("gives the same words on every backend", () => {
    const [reference, dense] = [plainRuntime(), createRuntime({ plugins: [cpu] })];
    const bits = (r: typeof dense) => {
      const state = vector("state", "uint32");
      return values(r.compile([state], randomPermutation(state, 20)[1])(randomState(3)));
    };
    expect(bits(reference)).toEqual(bits(dense));
  });

  it("new shared variables can be collected", () => {
    const { result, variables } = createRuntime({ plugins: [cpu] }).collectShared(() => 3);
    expect([result, variables]).toEqual([3, []]);
    const other = createRuntime({ plugins: [cpu] });
    const made = other.collectShared(() => [other.shared(1, { name: "a" }), other.shared(2, { name: "b" })]);
    expect(made.variables).toEqual(made.result);
    other.shared(3);
    expect(made.variables.length).toBe(2);
  });
});
