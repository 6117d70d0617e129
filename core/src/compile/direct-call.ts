/**
 * A call without detours, for functions whose values all live on the host and whose lengths come from shapes alone:
 * no promise, no map and no key; what a call needs was worked out for its signature of shapes. As `call.ts` it changes
 * nothing that anybody can see before everything that can fail has succeeded.
 */

import type { Variable } from "../graph/nodes.js";
import type { HostMemory } from "../plugin/contract.js";
import { giveBack, type NewValue, replaceAll } from "../shared/replace-all.js";
import { emptyNDArray, isNDArray, type NDArray, scalarNDArray } from "../tensor/ndarray.js";
import type { TensorType } from "../tensor/tensor-type.js";
import { overlaps, writeInto } from "../tensor/write-into.js";
import { CallNumbers } from "./call-numbers.js";
import {
  type DirectOutput,
  type DirectPlan,
  type DirectRegion,
  type DirectUpdate,
  type Donor,
  planDirectCall,
} from "./direct-plan.js";
import type { Exit, Linked, Slot } from "./linked.js";
import { locateFailure } from "./locate.js";
import type { Targets } from "./targets.js";

/** What runs direct calls of one function. It cannot be entered while it runs. */
export class DirectCall {
  readonly #linked: Linked;
  readonly #memory: HostMemory;
  readonly #warn: (message: string) => void;
  readonly #changed: () => Error;
  readonly #signed: readonly Slot[];
  readonly #values: unknown[];
  readonly #versions: number[];
  readonly #plans = new Map<string, DirectPlan>();
  #latest: DirectPlan | undefined;
  #numbers: CallNumbers | undefined;
  #busy = false;

  /** @param changed the error where somebody changed a variable while the call ran */
  constructor(linked: Linked, memory: HostMemory, warn: (message: string) => void, changed: () => Error) {
    this.#linked = linked;
    this.#memory = memory;
    this.#warn = warn;
    this.#changed = changed;
    this.#signed = [...(linked.stages[0] as Linked["stages"][number]).signed];
    this.#values = new Array(linked.slotCount).fill(undefined);
    this.#versions = linked.shared.map(() => 0);
  }

  /** Whether a call is under way: one inside of it has to go the other way. */
  get busy(): boolean {
    return this.#busy;
  }

  /**
   * Computes and commits.
   * @param args host values; undefined where the input's own value serves
   * @param targets arrays of the caller's own that outputs are written into
   * @returns the outputs
   */
  run(args: readonly unknown[], targets?: Targets): unknown[] {
    this.#busy = true;
    const values = this.#values;
    try {
      this.#enter(args);
      const plan = this.#plan();
      return this.#compute(
        plan,
        args,
        targets?.fit((i) => this.#shapeOf(plan, i)),
      );
    } finally {
      this.#busy = false;
      this.#numbers = undefined;
      for (let i = 0; i < values.length; i++) values[i] = undefined;
    }
  }

