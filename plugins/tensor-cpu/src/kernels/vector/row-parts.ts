/** The code of the parts of a row, on elements that are there. */
import type { DType } from "@bitale/core";
import type { Code } from "../../wasm/code.js";
import type { FloatType } from "../lanes.js";
import type { Four } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { evaluate } from "./expressions.js";
import { extremeFold, type Fold, foldOf } from "./folds.js";
import { operate } from "./operations.js";
import { RowExponentials } from "./row-exponentials.js";
import type { RowPart, RowStructure } from "./row-structure.js";

/** Values that a row's code knows. */
export interface KnownValues {
  get(value: number): Four | undefined;
  set(value: number, four: Four): unknown;
}

/** Folds by the parts that reduce, and how many sequences each keeps apart. */
export interface PartFolds {
  readonly folds: ReadonlyMap<RowPart, Fold>;
  readonly chains: number;
}

/** Emits the parts of a structure on values that are there. */
export class RowParts {
  readonly #e: Emitter;
  readonly #structure: RowStructure;
  readonly #exponentials: RowExponentials;

  constructor(e: Emitter, structure: RowStructure) {
    this.#e = e;
    this.#structure = structure;
    this.#exponentials = new RowExponentials(e, structure);
  }

  /** What comes in front of a pass. @param once what is there once for the row */
  prepare(parts: readonly RowPart[], once: ReadonlyMap<number, Four>): void {
    this.#exponentials.prepare(parts, once);
  }

  /** Folds for the reductions among parts, as `foldOf` makes them. */
  folds(parts: readonly RowPart[], chains: number, together: boolean): PartFolds {
    const folds = new Map<RowPart, Fold>();
    for (const part of parts) {
      const { reduction, results } = part;
      const dtype = results[0]?.expression.dtype as DType;
      if (reduction === undefined) continue;
      const fold = this.#exponentials.overlooksNaN(part)
        ? extremeFold(this.#e, "max", dtype as FloatType, chains, true)
        : foldOf(this.#e, reduction, dtype, chains, together);
      folds.set(part, fold);
    }
    return { folds, chains };
  }

  /**
   * Parts on four elements, or several times four: what maps compute becomes known, and folds take in the rest.
   * @param valid lanes that count; undefined: all
   */
  emit(
    parts: readonly RowPart[],
    known: readonly KnownValues[],
    { folds, chains }: PartFolds = { folds: new Map(), chains: 1 },
    valid?: Code,
  ): void {
    for (const part of parts) {
      const results = known.map((here) =>
        evaluate(
          this.#e,
          part.results.map(({ expression }) => expression),
          part.leaves.map((leaf) => here.get(leaf) as Four),
          (expression, operands) => this.#exponentials.emit(part, expression, operands),
        ),
      );
      const fold = folds.get(part);
      if (fold === undefined)
        known.forEach((here, u) => {
          part.results.forEach(({ value }, r) => void here.set(value, results[u]?.[r] as Four));
        });
      else {
        const fours = results.map(([four]) => four as Four);
        this.#together(part, fours).forEach((four, u) => fold.take(four, u % chains, valid));
      }
    }
  }

  /** How many vectors a pass should take at once, at least: those whose sum is widened once. */
  fewest(parts: readonly RowPart[]): number {
    return parts.some((part) => this.#exponentials.sumsBeforeWidening(part)) ? 4 : 1;
  }

  /** What a fold takes in: all of some vectors, or their sum. */
  #together(part: RowPart, fours: readonly Four[]): readonly Four[] {
    return this.#exponentials.sumsBeforeWidening(part)
      ? [inPairs(fours, (x, y) => operate(this.#e, "add", "float32", "float32", [x, y]))]
      : fours;
  }

  /** Values along the row that parts read from memory, and those that they store there. */
  traffic(parts: readonly RowPart[]): {
    readonly loaded: readonly number[];
    readonly stored: readonly number[];
  } {
    const { values } = this.#structure;
    const results = parts.flatMap((part) =>
      part.reduction === undefined ? part.results.map(({ value }) => value) : [],
    );
    const read = new Set(parts.flatMap(({ leaves }) => leaves));
    return {
      loaded: [...read].filter((value) => values[value]?.along === true && !results.includes(value)),
      stored: results.filter((value) => values[value]?.operand !== undefined),
    };
  }
}

/** All of some, combined in pairs, and these in pairs again. */
function inPairs(list: readonly Four[], combine: (x: Four, y: Four) => Four | undefined): Four {
  const [first, ...others] = list as readonly [Four, ...Four[]];
  if (others.length === 0) return first;
  const middle = Math.ceil(list.length / 2);
  const [x, y] = [list.slice(0, middle), list.slice(middle)].map((half) => inPairs(half, combine));
  return combine(x as Four, y as Four) as Four;
}
