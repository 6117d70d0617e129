/** Trains the classic tutorial's logistic regression: `npm start -- --help` lists the options. */
import { runClassifier } from "@bitale/example-classifier";
import { buildModel } from "./model.js";
import { weightTemplatesSvg } from "./weight-templates.js";

await runClassifier({
  main: import.meta.url,
  start: "npm start --",
  description: "Trains multinomial logistic regression on the full MNIST data set.",
  title: "Logistic regression on MNIST",
  out: "out",
  costTitle: "Training cost (mean NLL)",
  epochs: 1000,
  batchSize: 600,
  learningRate: 0.13,
  patience: 5000,
  build: buildModel,
  weightsSvg: ({ W }) => weightTemplatesSvg(W?.flat() as Float32Array),
});
