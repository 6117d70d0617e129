/** Products of matrices and their like, all composed of the general dot. */
import { BitaleTypeError } from "../../errors.js";
import { primitive } from "../primitive-op.js";
import { normalizeAxis } from "../shape.js";
import { mul } from "./elementwise.js";
import { asTensor, type Operand, overridden, type TensorVariable, unify } from "./operands.js";
import { expandDims, reshape } from "./shaping.js";

/**
 * NumPy's dot: matrix products for 2-d operands, inner products for vectors, a plain product with a scalar; the last
 * axis of x with the second last of y for more dimensions.
 */
export function dot(x: Operand, y: Operand): TensorVariable {
  const other = overridden("dot", [x, y]);
  if (other !== undefined) return other as TensorVariable;
  const [a, b] = [asTensor(x), asTensor(y)];
  if (a.type.ndim === 0 || b.type.ndim === 0) return mul(a, b);
  const axis = Math.max(0, b.type.ndim - 2);
  return primitive("dot", { contract: [[a.type.ndim - 1], [axis]], batch: [[], []] }, unify([a, b]));
}

/** Sums over pairs of axes: `axes` many last/first ones, or [axes of x, axes of y]. */
export function tensorDot(
  x: Operand,
  y: Operand,
  axes: number | readonly [number | readonly number[], number | readonly number[]] = 2,
): TensorVariable {
  const [a, b] = unify([x, y]) as [TensorVariable, TensorVariable];
  const [m, n] = [a.type.ndim, b.type.ndim];
  const list = (which: number | readonly number[], rank: number): number[] =>
    (typeof which === "number" ? [which] : which).map((axis) => normalizeAxis(axis, rank, "tensorDot"));
  const [left, right] =
    typeof axes === "number"
      ? [Array.from({ length: axes }, (_, i) => m - axes + i), Array.from({ length: axes }, (_, i) => i)]
      : [list(axes[0], m), list(axes[1], n)];
  if (left.length !== right.length) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "tensorDot",
      problem: "both lists need the same number of axes",
    });
  }
  return primitive("dot", { contract: [left, right], batch: [[], []] }, [a, b]);
}

/** Products of the matrices in two stacks: the first axis counts pairs. */
export function batchedDot(x: Operand, y: Operand): TensorVariable {
  const [a, b] = unify([x, y]) as [TensorVariable, TensorVariable];
  const [m, n] = [a.type.ndim, b.type.ndim];
  if (m < 2 || n < 2 || m > 3 || n > 3) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "batchedDot",
      problem: "operands must have 2 or 3 dimensions",
      got: `${m} and ${n}`,
    });
  }
  return primitive("dot", { contract: [[m - 1], [1]], batch: [[0], [0]] }, [a, b]);
}

/** x[i] * y[j] of two vectors (others are flattened). */
export function outer(x: Operand, y: Operand): TensorVariable {
  const flat = (value: Operand): TensorVariable => reshape(asTensor(value), [-1]);
  return mul(expandDims(flat(x), 1), expandDims(flat(y), 0));
}
