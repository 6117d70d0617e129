/**
 * jax-js on its WASM backend: pure functions under `jit`, state carried by hand. A call takes its arguments over;
 * `.ref` keeps one. Gradients are its own, except where noted.
 */

import {
  type Floats,
  linearSystem,
  logisticWeights,
  mlpWeights,
  oneHotLabels,
  signed,
  trainingData,
  uniform,
  uniform32,
  wide,
} from "@bitale/bench/data";
import {
  adamRates,
  type Contend,
  classifier,
  learningRate,
  NotOfferedError,
  type Task,
} from "@bitale/bench/workloads";
import { blockUntilReady, defaultDevice, init, jit, nn, numpy as np, valueAndGrad } from "@jax-js/jax";

const { features, hidden, classes, logisticRate, mlpRate } = classifier;

const tensor = (data: Floats, shape: readonly number[] = [data.length]): np.Array =>
  np.array(data).reshape([...shape]);
const numbers = async (array: np.Array): Promise<ArrayLike<number>> =>
  (await array.ref.data()) as Float32Array;

/** A result that is new at each step. */
function computing(name: string, compute: () => np.Array): Task {
  let last: np.Array | undefined;
  return {
    step: async () => {
      last?.dispose();
      last = await compute().blockUntilReady();
    },
    result: async () => ({ [name]: last === undefined ? [] : await numbers(last) }),
  };
}

/** Mean negative log-likelihood of one-hot labels. */
const crossEntropy = (scores: np.Array, truth: np.Array): np.Array =>
  np.negative(np.mean(np.sum(np.multiply(nn.logSoftmax(scores, -1), truth), -1)));

type Parameters = { readonly [name: string]: np.Array };

/** One compiled step of plain descent: new parameters and the cost. */
function descending(
  cost: (parameters: never, x: np.Array, truth: np.Array) => np.Array,
  start: Parameters,
  rate: number,
  x: np.Array,
  truth: np.Array,
): Task {
  const slopesOf = valueAndGrad(cost as (parameters: Parameters, x: np.Array, truth: np.Array) => np.Array);
  const train = jit((parameters: Parameters, rows: np.Array, labels: np.Array) => {
    const kept = Object.fromEntries(Object.entries(parameters).map(([name, p]) => [name, p.ref]));
    const [value, slopes] = slopesOf(parameters, rows, labels);
    const next = Object.entries(kept).map(
      ([name, p]) => [name, p.sub((slopes as Parameters)[name]?.mul(rate) as np.Array)] as const,
    );
    return { value: value as np.Array, next: Object.fromEntries(next) };
  });
  let parameters: Parameters = start;
  let last = 0;
  return {
    step: async () => {
      const { value, next } = train(parameters, x.ref, truth.ref) as { value: np.Array; next: Parameters };
      parameters = next;
      await blockUntilReady(Object.values(next));
      last = (await value.data())[0] as number;
    },
    result: async () => {
      const entries = Object.entries(parameters).map(async ([name, p]) => [name, await numbers(p)] as const);
      return { cost: [last], ...Object.fromEntries(await Promise.all(entries)) };
    },
  };
}

const batchOf = (batch: number): { x: np.Array; truth: np.Array } => {
  const { x, labels } = trainingData(batch);
  return { x: tensor(x, [batch, features]), truth: tensor(oneHotLabels(labels), [batch, classes]) };
};

function networkStep(batch: number): Task {
  const { W1, W2 } = mlpWeights();
  const { x, truth } = batchOf(batch);
  const start = {
    W1: tensor(W1, [features, hidden]),
    b1: np.zeros([hidden]),
    W2: tensor(W2, [hidden, classes]),
    b2: np.zeros([classes]),
  };
  type Network = typeof start;
  const cost = ({ W1: first, b1, W2: second, b2 }: Network, rows: np.Array, labels: np.Array): np.Array => {
    const inner = np.tanh(np.add(np.matmul(rows, first), b1));
    return crossEntropy(np.add(np.matmul(inner, second), b2), labels);
  };
  return descending(cost as never, start, mlpRate, x, truth);
}

/** Its float64 needs a class that Node 20 does not have. */
function needFloat64(): void {
  if (!("Float16Array" in globalThis)) throw new NotOfferedError("float64");
}

