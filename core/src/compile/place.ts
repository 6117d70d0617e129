/** Step 4: which executor runs each node: the one that holds its operands, where it can; else one on the host. */

import { isControlOp } from "../control/control-op.js";
import { BitaleError } from "../errors.js";
import type { Apply, Variable } from "../graph/nodes.js";
import { isSharedVariable } from "../shared/shared-variable.js";
import { isPrimitive } from "../tensor/primitive-op.js";
import { controlExecutor, type Executor, lateExecutor } from "./executor.js";
import type { HostNumbers } from "./host-numbers.js";

/** The executor of every node that runs in a region (host numbers run in none). */
export type Placement = ReadonlyMap<Apply, Executor>;

/**
 * @param executors in the order in which they are preferred; the last one runs every primitive on the host
 */
export function place(
  nodes: readonly Apply[],
  numbers: HostNumbers,
  executors: readonly Executor[],
): Placement {
  const byResidence = (residence: string): Executor | undefined =>
    executors.find((executor) => executor.residence === residence && residence !== "host");
  const home = new Map<Variable, Executor>();
  const free = new Set<Variable>();
  let preferred: Executor | undefined;
  for (const variable of rootsOf(nodes)) {
    const device = byResidence(variable.type.residence);
    if (device === undefined) continue;
    home.set(variable, device);
    preferred ??= device;
  }
  const placement = new Map<Apply, Executor>();
  for (const node of nodes) {
    if (node.outputs.every((output) => numbers.fixed.has(output) || numbers.called.has(output))) continue;
    const data = dataOperands(node);
    const held = data.map((operand) => home.get(operand)).filter((e) => e !== undefined);
    const unbound = data.every(
      (operand) =>
        free.has(operand) ||
        (operand.owner === undefined && !isSharedVariable(operand) && !home.has(operand)),
    );
    const devices = held.length > 0 ? held : unbound && preferred !== undefined ? [preferred] : [];
    const hosts = executors.filter((e) => e.residence === "host");
    const chosen = isControlOp(node.op)
      ? controlExecutor((devices[0] ?? hosts[0]) as Executor)
      : [lateExecutor, ...devices, ...hosts].find((e) => e.supports(node));
    if (chosen === undefined) throw noKernel(node, executors);
    placement.set(node, chosen);
    for (const output of node.outputs) {
      if (chosen.residence !== "host") home.set(output, chosen);
      else if (unbound) free.add(output);
    }
  }
  return placement;
}

/** Operands whose data the node reads: not lengths and starts. */
export function dataOperands(node: Apply): readonly Variable[] {
  const { shape, value } = node.op.hostOperands(node.inputs);
  return node.inputs.filter((_, i) => !shape.includes(i) && !value.includes(i));
}

/** Shared variables, and inputs of inner graphs: what has a Type with a storage. */
function rootsOf(nodes: readonly Apply[]): Set<Variable> {
  const roots = new Set<Variable>();
  for (const node of nodes)
    for (const input of node.inputs) {
      if (input.owner === undefined && (isSharedVariable(input) || input.type.residence !== "host"))
        roots.add(input);
    }
  return roots;
}

function noKernel(node: Apply, executors: readonly Executor[]): BitaleError {
  const own = isPrimitive(node.op) ? undefined : node.op.backend;
  return new BitaleError("NO_KERNEL", {
    subject: node.op.name,
    problem:
      own === undefined ? "no backend runs this op" : `only the backend ${own} runs it, and it is not there`,
    got: node.inputs.map((input) => input.type.toString()).join(", "),
    expected: `an op of ${executors.map((e) => e.id).join(", ")}`,
    cure: own === undefined ? "compose it of other ops" : `install or enable the plugin ${own}`,
  });
}
