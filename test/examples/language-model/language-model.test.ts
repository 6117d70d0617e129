import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime, ivector, matrix } from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu/plugin";
import { expect, test } from "vitest";
import { buildModel } from "../../../examples/language-model/dist/model.js";
import { buildNetwork } from "../../../examples/language-model/dist/network.js";
import { readerOf } from "../../../examples/language-model/dist/reader.js";
import { encodeText, readMobyDick } from "../../../examples/language-model/dist/text.js";
import { train } from "../../../examples/language-model/dist/training.js";
import { runExample } from "../run-example.js";

const runtimeOf = () => createRuntime({ plugins: [cpu] });

test("the book is whole, and its lines are joined into paragraphs", () => {
  const book = readMobyDick();
  expect(book.length).toBe(1_190_317);
  const { alphabet, train, valid } = encodeText(book);
  expect(alphabet.length).toBe(83);
  expect(train.length + valid.length).toBe(1_190_317);
  const start = Array.from(train.subarray(0, 120), (code) => alphabet[code]).join("");
  expect(start).toMatch(/^CHAPTER 1\. Loomings\.\n\nCall me Ishmael\. .*having little or no money/);
});

test("characters are places in the sorted alphabet, the last twentieth is kept apart", () => {
  const text = encodeText(`${"ba".repeat(20)}zzz`, 40);
  expect(text.alphabet).toEqual(["a", "b"]);
  expect([...text.train.subarray(0, 4)]).toEqual([1, 0, 1, 0]);
  expect([text.train.length, text.valid.length]).toEqual([38, 2]);
});

test("a step is that of the formulas, and reading is one step after another", async () => {
  const [alphabet, hidden, batch] = [5, 4, 2];
  const runtime = runtimeOf();
  const network = await buildNetwork(runtime, alphabet, hidden);
  const [W, , U] = network.parameters.map((one) => one.getValue().toArray() as number[][]);
  const [state, character] = [matrix("state"), ivector("character")];
  const step = runtime.compile([state, character], network.step(state, character));
  const before = [
    [0.5, -0.25, 0, 1],
    [-1, 0.75, 0.125, 0],
  ];
  const after = step(before, new Int32Array([3, 1])).toArray() as number[][];
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  for (const [row, code] of [3, 1].entries()) {
    const h = before[row] as number[];
    const product = (column: number): number =>
      h.reduce((sum, unit, k) => sum + unit * (U?.[k]?.[column] as number), 0);
    for (let unit = 0; unit < hidden; unit++) {
      const input = (gate: number): number => W?.[code]?.[gate * hidden + unit] as number;
      const update = sigmoid(input(0) + product(unit));
      const reset = sigmoid(input(1) + product(hidden + unit));
      const candidate = Math.tanh(input(2) + reset * product(2 * hidden + unit));
      const expected = update * (h[unit] as number) + (1 - update) * candidate;
      expect(after[row]?.[unit]).toBeCloseTo(expected, 5);
    }
  }

  const codes = [new Int32Array([0, 4]), new Int32Array([2, 2]), new Int32Array([1, 3])];
  let stepped = before;
  for (const code of codes) stepped = step(stepped, code).toArray() as number[][];
  const characters = ivector("characters");
  const [last] = network.read(state, characters.reshape(3, batch));
  const read = runtime.compile([state, characters], last);
  const flat = Int32Array.from(codes.flatMap((code) => [...code]));
  const values = (read(before, flat).toArray() as number[][]).flat();
  for (const [at, value] of values.entries()) expect(value).toBeCloseTo(stepped.flat()[at] as number, 6);
  await runtime.dispose();
});

test("two windows with the state between them cost what one long window costs", async () => {
  const runtime = runtimeOf();
  const network = await buildNetwork(runtime, 7, 6);
  const text = Int32Array.from({ length: 3 * 17 }, (_, i) => (i * i + 3 * i) % 7);
  const costOf = (name: string, length: number) => {
    const reader = readerOf(runtime, network, text, name, { batchSize: 3, length });
    const { index, cost, state, nextState } = reader;
    const read = runtime.compile([index], cost, { updates: [[state, nextState]] });
    expect(reader.windows).toBe(16 / length);
    return Array.from({ length: reader.windows }, (_, window) => read(window).item());
  };
  const [long] = costOf("long", 16);
  const [first, second] = costOf("short", 8);
  expect(((first as number) + (second as number)) / 2).toBeCloseTo(long as number, 5);
  await runtime.dispose();
});

test("a short training lowers the perplexity, and what is written is of the alphabet", async () => {
  const runtime = runtimeOf();
  const text = encodeText(readMobyDick(), 30_000);
  const options = { batchSize: 16, length: 16, hidden: 32, learningRate: 0.01, steps: 60 };
  const model = await buildModel(runtime, text, options);
  const reports = await train(model, { steps: 60, every: 20 });
  expect(reports.map(({ step }) => step)).toEqual([20, 40, 60]);
  const [first, , last] = reports;
  expect(first?.validation).toBeLessThan(text.alphabet.length / 2);
  expect(last?.validation).toBeLessThan((first?.validation as number) * 0.9);
  expect(last?.train).toBeLessThan(first?.train as number);
  const written = await model.write("The ", 0.7);
  expect(written.length).toBe(404);
  expect(written).toMatch(/^The /);
  for (const character of written) expect(text.alphabet).toContain(character);
  expect(await model.write("The ", 0.7)).not.toBe(written);
  await runtime.dispose();
});

test("the program trains, writes and draws", () => {
  const args = ["--steps", "4", "--every", "2", "--limit", "20000", "--hidden", "8"];
  const { status, stdout, stderr, files } = runExample("language-model", args);
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/step 2: perplexity \d+\.\d\d/);
  expect(stdout).toMatch(/\nThe whale /);
  expect(files).toEqual(["learning-curve.png", "learning-curve.svg", "model.safetensors", "written.txt"]);
});

test("a run starts from the parameters of an earlier one", () => {
  const folder = mkdtempSync(join(tmpdir(), "bitale-resume-"));
  try {
    const perplexityOf = (args: readonly string[]): number => {
      const size = ["--limit", "20000", "--hidden", "8", "--batch-size", "8", "--length", "16"];
      const { status, stdout, stderr } = runExample("language-model", [...size, ...args]);
      expect([status, stderr]).toEqual([0, ""]);
      return Number(stdout.match(/step 1: perplexity (\S+),/)?.[1]);
    };
    const file = join(folder, "model.safetensors");
    const fresh = perplexityOf(["--steps", "60", "--learning-rate", "0.02", "--out", folder]);
    expect(perplexityOf(["--steps", "1", "--resume", file])).toBeLessThan(fresh * 0.6);
    const { status, stderr } = runExample("language-model", ["--resume", join(folder, "other")]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/other: it cannot be read/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
