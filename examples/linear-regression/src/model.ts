/** Linear regression by gradient descent: the whole table stands in shared variables and is seen in each step. */
import {
  cosineDecay,
  dot,
  mean,
  momentum,
  type Runtime,
  schedule,
  sqr,
  sqrt,
  std,
  sub,
  sum,
  variance,
  zeros,
} from "@bitale/core";

/** What is to be explained, and by what. */
export interface Table {
  /** [rows, features], row-major */
  readonly features: Float32Array;
  readonly targets: Float32Array;
}

/** target = intercept + Σ slope · feature, in the units of the table. */
export interface Coefficients {
  readonly intercept: number;
  readonly slopes: readonly number[];
}

export interface Regression {
  /** One step; the mean squared error before it, in squared units of the target. */
  readonly train: () => Promise<number>;
  readonly coefficients: () => Promise<Coefficients>;
  /** The root of the mean squared error, in units of the target, and the share of the variance that is explained. */
  readonly quality: () => Promise<{ readonly rootMeanSquaredError: number; readonly rSquared: number }>;
}

/** @param steps after how many the learning rate has come down to zero */
export function buildModel(runtime: Runtime, { features, targets }: Table, steps: number): Regression {
  const shape = [targets.length, features.length / targets.length] as const;
  const X = runtime.shared({ data: features, shape }, { name: "features" });
  const y = runtime.shared(targets, { name: "targets" });
  const w = runtime.shared(zeros([shape[1]], "float32"), { name: "w" });
  const b = runtime.shared(0, { name: "b" });

  // Centred and scaled, features of different units are equally easy to descend along.
  const centre = mean(X, { axis: 0 });
  const scale = std(X, { axis: 0 });
  const prediction = dot(sub(X, centre).div(scale), w).add(b);
  const cost = mean(sqr(sub(prediction, y)));
  const learningRate = schedule(cosineDecay({ initial: 0.1, steps }));
  const updates = momentum(cost, [w, b], { learningRate });

  const slopes = w.div(scale);
  const train = runtime.compile([], cost, { name: "train", updates });
  const read = runtime.compile([], { slopes, intercept: b.sub(sum(slopes.mul(centre))) });
  const measure = runtime.compile([], { error: sqrt(cost), unexplained: cost.div(variance(y)) });
  return {
    train: async () => (await train.async()).item(),
    coefficients: async () => {
      const { slopes, intercept } = await read.async();
      return { intercept: intercept.item(), slopes: slopes.toArray() as number[] };
    },
    quality: async () => {
      const { error, unexplained } = await measure.async();
      return { rootMeanSquaredError: error.item(), rSquared: 1 - unexplained.item() };
    },
  };
}
