/** How a compiled function reads: `f.debugPrint()` and `String(f)`. */
import type { Apply, Variable } from "../graph/nodes.js";
import type { DebugPrintOptions } from "../graph/print-options.js";
import { type Placing, type Root, TreePrinter } from "../graph/tree-printer.js";
import { defaultRewrites, type RewritePlan } from "../rewrite/mode.js";
import { describe, type FunctionDescription, type Move } from "./description.js";
import type { InputPlan, OutputPlan } from "./interface.js";
import type { Linked } from "./linked.js";

/**
 * The graph of a function after the rewrites.
 * @param names of the outputs, where they are a record
 */
export function printLinked(
  linked: Linked,
  options: DebugPrintOptions,
  names: readonly string[] | undefined,
): string {
  const description = describe(linked, names);
  const outputs = description.outputs.map(
    ({ variable, label, move }): Root => ({ variable, lead: `${label}: ${moveText(move)}` }),
  );
  const updates = description.updates.map(
    ({ variable, target, move }): Root => ({ variable, lead: `${target} ← ${moveText(move)}` }),
  );
  const tree = new TreePrinter([...outputs, ...updates], options, placing(description)).print();
  return options.placement === false ? tree : [...header(linked, description), tree].join("\n");
}

/** `train(index) → output, updates W, b` */
export function signatureText(linked: Linked, names: readonly string[] | undefined): string {
  const { graph } = linked;
  const inputs = graph.inputs.map(({ name, variable }) => name ?? variable.toString());
  const outputs = describe(linked, names).outputs.map(({ label }) => label);
  const updates = graph.updates.map(({ target }) => target.toString());
  const results = [
    ...(outputs.length === 0 ? [] : [outputs.join(", ")]),
    ...(updates.length === 0 ? [] : [`updates ${updates.join(", ")}`]),
  ];
  return `${graph.name ?? "function"}(${inputs.join(", ")}) → ${results.join("; ") || "nothing"}`;
}

/** Name, inputs, shared variables and regions, a line each. */
function header({ graph }: Linked, { regions }: FunctionDescription): string[] {
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
    ...rewritesNote(graph.rewrites),
    ...regions.map(
      ({ backend, nodes }, i) =>
        `  #${i + 1} ${backend}, ${nodes.length} node${nodes.length === 1 ? "" : "s"}`,
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

/** Which rewrites ran, where they are others than by default. */
function rewritesNote(plan: RewritePlan | undefined): string[] {
  if (plan === undefined) return [];
  const missing = defaultRewrites.filter((name) => !plan.names.includes(name));
  const more = plan.names.filter((name) => !defaultRewrites.includes(name));
  if (missing.length === 0 && more.length === 0) return [];
  if (missing.length > plan.names.length) return [`  rewrites: ${plan.names.join(", ") || "none"}`];
  const but = missing.length === 0 ? "all" : `all but ${missing.join(", ")}`;
  return [`  rewrites: ${more.length === 0 ? but : `${but}, and ${more.join(", ")}`}`];
}

function outputNotes({ borrow, internal }: OutputPlan, i: number): string[] {
  const notes = [...(borrow ? ["may alias storage"] : []), ...(internal ? ["the backend's own value"] : [])];
  return notes.length === 0 ? [] : [`  output ${i}: ${notes.join(", ")}`];
}

const moveText = (move: Move | undefined): string =>
  move === undefined ? "" : `${move.from} → ${move.to}: `;

function placing({ regions, transfers, ofLengths, onHost }: FunctionDescription): Placing {
  const places = new Map<Apply, string>();
  const residences = new Map<Apply, string>();
  for (const node of onHost) places.set(node, "on the host");
  for (const node of ofLengths) places.set(node, "of lengths");
  regions.forEach(({ nodes, residence }, i) => {
    for (const node of nodes) {
      places.set(node, `#${i + 1}`);
      residences.set(node, residence);
    }
  });
  const moves = new Map(
    transfers.map(({ variable, from, to }) => [`${variable.id} ${to}`, `${from} → ${to}`]),
  );
  return {
    place: (node) => places.get(node),
    transfer: (operand, user) => moves.get(`${operand.id} ${residences.get(user)}`),
  };
}
