/** What loops over rows are made for: passes over a row, one after another, and the values that they hand on. */
import type { ArgReductionName, DType, Expression, ReductionName } from "@bitale/core";
import type { Operand } from "../loop-structure.js";

/** What parts read and write: elements along a row, or one for the row. */
export interface RowValue {
  readonly dtype: DType;
  readonly along: boolean;
  /** Its place among the operands; undefined: it is never in memory. */
  readonly operand: number | undefined;
  /** Whether it is made here, and nobody else reads it. */
  readonly local: boolean;
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
