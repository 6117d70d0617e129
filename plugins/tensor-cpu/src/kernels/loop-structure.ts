/** What a loop over elements is made for, and how it is called. */
import type { ArgReductionName, DType, Expression, ReductionName } from "@bitale/core";

/** How an operand's memory is walked along one loop: it stays, goes on by one, or by a stride known at the call. */
export type Walk = "0" | "1" | "s";

/** Memory that is walked: how, along each loop, the outermost first. */
export interface Operand {
  readonly dtype: DType;
  readonly walks: readonly Walk[];
}

/** What a loop is made for; lengths, strides and offsets come at the call. */
export interface LoopStructure {
  /** Loops, the outermost first. */
  readonly loops: number;
  /** How many of them, the innermost ones, are reduced. */
  readonly reduced: number;
  readonly leaves: readonly Operand[];
  /** One, if there is a reduction. At each place, all are computed before any is written. */
  readonly results: readonly (Operand & { readonly expression: Expression })[];
  readonly reduction: ReductionName | ArgReductionName | undefined;
}

/**
 * @param lengths of the loops
 * @param strides of each result (not of reduced loops), then of each leaf, loop by loop
 */
export type Loop = (
  lengths: readonly number[],
  strides: readonly number[],
  outs: readonly ArrayLike<unknown>[],
  outOffsets: readonly number[],
  arrays: readonly ArrayLike<unknown>[],
  offsets: readonly number[],
) => void;
