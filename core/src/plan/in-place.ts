/**
 * Which outputs may be written into storage that is there already, and in which order the steps have to run then:
 * what can fail comes before the first such write, and so does every other reader of what is overwritten.
 */
import type { Donation } from "../plugin/region.js";
import type { DType } from "../tensor/dtype.js";
import { type Expression, type PlannedStep, type RegionPlan, readsOf, resultsOf, writesOf } from "./steps.js";
import { broadcast, isContiguous, type View } from "./view.js";

/** A plan some of whose outputs are written in place. */
export interface InPlacePlan extends RegionPlan {
  /** Those of the donations that are taken: the slot of the output stands on the donated storage. */
  readonly taken: ReadonlySet<Donation>;
}

/**
 * Arranges a plan for donated storage. The storage of an input lies row-major, as that of an output does.
 * @param donations what a run is given; those that cannot be used are left out of the result
 */
export function planInPlace(plan: RegionPlan, donations: readonly Donation[]): InPlacePlan {
  const taken = donations.flatMap((donation) => {
    const target = targetOf(plan, donation);
    return target === undefined ? [] : [target];
  });
  const readers = new Map<number, number[]>();
  const writers = new Map<number, number[]>();
  plan.steps.forEach((step, at) => {
    for (const { slot } of readsOf(step)) note(readers, slot, at);
    for (const { slot } of writesOf(step)) note(writers, slot, at);
  });
  for (;;) {
    const order = arrange(plan.steps, taken, readers, writers);
    if (order.stuck === undefined) {
      const idle = new Set(taken.flatMap(({ copy }) => (copy === undefined ? [] : [copy])));
      const steps = order.steps.filter((step) => !idle.has(step));
      return { ...plan, steps, taken: new Set(taken.map(({ donation }) => donation)) };
    }
    taken.splice(taken.indexOf(order.stuck), 1);
  }
}

function note(places: Map<number, number[]>, slot: number, at: number): void {
  const known = places.get(slot);
  if (known === undefined) places.set(slot, [at]);
  else if (known.at(-1) !== at) known.push(at);
}

/** An output and the input whose storage it takes over. */
interface Target {
  readonly donation: Donation;
  readonly output: number;
  readonly input: number | undefined;
  /** A step that copies the input to the output as it is: nothing is left of it. */
  readonly copy: PlannedStep | undefined;
  /** The first step that writes the output; it may read the input at the very places that it writes. */
  readonly first: PlannedStep;
}

/** undefined where the output cannot be written over the input, whatever the order. */
function targetOf({ slots, steps }: RegionPlan, donation: Donation): Target | undefined {
  const output = slots.findIndex((slot) => slot.kind === "output" && slot.place === donation.output);
  const input =
    donation.input === undefined
      ? undefined
      : slots.findIndex((slot) => slot.kind === "input" && slot.place === donation.input);
  if (output === -1) return undefined;
  const writing = steps.filter((step) => writesOf(step).some(({ slot }) => slot === output));
  const copy = writing[0] !== undefined && isCopy(writing[0], input) ? writing[0] : undefined;
  const [first, ...later] = writing.filter((step) => step !== copy);
  if (first === undefined) return copy && { donation, output, input, copy, first: copy };
  const reads = (step: PlannedStep): boolean => readsOf(step).some(({ slot }) => slot === input);
  if (input !== undefined && (later.some(reads) || (reads(first) && !staysInPlace(first, input, output))))
    return undefined;
  return writing.every(cannotFail) ? { donation, output, input, copy, first } : undefined;
}

/** Whether a step does nothing but copy an input in its own order. */
const isCopy = (step: PlannedStep, input: number | undefined): boolean =>
  step.kind === "loop" &&
  step.reduction === undefined &&
  step.also.length === 0 &&
  step.expression.kind === "leaf" &&
  step.leaves[step.expression.index]?.slot === input &&
  isWhole(step.out) &&
  sameWalk(step.leaves[step.expression.index] as View, step.out);

