/** The command line of the benchmark. */
import { Command, InvalidArgumentError, Option } from "commander";
import type { Effort } from "./measure.js";
import type { NodeChoice } from "./nodes.js";

export interface Arguments extends Effort {
  readonly only?: readonly string[] | undefined;
  readonly contenders?: readonly string[] | undefined;
  readonly json?: string | undefined;
  readonly docs: boolean;
  readonly tables: boolean;
  readonly node: NodeChoice;
  readonly own: boolean;
  readonly tiny: boolean;
}

const list = (text: string): readonly string[] => text.split(",").filter((name) => name !== "");

function count(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("Expected a whole number from 1 up.");
}

/** Reads the arguments after the program's name; prints help and errors, and ends the process then. */
export function readArguments(argv: readonly string[]): Arguments {
  const command = new Command("npm run bench --")
    .description("Measures bitale on tensor-cpu beside other libraries, in turns.")
    .option("--only <lines>", "lines by name or beginning, with commas: gemm-f32,sgd-1e5", list)
    .option(
      "--contenders <names>",
      "only these beside bitale, options of its own too: tfjs-wasm,numpy,native",
      list,
    )
    .option("--json <path>", "write the figures as JSON")
    .option(
      "--docs",
      "put the figures into docs/performance.json, and the tables into docs/performance.md",
      false,
    )
    .option("--tables", "measure nothing: make the tables of docs/performance.md anew", false)
    .addOption(
      new Option("--node <version>", "Node to run on: 20 (the one that is in use), 24 (of the npm package)")
        .choices(["20", "24", "both"])
        .default("20"),
    )
    .addOption(
      new Option("--clock <clock>", "cpu: processor time, for a machine that has other things to do")
        .choices(["wall", "cpu"])
        .default("wall"),
    )
    .option("--rounds <count>", "rounds of each contender", count, 21)
    .option("--round-time <ms>", "least time of a round", count, 15)
    .option("--warm-up-time <ms>", "least time of calls before the first round", count, 400)
    .option("--own", "nothing but bitale, plain loops and copies: needs no peers", false)
    .option("--tiny", "tiny lines, to try the benchmark itself", false)
    .allowExcessArguments(false)
    .showHelpAfterError("(--help lists the options)");
  command.parse(argv, { from: "user" });
  return command.opts<Arguments>();
}
