/** The whole program of a classifier: from its arguments to its files. */
import type { Runtime } from "@bitale/core";
import { drawPng } from "@bitale/example-charts";
import { fromCaller, runProgram, say, startProgress } from "@bitale/example-command-line";
import { type MnistData, readMnist } from "@bitale/example-mnist";
import { type Defaults, parseArguments } from "./arguments.js";
import type { Classifier } from "./classifier.js";
import { learningCurveSvg } from "./learning-curve.js";
import { encodeParameters, type Parameters, readParameters, valuesOf } from "./parameters.js";
import { closingSentence, closingTable, figuresOf, type Summary } from "./report.js";
import { train } from "./training.js";

/** What a classifier's example says about itself. */
export interface ClassifierProgram extends Defaults {
  /** The address of its `dist/main.js`. */
  readonly main: string;
  /** Of its pictures. */
  readonly title: string;
  /** What the training cost is, on the axis of the learning curve. */
  readonly costTitle: string;
  /** Minibatches to look at, at least. */
  readonly patience: number;
  readonly build: (
    runtime: Runtime,
    data: MnistData,
    options: { readonly batchSize: number; readonly learningRate: number },
  ) => Promise<Classifier>;
  /** The picture of the weights as SVG. */
  readonly weightsSvg: (parameters: Parameters) => Promise<string>;
}

/** Trains, tells about it, and writes a learning curve, a picture of the weights and the best parameters. */
export function runClassifier(program: ClassifierProgram): Promise<void> {
  const { main, title, costTitle, patience, build, weightsSvg } = program;
  const parse = (argv: readonly string[]) => parseArguments(argv, program);
  return runProgram(main, parse, async ({ runtime, options, write }) => {
    const { backend, epochs, batchSize, learningRate, resume, limit } = options;
    const classifier = await build(runtime, readMnist({ limit }), { batchSize, learningRate });
    if (resume !== undefined) await restore(classifier, fromCaller(resume));
    say(`training on ${backend}: minibatches of ${batchSize}, learning rate ${learningRate}`);
    const progress = startProgress(process.stdout, "epoch");
    const started = performance.now();
    const { best, history, lastEpoch } = await train(classifier, {
      epochs,
      patience,
      onEpoch: (result, expectedLast) => progress.step(result.epoch, expectedLast, figuresOf(result)),
    }).finally(progress.stop);
    const seconds = (performance.now() - started) / 1000;
    const { epoch: bestEpoch, validationError, testError, parameters } = best;
    const curve = await learningCurveSvg({ history, title, costTitle, backend, bestEpoch });
    const files = write({
      "learning-curve.png": drawPng(curve),
      "learning-curve.svg": curve,
      "weights.png": drawPng(await weightsSvg(parameters)),
      "parameters.safetensors": encodeParameters(parameters, {
        epoch: String(bestEpoch),
        validation_error: String(validationError),
        test_error: String(testError),
      }),
    });
    const errors = { validationError, testError };
    const summary: Summary = { backend, epochs: lastEpoch, bestEpoch, ...errors, seconds, files };
    say(closingSentence(summary));
    say(closingTable(summary));
  });
}

async function restore({ parameters }: Classifier, file: string): Promise<void> {
  const read = await readParameters(file, await valuesOf(parameters));
  for (const [name, variable] of Object.entries(parameters)) variable.setValue(read[name]);
}
