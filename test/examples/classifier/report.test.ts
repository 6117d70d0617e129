import { expect, test } from "vitest";
import {
  closingSentence,
  closingTable,
  figuresOf,
  percent,
} from "../../../examples/classifier/dist/report.js";

test.each([
  [0.075, "7.500000 %"],
  [719 / 9600, "7.489583 %"],
  [1, "100.000000 %"],
  [0, "0.000000 %"],
])("%d in percent is %s", (fraction, text) => {
  expect(percent(fraction)).toBe(text);
});

test("an epoch without a validation is told without one", () => {
  const result = { epoch: 1, cost: 0.25, validationError: 0.075, testError: undefined };
  expect(figuresOf(result)).toEqual({ cost: "0.2500", "validation error": "7.500000 %" });
  expect(figuresOf({ ...result, validationError: undefined })).toEqual({ cost: "0.2500" });
});

test("the closing words have the tutorial's figures and the names of the files", () => {
  const summary = {
    backend: "tensor-cpu",
    epochs: 74,
    bestEpoch: 73,
    validationError: 720 / 9600,
    testError: 719 / 9600,
    seconds: 37,
    files: ["out/learning-curve.png", "out/weights.png"],
  };
  expect(closingSentence(summary)).toMatch(
    /best validation score of 7\.500000 %, with test performance 7\.489583 %\s.*epoch 73.*epoch 74/s,
  );
  const table = closingTable(summary);
  for (const text of [
    "tensor-cpu",
    "74",
    "73",
    "7.500000 %",
    "7.489583 %",
    "37.0",
    "2.00",
    ...summary.files,
  ]) {
    expect(table).toContain(text);
  }
  expect(table).not.toContain("\u001b");
});
