/** The command line. */
import { exampleCommand, readCount, readRate } from "@bitale/example-command-line";

/** What the command line says. */
export interface Arguments {
  readonly backend: string;
  readonly out: string;
  readonly steps: number;
  readonly every: number;
  readonly batchSize: number;
  readonly length: number;
  readonly hidden: number;
  readonly learningRate: number;
  readonly temperature: number;
  readonly limit?: number | undefined;
  readonly resume?: string | undefined;
}

/**
 * Reads the arguments after the program's name.
 *
 * @throws CommanderError (exit code 0 after `--help`), after its message was written
 */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = exampleCommand({
    start: "npm start -w @bitale/example-language-model --",
    description: "Trains a recurrent network on Moby-Dick, letter by letter, and lets it write.",
    out: "out/language-model",
  })
    .option("--steps <count>", "steps of training", readCount, 2000)
    .option("--every <count>", "look at the rest of the text after so many steps", readCount, 200)
    .option("--batch-size <count>", "places of the text that are read at once", readCount, 32)
    .option("--length <count>", "characters of a window: gradients go no further back", readCount, 32)
    .option("--hidden <count>", "units of the state", readCount, 128)
    .option("--learning-rate <rate>", "step of the optimizer, at the start", readRate, 0.004)
    .option("--temperature <value>", "of what is written: below 1 it dares less", readRate, 0.7)
    .option("--limit <count>", "read the first so many characters only", readCount)
    .option("--resume <file>", "start from a model.safetensors of an earlier run");
  command.parse(argv, { from: "user" });
  return command.opts<Arguments>();
}
