/** Joins loops over the same shape that read the same memory, or each other's results, into loops with several results. */
import type { DType } from "../tensor/dtype.js";
import { sizeOf } from "../tensor/shape.js";
import type { Slot } from "./slots.js";
import {
  type Expression,
  type LoopResult,
  type LoopStep,
  type PlannedStep,
  readsOf,
  resultsOf,
  writesOf,
} from "./steps.js";
import { broadcast, type View } from "./view.js";

export interface SiblingOptions {
  /** Results that one loop may write. */
  readonly mostResults: number;
  /** Ops of one loop, shared ones counted once. */
  readonly mostOps: number;
}

/**
 * Two loops become one where the earlier of them is, or where the later one is, whichever the steps between allow.
 * Results that no step reads then are no longer stored. Takes time in proportion to the steps.
 */
export function joinSiblings(
  slots: readonly Slot[],
  steps: readonly PlannedStep[],
  options: SiblingOptions,
): PlannedStep[] {
  return withoutUnread(slots, new Joining(steps, options).run());
}

const slotsRead = (step: PlannedStep): number[] => readsOf(step).map(({ slot }) => slot);
const slotsWritten = (step: PlannedStep): number[] => writesOf(step).map(({ slot }) => slot);

const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((length, axis) => length === b[axis]);

/** Whether two views have the same memory at each place of a shape. */
function alike(a: View, b: View, shape: readonly number[]): boolean {
  if (a.slot !== b.slot || a.offset !== b.offset || a.dtype !== b.dtype) return false;
  if (a.terms.length > 0 || b.terms.length > 0) return a === b;
  const [x, y] = [broadcast(a, shape).strides, broadcast(b, shape).strides];
  return shape.every((length, axis) => length === 1 || x[axis] === y[axis]);
}

class Joining {
  readonly #options: SiblingOptions;
  readonly #steps: readonly PlannedStep[];
  /** Steps in their new order, with holes where one has moved to the end. */
  readonly #placed: (PlannedStep | undefined)[] = [];
  readonly #writes = new Map<number, number>();
  /** By slot, the places of the last step that wrote and read it, and of the last loop that did one of both. */
  readonly #lastWrite = new Map<number, number>();
  readonly #lastRead = new Map<number, number>();
  readonly #lastLoop = new Map<number, number>();

  constructor(steps: readonly PlannedStep[], options: SiblingOptions) {
    this.#options = options;
    this.#steps = steps;
    for (const slot of steps.flatMap(slotsWritten)) this.#writes.set(slot, (this.#writes.get(slot) ?? 0) + 1);
  }

