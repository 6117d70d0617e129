import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import {
  closingSentence,
  closingTable,
  percent,
  startProgress,
} from "../../../examples/logistic-regression/dist/report.js";

/** A stream that remembers what it was told; a terminal where `isTTY`. */
function recorder(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 120, rows: 30 });
  const told: string[] = [];
  stream.on("data", (chunk: Buffer) => told.push(chunk.toString()));
  return { stream: stream as unknown as NodeJS.WriteStream, told };
}

/** A clock that goes on by `step` milliseconds each time it is asked. */
function clock(step: number): () => number {
  let time = -step;
  return () => {
    time += step;
    return time;
  };
}

const result = (epoch: number) => ({ epoch, cost: 0.25, validationError: 0.075, testError: undefined });

test.each([
  [0.075, "7.500000 %"],
  [719 / 9600, "7.489583 %"],
  [1, "100.000000 %"],
  [0, "0.000000 %"],
])("%d in percent is %s", (fraction, text) => {
  expect(percent(fraction)).toBe(text);
});

test("without a terminal there is a line for the first and each tenth epoch, and no control codes", () => {
  const { stream, told } = recorder(false);
  const progress = startProgress(stream, clock(100));
  for (let epoch = 1; epoch <= 30; epoch++) progress.epoch(result(epoch), 61);
  progress.stop();
  expect(told.map((line) => line.split(":")[0])).toEqual(["epoch 1", "epoch 10", "epoch 20", "epoch 30"]);
  expect(told[0]).toMatch(/^epoch 1: cost 0\.2500, validation error 7\.500000 %, \d+\.\d\d epochs\/s\n$/);
  expect(told.join("")).not.toContain("\u001b");
});

test("a slow run says something about every 20 seconds", () => {
  const { stream, told } = recorder(false);
  const progress = startProgress(stream, clock(15_000));
  for (let epoch = 1; epoch <= 9; epoch++) progress.epoch(result(epoch), 61);
  expect(told.length).toBeGreaterThan(3);
});

test("an epoch without a validation has a line without one", () => {
  const { stream, told } = recorder(false);
  startProgress(stream).epoch({ ...result(1), validationError: undefined }, 61);
  expect(told.join("")).not.toContain("validation");
});

test("on a terminal there is a bar with epochs/s and the current validation error", () => {
  const { stream, told } = recorder(true);
  const progress = startProgress(stream, clock(500));
  progress.epoch(result(1), 61);
  progress.epoch(result(2), 74);
  progress.stop();
  const shown = told.join("");
  expect(shown).toMatch(/epoch 1\/61 .*epochs\/s.*validation 7\.500000 %/);
  expect(shown).toMatch(/epoch 2\/74/);
});

test.each([true, false])("stopping before the first epoch is fine (terminal: %s)", (isTTY) => {
  const { stream, told } = recorder(isTTY);
  startProgress(stream).stop();
  expect(told.join("")).toBe("");
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
