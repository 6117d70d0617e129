/** Walks over graphs. All are loops with their own stack: 100,000 nodes must not overflow the call stack. */
import { type Apply, isConstant, type Variable } from "./nodes.js";

/**
 * Apply nodes that `outputs` need, operands before users. Ties are broken by the order in which operands are
 * written, so that two walks of one graph agree.
 * @param stop variables at which the walk turns back (they count as known)
 */
export function toposort(
  outputs: readonly Variable[],
  stop: { has(variable: Variable): boolean } = new Set<Variable>(),
): Apply[] {
  const order: Apply[] = [];
  const state = new Map<Apply, 1 | 2>();
  const stack: { node: Apply; next: number }[] = [];
  const push = (variable: Variable): void => {
    const owner = variable.owner;
    if (owner === undefined || stop.has(variable) || state.has(owner)) return;
    state.set(owner, 1);
    stack.push({ node: owner, next: 0 });
  };
  for (const output of outputs) {
    push(output);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const operand = top.node.inputs[top.next++];
      if (operand !== undefined) {
        push(operand);
        continue;
      }
      state.set(top.node, 2);
      order.push(top.node);
      stack.pop();
    }
  }
  return order;
}

/** Variables without an owner that `outputs` need: inputs, shared variables and constants, in first-met order. */
export function graphInputs(
  outputs: readonly Variable[],
  stop: ReadonlySet<Variable> = new Set(),
): Variable[] {
  const seen = new Set<Variable>();
  const visit = (variable: Variable): void => {
    if (variable.owner === undefined || stop.has(variable)) seen.add(variable);
  };
  for (const node of toposort(outputs, stop)) node.inputs.forEach(visit);
  outputs.forEach(visit);
  return [...seen];
}

/** Variables that are neither constants nor computed, in first-met order. */
export function freeVariables(
  outputs: readonly Variable[],
  stop: ReadonlySet<Variable> = new Set(),
): Variable[] {
  return graphInputs(outputs, stop).filter((variable) => !isConstant(variable));
}

/** All variables from which `outputs` are computed, including themselves. */
export function ancestors(
  outputs: readonly Variable[],
  stop: ReadonlySet<Variable> = new Set(),
): Set<Variable> {
  const seen = new Set<Variable>(outputs);
  for (const node of toposort(outputs, stop)) {
    for (const variable of node.inputs) seen.add(variable);
    for (const variable of node.outputs) seen.add(variable);
  }
  return seen;
}

/** For each variable, the Apply nodes of `nodes` that read it (each once). */
export function clients(nodes: readonly Apply[]): Map<Variable, Apply[]> {
  const users = new Map<Variable, Apply[]>();
  for (const node of nodes) {
    for (const variable of new Set(node.inputs)) {
      const list = users.get(variable);
      if (list === undefined) users.set(variable, [node]);
      else list.push(node);
    }
  }
  return users;
}
