/** The classic tutorial's logistic regression: data and parameters in shared variables, minibatches cut by an index. */
import {
  argmax,
  dot,
  grad,
  ivector,
  like,
  log,
  lscalar,
  mean,
  neg,
  neq,
  pick,
  type Runtime,
  softmax,
  sum,
  zeros,
} from "@bitale/core";

/** One part of the data set: images [n, 784] with pixels in 0..1, labels [n] in 0..9. */
export interface LabelledImages {
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly count: number;
}

export interface ModelData {
  readonly train: LabelledImages;
  readonly valid: LabelledImages;
  readonly test: LabelledImages;
}

export interface ModelOptions {
  readonly batchSize: number;
  readonly learningRate: number;
}

const pixels = 28 * 28;
const classes = 10;

/**
 * Builds the model in a runtime. Which backend keeps which variable is the configuration's business: the images are
 * named `images.*`, the labels `labels.*`, the parameters `W` [784, 10] and `b` [10] (both start at zero).
 */
export function buildModel(runtime: Runtime, data: ModelData, options: ModelOptions) {
  const { batchSize, learningRate } = options;
  const keep = (part: keyof ModelData) => {
    const { images, labels, count } = data[part];
    return {
      images: runtime.shared({ data: images, shape: [count, pixels] }, { name: `images.${part}` }),
      labels: runtime.shared(labels, { name: `labels.${part}` }),
      batches: Math.floor(count / batchSize),
    };
  };
  const parts = { train: keep("train"), valid: keep("valid"), test: keep("test") };
  const W = runtime.shared(zeros([pixels, classes], "float32"), { name: "W" });
  const b = runtime.shared(zeros([classes], "float32"), { name: "b" });

  const index = lscalar("index");
  const x = like(parts.train.images, "x");
  const y = ivector("y");
  const probabilities = softmax(dot(x, W).add(b));
  const cost = neg(mean(pick(log(probabilities), y)));
  const wrong = sum(neq(argmax(probabilities, { axis: 1 }), y).astype("float32"));
  const [gW, gb] = grad(cost, [W, b]);

  const batchOf = (part: keyof ModelData) => {
    const start = index.mul(batchSize);
    const { images, labels } = parts[part];
    return [
      [x, images.narrow(0, start, batchSize)],
      [y, labels.narrow(0, start, batchSize)],
    ] as const;
  };
  const train = runtime.compile([index], cost, {
    name: "train",
    givens: batchOf("train"),
    updates: [
      [W, W.sub(gW.mul(learningRate))],
      [b, b.sub(gb.mul(learningRate))],
    ],
  });
  const validate = runtime.compile([index], wrong, { name: "validate", givens: batchOf("valid") });
  const test = runtime.compile([index], wrong, { name: "test", givens: batchOf("test") });

  /** Mean error over whole minibatches, a fraction. */
  const errorOf = async (part: "valid" | "test"): Promise<number> => {
    const f = part === "valid" ? validate : test;
    const { batches } = parts[part];
    let errors = 0;
    for (let i = 0; i < batches; i++) errors += (await f.async(i)).item();
    return errors / (batches * batchSize);
  };
  return { W, b, train, validate, test, errorOf, trainBatches: parts.train.batches };
}
