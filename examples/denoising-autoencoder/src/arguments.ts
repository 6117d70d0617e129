/** The command line. */
import { exampleCommand, readCount, readRate, readShare } from "@bitale/example-command-line";

/** What the command line says. */
export interface Arguments {
  readonly backend: string;
  readonly out: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly corruption: number;
  readonly hidden: number;
  readonly limit?: number | undefined;
}

/**
 * Reads the arguments after the program's name.
 *
 * @throws CommanderError (exit code 0 after `--help`), after its message was written
 */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = exampleCommand({
    start: "npm start -w @bitale/example-denoising-autoencoder --",
    description: "Trains a denoising autoencoder with tied weights on MNIST and draws its filters.",
    out: "out/denoising-autoencoder",
  })
    .option("--epochs <count>", "how often the training part is seen", readCount, 5)
    .option("--batch-size <count>", "images in a minibatch", readCount, 20)
    .option("--learning-rate <rate>", "step of the gradient descent", readRate, 0.1)
    .option("--corruption <share>", "share of the pixels that are dropped", readShare, 0.3)
    .option("--hidden <count>", "hidden units", readCount, 500)
    .option("--limit <count>", "take the first so many training images only", readCount);
  command.parse(argv, { from: "user" });
  return command.opts<Arguments>();
}
