import {
  dot,
  grad,
  log,
  mean,
  neg,
  pick,
  type SharedVariable,
  softmax,
  type TensorType,
  type TensorVariable,
  tanh,
} from "@bitale/core";
import { logisticWeights, mlpWeights, trainingData } from "../data.js";
import { classifier, type Task, type Tasks } from "../workloads.js";
import type { Bench } from "./bench.js";

const { features, hidden, classes, logisticRate, mlpRate } = classifier;
type State = SharedVariable<TensorType>;

/** Mean negative log-likelihood of the labels. */
const crossEntropy = (scores: TensorVariable, labels: State): TensorVariable =>
  neg(mean(pick(log(softmax(scores)), labels)));

/** A step of plain descent on all parameters, with gradients by autodiff, that returns the cost. */
function descent(bench: Bench, cost: TensorVariable, parameters: Record<string, State>, rate: number): Task {
  const variables = Object.values(parameters);
  const slopes = grad(cost, variables);
  const train = bench.runtime.compile([], cost, {
    updates: variables.map((p, i) => [p, p.sub((slopes[i] as TensorVariable).mul(rate))] as const),
  });
  let last = 0;
  return {
    step: () => {
      last = train().item();
    },
    result: () => ({
      cost: [last],
      ...Object.fromEntries(Object.entries(parameters).map(([name, p]) => [name, bench.read(p)])),
    }),
  };
}

interface Network {
  readonly X: State;
  readonly labels: State;
  readonly parameters: Record<"W1" | "b1" | "W2" | "b2", State>;
}

function network(bench: Bench, batch: number): Network {
  const { x, labels } = trainingData(batch);
  const { W1, W2 } = mlpWeights();
  return {
    X: bench.shared(x, [batch, features], "x"),
    labels: bench.shared(labels, [batch], "labels"),
    parameters: {
      W1: bench.shared(W1, [features, hidden], "W1"),
      b1: bench.shared(new Float32Array(hidden), [hidden], "b1"),
      W2: bench.shared(W2, [hidden, classes], "W2"),
      b2: bench.shared(new Float32Array(classes), [classes], "b2"),
    },
  };
}

function networkStep(bench: Bench, { X, labels, parameters }: Network): Task {
  const { W1, b1, W2, b2 } = parameters;
  const scores = dot(tanh(dot(X, W1).add(b1)), W2).add(b2);
  return descent(bench, crossEntropy(scores, labels), parameters, mlpRate);
}

/** Steps of the two classifiers. */
export const training = (bench: Bench): Tasks => ({
  logistic: ({ batch }) => {
    const { x, labels } = trainingData(batch);
    const X = bench.shared(x, [batch, features], "x");
    const W = bench.shared(logisticWeights(), [features, classes], "W");
    const b = bench.shared(new Float32Array(classes), [classes], "b");
    const cost = crossEntropy(dot(X, W).add(b), bench.shared(labels, [batch], "labels"));
    return descent(bench, cost, { W, b }, logisticRate);
  },

  mlp: ({ batch }) => networkStep(bench, network(bench, batch)),

  compile: ({ batch }) => {
    const state = network(bench, batch);
    let task: Task | undefined;
    return {
      step: () => {
        task = networkStep(bench, state);
        task.step();
      },
      result: () => task?.result() ?? {},
    };
  },
});
