/**
 * TensorFlow.js on its WASM backend, eager. Its matMul leaves the fast path for transposed operands, so they are
 * transposed before; gradients are written by hand, which is faster there than its autodiff.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import {
  logisticWeights,
  mlpWeights,
  oneHotLabels,
  signed,
  trainingData,
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
import { setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";

const { features, hidden, classes, logisticRate, mlpRate } = classifier;

/** The new value of a variable; what was computed on the way is given back. */
const update = (variable: tf.Variable, value: () => tf.Tensor): void =>
  tf.tidy(() => variable.assign(value() as never));

const numbers = (tensor: tf.Tensor): Float32Array => tensor.dataSync() as Float32Array;

/** The result of `compute`, new at each step. */
function computing(name: string, compute: () => tf.Tensor): Task {
  let last: tf.Tensor | undefined;
  return {
    step: () => {
      last?.dispose();
      last = tf.tidy(compute);
    },
    result: () => ({ [name]: last === undefined ? [] : numbers(last) }),
  };
}

/** The cost of scores, and its slope in them times `rate`: what is left to do on the large parameters is less then. */
function scoreSlopes(
  scores: tf.Tensor2D,
  truth: tf.Tensor2D,
  rate: number,
): { cost: tf.Scalar; slopes: tf.Tensor2D } {
  const probabilities = tf.softmax(scores);
  const picked = tf.sum(tf.mul(probabilities, truth), 1);
  const cost = tf.neg(tf.mean(tf.log(picked))) as tf.Scalar;
  return { cost, slopes: tf.mul(tf.sub(probabilities, truth), rate / scores.shape[0]) };
}

function descend(parameter: tf.Variable, change: tf.Tensor): void {
  parameter.assign(tf.sub(parameter, change) as never);
}

