/** The command line. */
import { exampleCommand, readCount, readRate, readShare } from "@bitale/example-command-line";

/** What the command line says. */
export interface Arguments {
  readonly backend: string;
  readonly out: string;
  readonly damping: number;
  readonly tolerance: number;
  readonly iterations: number;
}

/**
 * Reads the arguments after the program's name.
 *
 * @throws CommanderError (exit code 0 after `--help`), after its message was written
 */
export function parseArguments(argv: readonly string[]): Arguments {
  const command = exampleCommand({
    start: "npm start -w @bitale/example-pagerank --",
    description: "Ranks the airports of the USA by power iteration on the sparse matrix of flights.",
    out: "out/pagerank",
  })
    .option("--damping <share>", "how likely it is to take a flight and not to go anywhere", readShare, 0.85)
    .option("--tolerance <change>", "stop where all ranks together change by less", readRate, 1e-6)
    .option("--iterations <count>", "stop after so many iterations at the latest", readCount, 200);
  command.parse(argv, { from: "user" });
  return command.opts<Arguments>();
}
