/** The command line. */
import { Command, InvalidArgumentError } from "commander";

/** What the command line says. */
export interface Arguments {
  readonly backend: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly out: string;
  readonly resume?: string | undefined;
  readonly limit?: number | undefined;
}

/**
 * Reads the arguments after the program's name.
 *
 * @param write where messages go. Default: help to standard output, errors to standard error
 * @throws CommanderError (exit code 0 after `--help`), after its message was written
 */
export function parseArguments(argv: readonly string[], write?: (text: string) => void): Arguments {
  const command = new Command("npm start --")
    .description("Trains multinomial logistic regression on the full MNIST data set.")
    .option("--backend <name>", "where the shared variables live", readBackend, "tensor-cpu")
    .option("--epochs <count>", "stop after so many epochs at the latest", readCount, 1000)
    .option("--batch-size <count>", "images in a minibatch", readCount, 600)
    .option("--learning-rate <rate>", "step of the gradient descent", readRate, 0.13)
    .option("--out <folder>", "where the pictures and the parameters go", "out")
    .option("--resume <file>", "start from the parameters in a file of an earlier run")
    .option("--limit <count>", "take the first so many training images only", readCount)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput(write ? { writeErr: write, writeOut: write } : {})
    .showHelpAfterError("(--help lists the options)");
  command.parse(argv, { from: "user" });
  const read = command.opts<Arguments>();
  const { batchSize, limit } = read;
  const images = Math.min(limit ?? 50_000, 50_000);
  if (batchSize > images) {
    command.error(`error: a minibatch of ${batchSize} is larger than the ${images} training images`);
  }
  if (batchSize > 10_000) {
    command.error(`error: a minibatch of ${batchSize} is larger than the 10000 validation images`);
  }
  return read;
}

function readBackend(text: string): string {
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(text)) return text;
  throw new InvalidArgumentError("Expected the name of a backend, such as tensor-cpu, tensor-gpu or sparse.");
}

function readCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("Expected a whole number from 1 up.");
}

function readRate(text: string): number {
  const rate = Number(text);
  if (/^[\d.]+(e[+-]?\d+)?$/i.test(text) && Number.isFinite(rate) && rate > 0) return rate;
  throw new InvalidArgumentError("Expected a number above 0.");
}
