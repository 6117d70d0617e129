/** The classic tutorial's multilayer perceptron: one hidden layer of tanh units between the images and a softmax. */
import {
  dot,
  ivector,
  like,
  log,
  mean,
  neg,
  pick,
  type Runtime,
  sgd,
  softmax,
  sqr,
  sum,
  tanh,
  zeros,
} from "@bitale/core";
import { type Classifier, compileClassifier } from "@bitale/example-classifier";
import { type MnistData, pixels, shareMinibatches } from "@bitale/example-mnist";

export interface ModelOptions {
  readonly batchSize: number;
  readonly learningRate: number;
  /** Hidden units. Default 500. */
  readonly hidden?: number;
  /** Weight of the squared weights in the cost. Default 0.0001. */
  readonly l2?: number;
}

const classes = 10;
const seed = 1234;

/**
 * Builds the model in a runtime. Its parameters are `hidden.W` [784, hidden], `hidden.b`, `output.W` [hidden, 10] and
 * `output.b`; the images are named `images.*`, the labels `labels.*`.
 */
export async function buildModel(
  runtime: Runtime,
  data: MnistData,
  { batchSize, learningRate, hidden = 500, l2 = 1e-4 }: ModelOptions,
): Promise<Classifier> {
  const minibatches = shareMinibatches(runtime, data, batchSize);
  // Glorot and Bengio's range for tanh units (2010, eq. 16); what follows a softmax may start at zero.
  const bound = Math.sqrt(6 / (pixels + hidden));
  const random = runtime.randomStream(seed);
  const start = runtime.compile([], random.uniform({ low: -bound, high: bound, size: [pixels, hidden] }));
  const hiddenW = runtime.shared(await start.async(), { name: "hidden.W" });
  const hiddenB = runtime.shared(zeros([hidden], "float32"), { name: "hidden.b" });
  const outputW = runtime.shared(zeros([hidden, classes], "float32"), { name: "output.W" });
  const outputB = runtime.shared(zeros([classes], "float32"), { name: "output.b" });

  const x = like(minibatches.images, "x");
  const y = ivector("y");
  const units = tanh(dot(x, hiddenW).add(hiddenB));
  const probabilities = softmax(dot(units, outputW).add(outputB));
  const negativeLogLikelihood = neg(mean(pick(log(probabilities), y)));
  const squares = sum(sqr(hiddenW)).add(sum(sqr(outputW)));
  const cost = negativeLogLikelihood.add(squares.mul(l2));
  const updates = sgd(cost, [hiddenW, hiddenB, outputW, outputB], { learningRate });

  const parameters = { "hidden.W": hiddenW, "hidden.b": hiddenB, "output.W": outputW, "output.b": outputB };
  return compileClassifier(runtime, minibatches, { x, y, probabilities, cost, updates, parameters });
}
