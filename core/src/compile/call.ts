/**
 * Step 7: one call. Reads arguments and storage, runs the steps, prepares every result, and only then commits: until
 * the commit nothing that anybody can see has changed, and the commit cannot fail.
 */
import { type Apply, isConstant, type Variable } from "../graph/nodes.js";
import type { Type } from "../graph/type.js";
import type { Executable, HostMemory } from "../plugin/contract.js";
import type { Container } from "../shared/container.js";
import { giveBack, unsaid } from "../shared/give-back.js";
import { type NewValue, replaceAll } from "../shared/replace-all.js";
import { evaluatePrimitive } from "../tensor/evaluate.js";
import { isNDArray, type NDArray, scalarNDArray } from "../tensor/ndarray.js";
import type { PrimitiveOp } from "../tensor/primitive-op.js";
import type { TensorType } from "../tensor/tensor-type.js";
import { CallNumbers } from "./call-numbers.js";
import { typeAt } from "./control.js";
import type { OutputPlan } from "./interface.js";
import type {
  CompiledRegion,
  Exit,
  Linked,
  LinkedControl,
  LinkedStage,
  Outcome,
  Signature,
  Slot,
  Step,
} from "./linked.js";
import { atNode, locating } from "./locate.js";
import { Facts, inferNode, inferShapes, inOrder, lowerRegion, type Shapes } from "./specialize.js";

/** Internal values of one call by slot. */
type Values = unknown[];

/** Reads the storage of every shared variable, and of inputs without an argument. */
function enter(linked: Linked, args: readonly unknown[], detached: boolean): Values {
  const values: Values = new Array(linked.slotCount);
  const read = (container: Container | undefined): unknown =>
    detached && container?.type.lock !== undefined
      ? container.type.copyInternal(container.internal)
      : container?.internal;
  linked.inputs.forEach((slot, i) => {
    values[slot.index] = args[i] ?? read(linked.graph.inputs[i]?.container);
  });
  for (const { variable, slot } of linked.shared) values[slot.index] = read(variable.container);
  return values;
}

/**
 * Runs a call up to the commit. A generator: where a value can only be read asynchronously it yields the promise and
 * is given what it resolved to; a synchronous caller checks `needsAsync` before it starts.
 * @param detached true: storage that other threads see is copied before anything is waited for
 */
export function* run(
  linked: Linked,
  args: readonly unknown[],
  memory: HostMemory,
  detached = false,
): Generator<Promise<unknown>, Outcome, unknown> {
  const values = enter(linked, args, detached);
  const owned = new Map<unknown, Slot>();
  const discard = (warn: (message: string) => void): void => {
    for (const [value, slot] of owned)
      giveBack(() => linked.maker.get(slot.index)?.release(slot.type, value), warn);
    owned.clear();
  };
  const prepared: NewValue[] = [];
  const used: Executable[] = [];
  try {
    const numbers = new CallNumbers(linked.numbers, (variable) => {
      const slot = linked.hostSlots.get(variable);
      return slot === undefined ? undefined : values[slot.index];
    });
    let before: Signature | undefined;
    let key = "";
    for (const stage of linked.stages) {
      ({ key, signature: before } = signatureOf(linked, stage, values, numbers, key, before));
      for (const step of stage.steps) {
        const begun = step.clock?.begin();
        yield* runStep(step, before, values, numbers, owned, used, memory);
        if (begun !== undefined) step.clock?.end(begun, values);
      }
    }
    const facts = (before as Signature).facts;
    const take = exitTaker(linked, values, numbers, facts, owned, memory);
    for (const { update, exit } of linked.updates) {
      const { container } = update;
      prepared.push({ container, internal: yield* take.internal(exit, container.type) });
    }
    const outputs: unknown[] = [];
    for (let i = 0; i < linked.outputs.length; i++) {
      outputs.push(yield* take.output(linked.outputs[i] as Exit, linked.graph.outputPlans[i] as OutputPlan));
    }
    return { outputs, updates: prepared, used, discard };
  } catch (error) {
    dropNewValues(prepared);
    discard(unsaid);
    throw error;
  }
}

function dropNewValues(values: readonly NewValue[]): void {
  for (const { container, internal } of values) giveBack(() => container.type.release(internal), unsaid);
}

/**
 * Puts all new values in at once; that cannot fail. Old storage is given back afterwards: what a plugin throws there is
 * a warning, the call has succeeded.
 */
export function commit(outcome: Outcome, warn: (message: string) => void): void {
  replaceAll(outcome.updates, warn);
  outcome.discard(warn);
}

/** Drops what a call has computed, as if it had not happened. */
export function abandon(outcome: Outcome): void {
  dropNewValues(outcome.updates);
  outcome.discard(unsaid);
}

