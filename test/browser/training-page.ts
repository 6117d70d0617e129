/**
 * What runs in the browser: the logistic regression of the main job on a slice of MNIST, for one epoch, on the backend
 * that the test asks for. Bundled by the test; answers through `globalThis.training`.
 */
import {
  argmax,
  createRuntime,
  dot,
  grad,
  ivector,
  like,
  log,
  lscalar,
  mean,
  type NDArray,
  neg,
  neq,
  pick,
  softmax,
  sum,
  zeros,
} from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import { plugin as gpu } from "@bitale/tensor-gpu";

export interface TrainingTask {
  readonly backends: readonly string[];
  readonly count: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

export interface TrainingResult {
  /** Which backend keeps W. */
  readonly backend: string | undefined;
  readonly costs: readonly number[];
  /** Wrongly labelled images of the slice, after the epoch. */
  readonly wrong: number;
  readonly failures: readonly string[];
}

/** @param pixels [count, 784] in 0..1 @param labels [count] */
export async function trainSlice(
  task: TrainingTask,
  pixels: Float32Array,
  labels: Int32Array,
): Promise<TrainingResult> {
  const runtime = createRuntime({ plugins: [gpu, cpu], backends: [...task.backends], warn: () => {} });
  await runtime.ready().catch(() => undefined);
  const failures = runtime.failures.map(({ error }) => error.message);
  const images = runtime.shared({ data: pixels, shape: [task.count, 784] }, { name: "images" });
  const answers = runtime.shared(labels, { name: "labels" });
  const W = runtime.shared(zeros([784, 10], "float32"), { name: "W" });
  const b = runtime.shared(zeros([10], "float32"), { name: "b" });
  const [index, x, y] = [lscalar("index"), like(images, "x"), ivector("y")];
  const probabilities = softmax(dot(x, W).add(b));
  const cost = neg(mean(pick(log(probabilities), y)));
  const [gW, gb] = grad(cost, [W, b]);
  const start = index.mul(task.batchSize);
  const train = runtime.compile([index], cost, {
    givens: [
      [x, images.narrow(0, start, task.batchSize)],
      [y, answers.narrow(0, start, task.batchSize)],
    ],
    updates: [
      [W, W.sub(gW.mul(task.learningRate))],
      [b, b.sub(gb.mul(task.learningRate))],
    ],
  });
  const wrong = sum(neq(argmax(probabilities, { axis: 1 }), y).astype("float32"));
  const test = runtime.compile([], wrong, {
    givens: [
      [x, images],
      [y, answers],
    ],
  });
  const costs: number[] = [];
  for (let i = 0; i < task.count / task.batchSize; i++) costs.push((await train.async(i)).item());
  const errors = (await test.async()) as NDArray;
  const backend = W.type.backend;
  await runtime.dispose();
  return { backend, costs, wrong: errors.item(), failures };
}

(globalThis as { training?: unknown }).training = async (task: TrainingTask): Promise<TrainingResult> => {
  const fetched = async (name: string): Promise<ArrayBuffer> => (await fetch(name)).arrayBuffer();
  return trainSlice(
    task,
    new Float32Array(await fetched("/pixels.bin")),
    new Int32Array(await fetched("/labels.bin")),
  );
};
