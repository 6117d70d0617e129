import {
  cumsum,
  dot,
  exp,
  softmax,
  solve,
  sort,
  sum,
  type TensorVariable,
  tanh,
  transpose,
} from "@bitale/core";
import {
  linearSystem,
  logisticWeights,
  type Stream,
  signed,
  trainingData,
  uniform,
  uniform32,
  wide,
} from "../data.js";
import { classifier, type Task, type Tasks } from "../workloads.js";
import type { Bench } from "./bench.js";

/** Whole operations whose result goes into a shared variable: nothing is allocated in a call. */
export const operations = (bench: Bench): Tasks => {
  const matrix = (rows: number, columns: number, stream: Stream) =>
    bench.shared(uniform32(rows * columns, stream), [rows, columns]);
  /** @param shape of the value, and by which name it is compared */
  const computing = (value: TensorVariable, shape: readonly number[], name = "y"): Task => {
    const length = shape.reduce((size, n) => size * n, 1);
    const data = value.type.dtype === "float64" ? new Float64Array(length) : new Float32Array(length);
    const target = bench.shared(data, shape);
    return {
      step: bench.runtime.compile([], null, { updates: [[target, value]] }),
      result: () => ({ [name]: bench.read(target) }),
    };
  };

  return {
    sums: ({ rows, columns, axis }) =>
      computing(sum(matrix(rows, columns, signed(1)), { axis }), [axis === 0 ? columns : rows]),

    running: ({ rows, columns }) =>
      computing(cumsum(matrix(rows, columns, signed(1)), { axis: 1 }), [rows, columns]),

    sort: ({ rows, columns }) => computing(sort(matrix(rows, columns, signed(1))), [rows, columns]),

    solve: ({ n }) => {
      const { A, B } = linearSystem(n);
      return computing(solve(bench.shared(A, [n, n]), bench.shared(B, [n, n])), [n, n], "X");
    },

    gemm: ({ dtype, m, k, n, transposeA, transposeB }) => {
      const A = bench.shared(uniform(m * k, signed(1), dtype), transposeA ? [k, m] : [m, k]);
      const B = bench.shared(uniform(k * n, signed(2), dtype), transposeB ? [n, k] : [k, n]);
      return computing(dot(transposeA ? transpose(A) : A, transposeB ? transpose(B) : B), [m, n], "C");
    },

    softmax: ({ rows, columns }) => computing(softmax(matrix(rows, columns, wide(1))), [rows, columns]),

    unary: ({ op, n }) => computing({ exp, tanh }[op](bench.shared(uniform32(n, wide(1)))), [n]),

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
  };
};