/** Whether a step reads an input only at the places of the output that it is about to write. */
function staysInPlace(step: PlannedStep, input: number, output: number): boolean {
  const out = writesOf(step).find(({ slot }) => slot === output);
  if (step.kind === "dot" && step.accumulation !== undefined) {
    const { addend, factors } = step.accumulation;
    const others = [step.left.view, step.right.view, ...factors];
    return others.every(({ slot }) => slot !== input) && addend.offset === 0 && addend.terms.length === 0;
  }
  if (step.kind !== "loop" || step.reduction !== undefined || out === undefined) return false;
  return step.leaves.every((leaf) => leaf.slot !== input || sameWalk(broadcast(leaf, step.shape), out));
}

const isWhole = (view: View): boolean => view.offset === 0 && view.terms.length === 0 && isContiguous(view);

/** Whether two views of memory that begins at the same place walk over the same elements in the same order. */
function sameWalk(a: View, b: View): boolean {
  if (a.offset !== b.offset || a.terms.length > 0 || b.terms.length > 0) return false;
  if (a.shape.length !== b.shape.length) return false;
  return a.shape.every(
    (length, axis) => length === b.shape[axis] && (length === 1 || a.strides[axis] === b.strides[axis]),
  );
}

/**
 * The steps in an order in which the targets can be written in place; the given order where nothing is against it.
 * @returns `stuck`: a target that makes it impossible
 */
function arrange(
  steps: readonly PlannedStep[],
  targets: readonly Target[],
  readers: ReadonlyMap<number, readonly number[]>,
  writers: ReadonlyMap<number, readonly number[]>,
): { readonly steps: readonly PlannedStep[]; readonly stuck: Target | undefined } {
  if (targets.length === 0) return { steps, stuck: undefined };
  const before: Set<number>[] = steps.map(() => new Set());
  const follows = (later: number, earlier: number): void => {
    if (later !== earlier) before[later]?.add(earlier);
  };
  for (const [slot, writing] of writers) {
    for (const at of writing) {
      for (const other of writing) if (other < at) follows(at, other);
      for (const reading of readers.get(slot) ?? []) {
        if (reading > at) follows(reading, at);
        else follows(at, reading);
      }
    }
  }
  const failing = steps.flatMap((step, at) => (cannotFail(step) ? [] : [at]));
  for (const { output, input, copy } of targets) {
    for (const at of writers.get(output) ?? []) {
      if (steps[at] === copy) continue;
      for (const other of failing) follows(at, other);
      if (input !== undefined) for (const reading of readers.get(input) ?? []) follows(at, reading);
    }
  }
  const ordered: number[] = [];
  const done = new Set<number>();
  let waiting = steps.map((_, at) => at);
  while (waiting.length > 0) {
    const left: number[] = [];
    for (const at of waiting) {
      const ready = [...(before[at] as Set<number>)].every((earlier) => done.has(earlier));
      if (!ready) left.push(at);
      else {
        done.add(at);
        ordered.push(at);
      }
    }
    if (left.length === waiting.length) {
      const blocked = targets.filter(({ output }) => writers.get(output)?.some((at) => !done.has(at)));
      return { steps, stuck: blocked.at(-1) ?? (targets.at(-1) as Target) };
    }
    waiting = left;
  }
  return { steps: ordered.map((at) => steps[at] as PlannedStep), stuck: undefined };
}

/** What is done to 64-bit integers without any value being refused. */
const safeOnBigInts = new Set<string>([
  ...["add", "sub", "mul", "neg", "abs", "sign", "maximum", "minimum", "and", "or", "xor", "invert"],
  ...["eq", "neq", "lt", "le", "gt", "ge", "where"],
]);
const isBig = (dtype: DType): boolean => dtype === "int64" || dtype === "uint64";

/** Whether a step only computes: it checks nothing and allocates nothing. */
export function cannotFail(step: PlannedStep): boolean {
  if (step.kind === "loop") return resultsOf(step).every(({ expression }) => neverThrows(expression));
  return step.kind === "dot" || step.kind === "iota";
}

function neverThrows(expression: Expression): boolean {
  if (expression.kind === "leaf") return true;
  const { op, from, dtype, args } = expression;
  const casts = op === "cast" && isBig(dtype) && from.startsWith("float");
  const big = isBig(from) || isBig(dtype);
  return !casts && (!big || op === "cast" || safeOnBigInts.has(op)) && args.every(neverThrows);
}
