/** From the command line to the exit code. */
import { join, resolve } from "node:path";
import { isBitaleError, type Runtime } from "@bitale/core";
import { CommanderError } from "commander";
import { openRuntime } from "./open-runtime.js";
import { prepareFolder, writeResults } from "./results-folder.js";

/** What every example's command line says. */
export interface CommonOptions {
  readonly backend: string;
  /** The folder of the results. */
  readonly out: string;
}

/** What a program works with. */
export interface Run<O extends CommonOptions> {
  readonly options: O;
  /** Of the backend that the options name. */
  readonly runtime: Runtime;
  /** The path of a file in the folder of the results. */
  readonly pathOf: (name: string) => string;
  /** Writes files, by their names, into the folder of the results; returns their paths. */
  readonly write: (contents: Readonly<Record<string, string | Uint8Array>>) => string[];
}

/** A line for the user. */
export const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** npm runs a workspace's script in the workspace's folder; paths are meant from where the user called it. */
export const fromCaller = (path: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), path);

/**
 * Runs a program with the process's arguments, in a runtime of its own; what it throws is told, and sets the exit code.
 *
 * @param main the address of the example's `dist/main.js`
 */
export async function runProgram<O extends CommonOptions>(
  main: string,
  parse: (argv: readonly string[]) => O,
  program: (run: Run<O>) => Promise<void>,
): Promise<void> {
  try {
    const options = parse(process.argv.slice(2));
    const folder = fromCaller(options.out);
    // First of all, so that a bad folder is known before the long work.
    prepareFolder(folder);
    const runtime = await openRuntime(main, options.backend, say);
    try {
      await program({
        options,
        runtime,
        pathOf: (name) => join(folder, name),
        write: (contents) => writeResults(folder, contents),
      });
    } finally {
      await runtime.dispose();
    }
  } catch (error) {
    // Commander has said it already.
    if (error instanceof CommanderError) process.exitCode = error.exitCode;
    else {
      process.exitCode = 1;
      process.stderr.write(`${isBitaleError(error) ? error.message : ((error as Error).stack ?? error)}\n`);
    }
  }
}
