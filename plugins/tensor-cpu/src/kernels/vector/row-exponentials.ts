/**
 * What rows allow where their largest element is taken out before they are exponentiated, as softmax does: weights are
 * between 0 and 1, and one of them is 1. Where nothing but their quotients is wanted, they need not be scaled to that.
 */
import type { Expression } from "@bitale/core";
import { type FloatType, floatLanes } from "../lanes.js";
import type { Four } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { expOfNegative } from "./float-functions.js";
import type { RowPart, RowStructure } from "./row-structure.js";

/** The values that an expression takes from its two leaves; none where these are no leaves. */
function operandsOf({ leaves }: RowPart, expression: Expression, op: "sub" | "div"): readonly number[] {
  if (expression.kind !== "op" || expression.op !== op) return [];
  return expression.args.flatMap((arg) => (arg.kind === "leaf" ? [leaves[arg.index] as number] : []));
}

/** How many results of some parts are computed from each value. */
function readsOf(parts: readonly RowPart[]): ReadonlyMap<number, number> {
  const reads = new Map<number, number>();
  for (const { results, leaves } of parts) {
    for (const { expression } of results) {
      const found = new Set<number>();
      const seen = new Set<Expression>();
      const visit = (part: Expression): void => {
        if (seen.has(part)) return;
        seen.add(part);
        if (part.kind === "op") part.args.forEach(visit);
        else found.add(leaves[part.index] as number);
      };
      visit(expression);
      for (const value of found) reads.set(value, (reads.get(value) ?? 0) + 1);
    }
  }
  return reads;
}

/** exp(x - top) of a row, and what is made of it. */
interface Weights {
  readonly value: number;
  readonly top: number;
  /** Sums, and quotients of weights and sums. */
  readonly totals: Set<number>;
  quotients: number;
}

export class RowExponentials {
  readonly #e: Emitter;
  /** Largest elements, with the value whose elements they are. */
  readonly #largest = new Map<number, number>();
  readonly #weights = new Map<number, Weights>();
  readonly #totals = new Map<number, Weights>();
  /** Weights of which nothing but quotients is wanted, and the largest elements that are taken out of them. */
  readonly #unscaled = new Set<number>();
  readonly #reciprocals = new Map<number, Four>();

  constructor(e: Emitter, { passes, values }: RowStructure) {
    this.#e = e;
    const parts = passes.flatMap((pass) => pass.parts);
    for (const part of parts) {
      for (const { expression, value } of part.results) {
        const leaf = expression.kind === "leaf" ? (part.leaves[expression.index] as number) : undefined;
        const summed = leaf === undefined ? undefined : this.#weights.get(leaf);
        if (part.reduction === "max" && leaf !== undefined) this.#largest.set(value, leaf);
        if (part.reduction === "sum" && summed !== undefined) {
          summed.totals.add(value);
          this.#totals.set(value, summed);
        }
        const top = this.#topUnder(part, expression);
        if (part.reduction === undefined && top !== undefined)
          this.#weights.set(value, { value, top, totals: new Set(), quotients: 0 });
        const total = this.#totalUnder(part, expression);
        if (total !== undefined) (this.#totals.get(total) as Weights).quotients++;
      }
    }
    const reads = readsOf(parts);
    const own = (value: number): boolean => values[value]?.local === true;
    for (const { value, top, totals, quotients } of this.#weights.values()) {
      const [total] = totals;
      if (total === undefined || totals.size > 1 || !own(value) || !own(total) || !own(top)) continue;
      const nothingElse =
        reads.get(top) === 1 && reads.get(total) === quotients && reads.get(value) === quotients + 1;
      if (nothingElse) this.#unscaled.add(value).add(top);
    }
  }

  /** Emits what parts need in front of their loop. @param once what is there once for the row */
  prepare(parts: readonly RowPart[], once: ReadonlyMap<number, Four>): void {
    for (const part of parts) {
      for (const { expression } of part.results) {
        const total = this.#totalUnder(part, expression);
        if (total === undefined || this.#reciprocals.has(total)) continue;
        const { vector } = floatLanes[expression.dtype as FloatType];
        const one = expression.dtype === "float32" ? this.#e.float32(1) : this.#e.float64(1);
        const four = (once.get(total) as Four).map((x) => this.#e.let(vector.div(one, x)));
        this.#reciprocals.set(total, four);
      }
    }
  }

  /** Code of an expression that is cheaper than its own; undefined where there is none. */
  emit(part: RowPart, expression: Expression, operands: readonly Four[]): Four | undefined {
    const type = expression.dtype as FloatType;
    if (this.#topUnder(part, expression) !== undefined) {
      const scaled = !part.results.some(({ value }) => this.#unscaled.has(value));
      return expOfNegative(this.#e, type, operands[0] as Four, scaled);
    }
    const total = this.#totalUnder(part, expression);
    const scale = total === undefined ? undefined : this.#reciprocals.get(total);
    if (scale === undefined) return undefined;
    const { vector } = floatLanes[type];
    return operands[0]?.map((x, i) => this.#e.let(vector.mul(x, scale[i] as Four[number])));
  }

  /**
   * Whether a part sums weights of float32: a few of them may be added before they are widened, since nothing cancels.
   * That is as exact as they are.
   */
  sumsBeforeWidening(part: RowPart): boolean {
    const [result] = part.results;
    if (part.reduction !== "sum" || result?.expression.dtype !== "float32") return false;
    return this.#totals.has(result.value) || this.#topUnder(part, result.expression) !== undefined;
  }

  /** Whether a part finds the largest element, and NaN need not be found: it comes to light in the sum of weights. */
  overlooksNaN({ reduction, results }: RowPart): boolean {
    return reduction === "max" && this.#unscaled.has(results[0]?.value as number);
  }

  /** The largest element that is taken out: exp(x - top). */
  #topUnder(part: RowPart, expression: Expression): number | undefined {
    if (expression.kind !== "op" || expression.op !== "exp") return undefined;
    const [x, top] = operandsOf(part, expression.args[0] as Expression, "sub");
    return top !== undefined && this.#largest.get(top) === x ? top : undefined;
  }

  /** The sum of weights by which one of them is divided. */
  #totalUnder(part: RowPart, expression: Expression): number | undefined {
    const [weight, total] = operandsOf(part, expression, "div");
    return total !== undefined && this.#totals.get(total)?.value === weight ? total : undefined;
  }
}
