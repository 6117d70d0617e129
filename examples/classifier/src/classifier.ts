/** The functions that train and measure a classifier, compiled from its graph. */
import {
  argmax,
  lscalar,
  neq,
  type Runtime,
  type SharedVariable,
  sum,
  type TensorType,
  type TensorVariable,
  type UpdatePair,
  type Variable,
} from "@bitale/core";
import type { Minibatches, MnistPart } from "@bitale/example-mnist";

/** A classifier as a graph. */
export interface ClassifierGraph {
  /** Placeholder of a minibatch of images [n, 784]. */
  readonly x: Variable;
  /** Placeholder of its labels [n]. */
  readonly y: TensorVariable;
  /** [n, 10] */
  readonly probabilities: TensorVariable;
  /** 0-d: what `train` returns. */
  readonly cost: TensorVariable;
  /** A step of training. */
  readonly updates: readonly UpdatePair[];
  /** What is learned, by the names that its file has. */
  readonly parameters: Readonly<Record<string, SharedVariable<TensorType<unknown>>>>;
}

/** A classifier as functions. */
export interface Classifier {
  readonly parameters: ClassifierGraph["parameters"];
  readonly trainBatches: number;
  /** A step on a minibatch, by its index; the cost before it. */
  readonly train: (index: number) => Promise<number>;
  /** Mean error over whole minibatches, a fraction. */
  readonly errorOf: (part: "valid" | "test") => Promise<number>;
}

/** Compiles one function for each part of the data set: their minibatches stand in for the placeholders. */
export function compileClassifier(
  runtime: Runtime,
  minibatches: Minibatches,
  { x, y, probabilities, cost, updates, parameters }: ClassifierGraph,
): Classifier {
  const index = lscalar("index");
  const wrong = sum(neq(argmax(probabilities, { axis: 1 }), y).astype("float32"));
  const givens = (part: MnistPart) => {
    const { images, labels } = minibatches.cut(part, index);
    return [
      [x, images],
      [y, labels],
    ] as const;
  };
  const train = runtime.compile([index], cost, { name: "train", givens: givens("train"), updates });
  const validate = runtime.compile([index], wrong, { name: "validate", givens: givens("valid") });
  const test = runtime.compile([index], wrong, { name: "test", givens: givens("test") });
  return {
    parameters,
    trainBatches: minibatches.count("train"),
    train: async (at) => (await train.async(at)).item(),
    errorOf: async (part) => {
      const measure = part === "valid" ? validate : test;
      const batches = minibatches.count(part);
      let errors = 0;
      for (let i = 0; i < batches; i++) errors += (await measure.async(i)).item();
      return errors / (batches * minibatches.batchSize);
    },
  };
}
