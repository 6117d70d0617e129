/** The command line: what all examples take, and readers of their options. */
import { Command, InvalidArgumentError } from "commander";

/** What an example says about itself. */
export interface About {
  /** How a user calls it, up to the options: "npm start --". */
  readonly start: string;
  readonly description: string;
  /** Where its results go if the user says nothing. */
  readonly out: string;
}

/**
 * A command with the options that every example has: `--backend` and `--out`. Call its `parse(argv, { from: "user" })`:
 * it throws a CommanderError (exit code 0 after `--help`), after its message was written.
 *
 * @param write where messages go. Default: help to standard output, errors to standard error
 */
export function exampleCommand(
  { start, description, out }: About,
  write?: ((text: string) => void) | undefined,
): Command {
  return new Command(start)
    .description(description)
    .option("--backend <name>", "where the shared variables live", readBackend, "tensor-cpu")
    .option("--out <folder>", "where the results go", out)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput(write ? { writeErr: write, writeOut: write } : {})
    .showHelpAfterError("(--help lists the options)");
}

/** The name of a backend, which is part of a file's name. @throws InvalidArgumentError */
export function readBackend(text: string): string {
  if (/^[a-z0-9]+(-[a-z0-9]+)*$/.test(text)) return text;
  throw new InvalidArgumentError("Expected the name of a backend, such as tensor-cpu, tensor-gpu or sparse.");
}

/** A whole number from 1 up. @throws InvalidArgumentError */
export function readCount(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0) return count;
  throw new InvalidArgumentError("Expected a whole number from 1 up.");
}

/** A number above 0. @throws InvalidArgumentError */
export function readRate(text: string): number {
  const rate = Number(text);
  if (/^[\d.]+(e[+-]?\d+)?$/i.test(text) && Number.isFinite(rate) && rate > 0) return rate;
  throw new InvalidArgumentError("Expected a number above 0.");
}

/** A number from 0 to 1. @throws InvalidArgumentError */
export function readShare(text: string): number {
  const share = Number(text);
  if (/^[\d.]+(e[+-]?\d+)?$/i.test(text) && share >= 0 && share <= 1) return share;
  throw new InvalidArgumentError("Expected a number from 0 to 1.");
}
