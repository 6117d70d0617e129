/**
 * What rows allow where their largest element is taken out before they are exponentiated, as softmax does: weights are
 * between 0 and 1, and one of them is 1.
 */
import type { Expression } from "@bitale/core";
import { type FloatType, floatLanes } from "../lanes.js";
import type { Four } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { expWithoutOverflow } from "./float-functions.js";
import type { RowPart, RowStructure } from "./row-structure.js";

/** The values that an expression takes from another one's two leaves; undefined where these are no leaves. */
function operandsOf({ leaves }: RowPart, expression: Expression, op: "sub" | "div"): readonly number[] {
  if (expression.kind !== "op" || expression.op !== op) return [];
  return expression.args.flatMap((arg) => (arg.kind === "leaf" ? [leaves[arg.index] as number] : []));
}

export class RowExponentials {
  readonly #e: Emitter;
  /** Largest elements, with the value whose elements they are; weights; sums of weights, with these. */
  readonly #largest = new Map<number, number>();
  readonly #weights = new Set<number>();
  readonly #totals = new Map<number, number>();
  readonly #reciprocals = new Map<number, Four>();

  constructor(e: Emitter, { passes }: RowStructure) {
    this.#e = e;
    for (const part of passes.flatMap(({ parts }) => parts)) {
      for (const { expression, value } of part.results) {
        const leaf = expression.kind === "leaf" ? part.leaves[expression.index] : undefined;
        if (part.reduction === "max" && leaf !== undefined) this.#largest.set(value, leaf);
        if (part.reduction === "sum" && leaf !== undefined && this.#weights.has(leaf))
          this.#totals.set(value, leaf);
        if (part.reduction === undefined && this.#isWeight(part, expression)) this.#weights.add(value);
      }
    }
  }

  /** Emits what parts need in front of their loop. @param once what is there once for the row */
  prepare(parts: readonly RowPart[], once: ReadonlyMap<number, Four>): void {
    for (const part of parts) {
      for (const { expression } of part.results) {
        const total = this.#totalUnder(part, expression);
        if (total === undefined || this.#reciprocals.has(total)) continue;
        const single = expression.dtype === "float32";
        const { vector } = floatLanes[expression.dtype as FloatType];
        const one = single ? this.#e.float32(1) : this.#e.float64(1);
        const four = (once.get(total) as Four).map((x) => this.#e.let(vector.div(one, x)));
        this.#reciprocals.set(total, four);
      }
    }
  }

  /** Code of an expression that is cheaper than its own; undefined where there is none. */
  emit(part: RowPart, expression: Expression, operands: readonly Four[]): Four | undefined {
    if (this.#isWeight(part, expression))
      return expWithoutOverflow(this.#e, expression.dtype as FloatType, operands);
    const total = this.#totalUnder(part, expression);
    const scale = total === undefined ? undefined : this.#reciprocals.get(total);
    if (scale === undefined) return undefined;
    const { vector } = floatLanes[expression.dtype as FloatType];
    return operands[0]?.map((x, i) => this.#e.let(vector.mul(x, scale[i] as Four[number])));
  }

  /**
   * Whether a part sums weights of float32: a few of them may be added before they are widened, since nothing cancels.
   * That is as exact as they are.
   */
  sumsBeforeWidening(part: RowPart): boolean {
    const [result] = part.results;
    if (part.reduction !== "sum" || result?.expression.dtype !== "float32") return false;
    return this.#totals.has(result.value) || this.#isWeight(part, result.expression);
  }

  /** exp(x - the largest x of the row) */
  #isWeight(part: RowPart, expression: Expression): boolean {
    if (expression.kind !== "op" || expression.op !== "exp") return false;
    const [x, top] = operandsOf(part, expression.args[0] as Expression, "sub");
    return x !== undefined && top !== undefined && this.#largest.get(top) === x;
  }

  /** The sum of weights by which one of them is divided. */
  #totalUnder(part: RowPart, expression: Expression): number | undefined {
    const [weight, total] = operandsOf(part, expression, "div");
    return total !== undefined && this.#totals.get(total) === weight ? total : undefined;
  }
}
