import type { Variable } from "../graph/nodes.js";
import { type DebugPrintOptions, debugPrint } from "../graph/print.js";
import type { Linked } from "./linked.js";

/** The graph of a function after the rewrites, with the executor of each node and the transfers of its result. */
export function printLinked(linked: Linked, options: DebugPrintOptions): string {
  const { graph, placement } = linked;
  const transfers = new Map<Variable, string[]>();
  for (const step of linked.stages.flatMap((stage) => stage.steps)) {
    if (step.kind !== "transfer") continue;
    const list = transfers.get(step.to.variable) ?? [];
    list.push(`to ${step.to.type.residence}`);
    transfers.set(step.to.variable, list);
  }
  const note = (variable: Variable): string | undefined => {
    const executor = variable.owner && placement.get(variable.owner);
    const notes = [...(executor === undefined ? [] : [executor.id]), ...(transfers.get(variable) ?? [])];
    return notes.length === 0 ? options.note?.(variable) : notes.join(", ");
  };
  const print = (variable: Variable): string => debugPrint(variable, { ...options, note });
  const outputs = graph.outputs.length === 0 ? [] : [debugPrint(graph.outputs, { ...options, note })];
  const updates = graph.updates.map(({ target, value }) => `update of ${target}:\n${print(value)}`);
  return [...outputs, ...updates].join("\n");
}
