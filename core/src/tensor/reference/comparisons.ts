import type { Scalar } from "../ndarray.js";
import type { comparisonNames } from "../primitives.js";

type ComparisonName = (typeof comparisonNames)[number];

const truth = (holds: boolean): number => (holds ? 1 : 0);

/**
 * Comparisons of two elements of one dtype, numbers or bigints, as 0 or 1. NaN equals nothing, not even NaN.
 */
export const comparisons: { readonly [N in ComparisonName]: (x: Scalar, y: Scalar) => number } = {
  eq: (x, y) => truth(x === y),
  neq: (x, y) => truth(x !== y),
  lt: (x, y) => truth(x < y),
  le: (x, y) => truth(x <= y),
  gt: (x, y) => truth(x > y),
  ge: (x, y) => truth(x >= y),
};
