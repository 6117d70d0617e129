import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { startProgress } from "../../../examples/command-line/dist/index.js";

/** A stream that remembers what it was told; a terminal where `isTTY`. */
function recorder(isTTY: boolean, columns = 120) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns, rows: 30 });
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

const figures = { cost: "0.2500", "validation error": "7.500000 %" };

test("without a terminal there is a line for the first and each tenth step, and no control codes", () => {
  const { stream, told } = recorder(false);
  const progress = startProgress(stream, "epoch", { now: clock(100) });
  for (let epoch = 1; epoch <= 30; epoch++) progress.step(epoch, 61, figures);
  progress.stop();
  expect(told.map((line) => line.split(":")[0])).toEqual(["epoch 1", "epoch 10", "epoch 20", "epoch 30"]);
  expect(told[0]).toMatch(/^epoch 1: cost 0\.2500, validation error 7\.500000 %, \d+\.\d\d epochs\/s\n$/);
  expect(told.join("")).not.toContain("\u001b");
});

test("a slow run says something about every 20 seconds", () => {
  const { stream, told } = recorder(false);
  const progress = startProgress(stream, "epoch", { now: clock(15_000) });
  for (let epoch = 1; epoch <= 9; epoch++) progress.step(epoch, 61, figures);
  expect(told.length).toBeGreaterThan(3);
});

test("on a terminal there is a bar that keeps the last of each figure", () => {
  const { stream, told } = recorder(true);
  const progress = startProgress(stream, "epoch", { now: clock(500) });
  progress.step(1, 61, figures);
  progress.step(2, 74, { cost: "0.1250" });
  progress.stop();
  const shown = told.join("");
  expect(shown).toMatch(/epoch 1\/61 .*epochs\/s.*cost 0\.2500 {2}validation error 7\.500000 %/);
  expect(shown).toMatch(/epoch 2\/74 .*cost 0\.1250 {2}validation error 7\.500000 %/);
});

test.each([80, 200])("the bar fits into %i columns", (columns) => {
  const { stream, told } = recorder(true, columns);
  const progress = startProgress(stream, "epoch", { now: clock(500) });
  progress.step(1, 1000, figures);
  progress.stop();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what a terminal is told beside the text
  const text = told.join("").replaceAll(/\u001b\[[\d;?]*[A-Za-z]|[\r\n]/g, "");
  expect(text).toContain("epoch 1/1000");
  expect(text.length).toBeLessThanOrEqual(columns);
});

test.each([true, false])("stopping before the first step is fine (terminal: %s)", (isTTY) => {
  const { stream, told } = recorder(isTTY);
  startProgress(stream, "epoch").stop();
  expect(told.join("")).toBe("");
});
