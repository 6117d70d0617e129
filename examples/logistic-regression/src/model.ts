/** The classic tutorial's logistic regression: data and parameters in shared variables, minibatches cut by an index. */
import { dot, ivector, like, log, mean, neg, pick, type Runtime, sgd, softmax, zeros } from "@bitale/core";
import { type Classifier, compileClassifier } from "@bitale/example-classifier";
import { type MnistData, pixels, shareMinibatches } from "@bitale/example-mnist";

export interface ModelOptions {
  readonly batchSize: number;
  readonly learningRate: number;
}

const classes = 10;

/**
 * Builds the model in a runtime. Which backend keeps which variable is the configuration's business: the images are
 * named `images.*`, the labels `labels.*`, the parameters `W` [784, 10] and `b` [10] (both start at zero).
 */
export async function buildModel(
  runtime: Runtime,
  data: MnistData,
  { batchSize, learningRate }: ModelOptions,
): Promise<Classifier> {
  const minibatches = shareMinibatches(runtime, data, batchSize);
  const W = runtime.shared(zeros([pixels, classes], "float32"), { name: "W" });
  const b = runtime.shared(zeros([classes], "float32"), { name: "b" });

  const x = like(minibatches.images, "x");
  const y = ivector("y");
  const probabilities = softmax(dot(x, W).add(b));
  const cost = neg(mean(pick(log(probabilities), y))); // negative log likelihood
  const updates = sgd(cost, [W, b], { learningRate });

  const parameters = { W, b };
  return compileClassifier(runtime, minibatches, { x, y, probabilities, cost, updates, parameters });
}
