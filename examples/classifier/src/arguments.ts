/** The command line of a classifier. */
import { type About, exampleCommand, readCount, readRate } from "@bitale/example-command-line";
import { trainCount, validCount } from "@bitale/example-mnist";

/** What an example trains with where the command line says nothing. */
export interface Defaults extends About {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
}

/** What the command line says. */
export interface ClassifierArguments {
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
export function parseArguments(
  argv: readonly string[],
  defaults: Defaults,
  write?: (text: string) => void,
): ClassifierArguments {
  const command = exampleCommand(defaults, write)
    .option("--epochs <count>", "stop after so many epochs at the latest", readCount, defaults.epochs)
    .option("--batch-size <count>", "images in a minibatch", readCount, defaults.batchSize)
    .option("--learning-rate <rate>", "step of the gradient descent", readRate, defaults.learningRate)
    .option("--resume <file>", "start from the parameters in a file of an earlier run")
    .option("--limit <count>", "take the first so many training images only", readCount);
  command.parse(argv, { from: "user" });
  const read = command.opts<ClassifierArguments>();
  const images = Math.min(read.limit ?? trainCount, trainCount);
  for (const [count, part] of [
    [images, "training"],
    [validCount, "validation"],
  ] as const) {
    if (read.batchSize > count) {
      command.error(`error: a minibatch of ${read.batchSize} is larger than the ${count} ${part} images`);
    }
  }
  return read;
}
