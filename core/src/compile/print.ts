/** How a compiled function reads: `f.debugPrint()` and `String(f)`. */
import type { Apply, Variable } from "../graph/nodes.js";
import type { DebugPrintOptions } from "../graph/print-options.js";
import { type Placing, type Root, TreePrinter } from "../graph/tree-printer.js";
import type { InputPlan, OutputPlan } from "./interface.js";
import type { Exit, Linked } from "./linked.js";
import type { RegionPlan } from "./partition.js";

/**
 * The graph of a function after the rewrites.
 * @param names of the outputs, where they are a record
 */
export function printLinked(
  linked: Linked,
  options: DebugPrintOptions,
  names: readonly string[] | undefined,
): string {
  const { graph } = linked;
  const outputs = graph.outputs.map((variable, i): Root => {
    const moved = moveOf(linked.outputs[i] as Exit, "host", graph.outputPlans[i]?.internal);
    return { variable, lead: `${outputLabel(names, i, graph.outputs.length)}: ${moved}` };
  });
  const updates = linked.updates.map(({ update, exit }): Root => {
    const moved = moveOf(exit, update.container.type.residence, false);
    return { variable: update.value, lead: `${update.target} ← ${moved}` };
  });
  const tree = new TreePrinter([...outputs, ...updates], options, placing(linked)).print();
  return options.placement === false ? tree : [...header(linked), tree].join("\n");
}

/** `train(index) → output, updates W, b` */
export function signatureText({ graph }: Linked, names: readonly string[] | undefined): string {
  const inputs = graph.inputs.map(({ name, variable }) => name ?? variable.toString());
  const outputs = graph.outputs.map((_, i) => outputLabel(names, i, graph.outputs.length));
  const updates = graph.updates.map(({ target }) => target.toString());
  const results = [
    ...(outputs.length === 0 ? [] : [outputs.join(", ")]),
    ...(updates.length === 0 ? [] : [`updates ${updates.join(", ")}`]),
  ];
  return `${graph.name ?? "function"}(${inputs.join(", ")}) → ${results.join("; ") || "nothing"}`;
}

/** The regions of a function in the order in which they run, numbered from 1. */
export const regionsOf = (linked: Linked): readonly RegionPlan[] =>
  linked.stages.flatMap((stage) =>
    stage.steps.flatMap((step) => (step.kind === "region" ? [step.plan] : [])),
  );

const outputLabel = (names: readonly string[] | undefined, i: number, count: number): string =>
  names?.[i] ?? (count === 1 ? "output" : `output ${i}`);

/** Name, inputs, shared variables and regions, a line each. */
function header(linked: Linked): string[] {
  const { graph } = linked;
  const updated = new Set(graph.updates.map(({ target }) => target));
  const backendOf = ({ type }: Variable): string => (type.backend === undefined ? "" : ` ${type.backend}`);
  return [
    graph.name ?? "function",
    ...graph.inputs.map(
      (input) => `  input ${input.variable} <${input.variable.type.label}>${notesOf(input, updated)}`,
    ),
    ...graph.shared.map(
      (variable) =>
        `  shared ${variable} <${variable.type.label}>${backendOf(variable)}${updated.has(variable) ? ", updated" : ""}`,
    ),
    ...graph.outputPlans.flatMap((plan, i) => outputNotes(plan, i)),
    ...regionsOf(linked).map(
      ({ executor, nodes }, i) =>
        `  #${i + 1} ${executor.id}, ${nodes.length} node${nodes.length === 1 ? "" : "s"}`,
    ),
  ];
}

/** What a call may do with an argument, and where a value comes from that is not given. */
function notesOf(input: InputPlan, updated: ReadonlySet<Variable>): string {
  const notes = [
    ...(input.container === undefined
      ? []
      : [updated.has(input.variable) ? "state, updated" : "has a value"]),
    ...(input.implicit ? ["implicit"] : []),
    ...(input.borrow ? ["results may alias it"] : []),
    ...(input.strict ? ["strict"] : []),
  ];
  return notes.map((note) => `, ${note}`).join("");
}

function outputNotes({ borrow, internal }: OutputPlan, i: number): string[] {
  const notes = [...(borrow ? ["may alias storage"] : []), ...(internal ? ["the backend's own value"] : [])];
  return notes.length === 0 ? [] : [`  output ${i}: ${notes.join(", ")}`];
}

/** Where a result has to go from where it was computed. */
function moveOf(exit: Exit, residence: string, stays: boolean | undefined): string {
  if (exit.from === "number" || stays === true || exit.slot.type.residence === residence) return "";
  return `${exit.slot.type.residence} → ${residence}: `;
}

function placing(linked: Linked): Placing {
  const { numbers, placement } = linked;
  const regionOf = new Map<Apply, number>();
  regionsOf(linked).forEach(({ nodes }, i) => {
    for (const node of nodes) regionOf.set(node, i + 1);
  });
  const transfers = new Map<string, string>();
  for (const step of linked.stages.flatMap((stage) => stage.steps)) {
    if (step.kind !== "transfer") continue;
    const [from, to] = [step.from.type.residence, step.to.type.residence];
    transfers.set(`${step.to.variable.id} ${to}`, `${from} → ${to}`);
  }
  return {
    place: (node) => {
      const region = regionOf.get(node);
      if (region !== undefined) return `#${region}`;
      const result = node.outputs[0] as Variable;
      if (numbers.fixed.has(result)) return "of lengths";
      return numbers.called.has(result) ? "on the host" : undefined;
    },
    transfer: (operand, user) => {
      const residence = placement.get(user)?.residence;
      return residence === undefined ? undefined : transfers.get(`${operand.id} ${residence}`);
    },
  };
}
