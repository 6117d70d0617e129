import { dot, exp, softmax, tanh, transpose } from "@bitale/core";
import { logisticWeights, signed, trainingData, uniform, uniform32, wide } from "../data.js";
import { classifier, type Tasks } from "../workloads.js";
import type { Bench } from "./bench.js";

/** Whole operations whose result goes into a shared variable: nothing is allocated in a call. */
export const products = (bench: Bench): Tasks => ({
  gemm: ({ dtype, m, k, n, transposeA, transposeB }) => {
    const A = bench.shared(uniform(m * k, signed(1), dtype), transposeA ? [k, m] : [m, k]);
    const B = bench.shared(uniform(k * n, signed(2), dtype), transposeB ? [n, k] : [k, n]);
    const C = bench.shared(dtype === "float32" ? new Float32Array(m * n) : new Float64Array(m * n), [m, n]);
    const product = dot(transposeA ? transpose(A) : A, transposeB ? transpose(B) : B);
    return {
      step: bench.runtime.compile([], null, { updates: [[C, product]] }),
      result: () => ({ C: bench.read(C) }),
    };
  },

  softmax: ({ rows, columns }) => {
    const x = bench.shared(uniform32(rows * columns, wide(1)), [rows, columns]);
    const y = bench.shared(new Float32Array(rows * columns), [rows, columns]);
    return {
      step: bench.runtime.compile([], null, { updates: [[y, softmax(x)]] }),
      result: () => ({ y: bench.read(y) }),
    };
  },

  unary: ({ op, n }) => {
    const x = bench.shared(uniform32(n, wide(1)));
    const y = bench.shared(new Float32Array(n));
    return {
      step: bench.runtime.compile([], null, { updates: [[y, { exp, tanh }[op](x)]] }),
      result: () => ({ y: bench.read(y) }),
    };
  },

  firstResult: ({ batch }) => {
    const { features, classes } = classifier;
    const X = bench.shared(trainingData(batch).x, [batch, features]);
    const W = bench.shared(logisticWeights(), [features, classes]);
    let rows: ArrayLike<number> = [];
    const predict = bench.runtime.compile([], softmax(dot(X, W)));
    return {
      step: () => {
        rows = predict().flat() as Float32Array;
      },
      result: () => ({ rows }),
    };
  },
});