  /** Reads the storage of every shared variable, and of inputs without an argument. */
  #enter(args: readonly unknown[]): void {
    const values = this.#values;
    const { inputs, shared, graph } = this.#linked;
    for (let i = 0; i < inputs.length; i++) {
      values[(inputs[i] as Slot).index] = args[i] ?? graph.inputs[i]?.container?.internal;
    }
    for (let i = 0; i < shared.length; i++) {
      const { variable, slot } = shared[i] as Linked["shared"][number];
      const { container } = variable;
      values[slot.index] = container.cell.value ?? container.internal;
      this.#versions[i] = container.cell.version;
    }
  }

  #plan(): DirectPlan {
    const latest = this.#latest;
    if (latest !== undefined && this.#fits(latest)) return latest;
    const shapes = this.#signed.map((slot) => slot.type.shapeOf(this.#values[slot.index]));
    const key = shapes.join(";");
    let plan = this.#plans.get(key);
    if (plan === undefined) {
      plan = planDirectCall(this.#linked, shapes);
      this.#plans.set(key, plan);
    }
    this.#latest = plan;
    return plan;
  }

  #fits({ shapes }: DirectPlan): boolean {
    for (let i = 0; i < shapes.length; i++) {
      const slot = this.#signed[i] as Slot;
      if (!sameShape(slot.type.shapeOf(this.#values[slot.index]), shapes[i] as readonly number[]))
        return false;
    }
    return true;
  }

  /** @throws BitaleError CHANGED_MEANWHILE */
  #checkUnchanged(): void {
    const { shared } = this.#linked;
    for (let i = 0; i < shared.length; i++) {
      if (shared[i]?.variable.container.cell.version !== this.#versions[i]) throw this.#changed();
    }
  }

  #shapeOf({ outputs, facts }: DirectPlan, i: number): readonly number[] {
    const exit = this.#linked.outputs[i] as Exit;
    if (exit.from === "number") return [];
    const { slot } = exit;
    const value = outputs[i]?.kind === "before" ? this.#values[slot.index] : undefined;
    return value === undefined ? facts.shape(slot.variable) : slot.type.shapeOf(value);
  }

  #compute(
    plan: DirectPlan,
    args: readonly unknown[],
    targets: readonly (NDArray | undefined)[] | undefined,
  ): unknown[] {
    const { regions, updates, outputs, watched } = plan;
    const values = this.#values;
    const results: unknown[] = outputs.length === 0 ? nothing : new Array(outputs.length);
    const last = regions.length - 1;
    /** New values that are to be put in; undefined where one was written in place. */
    let fresh: unknown[] | undefined;
    let done = 0;
    try {
      for (; done < last; done++) {
        this.#enterRegion(plan, regions[done] as DirectRegion);
        this.#runRegion(plan, regions[done] as DirectRegion);
      }
      if (last >= 0) this.#enterRegion(plan, regions[last] as DirectRegion);
      for (let i = 0; i < updates.length; i++) {
        const { kind, exit, container } = updates[i] as DirectUpdate;
        if (kind !== "before") continue;
        fresh ??= new Array(updates.length);
        fresh[i] = container.type.fromHost(this.#leaving(exit, plan), { borrow: false });
      }
      for (let i = 0; i < outputs.length; i++) {
        const output = outputs[i] as DirectOutput;
        if (output.kind === "before") results[i] = this.#before(output, plan, targets, i);
        else if (output.kind === "copy" && targets?.[i] === undefined)
          results[i] = emptyNDArray(output.shape, output.dtype);
      }
      if (watched) this.#checkUnchanged();
      if (last >= 0) {
        this.#donate(plan, args);
        this.#runRegion(plan, regions[last] as DirectRegion, plan.donated);
        done++;
      }
      for (let i = 0; i < outputs.length; i++)
        this.#take(outputs[i] as DirectOutput, i, results, targets?.[i] !== undefined);
      if (watched) this.#checkUnchanged();
      for (let i = 0; i < updates.length; i++) {
        const { kind, exit, container } = updates[i] as DirectUpdate;
        if (kind === "before") continue;
        const value = values[slotOf(exit)];
        if (kind === "fresh" && value === container.cell.value) continue;
        fresh ??= new Array(updates.length);
        fresh[i] = container.type.fromHost(value, { borrow: kind === "fresh" });
      }
    } catch (error) {
      this.#undo(plan, done, fresh);
      throw error;
    }
    if (targets !== undefined) this.#fill(plan, results, targets);
    this.#commit(plan, fresh, targets);
    return results;
  }

  /** Offers the storage of what is replaced, where nobody outside holds it and the lengths stay. */
  #donate({ donors, donated }: DirectPlan, args: readonly unknown[]): void {
    for (let i = 0; i < donors.length; i++) {
      const { cell, type, shape, state } = donors[i] as Donor;
      const { value } = cell;
      const free = !cell.lent && value !== undefined && (state === undefined || args[state] === undefined);
      donated[i] = free && sameShape(type.shapeOf(value), shape) ? value : undefined;
    }
  }

  /** Puts in place what is known before a region runs. */
  #enterRegion(plan: DirectPlan, { inputs, operands, numbers, passed }: DirectRegion): void {
    const values = this.#values;
    if (numbers.length > 0)
      for (const slot of numbers) values[slot.index] = this.#number(slot.variable, plan);
    for (let i = 0; i < inputs.length; i++) operands[i] = values[inputs[i] as number];
    if (passed.length > 0) for (const { slot, from, value } of passed) values[slot] = value ?? values[from];
  }

  #runRegion(plan: DirectPlan, region: DirectRegion, donated?: unknown[]): void {
    const { executable, operands, scalars, results } = region;
    const values = this.#values;
    const numbers = scalars.length === 0 ? noScalars : this.#scalars(scalars, plan);
    try {
      const made = executable.run(operands, numbers, donated);
      for (let i = 0; i < results.length; i++) {
        const { slot, position } = results[i] as DirectRegion["results"][number];
        values[slot] = made[position];
      }
    } catch (error) {
      throw locateFailure(error, plan.facts);
    } finally {
      for (let i = 0; i < operands.length; i++) operands[i] = undefined;
      if (donated !== undefined) for (let i = 0; i < donated.length; i++) donated[i] = undefined;
    }
  }

  #scalars(variables: readonly Variable[], { facts }: DirectPlan): number[] {
    return variables.map((variable) => Number(this.#callNumbers().get(variable, facts)));
  }

  #number(variable: Variable, { facts }: DirectPlan): NDArray {
    if (facts.isFolded(variable)) return facts.folded(variable);
    return scalarNDArray(this.#callNumbers().get(variable, facts), (variable.type as TensorType).dtype);
  }

  #callNumbers(): CallNumbers {
    this.#numbers ??= new CallNumbers(this.#linked.numbers, (variable) => {
      const slot = this.#linked.hostSlots.get(variable);
      return slot === undefined ? undefined : this.#values[slot.index];
    });
    return this.#numbers;
  }

  /** A value that leaves as it came, or a number. */
  #leaving(exit: Exit, plan: DirectPlan): unknown {
    return exit.from === "number" ? this.#number(exit.variable, plan) : this.#values[exit.slot.index];
  }

  #before(
    { exit, plan }: Extract<DirectOutput, { kind: "before" }>,
    direct: DirectPlan,
    targets: readonly (NDArray | undefined)[] | undefined,
    i: number,
  ): unknown {
    const value = this.#leaving(exit, direct);
    if (exit.from === "number") return (value as NDArray).copy();
    const { slot } = exit;
    if (targets?.[i] !== undefined) {
      const host = slot.type.toHost(value, { borrow: true }) as NDArray;
      // An argument may be another output's target.
      return targets.some((target) => target !== undefined && overlaps(target, host)) ? host.copy() : host;
    }
    if (plan.borrow) this.#lend(value);
    if (plan.internal) return plan.borrow ? value : slot.type.copyInternal(value);
    return slot.type.toHost(value, { borrow: plan.borrow });
  }

  /** Somebody outside holds a value from now on: where it is a variable's storage, that is lent. */
  #lend(value: unknown): void {
    const { shared, graph } = this.#linked;
    for (const container of [
      ...shared.map(({ variable }) => variable.container),
      ...graph.inputs.map((input) => input.container),
    ]) {
      if (container?.cell.value === value) container?.lend();
    }
  }

  /** @param read the output is only read, before the call is over */
  #take(output: DirectOutput, i: number, results: unknown[], read: boolean): void {
    if (output.kind === "before") return;
    if (output.kind === "after") results[i] = this.#after(output, read);
    else if (output.kind === "copy" && !read)
      copyInto(results[i] as NDArray, this.#values[output.slot] as NDArray);
    else results[i] = this.#values[output.slot];
  }

  #after({ slot, plan, owner }: Extract<DirectOutput, { kind: "after" }>, read: boolean): unknown {
    const value = this.#values[slot.index];
    if (read) return slot.type.toHost(value, { borrow: true });
    if (plan.internal) return plan.borrow ? value : slot.type.copyInternal(value);
    const inArena = isNDArray(value) && this.#memory.owns(value);
    if (owner !== undefined && (plan.borrow || !inArena)) return value;
    const host = slot.type.toHost(value, { borrow: plan.borrow });
    if (owner !== undefined) owner.release(slot.type, value);
    return host;
  }

  /** Writes outputs into the arrays that the caller gave for them; cannot fail. */
  #fill({ outputs }: DirectPlan, results: unknown[], targets: readonly (NDArray | undefined)[]): void {
    for (let i = 0; i < targets.length; i++) {
      const target = targets[i];
      if (target === undefined) continue;
      writeInto(target, results[i] as NDArray);
      results[i] = target;
      const output = outputs[i] as DirectOutput;
      if (output.kind === "after")
        giveBack(() => output.owner?.release(output.slot.type, this.#values[output.slot.index]), this.#warn);
    }
  }

  /** Gives back what a failing call has made. */
  #undo({ regions, updates }: DirectPlan, done: number, fresh: readonly unknown[] | undefined): void {
    const values = this.#values;
    for (let i = 0; i < updates.length; i++) {
      if (fresh?.[i] === undefined) continue;
      const { container, kind, exit } = updates[i] as DirectUpdate;
      container.type.release(fresh[i]);
      if (kind === "fresh") values[slotOf(exit)] = undefined;
    }
    for (let r = 0; r < done; r++) {
      for (const { slot, type, executor } of regions[r]?.fresh ?? []) {
        if (values[slot] !== undefined) executor.release(type, values[slot]);
      }
    }
  }

  /** Puts all new values in at once; that cannot fail. */
  #commit(
    { updates, outputs, dropped }: DirectPlan,
    fresh: readonly unknown[] | undefined,
    targets: readonly unknown[] | undefined,
  ): void {
    if (fresh === undefined) {
      for (let i = 0; i < updates.length; i++) (updates[i] as DirectUpdate).container.cell.version++;
    } else {
      const swapped: NewValue[] = [];
      for (const [i, { container }] of updates.entries()) {
        const internal = fresh[i];
        if (internal === undefined) container.cell.version++;
        else swapped.push({ container, internal });
      }
      replaceAll(swapped, this.#warn);
    }
    for (let i = 0; i < outputs.length; i++) {
      const output = outputs[i] as DirectOutput;
      const lends = output.kind === "borrow" || (output.kind === "after" && output.plan.borrow);
      if (lends && output.update !== undefined && targets?.[i] === undefined)
        (updates[output.update] as DirectUpdate).container.lend();
    }
    if (dropped.length > 0) {
      for (const { slot, type, executor } of dropped)
        giveBack(() => executor.release(type, this.#values[slot]), this.#warn);
    }
  }
}

const noScalars: readonly number[] = [];
const nothing: never[] = [];

const slotOf = (exit: Exit): number => (exit as Extract<Exit, { from: "slot" }>).slot.index;

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function copyInto(target: NDArray, source: NDArray): void {
  if (target.data.length === 1) target.data[0] = source.data[source.offset] as never;
  else target.data.set(source.flat() as never);
}
