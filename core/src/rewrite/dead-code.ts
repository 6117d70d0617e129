/**
 * What nobody needs. A graph holds no node that no result needs; here go nodes that only gradients looked at, and what a
 * loop carries along or stacks for nobody.
 */
import { pruneScan } from "../control/prune.js";
import { isScanOp } from "../control/scan-op.js";
import { inheritTrace } from "../graph/creation-trace.js";
import { Apply, type Variable } from "../graph/nodes.js";
import { toposort } from "../graph/walk.js";
import { operand } from "./match.js";
import type { LocalRule, LocalRules } from "./rule.js";

/** What tells a gradient where to stop or what to become is the value itself. */
const onlyForGradients: LocalRule<"stopGradient" | "mapGradient"> = (node) => operand(node);

export const deadCode: LocalRules = { stopGradient: [onlyForGradients], mapGradient: [onlyForGradients] };

/** Rebuilds `outputs` with loops that hold only what is needed of them. */
export function pruneLoops(outputs: readonly Variable[]): Variable[] {
  const nodes = toposort(outputs);
  if (!nodes.some((node) => isScanOp(node.op))) return [...outputs];
  const needed = new Set<Variable>(outputs);
  for (const node of nodes) for (const input of node.inputs) needed.add(input);
  const now = new Map<Variable, Variable>();
  const current = (variable: Variable): Variable => now.get(variable) ?? variable;
  for (const node of nodes) {
    const inputs = node.inputs.map(current);
    const moved = inputs.some((input, i) => input !== node.inputs[i]);
    inheritTrace(node.trace, () => {
      const rebuilt = moved ? new Apply(node.op, inputs) : node;
      const pruned = pruneScan(rebuilt, (position) => needed.has(node.outputs[position] as Variable));
      node.outputs.forEach((output, position) => {
        const fresh = pruned === undefined ? rebuilt.outputs[position] : pruned.get(position);
        if (fresh === undefined || fresh === output) return;
        fresh.name ??= output.name;
        now.set(output, fresh);
      });
    });
  }
  return outputs.map(current);
}
