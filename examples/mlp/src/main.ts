/** Trains the classic tutorial's multilayer perceptron: `npm start -w @bitale/example-mlp -- --help` lists the options. */
import { filtersSvg } from "@bitale/example-charts";
import { runClassifier } from "@bitale/example-classifier";
import { imageSide } from "@bitale/example-mnist";
import { buildModel } from "./model.js";

await runClassifier({
  main: import.meta.url,
  start: "npm start -w @bitale/example-mlp --",
  description: "Trains a hidden layer of 500 tanh units on the full MNIST data set.",
  out: "out/mlp",
  title: "Hidden layer of 500 tanh units on MNIST",
  costTitle: "Cost (mean NLL + L2)",
  epochs: 10,
  batchSize: 20,
  learningRate: 0.01,
  patience: 10_000,
  build: buildModel,
  weightsSvg: ({ "hidden.W": W }) =>
    filtersSvg({
      title: "Filters of 100 of 500 hidden units",
      subtitle: "the largest weights first; red pixels raise a unit, blue ones lower it",
      weights: W?.flat() as Float32Array,
      side: imageSide,
    }),
});
