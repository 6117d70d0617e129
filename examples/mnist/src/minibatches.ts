/** A data set in shared variables, and minibatches cut out of it by an index. */
import type { Runtime, SharedVariable, TensorType, TensorVariable } from "@bitale/core";
import { type MnistData, type MnistPart, pixels } from "./read-mnist.js";

/** The variables of a data set; which backend keeps them is the configuration's business. */
export interface Minibatches {
  readonly batchSize: number;
  /** Images of the training part: the kind of all of them, for a placeholder. */
  readonly images: SharedVariable<TensorType<unknown>>;
  /** Whole minibatches of a part. */
  readonly count: (part: MnistPart) => number;
  /** One minibatch of a part: images [batchSize, 784] and labels [batchSize]. @param index from 0 */
  readonly cut: (
    part: MnistPart,
    index: TensorVariable,
  ) => { readonly images: TensorVariable; readonly labels: TensorVariable };
}

/** Puts a data set into shared variables that are named `images.<part>` and `labels.<part>`. */
export function shareMinibatches(runtime: Runtime, data: MnistData, batchSize: number): Minibatches {
  const keep = (part: MnistPart) => {
    const { images, labels, count } = data[part];
    return {
      images: runtime.shared({ data: images, shape: [count, pixels] }, { name: `images.${part}` }),
      labels: runtime.shared(labels, { name: `labels.${part}` }),
      batches: Math.floor(count / batchSize),
    };
  };
  const parts = { train: keep("train"), valid: keep("valid"), test: keep("test") };
  return {
    batchSize,
    images: parts.train.images,
    count: (part) => parts[part].batches,
    cut: (part, index) => {
      const start = index.mul(batchSize);
      const { images, labels } = parts[part];
      return { images: images.narrow(0, start, batchSize), labels: labels.narrow(0, start, batchSize) };
    },
  };
}