/** The compiled regions for the shapes at hand; compiles them at the first time. */
function signatureOf(
  linked: Linked,
  stage: LinkedStage,
  values: Values,
  numbers: CallNumbers,
  prefix: string,
  before: Signature | undefined,
): { key: string; signature: Signature } {
  let key = prefix;
  const shapes = new Map(before?.facts.shapes);
  for (const slot of stage.signed) {
    const shape = slot.type.shapeOf(values[slot.index]);
    shapes.set(slot.variable, shape);
    key += `${shape.join()};`;
  }
  const called = new Map<Variable, number>();
  if (stage.lengths.length > 0) {
    const facts = new Facts(shapes, linked.numbers, called, linked.graph.name);
    walkLengths(stage, facts, called, numbers);
    key += [...called.values()].join();
  }
  const known = stage.signatures.get(key);
  if (known !== undefined) return { key, signature: known };
  const signature = specialize(linked, stage, shapes, called);
  stage.signatures.set(key, signature);
  return { key, signature };
}

/** Compiles the regions of a stage for concrete lengths. */
function specialize(
  linked: Linked,
  stage: LinkedStage,
  shapes: Shapes,
  called: ReadonlyMap<Variable, number>,
): Signature {
  const { profiler } = linked;
  const timed = <R>(phase: string, body: () => R): R =>
    profiler === undefined ? body() : profiler.phaseOfCall(phase, body);
  const facts = new Facts(shapes, linked.numbers, called, linked.graph.name);
  timed("infer shapes", () => inferShapes(stage.stage, facts));
  const regions = new Map(
    stage.stage.regions
      .filter((plan) => !plan.executor.late)
      .map((plan): [typeof plan, CompiledRegion] => {
        const lowered = timed("lower", () => lowerRegion(plan, facts));
        const region = profiler?.instrumented(plan, lowered.region) ?? lowered.region;
        const executable = timed("backend compile", () => plan.executor.compileRegion(region));
        return [plan, { ...lowered, executable: locating(executable, facts) }];
      }),
  );
  return { facts, regions };
}

/** Computes the lengths that this call's numbers decide, in the order in which shapes become known. */
function walkLengths(
  stage: LinkedStage,
  facts: Facts,
  called: Map<Variable, number>,
  numbers: CallNumbers,
): void {
  for (const node of inOrder(stage.stage)) {
    for (const position of node.op.hostOperands(node.inputs).shape) {
      const variable = node.inputs[position] as Variable;
      if (!facts.isFolded(variable)) called.set(variable, Number(numbers.get(variable, facts)));
    }
    inferNode(node, facts);
  }
}

function* runStep(
  step: Step,
  signature: Signature,
  values: Values,
  numbers: CallNumbers,
  owned: Map<unknown, Slot>,
  used: Executable[],
  memory: HostMemory,
): Generator<Promise<unknown>, void, unknown> {
  if (step.kind === "number") {
    const type = step.to.type as TensorType;
    values[step.to.index] = scalarNDArray(numbers.get(step.to.variable, signature.facts), type.dtype);
    return;
  }
  if (step.kind === "transfer") {
    const { from, to } = step;
    const host = yield* toHost(from.type, values[from.index], true);
    values[to.index] = to.type.residence === "host" ? host : to.type.fromHost(host, { borrow: true });
    if (to.type.residence !== "host") owned.set(values[to.index], to);
    return;
  }
  if (step.control !== undefined) {
    yield* runControl(step, step.control, signature, values, numbers, owned, used, memory);
    return;
  }
  if (step.plan.executor.late) {
    const node = step.plan.nodes[0] as Apply;
    const operands = step.inputs.map((slot) => values[slot.index] as NDArray);
    for (const output of step.outputs)
      values[output.index] = atNode(node, signature.facts, () =>
        evaluatePrimitive(node.op as PrimitiveOp, operands),
      );
    return;
  }
  const compiled = signature.regions.get(step.plan) as CompiledRegion;
  const inputs = step.inputs.map((slot) => values[slot.index]);
  const scalars = compiled.scalars.map((variable) => Number(numbers.get(variable, signature.facts)));
  const made = compiled.executable.run(inputs, scalars);
  used.push(compiled.executable);
  compiled.results.forEach((result, i) => {
    const slot = step.outputs[i] as Slot;
    if (result.from === "run") {
      values[slot.index] = made[result.position];
      owned.set(made[result.position], slot);
    } else if (result.from === "input") values[slot.index] = inputs[result.position];
    else
      values[slot.index] =
        slot.type.residence === "host" ? result.value : slot.type.fromHost(result.value, { borrow: false });
  });
}

