/** Trains a denoising autoencoder; `npm start -w @bitale/example-denoising-autoencoder -- --help` lists the options. */
import { drawPng } from "@bitale/example-charts";
import { runProgram, say, startProgress, table } from "@bitale/example-command-line";
import { readMnist } from "@bitale/example-mnist";
import { parseArguments } from "./arguments.js";
import { buildModel } from "./model.js";
import { costsSvg, denoisedSvg, hiddenFiltersSvg } from "./pictures.js";
import { train } from "./training.js";

await runProgram(import.meta.url, parseArguments, async ({ runtime, options, write }) => {
  const { backend, epochs, limit } = options;
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
  const files = write({
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
});
