/**
 * Each optimizer against a loop in plain numbers, written from the formulas of its paper, and against numbers worked out
 * by hand.
 */
import * as b from "@bitale/core";
import { describe, expect, it } from "vitest";
import { plainShared } from "../plain-runtime.js";

const runtime = b.createRuntime({ plugins: [], floatX: "float64" });
type Optimizer = (cost: b.CostOrGradients, parameters: b.Parameters) => b.UpdatePair[];

/** f(w) = Σ aᵢ wᵢ² / 2 + wᵢ: the gradient a w + 1 differs from element to element. */
const a = [1, 10, 0.1];
const start = [1, -2, 0.5];

function run(optimizer: Optimizer, steps: number): number[][] {
  return runtime.scope(() => {
    const w = plainShared(start, "float64", [null], { name: "w" });
    const cost = b.sum(
      w
        .sqr()
        .mul(b.constant(Float64Array.from(a)))
        .div(2)
        .add(w),
    );
    const train = runtime.compile([], null, { updates: optimizer(cost, w) });
    return Array.from({ length: steps }, () => {
      train();
      return w.getValue().toArray() as number[];
    });
  });
}

/** What an algorithm makes of θ, given the gradient at any place, in its t-th step. */
type Step = (theta: number, slope: (at: number) => number, t: number) => number;

/** The same, with a fresh algorithm (it has a memory) for every element. */
const byHand = (make: () => Step, steps: number): number[] =>
  a.map((curvature, i) => {
    const step = make();
    let theta = start[i] as number;
    for (let t = 1; t <= steps; t++) theta = step(theta, (at) => curvature * at + 1, t);
    return theta;
  });

const expectClose = (actual: readonly number[] | undefined, expected: readonly number[]): void => {
  expect(actual?.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs((actual?.[i] as number) - value)).toBeLessThanOrEqual(
      1e-12 * Math.max(1, Math.abs(value)),
    );
  });
};

const algorithms: readonly [string, Optimizer, () => Step][] = [
  ["sgd", (c, p) => b.sgd(c, p, { learningRate: 0.05 }), () => (theta, slope) => theta - 0.05 * slope(theta)],
  [
    "momentum (Sutskever et al. 2013, eqs. 1-2)",
    (c, p) => b.momentum(c, p, { learningRate: 0.05, momentum: 0.8 }),
    () => {
      let v = 0;
      return (theta, slope) => {
        v = 0.8 * v - 0.05 * slope(theta);
        return theta + v;
      };
    },
  ],
  [
    "adam (Kingma and Ba 2015, algorithm 1)",
    (c, p) => b.adam(c, p, { learningRate: 0.1, beta1: 0.7, beta2: 0.9, epsilon: 1e-3 }),
    () => {
      let [m, v] = [0, 0];
      return (theta, slope, t) => {
        const g = slope(theta);
        m = 0.7 * m + 0.3 * g;
        v = 0.9 * v + 0.1 * g * g;
        const [mHat, vHat] = [m / (1 - 0.7 ** t), v / (1 - 0.9 ** t)];
        return theta - (0.1 * mHat) / (Math.sqrt(vHat) + 1e-3);
      };
    },
  ],
  [
    "adamw (Loshchilov and Hutter 2019, algorithm 2, decay scaled by the rate)",
    (c, p) => b.adamw(c, p, { learningRate: 0.1, weightDecay: 0.3 }),
    () => {
      let [m, v] = [0, 0];
      return (theta, slope, t) => {
        const g = slope(theta);
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        const [mHat, vHat] = [m / (1 - 0.9 ** t), v / (1 - 0.999 ** t)];
        return theta - 0.1 * (mHat / (Math.sqrt(vHat) + 1e-8) + 0.3 * theta);
      };
    },
  ],
  [
    "rmsprop (Tieleman and Hinton 2012)",
    (c, p) => b.rmsprop(c, p, { learningRate: 0.02, decay: 0.8, epsilon: 1e-4 }),
    () => {
      let square = 0;
      return (theta, slope) => {
        const g = slope(theta);
        square = 0.8 * square + 0.2 * g * g;
        return theta - (0.02 * g) / (Math.sqrt(square) + 1e-4);
      };
    },
  ],
  [
    "adagrad (Duchi et al. 2011)",
    (c, p) => b.adagrad(c, p, { learningRate: 0.3, initialAccumulator: 0.1 }),
    () => {
      let sum = 0.1;
      return (theta, slope) => {
        const g = slope(theta);
        sum += g * g;
        return theta - (0.3 * g) / (Math.sqrt(sum) + 1e-10);
      };
    },
  ],
  [
    "adadelta (Zeiler 2012, algorithm 1)",
    (c, p) => b.adadelta(c, p, { decay: 0.9, epsilon: 1e-3 }),
    () => {
      let [square, moved] = [0, 0];
      return (theta, slope) => {
        const g = slope(theta);
        square = 0.9 * square + 0.1 * g * g;
        const delta = (-Math.sqrt(moved + 1e-3) / Math.sqrt(square + 1e-3)) * g;
        moved = 0.9 * moved + 0.1 * delta * delta;
        return theta + delta;
      };
    },
  ],
];

