import { isVariable, type Variable } from "./nodes.js";
import type { DebugPrintOptions } from "./print-options.js";
import { TreePrinter } from "./tree-printer.js";

/** What prints its own graph: a compiled function. */
export interface Printable {
  debugPrint(options?: DebugPrintOptions): string;
}

/**
 * The graph as a tree, one line a node, operands below their user. A subgraph that is used again is printed once and
 * gets a letter; later it is named by that letter and a dot. Lengths are written as `x.shape[0]`.
 *
 * @example
 * ```ts
 * import { debugPrint, vector } from "@bitale/core";
 * const x = vector("x");
 * const y = x.mul(2);
 * console.log(debugPrint(y.add(y.sum())));
 * // add <float32 [?]>
 * // ├ mul [A] <float32 [?]>
 * // │ ├ x <float32 [?]>
 * // │ └ 2 <float32 []>
 * // └ sum{axes=[0]} <float32 []>
 * //   └ mul [A] ·
 * ```
 */
export function debugPrint(
  target: Variable | readonly Variable[] | Printable,
  options: DebugPrintOptions = {},
): string {
  if (!isVariable(target) && "debugPrint" in target) return target.debugPrint(options);
  const roots = isVariable(target) ? [target] : (target as readonly Variable[]);
  return new TreePrinter(
    roots.map((variable) => ({ variable, lead: "" })),
    options,
  ).print();
}
