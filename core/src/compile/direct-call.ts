/**
 * A call without detours, for functions whose values all live on the host and whose lengths come from shapes alone:
 * no promise, no map and no key; what a call needs was worked out for its signature of shapes. As `call.ts` it changes
 * nothing that anybody can see before everything that can fail has succeeded.
 */

import type { HostMemory } from "../plugin/contract.js";
import { giveBack, unsaid } from "../shared/give-back.js";
import { type NewValue, replaceAll } from "../shared/replace-all.js";
import { DirectNumbers } from "./direct-numbers.js";
import { DirectOutputs, type OutputTargets } from "./direct-outputs.js";
import { type DirectOutput, type DirectPlan, type DirectRegion, planDirectCall } from "./direct-plan.js";
import type { DirectUpdate, Donor } from "./donors.js";
import type { Exit, Linked, Slot } from "./linked.js";
import { locateFailure } from "./locate.js";
import type { Targets } from "./targets.js";

/** What runs direct calls of one function. It cannot be entered while it runs. */
export class DirectCall {
  readonly #linked: Linked;
  readonly #warn: (message: string) => void;
  readonly #changed: () => Error;
  readonly #signed: readonly Slot[];
  readonly #values: unknown[];
  readonly #versions: number[];
  readonly #plans = new Map<string, DirectPlan>();
  #latest: DirectPlan | undefined;
  readonly #numbers: DirectNumbers;
  readonly #outputs: DirectOutputs;
  #busy = false;

  /** @param changed the error where somebody changed a variable while the call ran */
  constructor(
    linked: Linked,
    surroundings: { readonly memory: HostMemory; readonly warn: (message: string) => void },
    changed: () => Error,
  ) {
    this.#linked = linked;
    this.#warn = surroundings.warn;
    this.#changed = changed;
    this.#signed = [...(linked.stages[0] as Linked["stages"][number]).signed];
    this.#values = new Array(linked.slotCount).fill(undefined);
    this.#versions = linked.shared.map(() => 0);
    this.#numbers = new DirectNumbers(linked, this.#values);
    this.#outputs = new DirectOutputs(linked, this.#values, this.#numbers, surroundings);
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
      return this.#compute(plan, args, targets === undefined ? undefined : this.#fit(plan, targets));
    } finally {
      this.#busy = false;
      this.#numbers.forget();
      for (let i = 0; i < values.length; i++) values[i] = undefined;
    }
  }

  #fit(plan: DirectPlan, targets: Targets): OutputTargets {
    return targets.fit((i) => this.#outputs.shapeOf(plan, i));
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

  #compute(plan: DirectPlan, args: readonly unknown[], targets: OutputTargets): unknown[] {
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
        fresh[i] = container.type.fromHost(this.#numbers.leaving(exit, plan.facts), { borrow: false });
      }
      if (outputs.length > 0) this.#outputs.prepare(plan, results, targets);
      if (watched) this.#checkUnchanged();
      if (last >= 0) {
        this.#donate(plan, args);
        this.#runRegion(plan, regions[last] as DirectRegion, plan.donated);
        done++;
      }
      if (outputs.length > 0) this.#outputs.take(plan, results, targets);
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
    if (targets !== undefined) this.#outputs.fill(plan, results, targets);
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
      for (const slot of numbers) values[slot.index] = this.#numbers.array(slot.variable, plan.facts);
    for (let i = 0; i < inputs.length; i++) operands[i] = values[inputs[i] as number];
    if (passed.length > 0) for (const { slot, from, value } of passed) values[slot] = value ?? values[from];
  }

  #runRegion(plan: DirectPlan, region: DirectRegion, donated?: unknown[]): void {
    const { executable, operands, scalars, results } = region;
    const values = this.#values;
    const numbers = scalars.length === 0 ? noScalars : this.#numbers.scalars(scalars, plan.facts);
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

  /** Gives back what a failing call has made; what a plugin throws then must not hide why the call failed. */
  #undo({ regions, updates }: DirectPlan, done: number, fresh: readonly unknown[] | undefined): void {
    const values = this.#values;
    for (let i = 0; i < updates.length; i++) {
      if (fresh?.[i] === undefined) continue;
      const { container, kind, exit } = updates[i] as DirectUpdate;
      giveBack(() => container.type.release(fresh[i]), unsaid);
      if (kind === "fresh") values[slotOf(exit)] = undefined;
    }
    for (let r = 0; r < done; r++) {
      for (const { slot, type, executor } of regions[r]?.fresh ?? []) {
        if (values[slot] !== undefined) giveBack(() => executor.release(type, values[slot]), unsaid);
      }
    }
  }

  /** Puts all new values in at once; that cannot fail. */
  #commit(
    { updates, outputs, dropped }: DirectPlan,
    fresh: readonly unknown[] | undefined,
    targets: OutputTargets,
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

const nothing: never[] = [];
const noScalars: readonly number[] = [];

const slotOf = (exit: Exit): number => (exit as Extract<Exit, { from: "slot" }>).slot.index;

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
