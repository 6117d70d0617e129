/** numpy-ts, eager. Its matmul leaves WASM for transposed views, so transposes are copied before. */
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
import { adamRates, type Contend, classifier, learningRate, type Task } from "@bitale/bench/workloads";
import * as np from "numpy-ts";

const { features, hidden, classes, logisticRate, mlpRate } = classifier;

/** Its heap is as large as it is made, and once it is full everything runs in plain loops for good. */
const HEAP_BYTES = 2 ** 31 - 2 ** 16;

/** By far its fastest way in. */
const tensor = (data: Floats, shape: readonly number[] = [data.length]): np.NDArray =>
  np.frombuffer(data.buffer, data instanceof Float32Array ? "float32" : "float64").reshape(...shape);
const numbers = (array: np.NDArray): ArrayLike<number> => array.data as Float32Array;

/** Arrays that are given back together: its heap is not collected in time otherwise. */
class Scope {
  #arrays: np.NDArray[] = [];
  readonly use = (array: unknown): np.NDArray => {
    this.#arrays.push(array as np.NDArray);
    return array as np.NDArray;
  };
  close(): void {
    for (const array of this.#arrays) array.dispose();
    this.#arrays.length = 0;
  }
}

/** State by name, and steps that replace some of it. */
function stepping<S extends Record<string, np.NDArray>>(
  state: S,
  next: (state: S, use: Scope["use"], step: number) => Partial<S>,
  extra: () => Record<string, ArrayLike<number>> = () => ({}),
): Task {
  const scope = new Scope();
  let count = 0;
  return {
    step: () => {
      count++;
      const replaced = next(state, scope.use, count);
      for (const name of Object.keys(replaced)) state[name]?.dispose();
      Object.assign(state, replaced);
      scope.close();
    },
    result: () => ({
      ...extra(),
      ...Object.fromEntries(Object.entries(state).map(([name, array]) => [name, numbers(array)])),
    }),
  };
}

/** The result of `compute`, new at each step. */
const computing = (name: string, compute: (use: Scope["use"]) => np.NDArray): Task =>
  stepping<Record<string, np.NDArray>>({ [name]: np.zeros([1], "float32") as np.NDArray }, (_state, use) => ({
    [name]: compute(use),
  }));

const transposed = (array: np.NDArray, use: Scope["use"]): np.NDArray =>
  use(np.ascontiguousarray(use(array.T)));

const softmax = (x: np.NDArray, use: Scope["use"]): np.NDArray => {
  const weights = use(np.exp(use(np.subtract(x, use(np.max(x, 1, true))))));
  // Dividing by a column takes it four times as long.
  return np.multiply(weights, use(np.reciprocal(use(np.sum(weights, 1, true))))) as np.NDArray;
};

/** The cost of scores, and its slope in them times `rate`: what is left to do on the large parameters is less then. */
function crossEntropy(
  scores: np.NDArray,
  truth: np.NDArray,
  rate: number,
  use: Scope["use"],
): { readonly cost: number; readonly slopes: np.NDArray } {
  const probabilities = use(softmax(scores, use));
  const picked = use(np.log(use(np.sum(use(np.multiply(probabilities, truth)), 1))));
  const cost = -Number(np.mean(picked));
  const slopes = use(np.multiply(use(np.subtract(probabilities, truth)), rate / (scores.shape[0] as number)));
  return { cost, slopes };
}

export const contend: Contend = () => {
  np.configureWasm({ maxMemory: HEAP_BYTES });
  return {
    tasks: {
      scalarUpdate: () =>
        stepping({ x: np.zeros([], "float32") as np.NDArray }, ({ x }) => ({
          x: np.add(x, 1) as np.NDArray,
        })),

      sgd: ({ n }) => {
        const g = tensor(uniform32(n, signed(2)));
        return stepping({ p: tensor(uniform32(n, signed(1))) }, ({ p }, use) => ({
          p: np.subtract(p, use(np.multiply(g, learningRate))) as np.NDArray,
        }));
      },

      adam: ({ n }) => {
        const { eta, beta1, beta2, epsilon } = adamRates;
        const g = tensor(uniform32(n, signed(2)));
        const start = {
          p: tensor(uniform32(n, signed(1))),
          m: np.zeros([n], "float32") as np.NDArray,
          v: np.zeros([n], "float32") as np.NDArray,
        };
        return stepping(start, ({ p, m, v }, use, t) => {
          const nextM = np.add(use(np.multiply(m, beta1)), use(np.multiply(g, 1 - beta1))) as np.NDArray;
          const squares = use(np.multiply(use(np.multiply(g, g)), 1 - beta2));
          const nextV = np.add(use(np.multiply(v, beta2)), squares) as np.NDArray;
          const root = use(np.add(use(np.sqrt(use(np.multiply(nextV, 1 / (1 - beta2 ** t))))), epsilon));
          const change = use(np.divide(use(np.multiply(nextM, eta / (1 - beta1 ** t))), root));
          return { p: np.subtract(p, change) as np.NDArray, m: nextM, v: nextV };
        });
      },

      create: ({ n }) => {
        const source = uniform32(n, signed(1));
        return {
          step: () => tensor(source).dispose(),
          result: () => ({ values: numbers(tensor(source)) }),
        };
      },

      read: ({ n }) => {
        const array = tensor(uniform32(n, signed(1)));
        let values: ArrayLike<number> = [];
        return {
          step: () => {
            // `data` is a window on its heap: a copy is what the other libraries give.
            values = (array.data as Float32Array).slice();
          },
          result: () => ({ values }),
        };
      },

      gemm: ({ dtype, m, k, n, transposeA, transposeB }) => {
        const A = tensor(uniform(m * k, signed(1), dtype), transposeA ? [k, m] : [m, k]);
        const B = tensor(uniform(k * n, signed(2), dtype), transposeB ? [n, k] : [k, n]);
        return computing("C", (use) =>
          np.matmul(transposeA ? transposed(A, use) : A, transposeB ? transposed(B, use) : B),
        );
      },

      sums: ({ rows, columns, axis }) => {
        const x = tensor(uniform32(rows * columns, signed(1)), [rows, columns]);
        return computing("y", () => np.sum(x, axis) as np.NDArray);
      },

      running: ({ rows, columns }) => {
        const x = tensor(uniform32(rows * columns, signed(1)), [rows, columns]);
        return computing("y", () => np.cumsum(x, 1) as np.NDArray);
      },

      sort: ({ rows, columns }) => {
        const x = tensor(uniform32(rows * columns, signed(1)), [rows, columns]);
        return computing("y", () => np.sort(x, 1) as np.NDArray);
      },

      solve: ({ n }) => {
        const { A, B } = linearSystem(n);
        const [a, b] = [tensor(A, [n, n]), tensor(B, [n, n])];
        return computing("X", () => np.linalg.solve(a, b) as np.NDArray);
      },

      softmax: ({ rows, columns }) => {
        const x = tensor(uniform32(rows * columns, wide(1)), [rows, columns]);
        return computing("y", (use) => softmax(x, use));
      },

      unary: ({ op, n }) => {
        const x = tensor(uniform32(n, wide(1)));
        return computing("y", () => (op === "exp" ? np.exp(x) : np.tanh(x)) as np.NDArray);
      },

      logistic: ({ batch }) => {
        const { x, labels } = trainingData(batch);
        const X = tensor(x, [batch, features]);
        const truth = tensor(oneHotLabels(labels), [batch, classes]);
        let last = 0;
        const start = {
          W: tensor(logisticWeights(), [features, classes]),
          b: np.zeros([classes], "float32") as np.NDArray,
        };
        return stepping(
          start,
          ({ W, b }, use) => {
            const { cost, slopes } = crossEntropy(
              use(np.add(use(np.matmul(X, W)), b)),
              truth,
              logisticRate,
              use,
            );
            last = cost;
            return {
              // (SᵀX)ᵀ: the batch is the largest array, and copying its transpose would take most of the step.
              W: np.subtract(W, transposed(use(np.matmul(transposed(slopes, use), X)), use)) as np.NDArray,
              b: np.subtract(b, use(np.sum(slopes, 0))) as np.NDArray,
            };
          },
          () => ({ cost: [last] }),
        );
      },

      mlp: ({ batch }) => {
        const { x, labels } = trainingData(batch);
        const { W1: first, W2: second } = mlpWeights();
        const X = tensor(x, [batch, features]);
        const truth = tensor(oneHotLabels(labels), [batch, classes]);
        const one = np.ones([1], "float32") as np.NDArray;
        let last = 0;
        const start = {
          W1: tensor(first, [features, hidden]),
          b1: np.zeros([hidden], "float32") as np.NDArray,
          W2: tensor(second, [hidden, classes]),
          b2: np.zeros([classes], "float32") as np.NDArray,
        };
        return stepping(
          start,
          ({ W1, b1, W2, b2 }, use) => {
            const inner = use(np.tanh(use(np.add(use(np.matmul(X, W1)), b1))));
            const { cost, slopes } = crossEntropy(
              use(np.add(use(np.matmul(inner, W2)), b2)),
              truth,
              mlpRate,
              use,
            );
            last = cost;
            const flat = use(np.subtract(one, use(np.multiply(inner, inner))));
            const back = use(np.multiply(use(np.matmul(slopes, transposed(W2, use))), flat));
            return {
              W1: np.subtract(W1, use(np.matmul(transposed(X, use), back))) as np.NDArray,
              b1: np.subtract(b1, use(np.sum(back, 0))) as np.NDArray,
              W2: np.subtract(W2, use(np.matmul(transposed(inner, use), slopes))) as np.NDArray,
              b2: np.subtract(b2, use(np.sum(slopes, 0))) as np.NDArray,
            };
          },
          () => ({ cost: [last] }),
        );
      },

      firstResult: ({ batch }) => {
        const X = tensor(trainingData(batch).x, [batch, features]);
        const W = tensor(logisticWeights(), [features, classes]);
        return computing("rows", (use) => softmax(use(np.matmul(X, W)), use));
      },
    },
  };
};
