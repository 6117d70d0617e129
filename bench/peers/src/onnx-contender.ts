/**
 * An ONNX runtime as a contender: fixed graphs; what a run gives out as new state is what the next run takes in. There
 * is no storage that stays with the runtime, so a batch is handed over at each step.
 */
import {
  logisticWeights,
  mlpWeights,
  oneHotLabels,
  signed,
  trainingData,
  uniform,
  uniform32,
  wide,
} from "@bitale/bench/data";
import { adamRates, classifier, type Task, type Tasks } from "@bitale/bench/workloads";
import type {
  InferenceSession,
  InferenceSessionFactory,
  Tensor,
  TensorConstructor,
} from "onnxruntime-common";
import type { OnnxGraph } from "./onnx.js";
import {
  adamGraph,
  gemmGraph,
  logisticGraph,
  mlpGraph,
  predictGraph,
  scalarGraph,
  sgdGraph,
  softmaxGraph,
  unaryGraph,
} from "./onnx-graphs.js";

const { features, hidden, classes } = classifier;

export interface OnnxRuntime {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

const numbers = (tensor: Tensor | undefined): ArrayLike<number> => (tensor?.data ?? []) as Float32Array;

/** @param options of a session: one thread */
export function onnxTasks(
  { InferenceSession, Tensor }: OnnxRuntime,
  options: InferenceSession.SessionOptions,
): Tasks {
  const tensor = (data: Float32Array | Float64Array, shape: readonly number[] = [data.length]): Tensor =>
    data instanceof Float32Array ? new Tensor("float32", data, shape) : new Tensor("float64", data, shape);

  /**
   * Runs of a graph.
   * @param feeds inputs, those of the state among them by the name of the output with a 0 behind it
   * @param prepare inputs that depend on the number of the step, from 1
   */
  async function running(
    graph: OnnxGraph,
    feeds: Record<string, Tensor>,
    prepare?: (step: number) => Record<string, Tensor>,
  ): Promise<Task> {
    const session = await InferenceSession.create(graph.encode(), options);
    const state = session.outputNames.filter((name) => `${name}0` in feeds);
    let last: InferenceSession.OnnxValueMapType = {};
    let count = 0;
    return {
      step: async () => {
        count++;
        if (prepare !== undefined) Object.assign(feeds, prepare(count));
        last = await session.run(feeds);
        for (const name of state) feeds[`${name}0`] = last[name] as Tensor;
      },
      result: () =>
        Object.fromEntries(Object.entries(last).map(([name, value]) => [name, numbers(value as Tensor)])),
    };
  }

  const batchOf = (batch: number): { readonly x: Tensor; readonly truth: Tensor } => {
    const { x, labels } = trainingData(batch);
    return { x: tensor(x, [batch, features]), truth: tensor(oneHotLabels(labels), [batch, classes]) };
  };
  const network = (batch: number): Promise<Task> => {
    const { W1, W2 } = mlpWeights();
    return running(mlpGraph(batch), {
      ...batchOf(batch),
      W10: tensor(W1, [features, hidden]),
      b10: tensor(new Float32Array(hidden)),
      W20: tensor(W2, [hidden, classes]),
      b20: tensor(new Float32Array(classes)),
    });
  };

  return {
    scalarUpdate: () => running(scalarGraph(), { x0: tensor(new Float32Array(1), []) }),

    sgd: ({ n }) =>
      running(sgdGraph(n), { p0: tensor(uniform32(n, signed(1))), g: tensor(uniform32(n, signed(2))) }),

    adam: ({ n }) => {
      const { eta, beta1, beta2 } = adamRates;
      const number = (value: number): Tensor => tensor(new Float32Array([value]), []);
      const feeds = {
        p0: tensor(uniform32(n, signed(1))),
        g: tensor(uniform32(n, signed(2))),
        m0: tensor(new Float32Array(n)),
        v0: tensor(new Float32Array(n)),
      };
      return running(adamGraph(n), feeds, (step) => ({
        rate: number(eta / (1 - beta1 ** step)),
        missing: number(1 - beta2 ** step),
      }));
    },

    gemm: (shape) => {
      const { dtype, m, k, n, transposeA, transposeB } = shape;
      return running(gemmGraph(shape), {
        A: tensor(uniform(m * k, signed(1), dtype), transposeA ? [k, m] : [m, k]),
        B: tensor(uniform(k * n, signed(2), dtype), transposeB ? [n, k] : [k, n]),
      });
    },

    softmax: ({ rows, columns }) =>
      running(softmaxGraph(rows, columns), {
        x: tensor(uniform32(rows * columns, wide(1)), [rows, columns]),
      }),

    unary: ({ op, n }) => running(unaryGraph(op, n), { x: tensor(uniform32(n, wide(1))) }),

    logistic: ({ batch }) =>
      running(logisticGraph(batch), {
        ...batchOf(batch),
        W0: tensor(logisticWeights(), [features, classes]),
        b0: tensor(new Float32Array(classes)),
      }),

    mlp: ({ batch }) => network(batch),

    compile: ({ batch }) => {
      let task: Task | undefined;
      return {
        step: async () => {
          task = await network(batch);
          await task.step();
        },
        result: () => task?.result() ?? {},
      };
    },

    firstResult: ({ batch }) =>
      running(predictGraph(batch), {
        x: batchOf(batch).x,
        W: tensor(logisticWeights(), [features, classes]),
      }),
  };
}
