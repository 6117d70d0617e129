/** Learning rates that change. */
import * as b from "@bitale/core";
import { describe, expect, it } from "vitest";

const runtime = b.createRuntime({ plugins: [], floatX: "float64" });

/** The rates before the first update, and after each of some. */
function rates(rule: b.RateRule, count: number): number[] {
  return runtime.scope(() => {
    const { rate, updates } = b.schedule(rule);
    const advance = runtime.compile([], null, { updates });
    return Array.from({ length: count }, () => {
      const now = rate.getValue().item();
      advance();
      return now;
    });
  });
}

describe("rules", () => {
  it.each<[string, b.RateRule, number[]]>([
    ["constant", b.constantRate(0.3), [0.3, 0.3, 0.3]],
    ["step", b.stepDecay({ initial: 1, factor: 0.5, every: 2 }), [1, 1, 0.5, 0.5, 0.25]],
    ["exponential", b.exponentialDecay({ initial: 1, factor: 0.25, every: 2 }), [1, 0.5, 0.25, 0.125]],
    ["exponential at every update", b.exponentialDecay({ initial: 8, factor: 0.5 }), [8, 4, 2]],
    ["inverse time", b.inverseTimeDecay({ initial: 1, decay: 0.5 }), [1, 1 / 1.5, 1 / 2, 1 / 2.5]],
    [
      "cosine",
      b.cosineDecay({ initial: 1, steps: 4 }),
      [1, (1 + Math.SQRT1_2) / 2, 0.5, (1 - Math.SQRT1_2) / 2, 0, 0],
    ],
    ["cosine to a floor", b.cosineDecay({ initial: 3, final: 1, steps: 2 }), [3, 2, 1, 1]],
    ["warm-up", b.linearWarmup({ steps: 4, to: 1 }), [0, 0.25, 0.5, 0.75, 1, 1]],
    [
      "warm-up, then another rule from its step 0",
      b.linearWarmup({ steps: 2, from: 0.5, to: b.stepDecay({ initial: 1, factor: 0.5, every: 1 }) }),
      [0.5, 0.75, 1, 0.5, 0.25],
    ],
    ["one of one's own", (step) => b.div(1, b.sqrt(step.add(1))), [1, Math.SQRT1_2]],
  ])("%s", (_name, rule, expected) => {
    const actual = rates(rule, expected.length);
    expected.forEach((value, i) => {
      expect(actual[i]).toBeCloseTo(value, 14);
    });
  });

  it("refuse numbers out of range, and rules that are none", () => {
    const wrong: (() => unknown)[] = [
      () => b.constantRate(-1),
      () => b.stepDecay({ initial: 1, factor: 0, every: 1 }),
      () => b.exponentialDecay({ initial: Number.NaN, factor: 0.5 }),
      () => b.cosineDecay({ initial: 1, steps: 0 }),
      () => b.linearWarmup({ steps: 1, to: -1 }),
      () => b.inverseTimeDecay({ initial: 1, decay: -1 }),
      () => b.schedule((step) => step.mul(b.scalar("x"))),
      () => b.schedule((step) => b.expandDims(step, 0)),
    ];
    for (const make of wrong) expect(make).toThrow(expect.objectContaining({ code: "BAD_OPTION" }));
  });
});

describe("schedules", () => {
  it("are shared scalars: named, in floatX, restarted by their step", () => {
    runtime.scope(() => {
      const { rate, step, updates } = b.schedule(b.exponentialDecay({ initial: 8, factor: 0.5 }), {
        name: "eta",
      });
      expect([rate.name, step.name, rate.type.dtype, step.type.dtype]).toEqual([
        "eta",
        "eta.step",
        "float64",
        "int64",
      ]);
      expect(b.schedule(b.constantRate(1), { dtype: "float32" }).rate.type.dtype).toBe("float32");
      const advance = runtime.compile([], rate, { updates });
      expect([advance(), advance(), advance()].map((v) => v.item())).toEqual([8, 4, 2]);
      step.setValue(-1);
      advance();
      expect(rate.getValue().item()).toBe(8);
    });
  });
  it("move with the optimizer that takes them, and reading them elsewhere does not move them", () => {
    runtime.scope(() => {
      const w = new b.SharedVariable("w", new b.TensorType("float64", []), 1, false);
      const learningRate = b.schedule(b.stepDecay({ initial: 0.5, factor: 0.1, every: 1 }));
      const updates = b.sgd(w.mul(3), w, { learningRate });
      const train = runtime.compile([], null, { updates });
      const look = runtime.compile([], learningRate.rate);
      train();
      look();
      look();
      train();
      expect(w.getValue().item()).toBeCloseTo(1 - 1.5 - 0.15, 14);
      expect(look().item()).toBeCloseTo(0.005, 16);
    });
  });
});