/** @param options `flags: true`: matMul is told which operand is transposed, as one would write it at first */
export const contend: Contend = async (options) => {
  const module = fileURLToPath(import.meta.resolve("@tensorflow/tfjs-backend-wasm"));
  setWasmPaths(`${dirname(module)}/`);
  setThreadsCount(1);
  if (!(await tf.setBackend("wasm"))) throw new Error("the WASM backend did not start");
  await tf.ready();

  return {
    tasks: {
      scalarUpdate: () => {
        const x = tf.variable(tf.scalar(0));
        return { step: () => update(x, () => tf.add(x, 1)), result: () => ({ x: numbers(x) }) };
      },

      sgd: ({ n }) => {
        const p = tf.variable(tf.tensor1d(uniform32(n, signed(1))));
        const g = tf.tensor1d(uniform32(n, signed(2)));
        return {
          step: () => update(p, () => tf.sub(p, tf.mul(g, learningRate))),
          result: () => ({ p: numbers(p) }),
        };
      },

      adam: ({ n }) => {
        const { eta, beta1, beta2, epsilon } = adamRates;
        const p = tf.variable(tf.tensor1d(uniform32(n, signed(1))));
        const g = tf.tensor1d(uniform32(n, signed(2)));
        const [m, v] = [tf.variable(tf.zeros([n])), tf.variable(tf.zeros([n]))];
        let t = 0;
        return {
          step: () => {
            t++;
            tf.tidy(() => {
              m.assign(tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)));
              v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)));
              const root = tf.add(tf.sqrt(tf.mul(v, 1 / (1 - beta2 ** t))), epsilon);
              p.assign(tf.sub(p, tf.div(tf.mul(m, eta / (1 - beta1 ** t)), root)));
            });
          },
          result: () => ({ p: numbers(p), m: numbers(m), v: numbers(v) }),
        };
      },

      create: ({ n }) => {
        const source = uniform32(n, signed(1));
        return {
          step: () => tf.tensor1d(source).dispose(),
          result: () => ({ values: numbers(tf.tensor1d(source)) }),
        };
      },

      read: ({ n }) => {
        const tensor = tf.add(tf.tensor1d(uniform32(n, signed(1))), 0);
        let values: ArrayLike<number> = [];
        return {
          step: () => {
            values = numbers(tensor);
          },
          result: () => ({ values }),
        };
      },

      gemm: ({ dtype, m, k, n, transposeA, transposeB }) => {
        if (dtype !== "float32") throw new NotOfferedError("float64");
        const A = tf.tensor2d(uniform32(m * k, signed(1)), transposeA ? [k, m] : [m, k]);
        const B = tf.tensor2d(uniform32(k * n, signed(2)), transposeB ? [n, k] : [k, n]);
        const plain = (matrix: tf.Tensor2D, transposed: boolean): tf.Tensor2D =>
          transposed ? tf.transpose(matrix) : matrix;
        return computing("C", () =>
          options.flags === true
            ? tf.matMul(A, B, transposeA, transposeB)
            : tf.matMul(plain(A, transposeA), plain(B, transposeB)),
        );
      },

      sums: ({ rows, columns, axis }) => {
        const x = tf.tensor2d(uniform32(rows * columns, signed(1)), [rows, columns]);
        return computing("y", () => tf.sum(x, axis));
      },

      running: ({ rows, columns }) => {
        const x = tf.tensor2d(uniform32(rows * columns, signed(1)), [rows, columns]);
        return computing("y", () => tf.cumsum(x, 1));
      },

      // The largest first is the only order that it has.
      sort: ({ rows, columns }) => {
        const x = tf.tensor2d(uniform32(rows * columns, signed(1)), [rows, columns]);
        return computing("y", () => tf.reverse(tf.topk(x, columns, true).values, 1));
      },

      softmax: ({ rows, columns }) => {
        const x = tf.tensor2d(uniform32(rows * columns, wide(1)), [rows, columns]);
        return computing("y", () => tf.softmax(x));
      },

      unary: ({ op, n }) => {
        const x = tf.tensor1d(uniform32(n, wide(1)));
        return computing("y", () => (op === "exp" ? tf.exp(x) : tf.tanh(x)));
      },

      logistic: ({ batch }) => {
        const { x, labels } = trainingData(batch);
        const X = tf.tensor2d(x, [batch, features]);
        const truth = tf.tensor2d(oneHotLabels(labels), [batch, classes]);
        const W = tf.variable(tf.tensor2d(logisticWeights(), [features, classes]));
        const b = tf.variable(tf.zeros([classes]));
        let last = 0;
        return {
          step: () =>
            tf.tidy(() => {
              const scores = tf.add(tf.matMul(X, W), b) as tf.Tensor2D;
              const { cost, slopes } = scoreSlopes(scores, truth, logisticRate);
              // (SᵀX)ᵀ: the batch is the largest array to transpose.
              descend(W, tf.transpose(tf.matMul(tf.transpose(slopes), X)));
              descend(b, tf.sum(slopes, 0));
              last = numbers(cost)[0] as number;
            }),
          result: () => ({ cost: [last], W: numbers(W), b: numbers(b) }),
        };
      },

      mlp: ({ batch }) => {
        const { x, labels } = trainingData(batch);
        const start = mlpWeights();
        const X = tf.tensor2d(x, [batch, features]);
        const truth = tf.tensor2d(oneHotLabels(labels), [batch, classes]);
        const W1 = tf.variable(tf.tensor2d(start.W1, [features, hidden]));
        const W2 = tf.variable(tf.tensor2d(start.W2, [hidden, classes]));
        const [b1, b2] = [tf.variable(tf.zeros([hidden])), tf.variable(tf.zeros([classes]))];
        let last = 0;
        return {
          step: () =>
            tf.tidy(() => {
              const inner = tf.tanh(tf.add(tf.matMul(X, W1), b1)) as tf.Tensor2D;
              const scores = tf.add(tf.matMul(inner, W2), b2) as tf.Tensor2D;
              const { cost, slopes } = scoreSlopes(scores, truth, mlpRate);
              const back = tf.matMul(slopes, tf.transpose(W2) as tf.Tensor2D);
              const innerSlopes = tf.mul(back, tf.sub(1, tf.square(inner))) as tf.Tensor2D;
              descend(W2, tf.matMul(tf.transpose(inner), slopes));
              descend(b2, tf.sum(slopes, 0));
              descend(W1, tf.matMul(tf.transpose(X), innerSlopes));
              descend(b1, tf.sum(innerSlopes, 0));
              last = numbers(cost)[0] as number;
            }),
          result: () => ({
            cost: [last],
            W1: numbers(W1),
            b1: numbers(b1),
            W2: numbers(W2),
            b2: numbers(b2),
          }),
        };
      },

      firstResult: ({ batch }) => {
        const X = tf.tensor2d(trainingData(batch).x, [batch, features]);
        const W = tf.tensor2d(logisticWeights(), [features, classes]);
        let rows: ArrayLike<number> = [];
        return {
          step: () => {
            rows = numbers(tf.softmax(tf.matMul(X, W)));
          },
          result: () => ({ rows }),
        };
      },
    },
  };
};
