/** Trains the classic tutorial's logistic regression: `npm start -- --help` lists the options. */
import { resolve } from "node:path";
import { isBitaleError } from "@bitale/core";
import { CommanderError } from "commander";
import { type Arguments, parseArguments } from "./arguments.js";
import { readMnist } from "./mnist.js";
import { buildModel } from "./model.js";
import { openRuntime } from "./open-runtime.js";
import { readParameters } from "./parameters.js";
import { closingSentence, closingTable, type Summary, startProgress } from "./report.js";
import { train } from "./training.js";
import { prepareFolder, writeResults } from "./write-results.js";

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
// npm runs a workspace's script in the workspace's folder; paths are meant from where the user called it.
const fromCaller = (path: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), path);

async function run({
  backend,
  epochs,
  batchSize,
  learningRate,
  out,
  resume,
  limit,
}: Arguments): Promise<void> {
  // First of all, so that bad files are known before the long work.
  prepareFolder(fromCaller(out));
  const resumed = resume === undefined ? undefined : readParameters(fromCaller(resume));
  const runtime = await openRuntime(backend, say);
  const model = buildModel(runtime, readMnist({ limit }), { batchSize, learningRate });
  if (resumed) {
    model.W.setValue(resumed.W);
    model.b.setValue(resumed.b);
  }
  say(`training on ${backend}: minibatches of ${batchSize}, learning rate ${learningRate}`);
  const progress = startProgress(process.stdout);
  const started = performance.now();
  const training = await train(model, { epochs, onEpoch: progress.epoch }).finally(progress.stop);
  const seconds = (performance.now() - started) / 1000;
  const summary: Summary = {
    backend,
    epochs: training.lastEpoch,
    bestEpoch: training.best.epoch,
    validationError: training.best.validationError,
    testError: training.best.testError,
    seconds,
    files: await writeResults(fromCaller(out), backend, training),
  };
  say(closingSentence(summary));
  say(closingTable(summary));
  await runtime.dispose();
}

try {
  await run(parseArguments(process.argv.slice(2)));
} catch (error) {
  // Commander has said it already.
  if (error instanceof CommanderError) process.exitCode = error.exitCode;
  else {
    process.exitCode = 1;
    process.stderr.write(`${isBitaleError(error) ? error.message : ((error as Error).stack ?? error)}\n`);
  }
}
