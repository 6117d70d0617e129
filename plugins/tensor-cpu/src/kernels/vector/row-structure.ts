/** What loops over rows are made for: passes over a row, one after another, and the values that they hand on. */
import type { ArgReductionName, DType, Expression, ReductionName } from "@bitale/core";
import type { Code } from "../../wasm/code.js";
import type { Operand } from "../loop-structure.js";
import type { Four } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { evaluate } from "./expressions.js";
import type { Fold } from "./folds.js";

/** What parts read and write: elements along a row, or one for the row. */
export interface RowValue {
  readonly dtype: DType;
  readonly along: boolean;
  /** Its place among the operands; undefined: it is never in memory. */
  readonly operand: number | undefined;
}

/** A loop over a row, or what is computed once for it; values by their place. */
export interface RowPart {
  /** Then there is one result. */
  readonly reduction: ReductionName | ArgReductionName | undefined;
  readonly results: readonly { readonly expression: Expression; readonly value: number }[];
  readonly leaves: readonly number[];
}

/** Parts that go along a row together; `once`: they do not go along it. */
export interface RowPass {
  readonly once: boolean;
  readonly parts: readonly RowPart[];
}

export interface RowStructure {
  /** Loops around the rows, the outermost first. */
  readonly outer: number;
  /** Elements of a row, where code is made for that many: then four rows are taken at once. */
  readonly length: number | undefined;
  /** Memory: how it is walked along the outer loops and along the row. */
  readonly operands: readonly Operand[];
  readonly values: readonly RowValue[];
  readonly passes: readonly RowPass[];
}

/** Values that a row's code knows. */
export interface KnownValues {
  get(value: number): Four | undefined;
  set(value: number, four: Four): unknown;
}

/** Emits the parts of a structure on values that are there. */
export class RowParts {
  readonly #e: Emitter;
  readonly #structure: RowStructure;
  /** Largest elements, by their value, with the value whose elements they are. */
  readonly #largest = new Map<number, number>();

  constructor(e: Emitter, structure: RowStructure) {
    this.#e = e;
    this.#structure = structure;
    for (const { reduction, results, leaves } of structure.passes.flatMap(({ parts }) => parts)) {
      const [result] = results;
      if (reduction === "max" && result?.expression.kind === "leaf")
        this.#largest.set(result.value, leaves[result.expression.index] as number);
    }
  }

  /**
   * Parts on four elements: what maps compute becomes known, and folds take in the rest.
   * @param valid lanes that count; undefined: all
   */
  emit(
    parts: readonly RowPart[],
    known: KnownValues,
    folds: ReadonlyMap<RowPart, Fold>,
    chain = 0,
    valid?: Code,
  ): void {
    for (const part of parts) {
      const fours = evaluate(
        this.#e,
        part.results.map(({ expression }) => expression),
        part.leaves.map((leaf) => known.get(leaf) as Four),
        (expression) => this.#isNegative(part, expression),
      );
      const fold = folds.get(part);
      if (fold !== undefined) fold.take(fours[0] as Four, chain, valid);
      else part.results.forEach(({ value }, r) => void known.set(value, fours[r] as Four));
    }
  }

  /** Whether an expression is an element minus the largest one of its row. */
  #isNegative({ leaves }: RowPart, expression: Expression): boolean {
    if (expression.kind !== "op" || expression.op !== "sub") return false;
    const [x, top] = expression.args.map((arg) => (arg.kind === "leaf" ? leaves[arg.index] : undefined));
    return x !== undefined && top !== undefined && this.#largest.get(top) === x;
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
