/** The classic tutorial's denoising autoencoder: it learns to undo that pixels are dropped. */
import {
  dot,
  log,
  lscalar,
  matrix,
  mean,
  type NDArray,
  neg,
  type Runtime,
  type SharedVariable,
  sgd,
  sigmoid,
  sub,
  sum,
  type TensorType,
  zeros,
} from "@bitale/core";
import { type MnistData, type MnistPart, pixels, shareMinibatches } from "@bitale/example-mnist";

export interface ModelOptions {
  readonly batchSize: number;
  readonly learningRate: number;
  /** The share of pixels that are dropped, at random and anew in each step. */
  readonly corruption: number;
  readonly hidden: number;
}

export interface Autoencoder {
  /** [784, hidden]: the weights that lead to the hidden units, and back again. */
  readonly W: SharedVariable<TensorType<unknown>>;
  readonly trainBatches: number;
  /** A step on a minibatch, by its index; the cost before it, in nats an image. */
  readonly train: (index: number) => Promise<number>;
  /** Mean cost of the validation part, with pixels dropped, in nats an image. */
  readonly validate: () => Promise<number>;
  /** The first minibatch of the test part, with pixels dropped, and restored: [batchSize, 784] each. */
  readonly denoise: () => Promise<{
    readonly image: NDArray;
    readonly corrupted: NDArray;
    readonly restored: NDArray;
  }>;
}

const seed = 1234;

/** Builds the model in a runtime: `W`, `hidden.b` and `visible.b`. */
export async function buildModel(
  runtime: Runtime,
  data: MnistData,
  { batchSize, learningRate, corruption, hidden }: ModelOptions,
): Promise<Autoencoder> {
  const minibatches = shareMinibatches(runtime, data, batchSize);
  const random = runtime.randomStream(seed);
  // Glorot and Bengio's range (2010, eq. 16), four times as wide for sigmoid units.
  const bound = 4 * Math.sqrt(6 / (pixels + hidden));
  const start = runtime.compile([], random.uniform({ low: -bound, high: bound, size: [pixels, hidden] }));
  const W = runtime.shared(await start.async(), { name: "W" });
  const hiddenB = runtime.shared(zeros([hidden], "float32"), { name: "hidden.b" });
  const visibleB = runtime.shared(zeros([pixels], "float32"), { name: "visible.b" });

  const x = matrix("x");
  // The stream keeps its state in a shared variable: each call of a function below drops other pixels.
  const kept = random.bernoulli({ size: [batchSize, pixels], p: 1 - corruption });
  const corrupted = x.mul(kept.astype("float32"));
  const code = sigmoid(dot(corrupted, W).add(hiddenB));
  const restored = sigmoid(dot(code, W.T).add(visibleB)); // tied weights: the way back is W transposed
  const crossEntropy = neg(x.mul(log(restored)).add(sub(1, x).mul(log(sub(1, restored)))));
  const cost = mean(sum(crossEntropy, { axis: 1 }));

  const index = lscalar("index");
  const givens = (part: MnistPart) => [[x, minibatches.cut(part, index).images]] as const;
  const train = runtime.compile([index], cost, {
    name: "train",
    givens: givens("train"),
    updates: sgd(cost, [W, hiddenB, visibleB], { learningRate }),
  });
  const validate = runtime.compile([index], cost, { name: "validate", givens: givens("valid") });
  const denoise = runtime.compile([index], { image: x, corrupted, restored }, { givens: givens("test") });
  return {
    W,
    trainBatches: minibatches.count("train"),
    train: async (at) => (await train.async(at)).item(),
    validate: async () => {
      const batches = minibatches.count("valid");
      let costs = 0;
      for (let i = 0; i < batches; i++) costs += (await validate.async(i)).item();
      return costs / batches;
    },
    denoise: () => denoise.async(0),
  };
}