export const contend: Contend = async () => {
  const devices = await init("wasm");
  if (!devices.includes("wasm")) throw new Error("the WASM backend did not start");
  defaultDevice("wasm");

  return {
    tasks: {
      scalarUpdate: () => {
        const next = jit((x: np.Array) => x.add(1));
        let x: np.Array = np.zeros([]);
        return {
          step: async () => {
            x = await next(x).blockUntilReady();
          },
          result: async () => ({ x: await numbers(x) }),
        };
      },

      sgd: ({ n }) => {
        const next = jit((p: np.Array, g: np.Array) => p.sub(g.mul(learningRate)));
        const g = tensor(uniform32(n, signed(2)));
        let p = tensor(uniform32(n, signed(1)));
        return {
          step: async () => {
            p = await next(p, g.ref).blockUntilReady();
          },
          result: async () => ({ p: await numbers(p) }),
        };
      },

      adam: ({ n }) => {
        const { eta, beta1, beta2, epsilon } = adamRates;
        const next = jit(
          (p: np.Array, m: np.Array, v: np.Array, g: np.Array, rate: np.Array, missing: np.Array) => {
            const nextM = m.mul(beta1).add(g.ref.mul(1 - beta1));
            const nextV = v.mul(beta2).add(g.ref.mul(g).mul(1 - beta2));
            const root = np.sqrt(nextV.ref.div(missing)).add(epsilon);
            return { p: p.sub(nextM.ref.mul(rate).div(root)), m: nextM, v: nextV };
          },
        );
        const g = tensor(uniform32(n, signed(2)));
        let state = { p: tensor(uniform32(n, signed(1))), m: np.zeros([n]), v: np.zeros([n]) };
        let t = 0;
        return {
          step: async () => {
            t++;
            const [rate, missing] = [np.array(eta / (1 - beta1 ** t)), np.array(1 - beta2 ** t)];
            state = next(state.p, state.m, state.v, g.ref, rate, missing);
            await blockUntilReady([state.p, state.m, state.v]);
          },
          result: async () => ({
            p: await numbers(state.p),
            m: await numbers(state.m),
            v: await numbers(state.v),
          }),
        };
      },

      create: ({ n }) => {
        const source = uniform32(n, signed(1));
        return {
          step: async () => (await np.array(source).blockUntilReady()).dispose(),
          result: async () => ({ values: await numbers(np.array(source)) }),
        };
      },

      read: ({ n }) => {
        const array = tensor(uniform32(n, signed(1)));
        let values: ArrayLike<number> = [];
        return {
          step: async () => {
            values = await numbers(array);
          },
          result: () => ({ values }),
        };
      },

      gemm: ({ dtype, m, k, n, transposeA, transposeB }) => {
        if (dtype === "float64") needFloat64();
        const A = tensor(uniform(m * k, signed(1), dtype), transposeA ? [k, m] : [m, k]);
        const B = tensor(uniform(k * n, signed(2), dtype), transposeB ? [n, k] : [k, n]);
        const product = jit((a: np.Array, b: np.Array) =>
          np.matmul(transposeA ? a.transpose() : a, transposeB ? b.transpose() : b),
        );
        return computing("C", () => product(A.ref, B.ref));
      },

      sums: ({ rows, columns, axis }) => {
        const x = tensor(uniform32(rows * columns, signed(1)), [rows, columns]);
        const sum = jit((matrix: np.Array) => np.sum(matrix, axis));
        return computing("y", () => sum(x.ref));
      },

      running: ({ rows, columns }) => {
        const x = tensor(uniform32(rows * columns, signed(1)), [rows, columns]);
        const running = jit((matrix: np.Array) => np.cumsum(matrix, 1));
        return computing("y", () => running(x.ref));
      },

      sort: ({ rows, columns }) => {
        const x = tensor(uniform32(rows * columns, signed(1)), [rows, columns]);
        const sorted = jit((matrix: np.Array) => np.sort(matrix, 1));
        return computing("y", () => sorted(x.ref));
      },

      solve: ({ n }) => {
        needFloat64();
        const { A, B } = linearSystem(n);
        const [a, b] = [tensor(A, [n, n]), tensor(B, [n, n])];
        // `jit` does not take it.
        return computing("X", () => np.linalg.solve(a.ref, b.ref));
      },

      softmax: ({ rows, columns }) => {
        const x = tensor(uniform32(rows * columns, wide(1)), [rows, columns]);
        const softmax = jit((a: np.Array) => nn.softmax(a, -1));
        return computing("y", () => softmax(x.ref));
      },

      unary: ({ op, n }) => {
        const x = tensor(uniform32(n, wide(1)));
        const f = jit((a: np.Array) => (op === "exp" ? np.exp(a) : np.tanh(a)));
        return computing("y", () => f(x.ref));
      },

      logistic: ({ batch }) => {
        const { x, truth } = batchOf(batch);
        const start = { W: tensor(logisticWeights(), [features, classes]), b: np.zeros([classes]) };
        const cost = ({ W, b }: typeof start, rows: np.Array, labels: np.Array): np.Array =>
          crossEntropy(np.add(np.matmul(rows, W), b), labels);
        return descending(cost as never, start, logisticRate, x, truth);
      },

      mlp: ({ batch }) => networkStep(batch),

      compile: ({ batch }) => {
        let task: Task | undefined;
        return {
          step: async () => {
            task = networkStep(batch);
            await task.step();
          },
          result: () => task?.result() ?? {},
        };
      },

      firstResult: ({ batch }) => {
        const { x } = batchOf(batch);
        const W = tensor(logisticWeights(), [features, classes]);
        const predict = jit((rows: np.Array, weights: np.Array) => nn.softmax(np.matmul(rows, weights), -1));
        let rows: ArrayLike<number> = [];
        return {
          step: async () => {
            rows = await numbers(predict(x.ref, W.ref));
          },
          result: () => ({ rows }),
        };
      },
    },
  };
};
