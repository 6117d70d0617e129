/** The option `revectorize`: V8 joins neighbouring operations on 128 bits into ones on 256. */
import { nodeBuiltin, nodeProcess } from "./node-builtin.js";

/** The first Node whose V8 does it right for all our kernels. */
const firstNode = 24;

/**
 * Switches it on for every module that this process compiles from now on; code that is compiled stays as it is.
 * @returns "on", or why it is not
 */
export function revectorize(): string {
  const process = nodeProcess();
  const v8 = nodeBuiltin<{ setFlagsFromString(flags: string): void }>("v8");
  if (process === undefined || v8 === undefined) return "off: only Node can switch it on";
  if (process.arch !== "x64") return `off: there are no wider vectors on ${process.arch}`;
  if (Number.parseInt(process.versions.node ?? "", 10) < firstNode)
    return `off: needs Node ${firstNode}, this is ${process.versions.node}`;
  v8.setFlagsFromString("--experimental-wasm-revectorize");
  return "on";
}
