/** The versions of Node that the benchmark runs on. */
import { execFileSync } from "node:child_process";
import { peersFolder } from "./peers.js";

export type NodeChoice = "20" | "24" | "both";

export interface NodeProgram {
  readonly executable: string;
  readonly version: string;
}

function program(executable: string): NodeProgram {
  return {
    executable,
    version: execFileSync(executable, ["-p", "process.versions.node"], { encoding: "utf8" }).trim(),
  };
}

/** The Node in use, the pinned one of the npm package `node` beside the peers, or both. */
export function nodesOf(choice: NodeChoice): NodeProgram[] {
  return [
    ...(choice === "24" ? [] : [program(process.execPath)]),
    ...(choice === "20" ? [] : [program(`${peersFolder}node_modules/node/bin/node`)]),
  ];
}
