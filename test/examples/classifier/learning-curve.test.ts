import { expect, test } from "vitest";
import { drawPng } from "../../../examples/charts/dist/index.js";
import type { EpochResult } from "../../../examples/classifier/dist/history.js";
import { learningCurveSvg } from "../../../examples/classifier/dist/learning-curve.js";
import { sizeOfPng } from "../charts/png.js";

const epoch = (number: number, part: Partial<EpochResult> = {}): EpochResult => ({
  epoch: number,
  cost: 1 / number,
  validationError: 0.2 / number,
  testError: 0.19 / number,
  ...part,
});
const draw = (history: readonly EpochResult[]) =>
  learningCurveSvg({
    history,
    title: "Some model on MNIST",
    costTitle: "Training cost (mean NLL)",
    backend: "tensor-cpu",
    bestEpoch: 1,
  });

test("has a title, axes with units and a legend", async () => {
  const svg = await draw([epoch(1), epoch(2, { testError: undefined }), epoch(3)]);
  for (const text of ["Some model on MNIST", "tensor-cpu", "Epoch", "Error (%)", "NLL", "validation"]) {
    expect(svg).toContain(text);
  }
});

test.each<[string, EpochResult[]]>([
  ["one epoch", [epoch(1)]],
  [
    "an epoch that patience cut short",
    [epoch(1), epoch(2, { validationError: undefined, testError: undefined })],
  ],
  [
    "a cost that is not finite",
    [epoch(1, { cost: Number.NaN }), epoch(2, { cost: Number.POSITIVE_INFINITY })],
  ],
  ["no error at all", [epoch(1, { cost: 0, validationError: 0, testError: 0 })]],
])("%s is drawn without a hole in the numbers", async (_name, history) => {
  const svg = await draw(history);
  expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  sizeOfPng(drawPng(svg, 1));
});
