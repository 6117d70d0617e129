/** How the outputs of a direct call leave: before the last region runs, or after it. */
import { isConstant } from "../graph/nodes.js";
import type { HostMemory } from "../plugin/contract.js";
import { giveBack } from "../shared/give-back.js";
import { emptyNDArray, isNDArray, type NDArray } from "../tensor/ndarray.js";
import { overlaps, writeInto } from "../tensor/write-into.js";
import type { DirectNumbers } from "./direct-numbers.js";
import type { DirectOutput, DirectPlan } from "./direct-plan.js";
import type { Exit, Linked } from "./linked.js";

/** Arrays of the caller's own, one for each output; undefined: new arrays are made. */
export type OutputTargets = readonly (NDArray | undefined)[] | undefined;

export class DirectOutputs {
  readonly #linked: Linked;
  readonly #memory: HostMemory;
  readonly #values: unknown[];
  readonly #numbers: DirectNumbers;
  readonly #warn: (message: string) => void;

  /** @param values internal values of the call by slot */
  constructor(
    linked: Linked,
    values: unknown[],
    numbers: DirectNumbers,
    { memory, warn }: { readonly memory: HostMemory; readonly warn: (message: string) => void },
  ) {
    this.#linked = linked;
    this.#memory = memory;
    this.#values = values;
    this.#numbers = numbers;
    this.#warn = warn;
  }

  /** Lengths of an output, once the call has been entered. */
  shapeOf({ outputs, facts }: DirectPlan, i: number): readonly number[] {
    const exit = this.#linked.outputs[i] as Exit;
    if (exit.from === "number") return [];
    const { slot } = exit;
    const value = outputs[i]?.kind === "before" ? this.#values[slot.index] : undefined;
    return value === undefined ? facts.shape(slot.variable) : slot.type.shapeOf(value);
  }

  /** What is taken, and what is allocated, before the last region may write in place. */
  prepare(plan: DirectPlan, results: unknown[], targets: OutputTargets): void {
    const { outputs } = plan;
    for (let i = 0; i < outputs.length; i++) {
      const output = outputs[i] as DirectOutput;
      if (output.kind === "before") results[i] = this.#before(output, plan, targets, i);
      else if (output.kind === "copy" && targets?.[i] === undefined)
        results[i] = emptyNDArray(output.shape, output.dtype);
    }
  }

  /** What regions have made. Outputs that have a target are only read, before the call is over. */
  take({ outputs }: DirectPlan, results: unknown[], targets: OutputTargets): void {
    for (let i = 0; i < outputs.length; i++)
      this.#take(outputs[i] as DirectOutput, i, results, targets?.[i] !== undefined);
  }

  #before(
    { exit, plan }: Extract<DirectOutput, { kind: "before" }>,
    direct: DirectPlan,
    targets: OutputTargets,
    i: number,
  ): unknown {
    const value = this.#numbers.leaving(exit, direct.facts);
    if (exit.from === "number") {
      const itself = plan.borrow && isConstant(exit.variable) && targets?.[i] === undefined;
      return itself ? value : (value as NDArray).copy();
    }
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
    if (owner !== undefined) {
      owner.release(slot.type, value);
      this.#values[slot.index] = undefined;
    }
    return host;
  }

  /** Writes outputs into the arrays that the caller gave for them; cannot fail. */
  fill({ outputs }: DirectPlan, results: unknown[], targets: readonly (NDArray | undefined)[]): void {
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
}

function copyInto(target: NDArray, source: NDArray): void {
  if (target.data.length === 1) target.data[0] = source.data[source.offset] as never;
  else target.data.set(source.flat() as never);
}
