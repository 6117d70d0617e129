/** From the command line to the exit code. */
import { resolve } from "node:path";
import { isBitaleError } from "@bitale/core";
import { CommanderError } from "commander";

/** A line for the user. */
export const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** npm runs a workspace's script in the workspace's folder; paths are meant from where the user called it. */
export const fromCaller = (path: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), path);

/** Runs a program with the process's arguments; what it throws is told, and sets the exit code. */
export async function runProgram(program: (argv: readonly string[]) => Promise<void>): Promise<void> {
  try {
    await program(process.argv.slice(2));
  } catch (error) {
    // Commander has said it already.
    if (error instanceof CommanderError) process.exitCode = error.exitCode;
    else {
      process.exitCode = 1;
      process.stderr.write(`${isBitaleError(error) ? error.message : ((error as Error).stack ?? error)}\n`);
    }
  }
}
