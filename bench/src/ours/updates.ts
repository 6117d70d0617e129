import { asTensor, div, mul, pow, sqr, sqrt, sub } from "@bitale/core";
import { signed, uniform32 } from "../data.js";
import { adamRates, learningRate, type Tasks } from "../workloads.js";
import type { Bench } from "./bench.js";

/** Updates of state, element by element. */
export const updates = (bench: Bench): Tasks => ({
  scalarUpdate: () => {
    const x = bench.shared(new Float32Array(1), []);
    return {
      step: bench.runtime.compile([], null, { updates: [[x, x.add(1)]] }),
      result: () => ({ x: bench.read(x) }),
    };
  },

  sgd: ({ n }) => {
    const p = bench.shared(uniform32(n, signed(1)));
    const g = bench.shared(uniform32(n, signed(2)));
    return {
      step: bench.runtime.compile([], null, { updates: [[p, p.sub(g.mul(learningRate))]] }),
      result: () => ({ p: bench.read(p) }),
    };
  },

  adam: ({ n }) => {
    const { eta, beta1, beta2, epsilon } = adamRates;
    const [p, g] = [bench.shared(uniform32(n, signed(1))), bench.shared(uniform32(n, signed(2)))];
    const [m, v] = [bench.shared(new Float32Array(n)), bench.shared(new Float32Array(n))];
    const t = bench.shared(new Float64Array(1), []);
    const next = t.add(1);
    const missing = (beta: number) => asTensor(sub(1, pow(beta, next))).astype("float32");
    const nextM = m.mul(beta1).add(g.mul(1 - beta1));
    const nextV = v.mul(beta2).add(sqr(g).mul(1 - beta2));
    const direction = div(div(nextM, missing(beta1)), sqrt(div(nextV, missing(beta2))).add(epsilon));
    return {
      step: bench.runtime.compile([], null, {
        updates: [
          [p, p.sub(mul(direction, eta))],
          [m, nextM],
          [v, nextV],
          [t, next],
        ],
      }),
      result: () => ({ p: bench.read(p), m: bench.read(m), v: bench.read(v) }),
    };
  },
});
