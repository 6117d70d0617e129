import { inheritTrace } from "./creation-trace.js";
import { Apply, type Variable } from "./nodes.js";
import { toposort } from "./walk.js";

/**
 * Rebuilds `outputs` with variables exchanged. Nodes that nothing changed are kept as they are; types of rebuilt
 * nodes are inferred anew. Replacements are not looked into: what they are made of stays.
 * @param replacements old variable -> new variable
 * @param rebuild makes the new node; by default the same op on the new operands
 * @returns the new variables, one for each output
 */
export function replace(
  outputs: readonly Variable[],
  replacements: ReadonlyMap<Variable, Variable>,
  rebuild: (node: Apply, inputs: readonly Variable[]) => readonly Variable[] = (node, inputs) =>
    new Apply(node.op, inputs).outputs,
): Variable[] {
  const now = new Map<Variable, Variable>();
  const current = (variable: Variable): Variable =>
    replacements.get(variable) ?? now.get(variable) ?? variable;
  for (const node of toposort(outputs, replacements)) {
    if (node.outputs.every((output) => replacements.has(output))) continue;
    const inputs = node.inputs.map(current);
    if (inputs.every((input, i) => input === node.inputs[i])) continue;
    const rebuilt = inheritTrace(node.trace, () => rebuild(node, inputs));
    node.outputs.forEach((output, i) => {
      const fresh = rebuilt[i] as Variable;
      if (fresh.owner !== undefined && fresh.name === undefined) fresh.name = output.name;
      if (!replacements.has(output)) now.set(output, fresh);
    });
  }
  return outputs.map(current);
}
