/** Products of matrices and their like, all composed of the general dot. */
import { BitaleTypeError } from "../../errors.js";
import { primitive } from "../primitive-op.js";
import { normalizeAxis } from "../shape.js";
import { labelledProduct, stretched } from "./contraction.js";
import { mul, sub } from "./elementwise.js";
import { take } from "./gathering.js";
import { asTensor, type Operand, overridden, type TensorVariable, unify } from "./operands.js";
import {
  expandDims,
  flatten,
  type Length,
  lengthsOf,
  moveAxis,
  productOf,
  reshape,
  squeeze,
  swapAxes,
} from "./shaping.js";

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

/**
 * Products of the matrices in two stacks, the last two axes; the axes in front broadcast. A vector on the left counts as
 * a row, on the right as a column, and has no axis in the result.
 * @throws BitaleTypeError BAD_OPERAND for a scalar
 */
export function matmul(x: Operand, y: Operand): TensorVariable {
  const other = overridden("matmul", [x, y]) ?? overridden("dot", [x, y]);
  if (other !== undefined) return other as TensorVariable;
  const [a, b] = unify([x, y]) as [TensorVariable, TensorVariable];
  if (a.type.ndim === 0 || b.type.ndim === 0) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "matmul",
      problem: "operands need at least one dimension",
      got: `${a.type} and ${b.type}`,
      cure: "multiply by a scalar with mul",
    });
  }
  const stack = (rank: number): string[] =>
    Array.from({ length: Math.max(0, rank - 2) }, (_, i) => String(rank - 3 - i));
  const [left, right] = [stack(a.type.ndim), stack(b.type.ndim)];
  const [rows, columns] = [a.type.ndim > 1 ? ["m"] : [], b.type.ndim > 1 ? ["n"] : []];
  const operands = [
    { tensor: a, labels: [...left, ...rows, "k"] },
    { tensor: b, labels: [...right, "k", ...columns] },
  ];
  const batch = left.length > right.length ? left : right;
  return labelledProduct(stretched(operands, batch), [...batch, ...rows, ...columns]);
}

/** Sums of products over the last axes of both; a plain product with a scalar. */
export function inner(x: Operand, y: Operand): TensorVariable {
  const scalar = [x, y].some((operand) => asTensor(operand).type.ndim === 0);
  return scalar ? mul(x, y) : tensorDot(x, y, [-1, -1]);
}

/** The sum of all products of elements: of two tensors of one size, as vectors. */
export const vdot = (x: Operand, y: Operand): TensorVariable => dot(flatten(x), flatten(y));

/** Sums of products over one axis (the last by default) of tensors that broadcast. */
export function vecdot(x: Operand, y: Operand, axis = -1): TensorVariable {
  const [a, b] = (unify([x, y]) as [TensorVariable, TensorVariable]).map((t) => moveAxis(t, axis, -1));
  const rows = matmul(expandDims(a as TensorVariable, -2), expandDims(b as TensorVariable, -1));
  return squeeze(rows, [-2, -1]);
}

/** Kronecker's product: every element of x times the whole of y, in one tensor. */
export function kron(x: Operand, y: Operand): TensorVariable {
  const [a, b] = unify([x, y]) as [TensorVariable, TensorVariable];
  const rank = Math.max(a.type.ndim, b.type.ndim);
  const padded = (tensor: TensorVariable): TensorVariable =>
    rank === tensor.type.ndim
      ? tensor
      : expandDims(
          tensor,
          Array.from({ length: rank - tensor.type.ndim }, (_, i) => i),
        );
  const [outerPart, innerPart] = [padded(a), padded(b)];
  const places = Array.from({ length: rank }, (_, i) => 2 * i);
  const blocks = mul(
    expandDims(
      outerPart,
      places.map((i) => i + 1),
    ),
    expandDims(innerPart, places),
  );
  const inner = lengthsOf(innerPart);
  return reshape(
    blocks,
    lengthsOf(outerPart).map((length, i) => productOf([length, inner[i] as Length])),
  );
}

/** Cross product of vectors of length 3 along an axis (the last by default). */
export function cross(x: Operand, y: Operand, axis = -1): TensorVariable {
  const [a, b] = unify([x, y]) as [TensorVariable, TensorVariable];
  const turned = (tensor: TensorVariable, order: readonly number[]): TensorVariable =>
    take(tensor, order, axis);
  return sub(
    mul(turned(a, [1, 2, 0]), turned(b, [2, 0, 1])),
    mul(turned(a, [2, 0, 1]), turned(b, [1, 2, 0])),
  );
}

/** The last two axes exchanged. */
export const matrixTranspose = (x: Operand): TensorVariable => swapAxes(x, -1, -2);

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
