/** Graphs inside of ops: what a loop does at each step, what a branch computes. */
import { isConstant, Variable as NewVariable, type Variable } from "../graph/nodes.js";
import { replace } from "../graph/replace.js";
import { toposort } from "../graph/walk.js";

/** A graph of its own: its inputs are placeholders that occur nowhere else, and nothing else is free in it. */
export interface InnerGraph {
  readonly inputs: readonly Variable[];
  readonly outputs: readonly Variable[];
}

/** An inner graph with the outer variables that it reads; their placeholders are the last of its inputs. */
export interface Captured {
  readonly graph: InnerGraph;
  readonly outer: readonly Variable[];
}

/**
 * Cuts the graph of `outputs` where it leaves what is inside. Constants stay inside.
 * @param own inputs that the graph has already
 * @param isInside whether a computed variable belongs to the inner graph
 */
export function capture(
  outputs: readonly Variable[],
  own: readonly Variable[],
  isInside: (variable: Variable) => boolean,
): Captured {
  const seen = new Set<Variable>(own);
  const outer: Variable[] = [];
  const pending = [...outputs].reverse();
  for (let variable = pending.pop(); variable !== undefined; variable = pending.pop()) {
    if (seen.has(variable) || isConstant(variable)) continue;
    seen.add(variable);
    if (variable.owner !== undefined && isInside(variable))
      pending.push(...[...variable.owner.inputs].reverse());
    else outer.push(variable);
  }
  const placeholders = outer.map(placeholderOf);
  const cut = new Map(outer.map((variable, i) => [variable, placeholders[i] as Variable]));
  return { graph: { inputs: [...own, ...placeholders], outputs: replace(outputs, cut) }, outer };
}

/** A free variable of the same values. */
export const placeholderOf = (variable: Variable): Variable =>
  new NewVariable(variable.type.plain(), variable.name);

/** Variables between `inputs` and `outputs`: what depends on at least one of the inputs. */
export function dependents(outputs: readonly Variable[], inputs: readonly Variable[]): Set<Variable> {
  const found = new Set<Variable>(inputs);
  for (const node of toposort(outputs, new Set(inputs))) {
    if (node.inputs.some((input) => found.has(input))) for (const output of node.outputs) found.add(output);
  }
  return found;
}

/** The outputs of an inner graph with other variables in place of its inputs. */
export const instantiate = (graph: InnerGraph, inputs: readonly Variable[]): Variable[] =>
  replace(graph.outputs, new Map(graph.inputs.map((input, i) => [input, inputs[i] as Variable])));
