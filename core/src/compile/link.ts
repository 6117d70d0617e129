/**
 * Step 6: a plan of steps for the call. Every value has a slot for each place where it is needed; transfers stand
 * explicitly between regions. Regions are compiled for a signature of concrete shapes when it first occurs.
 */
import { isControlOp } from "../control/control-op.js";
import { isConstant, type Variable } from "../graph/nodes.js";
import type { Type } from "../graph/type.js";
import { linkControl, typeAt } from "./control.js";
import type { Executor } from "./executor.js";
import type { FunctionGraph } from "./graph.js";
import { type HostNumbers, lengthSources } from "./host-numbers.js";
import type { Exit, Linked, LinkedStage, LinkInner, Slot, Step } from "./linked.js";
import type { Stage } from "./partition.js";
import { dataOperands, type Placement } from "./place.js";

export function link(
  graph: FunctionGraph,
  numbers: HostNumbers,
  placement: Placement,
  stages: readonly Stage[],
  linkInner: LinkInner,
): Linked {
  const slots = new Map<string, Slot>();
  const native = new Map<Variable, Slot>();
  const maker = new Map<number, Executor>();
  const slot = (variable: Variable, residence: string, type: Type): Slot => {
    const key = `${variable.id}@${residence}`;
    const known = slots.get(key);
    if (known !== undefined) return known;
    const fresh = { index: slots.size, variable, type };
    slots.set(key, fresh);
    return fresh;
  };
  const enter = (variable: Variable): Slot => {
    const entered = slot(variable, variable.type.residence, variable.type);
    native.set(variable, entered);
    return entered;
  };
  const inputs = graph.inputs.map((input) => enter(input.variable));
  const shared = graph.shared.map((variable) => ({ variable, slot: enter(variable) }));

  const linkStage = (stage: Stage): LinkedStage => {
    const steps: Step[] = [];
    const signed = new Set<Slot>();
    const made = new Set<Variable>(
      stage.regions.flatMap((plan) => plan.nodes.flatMap((node) => node.outputs)),
    );
    const at = (variable: Variable, residence: string, type: Type): Slot => {
      const there = slots.get(`${variable.id}@${residence}`);
      if (there !== undefined) return there;
      if (numbers.called.has(variable)) {
        hostNumbers(variable);
        const host = slot(variable, "host", variable.type.plain());
        native.set(variable, host);
        steps.push({ kind: "number", to: host });
        if (residence === "host") return host;
      }
      const from = native.get(variable) as Slot;
      const to = slot(variable, residence, type);
      steps.push({ kind: "transfer", from, to });
      return to;
    };
    const hostNumbers = (variable: Variable): void => {
      if (isConstant(variable) || numbers.fixed.has(variable)) return;
      if (numbers.called.has(variable)) variable.owner?.inputs.forEach(hostNumbers);
      else at(variable, "host", variable.type.plain());
    };
    const lengths = new Set<Variable>();
    for (const plan of stage.regions) {
      for (const node of plan.nodes) {
        const host = node.op.hostOperands(node.inputs);
        for (const position of [...host.shape, ...host.value]) hostNumbers(node.inputs[position] as Variable);
        for (const position of host.shape) {
          const variable = node.inputs[position] as Variable;
          if (!isConstant(variable) && !numbers.fixed.has(variable)) lengths.add(variable);
        }
        for (const operand of lengthSources(node.inputs, dataOperands(node), numbers)) {
          const source = native.get(operand);
          if (source !== undefined && !made.has(operand)) signed.add(source);
        }
      }
      const { executor } = plan;
      const isControl = isControlOp(plan.nodes[0]?.op);
      const typeOf = (variable: Variable): Type =>
        isControl ? typeAt(executor, variable) : executor.typeFor(variable.type.plain());
      const placeOf = (type: Type): string => (isControl ? type.residence : executor.residence);
      const from = plan.inputs.map((variable) => {
        const type = typeOf(variable);
        return at(variable, placeOf(type), type);
      });
      const to = plan.outputs.map((variable) => {
        const type = typeOf(variable);
        const output = slot(variable, placeOf(type), type);
        native.set(variable, output);
        maker.set(output.index, executor);
        return output;
      });
      const control = isControl ? linkControl(plan, linkInner) : undefined;
      steps.push({ kind: "region", plan, inputs: from, outputs: to, control });
    }
    return { stage, signed, lengths: [...lengths], steps, signatures: new Map() };
  };
  const linked = (stages.length === 0 ? [{ regions: [] }] : stages).map(linkStage);
  const exit = (variable: Variable): Exit => {
    const from = native.get(variable);
    if (from !== undefined && !numbers.called.has(variable)) return { from: "slot", slot: from };
    return { from: "number", variable };
  };
  const outputs = graph.outputs.map(exit);
  const updates = graph.updates.map((update) => ({ update, exit: exit(update.value) }));
  const numbered = [...outputs, ...updates.map((update) => update.exit)].flatMap((e) =>
    e.from === "number" ? [e.variable] : [],
  );
  const sources = lengthSources(numbered, [], numbers);
  const madeLate = (variable: Variable): boolean =>
    (linked.at(-1) as LinkedStage).stage.regions.some(
      (plan) => plan.executor.late && plan.outputs.includes(variable),
    );
  if (sources.some(madeLate)) linked.push(linkStage({ regions: [] }));
  const last = linked.at(-1) as LinkedStage;
  // What the last stage itself computes has no value yet when its signature is read: its shape is inferred.
  const inferred = new Set(last.stage.regions.flatMap((plan) => plan.nodes.flatMap((node) => node.outputs)));
  for (const source of sources) {
    const known = native.get(source);
    if (known !== undefined && !inferred.has(source)) last.signed.add(known);
  }
  return {
    graph,
    numbers,
    placement,
    inputs,
    shared,
    stages: linked,
    outputs,
    updates,
    slotCount: slots.size,
    hostSlots: new Map(
      [...slots.values()].filter((s) => s.type.residence === "host").map((s) => [s.variable, s]),
    ),
    maker,
  };
}
