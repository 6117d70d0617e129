import { type DType, isFloat } from "../dtype.js";
import type { Scalar } from "../ndarray.js";
import type { BinaryName } from "../primitives.js";
import { stored } from "./elements.js";
import { scalarFunction } from "./scalar-functions.js";

/**
 * The dtype in which a long sum is kept: float64 for floats (rounded once, at the end), else the operands'
 * own.
 */
export const accumulatorOf = (dtype: DType): DType => (isFloat(dtype) ? "float64" : dtype);

/** A binary primitive for chains of calls: each result is wrapped or rounded to the accumulator's dtype. */
export function accumulating(op: BinaryName, dtype: DType): (x: Scalar, y: Scalar) => Scalar {
  const accumulator = accumulatorOf(dtype);
  const f = scalarFunction(op, accumulator);
  return accumulator === "float64" ? f : (x, y) => stored(f(x, y), accumulator);
}
