/** `copy` of a compiled function: the same rewritten graph on other shared variables, or without its updates. */
import { BitaleTypeError } from "../errors.js";
import type { Variable } from "../graph/nodes.js";
import { replace } from "../graph/replace.js";
import { Container } from "../shared/container.js";
import { isSharedVariable, type SharedVariable } from "../shared/shared-variable.js";
import { type FunctionGraph, resultsOf, type Update, withResults } from "./graph.js";

export interface CopyOptions {
  /** Pairs [old, new] of shared variables: reads and updates go to the new one. */
  readonly swap?: Iterable<readonly [SharedVariable, SharedVariable]> | undefined;
  /** Computes outputs only; inputs that only updates used are ignored. */
  readonly deleteUpdates?: boolean | undefined;
  /**
   * Intermediate results of both may use the same storage; changes no result. Backends take it for each call and get
   * it back, so both use the same with or without.
   */
  readonly shareMemory?: boolean | undefined;
  /** Name of the copy; by default the name of the original and " copy". */
  readonly name?: string | undefined;
}

const copyOptions: ReadonlySet<string> = new Set<keyof CopyOptions>([
  "swap",
  "deleteUpdates",
  "shareMemory",
  "name",
]);

/** @throws BitaleTypeError BAD_OPTION for a swap of what the function does not use, or of another type */
export function copyGraph(graph: FunctionGraph, options: CopyOptions): FunctionGraph {
  const stray = Object.keys(options).find((option) => !copyOptions.has(option));
  if (stray !== undefined) {
    throw new BitaleTypeError("BAD_OPTION", {
      subject: "copy()",
      problem: `${stray} is no option`,
      expected: [...copyOptions].join(", "),
    });
  }
  const swaps = checkedSwaps(graph, options.swap ?? []);
  const states = new Map<Container, Container>();
  const inputs = graph.inputs.map((input) => {
    const { container } = input;
    if (container === undefined || input.implicit) return input;
    const own = new Container(container.type, container);
    own.set(container.type.toHost(container.internal as never, { borrow: true }));
    states.set(container, own);
    return { ...input, container: own };
  });
  const moved = withResults(graph, replace(resultsOf(graph), swaps as Map<Variable, Variable>));
  const target = (update: Update): Update => {
    const swapped = isSharedVariable(update.target) ? swaps.get(update.target) : undefined;
    if (swapped !== undefined)
      return { ...update, target: swapped, container: swapped.container as Container };
    return { ...update, container: states.get(update.container) ?? update.container };
  };
  return {
    ...moved,
    name: options.name ?? (graph.name === undefined ? undefined : `${graph.name} copy`),
    inputs,
    shared: graph.shared.map((variable) => swaps.get(variable) ?? variable),
    updates: options.deleteUpdates === true ? [] : moved.updates.map(target),
  };
}

function checkedSwaps(
  graph: FunctionGraph,
  pairs: Iterable<readonly [SharedVariable, SharedVariable]>,
): Map<SharedVariable, SharedVariable> {
  const swaps = new Map<SharedVariable, SharedVariable>();
  const known = new Set<Variable>([...graph.shared, ...graph.updates.map((update) => update.target)]);
  for (const [old, fresh] of pairs) {
    const refuse = (problem: string, cure?: string): never => {
      throw new BitaleTypeError("BAD_OPTION", { subject: `swap of ${old}`, problem, cure });
    };
    if (!isSharedVariable(old) || !isSharedVariable(fresh)) refuse("both must be shared variables");
    if (!known.has(old)) refuse("the function does not use it");
    if (!old.type.plain().equals(fresh.type.plain())) {
      refuse(
        `the new one has type ${fresh.type}, the old one ${old.type}`,
        "make the new one with the same dtype, rank and static shape",
      );
    }
    swaps.set(old, fresh);
  }
  return swaps;
}
