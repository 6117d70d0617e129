import type { Variable } from "../graph/nodes.js";
import type { RewritePlan } from "../rewrite/mode.js";
import type { Container } from "../shared/container.js";
import type { SharedVariable } from "../shared/shared-variable.js";
import type { InputPlan, OutputPlan } from "./interface.js";

/** A storage that a call gives a new value: of a shared variable, or the state of an input. */
export interface Update {
  readonly container: Container;
  /** The shared variable, or the input whose state it is. */
  readonly target: Variable;
  readonly value: Variable;
}

/** What the user asked for, collected: the first step's result and what the later ones rebuild. */
export interface FunctionGraph {
  readonly name: string | undefined;
  /** Explicit inputs, in the order of the arguments. */
  readonly inputs: readonly InputPlan[];
  /** Shared variables that are read, in first-met order. */
  readonly shared: readonly SharedVariable[];
  readonly outputs: readonly Variable[];
  readonly outputPlans: readonly OutputPlan[];
  readonly updates: readonly Update[];
  /** Which rewrites it went through, and its inner graphs will. */
  readonly rewrites?: RewritePlan | undefined;
}

/** Everything that has to be computed: outputs, then new values. */
export const resultsOf = (graph: FunctionGraph): Variable[] => [
  ...graph.outputs,
  ...graph.updates.map((update) => update.value),
];

/** The graph with other expressions for its results. */
export function withResults(graph: FunctionGraph, results: readonly Variable[]): FunctionGraph {
  const count = graph.outputs.length;
  return {
    ...graph,
    outputs: results.slice(0, count),
    updates: graph.updates.map((update, i) => ({ ...update, value: results[count + i] as Variable })),
  };
}
