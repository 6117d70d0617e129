/** What a compiled function consists of, as data: the facts that its print and its picture show. */
import type { Apply, Variable } from "../graph/nodes.js";
import type { SharedVariable } from "../shared/shared-variable.js";
import type { Exit, Linked } from "./linked.js";

/** A way between two residences: "host", or the id of a backend with a device. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

/** An output of a function, or the new value of a variable. */
export interface ResultDescription {
  /** In the rewritten graph. */
  readonly variable: Variable;
  /** Where its value has to go from where it was computed. */
  readonly move: Move | undefined;
}

export interface OutputDescription extends ResultDescription {
  /** Its name where the outputs are a record; else "output", or "output 0" and so on. */
  readonly label: string;
}

export interface UpdateDescription extends ResultDescription {
  /** The shared variable, or the input whose state it is. */
  readonly target: Variable;
}

/** A part of the graph that one backend runs at one go. */
export interface RegionDescription {
  readonly backend: string;
  /** Where its values lie. */
  readonly residence: string;
  /** Operands before users. */
  readonly nodes: readonly Apply[];
  /** The step of a loop, or the two branches of a choice, for a region that is one such node. */
  readonly inner: readonly FunctionDescription[];
}

/** A value that is taken to where a region reads it. */
export interface TransferDescription extends Move {
  readonly variable: Variable;
}

/** A compiled function: its graph after the rewrites, and where its parts run. Nothing in it may be changed. */
export interface FunctionDescription {
  readonly name: string | undefined;
  /** Explicit inputs, in the order of the arguments. */
  readonly inputs: readonly Variable[];
  /** Shared variables that it reads, in first-met order. */
  readonly shared: readonly SharedVariable[];
  readonly outputs: readonly OutputDescription[];
  readonly updates: readonly UpdateDescription[];
  /** In the order in which they run. */
  readonly regions: readonly RegionDescription[];
  readonly transfers: readonly TransferDescription[];
  /** Nodes in no region: numbers that follow from lengths alone, worked out once for each signature of shapes. */
  readonly ofLengths: readonly Apply[];
  /** Nodes in no region: numbers that are computed on the host at each call, such as starts of slices. */
  readonly onHost: readonly Apply[];
}

/** @param names of the outputs, where they are a record */
export function describe(linked: Linked, names?: readonly string[]): FunctionDescription {
  const { graph, numbers } = linked;
  const steps = linked.stages.flatMap((stage) => stage.steps);
  return {
    name: graph.name,
    inputs: graph.inputs.map(({ variable }) => variable),
    shared: graph.shared,
    outputs: graph.outputs.map((variable, i) => ({
      variable,
      label: outputLabel(names, i, graph.outputs.length),
      move: moveOf(linked.outputs[i] as Exit, graph.outputPlans[i]?.internal === true ? undefined : "host"),
    })),
    updates: linked.updates.map(({ update, exit }) => ({
      variable: update.value,
      target: update.target,
      move: moveOf(exit, update.container.type.residence),
    })),
    regions: steps.flatMap((step) =>
      step.kind === "region"
        ? [
            {
              backend: step.plan.executor.id,
              residence: step.plan.executor.residence,
              nodes: step.plan.nodes,
              inner: step.control?.bodies.map(describeBody) ?? [],
            },
          ]
        : [],
    ),
    transfers: steps.flatMap((step) =>
      step.kind === "transfer"
        ? [{ variable: step.to.variable, from: step.from.type.residence, to: step.to.type.residence }]
        : [],
    ),
    ofLengths: ownersOf(numbers.fixed),
    onHost: ownersOf(numbers.called),
  };
}

/** An inner function hands its results over as new values, which nobody sees: for a reader they are outputs. */
function describeBody(body: Linked): FunctionDescription {
  const { updates, ...description } = describe(body);
  const outputs = updates.map(
    ({ variable, move }, i): OutputDescription => ({
      variable,
      label: outputLabel(undefined, i, updates.length),
      move,
    }),
  );
  return { ...description, outputs, updates: [] };
}

const outputLabel = (names: readonly string[] | undefined, i: number, count: number): string =>
  names?.[i] ?? (count === 1 ? "output" : `output ${i}`);

/** @param residence where the result is wanted; undefined: it stays where it is */
function moveOf(exit: Exit, residence: string | undefined): Move | undefined {
  if (exit.from === "number" || residence === undefined) return undefined;
  const { residence: from } = exit.slot.type;
  return from === residence ? undefined : { from, to: residence };
}

const ownersOf = (variables: ReadonlySet<Variable>): Apply[] => [
  ...new Set([...variables].flatMap(({ owner }) => owner ?? [])),
];
