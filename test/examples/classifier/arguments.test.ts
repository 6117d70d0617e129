import { expect, test } from "vitest";
import { parseArguments } from "../../../examples/classifier/dist/arguments.js";

const defaults = {
  start: "npm start --",
  description: "Trains something.",
  out: "out",
  epochs: 1000,
  batchSize: 600,
  learningRate: 0.13,
};

test("what is not said is the example's default", () => {
  expect(parseArguments([], defaults)).toEqual({
    backend: "tensor-cpu",
    epochs: 1000,
    batchSize: 600,
    learningRate: 0.13,
    out: "out",
  });
});

test("every option is read", () => {
  const argv =
    "--backend sparse --epochs 3 --batch-size 100 --learning-rate 1e-2 --out a --resume b --limit 1000";
  expect(parseArguments(argv.split(" "), defaults)).toEqual({
    backend: "sparse",
    epochs: 3,
    batchSize: 100,
    learningRate: 0.01,
    out: "a",
    resume: "b",
    limit: 1000,
  });
});

test.each([
  ["--epochs 0", /'--epochs <count>' argument '0' is invalid.*whole number from 1 up/],
  ["--epochs 2.5", /whole number/],
  ["--epochs", /argument missing/],
  ["--batch-size 1e3", /whole number/],
  ["--learning-rate fast", /number above 0/],
  ["--learning-rate -1", /number above 0/],
  ["--backend ../secret", /name of a backend/],
  ["--backnd sparse", /unknown option '--backnd'.*Did you mean --backend/s],
  ["sparse", /too many arguments/],
  ["--limit 500", /minibatch of 600 is larger than the 500 training images/],
  ["--batch-size 20000", /larger than the 10000 validation images/],
])("%s: a clear error, exit code 1", (line, message) => {
  let said = "";
  const write = (text: string) => {
    said += text;
  };
  expect(() => parseArguments(line.split(" "), defaults, write)).toThrow(
    expect.objectContaining({ exitCode: 1 }),
  );
  expect(said).toMatch(message);
});

test("--help lists the options and is no failure", () => {
  let said = "";
  const write = (text: string) => {
    said += text;
  };
  expect(() => parseArguments(["--help"], defaults, write)).toThrow(expect.objectContaining({ exitCode: 0 }));
  expect(said).toMatch(/--backend <name>.*--resume <file>/s);
});