/** Runs a loop or a branch. */
function* runControl(
  step: Extract<Step, { kind: "region" }>,
  control: LinkedControl,
  { facts }: Signature,
  values: Values,
  numbers: CallNumbers,
  owned: Map<unknown, Slot>,
  used: Executable[],
  memory: HostMemory,
): Generator<Promise<unknown>, void, unknown> {
  const { executor, nodes, inputs } = step.plan;
  const [decision, ...data] = (nodes[0] as Apply).inputs as [Variable, ...Variable[]];
  const made: { readonly type: Type; readonly value: unknown }[] = [];
  try {
    const operands = data.map((operand) => {
      const place = inputs.indexOf(operand);
      if (place !== -1) return values[(step.inputs[place] as Slot).index];
      const constant = facts.folded(operand);
      const type = typeAt(executor, operand);
      if (type.residence === "host") return constant;
      const value = type.fromHost(constant, { borrow: false });
      made.push({ type, value });
      return value;
    });
    const number = Number(numbers.get(decision, facts));
    const results = yield* control.run({ run, memory, decision: number, operands, used });
    results.forEach((value, i) => {
      const slot = step.outputs[i] as Slot;
      const index = made.findIndex((constant) => constant.value === value);
      if (index !== -1) made.splice(index, 1);
      values[slot.index] = value;
      if (index !== -1 || !operands.includes(value)) owned.set(value, slot);
    });
  } finally {
    for (const { type, value } of made) executor.release(type, value);
  }
}

function* toHost(
  type: Type,
  internal: unknown,
  borrow: boolean,
): Generator<Promise<unknown>, unknown, unknown> {
  if (type.syncRead) return type.toHost(internal, { borrow });
  return yield type.toHostAsync(internal, { borrow });
}

/** Hands results out: what the call owns goes to the first who asks, everybody else gets a copy. */
function exitTaker(
  linked: Linked,
  values: Values,
  numbers: CallNumbers,
  facts: Facts,
  owned: Map<unknown, Slot>,
  memory: HostMemory,
) {
  const lent = (slot: Slot): unknown => {
    const shared = linked.shared.find((entry) => entry.slot === slot);
    return shared === undefined ? values[slot.index] : shared.variable.container.lend();
  };
  const numberOf = (variable: Variable): NDArray =>
    facts.isFolded(variable)
      ? facts.folded(variable)
      : scalarNDArray(numbers.get(variable, facts), (variable.type as TensorType).dtype);
  return {
    /** A new internal value for a storage of this Type. */
    *internal(exit: Exit, type: Type): Generator<Promise<unknown>, unknown, unknown> {
      if (exit.from === "number") return type.fromHost(numberOf(exit.variable), { borrow: false });
      const { slot } = exit;
      const value = values[slot.index];
      if (slot.type.residence !== type.residence) {
        const host = yield* toHost(slot.type, value, true);
        return type.fromHost(host, { borrow: false });
      }
      // It will be copied into the storage, and is given back with what the call made.
      if (type.lock !== undefined) return owned.has(value) ? value : type.copyInternal(value);
      if (type.residence === "host") {
        return type.fromHost(value, { borrow: owned.delete(value) });
      }
      return owned.delete(value) ? value : type.copyInternal(value);
    },
    /** A value for the caller: its own, unless it may be borrowed. */
    *output(exit: Exit, plan: OutputPlan): Generator<Promise<unknown>, unknown, unknown> {
      if (exit.from === "number") {
        const number = numberOf(exit.variable);
        return plan.borrow && isConstant(exit.variable) ? number : number.copy();
      }
      const { slot } = exit;
      const value = values[slot.index];
      if (plan.internal)
        return owned.delete(value) ? value : plan.borrow ? lent(slot) : slot.type.copyInternal(value);
      const handOver =
        slot.type.residence === "host" &&
        owned.has(value) &&
        (plan.borrow || !(isNDArray(value) && memory.owns(value)));
      if (handOver && owned.delete(value)) return value;
      return yield* toHost(slot.type, plan.borrow ? lent(slot) : value, plan.borrow);
    },
  };
}

/** Whether a call must wait for a device; if so, for what. */
export function waitsFor(linked: Linked): string | undefined {
  const blocked = (slot: Slot): string | undefined => (slot.type.syncRead ? undefined : slot.type.toString());
  for (const stage of linked.stages) {
    for (const step of stage.steps) {
      if (step.kind === "transfer" && blocked(step.from) !== undefined) return blocked(step.from);
      if (step.kind !== "region") continue;
      for (const body of step.control?.bodies ?? []) {
        const inner = waitsFor(body);
        if (inner !== undefined) return inner;
      }
    }
  }
  for (const [i, exit] of linked.outputs.entries()) {
    if (exit.from === "number" || linked.graph.outputPlans[i]?.internal) continue;
    if (blocked(exit.slot) !== undefined) return blocked(exit.slot);
  }
  for (const { update, exit } of linked.updates) {
    if (exit.from !== "slot" || exit.slot.type.residence === update.container.type.residence) continue;
    if (blocked(exit.slot) !== undefined) return blocked(exit.slot);
  }
  return undefined;
}
