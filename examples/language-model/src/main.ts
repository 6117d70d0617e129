/** Trains a language model; `npm start -w @bitale/example-language-model -- --help` lists the options. */
import { readState, writeState } from "@bitale/core";
import { colours, drawPng, linePanelsSvg } from "@bitale/example-charts";
import { fromCaller, runProgram, say, startProgress, table } from "@bitale/example-command-line";
import { parseArguments } from "./arguments.js";
import { buildModel } from "./model.js";
import { encodeText, readMobyDick } from "./text.js";
import { type Report, train } from "./training.js";

/** The model writes on from here. */
const beginning = "The whale ";

await runProgram(import.meta.url, parseArguments, async ({ runtime, options, pathOf, write }) => {
  const { backend, steps, every, temperature, limit, resume } = options;
  const text = encodeText(readMobyDick(), limit);
  const model = await buildModel(runtime, text, options);
  if (resume !== undefined) await readState(fromCaller(resume), model.parameters);
  say(
    `reading Moby-Dick on ${backend}: ${text.train.length + text.valid.length} characters, ` +
      `${text.alphabet.length} different ones, an epoch has ${model.windows} steps`,
  );

  const progress = startProgress(process.stdout, "step", { every });
  const started = performance.now();
  const reports = await train(model, {
    steps,
    every,
    onStep: (step, perplexity) => progress.step(step, steps, { perplexity: perplexity.toFixed(2) }),
    onReport: ({ step, validation }) =>
      progress.step(step, steps, { "validation perplexity": validation.toFixed(2) }),
  }).finally(progress.stop);
  const seconds = (performance.now() - started) / 1000;

  const written = await model.write(beginning, temperature);
  say(`\n${written}\n`);
  const curve = await curveSvg(reports, backend);
  const files = write({
    "learning-curve.png": drawPng(curve),
    "learning-curve.svg": curve,
    "written.txt": `${written}\n`,
  });
  const file = pathOf("model.safetensors");
  await writeState(file, model.parameters);
  const last = reports.at(-1);
  say(
    table([
      ["backend", backend],
      ["steps", `${steps}, ${(steps / model.windows).toFixed(2)} epochs`],
      ["perplexity", `${last?.train.toFixed(2)} in training, ${last?.validation.toFixed(2)} in validation`],
      ["bits a character", `${Math.log2(last?.validation ?? 1).toFixed(2)} in validation`],
      ["seconds", seconds.toFixed(1)],
      ["files", [...files, file].join("\n")],
    ]),
  );
});

function curveSvg(reports: readonly Report[], backend: string): Promise<string> {
  return linePanelsSvg({
    title: "Letters of Moby-Dick",
    subtitle: `backend ${backend}; perplexity: between how many letters the model is torn`,
    axis: "Step",
    panels: [
      {
        title: "Perplexity of a letter",
        series: [
          {
            name: "training",
            colour: colours.first,
            points: reports.map(({ step, train }) => ({ x: step, y: train })),
          },
          {
            name: "validation",
            colour: colours.second,
            points: reports.map(({ step, validation }) => ({ x: step, y: validation })),
          },
        ],
      },
    ],
  });
}
