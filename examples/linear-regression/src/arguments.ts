/** The command line. */
import { exampleCommand, readCount } from "@bitale/example-command-line";

/** What the command line says. */
export interface Arguments {
  readonly backend: string;
  readonly out: string;
  readonly steps: number;
}

/**
 * Reads the arguments after the program's name.
 *
 * @throws CommanderError (exit code 0 after `--help`), after its message was written
 */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = exampleCommand({
    start: "npm start -w @bitale/example-linear-regression --",
    description: "Fits the fuel that cars need to their weight and year, by gradient descent.",
    out: "out/linear-regression",
  }).option("--steps <count>", "steps of gradient descent", readCount, 300);
  command.parse(argv, { from: "user" });
  return command.opts<Arguments>();
}
