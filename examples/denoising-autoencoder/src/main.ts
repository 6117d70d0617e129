/** Trains a denoising autoencoder; `npm start -w @bitale/example-denoising-autoencoder -- --help` lists the options. */
import { drawPng } from "@bitale/example-charts";
import {
  fromCaller,
  openRuntime,
  prepareFolder,
  runProgram,
  say,
  startProgress,
  table,
  writeResults,
} from "@bitale/example-command-line";
import { readMnist } from "@bitale/example-mnist";
import { parseArguments } from "./arguments.js";
import { buildModel } from "./model.js";
import { costsSvg, denoisedSvg, hiddenFiltersSvg } from "./pictures.js";
import { train } from "./training.js";

await runProgram(async (argv) => {
  const { backend, out, epochs, limit, ...options } = parseArguments(argv);
  const folder = fromCaller(out);
  prepareFolder(folder);
  const runtime = await openRuntime(import.meta.url, backend, say);
  const model = await buildModel(runtime, readMnist({ limit }), options);
  say(`training on ${backend}: ${options.hidden} hidden units, ${options.corruption} of the pixels dropped`);
  const progress = startProgress(process.stdout, "epoch");
  const started = performance.now();
  const history = await train(model, epochs, ({ epoch, trainCost, validationCost }) => {
    progress.step(epoch, epochs, {
      cost: trainCost.toFixed(3),
      "validation cost": validationCost.toFixed(3),
    });
  }).finally(progress.stop);
  const seconds = (performance.now() - started) / 1000;
  const costs = await costsSvg(history, backend);
  const files = writeResults(folder, {
    "filters.png": drawPng(await hiddenFiltersSvg(await model.W.getValueAsync())),
    "denoised.png": drawPng(await denoisedSvg(await model.denoise(), options.corruption)),
    "learning-curve.png": drawPng(costs),
    "learning-curve.svg": costs,
  });
  const last = history.at(-1);
  say(
    table([
      ["backend", backend],
      ["epochs", epochs],
      ["training cost", `${last?.trainCost.toFixed(3)} nats an image`],
      ["validation cost", `${last?.validationCost.toFixed(3)} nats an image`],
      ["seconds", seconds.toFixed(1)],
      ["files", files.join("\n")],
    ]),
  );
  await runtime.dispose();
});
