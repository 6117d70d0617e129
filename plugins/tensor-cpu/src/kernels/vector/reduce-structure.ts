/** What a reduction is made for, and the order in which it walks memory. */
import type { ArgReductionName, Expression, ReductionName } from "@bitale/core";
import type { Operand } from "../loop-structure.js";
import { lanes } from "./elements.js";
import { stateVectors } from "./folds.js";

export interface ReduceStructure {
  readonly name: ReductionName | ArgReductionName;
  /** Loops over what is kept (the outermost ones), and over what is reduced (at least one). */
  readonly kept: number;
  readonly reduced: number;
  readonly expression: Expression;
  readonly out: Operand;
  readonly leaves: readonly Operand[];
  /** Columns are reduced a band of rows at a time; a last argument then says where `bandSpace` bytes are free. */
  readonly bands: boolean;
}

/**
 * Whether neighbours in memory are neighbours along what is kept: then vectors hold results side by side (sums of
 * columns); else parts of one result (sums of rows).
 */
export const alongKept = ({
  kept,
  reduced,
  leaves,
  out,
}: Pick<ReduceStructure, "kept" | "reduced" | "leaves" | "out">): boolean => {
  const moves = (level: number): boolean => leaves.some(({ walks }) => walks[level] === "1");
  return kept > 0 && out.walks[kept - 1] === "1" && moves(kept - 1) && !moves(kept + reduced - 1);
};

/** Rows of a band: about as many streams of memory as processors fetch ahead of time. */
export const bandRows = 16;
/** Elements from which bands pay. */
const smallestBanded = 2 ** 15;

/** Bytes that a reduction in bands works in; 0 where it does not pay. @param lengths of all loops */
export function bandSpace(structure: Omit<ReduceStructure, "bands">, lengths: readonly number[]): number {
  const { name, kept, expression } = structure;
  const [columns, rows] = [lengths[kept - 1] ?? 0, lengths[kept] ?? 0];
  const elements = lengths.reduce((size, length) => size * length, 1);
  if (!alongKept(structure) || elements < smallestBanded || rows <= 2 * bandRows || columns <= 4 * lanes)
    return 0;
  return Math.ceil(columns / lanes) * stateVectors(name, expression.dtype) * 16;
}