describe("ten steps as in the paper", () => {
  it.each(algorithms)("%s", (_name, optimizer, make) => {
    expectClose(run(optimizer, 10).at(-1), byHand(make, 10));
  });

  it("nesterov (Sutskever et al. 2013, eqs. 3-4): the parameter is the point ahead", () => {
    const expected = a.map((curvature, i) => {
      let [theta, v] = [start[i] as number, 0];
      for (let t = 0; t < 10; t++) {
        v = 0.8 * v - 0.05 * (curvature * (theta + 0.8 * v) + 1);
        theta += v;
      }
      return theta + 0.8 * v;
    });
    expectClose(run((c, p) => b.nesterov(c, p, { learningRate: 0.05, momentum: 0.8 }), 10).at(-1), expected);
  });
});

/** w starts at 1 with gradient w; worked out with pencil and paper from the formulas above. */
describe("the first steps by hand", () => {
  const steps = (optimizer: Optimizer): number[] =>
    runtime.scope(() => {
      const w = plainShared(1, "float64", [], { name: "w" });
      const train = runtime.compile([], null, { updates: optimizer(w.mul(w).div(2), w) });
      return [1, 2].map(() => {
        train();
        return w.getValue().item();
      });
    });
  it.each<[string, Optimizer, number[]]>([
    ["sgd", (c, p) => b.sgd(c, p, { learningRate: 0.1 }), [0.9, 0.81]],
    // v1 = -0.1; v2 = -0.05 - 0.09 = -0.14
    ["momentum", (c, p) => b.momentum(c, p, { learningRate: 0.1, momentum: 0.5 }), [0.9, 0.76]],
    // v1 = -0.1, 1 - 0.05 - 0.1 = 0.85; v2 = -0.05 - 0.085 = -0.135, 0.85 - 0.0675 - 0.085 = 0.6975
    ["nesterov", (c, p) => b.nesterov(c, p, { learningRate: 0.1, momentum: 0.5 }), [0.85, 0.6975]],
    // The first step of Adam is the rate, whatever the gradient. Then g = 0.9, m = 0.25 + 0.45 = 0.7, m̂ = 0.7 / 0.75,
    // v = 0.25 + 0.405 = 0.655, v̂ = 0.655 / 0.75
    [
      "adam",
      (c, p) => b.adam(c, p, { learningRate: 0.1, beta1: 0.5, beta2: 0.5, epsilon: 0 }),
      [0.9, 0.9 - (0.1 * (0.7 / 0.75)) / Math.sqrt(0.655 / 0.75)],
    ],
    // Weights lose 0.1·0.5 of themselves beside: 1 - 0.05 - 0.1 = 0.85
    [
      "adamw",
      (c, p) => b.adamw(c, p, { learningRate: 0.1, beta1: 0, beta2: 0, epsilon: 0, weightDecay: 0.5 }),
      [0.85, 0.85 - 0.0425 - 0.1],
    ],
    // s1 = 0.25: 1 - 0.1/0.5 = 0.8; s2 = 0.1875 + 0.25·0.64 = 0.3475
    [
      "rmsprop",
      (c, p) => b.rmsprop(c, p, { learningRate: 0.1, decay: 0.75, epsilon: 0 }),
      [0.8, 0.8 - 0.08 / Math.sqrt(0.3475)],
    ],
    // G1 = 1: 0.5; G2 = 1.25
    [
      "adagrad",
      (c, p) => b.adagrad(c, p, { learningRate: 0.5, epsilon: 0 }),
      [0.5, 0.5 - 0.25 / Math.sqrt(1.25)],
    ],
    // E[g²] = 0.5, Δ = -√0.01 / √0.51; then E[Δ²] = 0.5 Δ²
    [
      "adadelta",
      (c, p) => b.adadelta(c, p, { decay: 0.5, epsilon: 0.01 }),
      (() => {
        const first = 1 - 0.1 / Math.sqrt(0.51);
        const moved = 0.5 * (0.01 / 0.51);
        return [first, first - (Math.sqrt(moved + 0.01) / Math.sqrt(0.25 + 0.5 * first ** 2 + 0.01)) * first];
      })(),
    ],
  ])("%s", (_name, optimizer, expected) => {
    expectClose(steps(optimizer), expected);
  });
});