  run(): PlannedStep[] {
    for (const step of this.#steps) this.#place(step);
    return this.#placed.filter((step) => step !== undefined);
  }

  #place(step: PlannedStep): void {
    if (this.#joinable(step)) {
      for (const at of this.#candidates(step)) {
        const earlier = this.#placed[at] as LoopStep;
        const [up, down] = [this.#mayRise(step, at), this.#mayFall(earlier, at)];
        const loop = up || down ? this.#joined(earlier, step) : undefined;
        if (loop === undefined) continue;
        if (up) this.#put(loop, at);
        else {
          this.#placed[at] = undefined;
          this.#put(loop, this.#placed.length);
        }
        return;
      }
    }
    this.#put(step, this.#placed.length);
  }

  #put(step: PlannedStep, at: number): void {
    this.#placed[at] = step;
    const later = (map: Map<number, number>, slot: number): void => {
      map.set(slot, Math.max(at, map.get(slot) ?? -1));
    };
    for (const slot of slotsWritten(step)) later(this.#lastWrite, slot);
    for (const slot of slotsRead(step)) later(this.#lastRead, slot);
    if (this.#joinable(step))
      for (const slot of [...slotsWritten(step), ...slotsRead(step)]) later(this.#lastLoop, slot);
  }

  /** Loops without a reduction whose results nobody else writes. */
  #joinable(step: PlannedStep): step is LoopStep {
    return (
      step.kind === "loop" &&
      step.reduction === undefined &&
      sizeOf(step.shape) > 1 &&
      slotsWritten(step).every((slot) => this.#writes.get(slot) === 1)
    );
  }

  /** Places of loops over the same shape that have an operand of full size in common with this one, the latest first. */
  #candidates({ leaves, shape }: LoopStep): number[] {
    const places = leaves
      .filter((leaf) => sizeOf(leaf.shape) === sizeOf(shape))
      .map((leaf) => this.#lastLoop.get(leaf.slot));
    return [...new Set(places.filter((place) => place !== undefined))]
      .filter((place) => {
        const loop = this.#placed[place];
        return loop?.kind === "loop" && sameShape(loop.shape, shape);
      })
      .sort((a, b) => b - a);
  }

  /** Whether a new loop may be computed at an earlier place: all that it reads is there. */
  #mayRise(step: LoopStep, at: number): boolean {
    return slotsRead(step).every((slot) => (this.#lastWrite.get(slot) ?? -1) <= at);
  }

  /** Whether a loop may be computed at the end: nobody has read its results, or written what it reads. */
  #mayFall(step: LoopStep, at: number): boolean {
    return (
      slotsWritten(step).every((slot) => (this.#lastRead.get(slot) ?? -1) <= at) &&
      slotsRead(step).every((slot) => (this.#lastWrite.get(slot) ?? -1) <= at)
    );
  }

  /** One loop for two; undefined where it would be too large, or one reads the other's result at other places. */
  #joined(first: LoopStep, second: LoopStep): LoopStep | undefined {
    const leaves = [...first.leaves];
    const known = resultsOf(first);
    const operands: Expression[] = [];
    for (const leaf of second.leaves) {
      const made = known.find(({ out }) => out.slot === leaf.slot);
      if (made !== undefined) {
        if (!alike(leaf, made.out, first.shape)) return undefined;
        operands.push(made.expression);
        continue;
      }
      const place = leaves.findIndex((other) => alike(leaf, other, first.shape));
      const index = place === -1 ? leaves.push(leaf) - 1 : place;
      operands.push({ kind: "leaf", index, dtype: leaf.dtype });
    }
    const added = substituted(resultsOf(second), (index) => operands[index] as Expression);
    const also = [...first.also, ...added];
    const { mostResults, mostOps } = this.#options;
    const joined = { ...first, nodes: [...first.nodes, ...second.nodes], leaves, also };
    return also.length < mostResults && opsOf(resultsOf(joined).map((r) => r.expression)) <= mostOps
      ? joined
      : undefined;
  }
}

/** Results over other operands; parts that they share stay shared. */
function substituted(
  results: readonly LoopResult[],
  operand: (index: number, dtype: DType) => Expression,
): LoopResult[] {
  const known = new Map<Expression, Expression>();
  const visit = (part: Expression): Expression => {
    if (part.kind === "leaf") return operand(part.index, part.dtype);
    const found = known.get(part) ?? { ...part, args: part.args.map(visit) };
    known.set(part, found);
    return found;
  };
  return results.map(({ expression, out }) => ({ expression: visit(expression), out }));
}

function opsOf(expressions: readonly Expression[]): number {
  const seen = new Set<Expression>();
  const visit = (expression: Expression): void => {
    if (expression.kind === "leaf" || seen.has(expression)) return;
    seen.add(expression);
    expression.args.forEach(visit);
  };
  expressions.forEach(visit);
  return seen.size;
}

/** A loop with fewer results, which reads only what these need. */
function withResults(step: LoopStep, results: readonly LoopResult[]): LoopStep {
  const leaves: View[] = [];
  const places = new Map<number, number>();
  const [first, ...also] = substituted(results, (old, dtype) => {
    const index = places.get(old) ?? leaves.push(step.leaves[old] as View) - 1;
    places.set(old, index);
    return { kind: "leaf", index, dtype };
  });
  return { ...step, ...(first as LoopResult), also, leaves };
}

/** Intermediates that are read only in the loop that computes them are not stored. */
function withoutUnread(slots: readonly Slot[], steps: readonly PlannedStep[]): PlannedStep[] {
  const read = new Set(steps.flatMap(slotsRead));
  return steps.map((step) => {
    if (step.kind !== "loop" || step.also.length === 0) return step;
    const kept = resultsOf(step).filter(
      ({ out }) => slots[out.slot]?.kind !== "temporary" || read.has(out.slot),
    );
    return kept.length === 0 || kept.length === resultsOf(step).length ? step : withResults(step, kept);
  });
}
