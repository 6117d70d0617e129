/** Between flat positions and one index for each axis. */

import { add, floorDiv, mod, mul } from "./elementwise.js";
import { flatNonzero } from "./flat-nonzero.js";
import { lengthScalar } from "./lengths.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";
import { type Length, lengthsOf, productOf, stack } from "./shaping.js";

/** Row-major positions in a tensor of this shape as one int64 index for each axis. */
export function unravelIndex(positions: Operand, shape: readonly Length[]): TensorVariable[] {
  const flat = cast(asTensor(typeof positions === "number" ? BigInt(positions) : positions), "int64");
  return shape.map((length, axis) =>
    mod(floorDiv(flat, lengthScalar(productOf(shape.slice(axis + 1)))), lengthScalar(length)),
  );
}

/** One index for each axis as row-major positions in a tensor of this shape, int64. */
export function ravelMultiIndex(indices: readonly Operand[], shape: readonly Length[]): TensorVariable {
  return indices
    .map((index, axis) => mul(cast(index, "int64"), lengthScalar(productOf(shape.slice(axis + 1)))))
    .reduce((a, b) => add(a, b), cast(0, "int64"));
}

/** Where x is not zero: one int64 index vector for each axis, as long as there are such elements. */
export function nonzero(x: Operand): TensorVariable[] {
  const tensor = asTensor(x);
  return unravelIndex(flatNonzero(tensor), lengthsOf(tensor));
}

/** Where x is not zero: a row of indices for each such element, int64. */
export const argWhere = (x: Operand): TensorVariable => stack(nonzero(x), 1);
