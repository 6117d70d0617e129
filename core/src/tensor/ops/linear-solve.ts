/**
 * Systems of linear equations, factors, inverses and determinants of (stacks of) matrices. They run on the host; on
 * other backends values come there and go back.
 */
import { BitaleTypeError } from "../../errors.js";
import { floatResult } from "../dtype.js";
import { primitive } from "../primitive-op.js";
import type { PrimitiveParams } from "../primitives.js";
import { eye } from "./creation.js";
import { matrixTranspose } from "./linear-algebra.js";
import { cast, type Operand, type TensorVariable, unify } from "./operands.js";
import { broadcastTo, commonLengths, expandDims, lengthOf, lengthsOf, squeeze } from "./shaping.js";
import { asFloat } from "./special-functions.js";

/**
 * The factor L of x = L Lᵀ (lower), or U of x = Uᵀ U, of symmetric positive definite matrices. Only the triangle of
 * the factor is read, and only it gets a gradient.
 * @throws BitaleRangeError NOT_POSITIVE_DEFINITE, at the call
 *
 * @example
 * ```ts
 * import { cholesky, compile, matrix } from "@bitale/core";
 * const x = matrix("x");
 * const f = compile([x], cholesky(x));
 * console.log(f([[4, 2], [2, 5]]).toArray()); // [[2, 0], [1, 2]]
 * ```
 */
export function cholesky(x: Operand, { lower = true }: { readonly lower?: boolean } = {}): TensorVariable {
  const matrices = asFloat(x);
  return lower
    ? primitive("cholesky", {}, [matrices])
    : matrixTranspose(primitive("cholesky", {}, [matrixTranspose(matrices)]));
}

/** Both sides in one float dtype with their stacks broadcast; a vector on the right counts as a column. */
function solved<N extends "solve" | "solveTriangular">(
  name: N,
  params: PrimitiveParams[N],
  a: Operand,
  b: Operand,
): TensorVariable {
  const both = unify([a, b]);
  const dtype = floatResult((both[0] as TensorVariable).type.dtype);
  const [left, right] = both.map((operand) => cast(operand, dtype)) as [TensorVariable, TensorVariable];
  if (left.type.ndim < 2 || right.type.ndim < 1) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: name,
      problem: "a matrix on the left and a vector or matrix on the right are needed",
      got: `${left.type} and ${right.type}`,
    });
  }
  const single = right.type.ndim === 1;
  const columns = single ? expandDims(right, 1) : right;
  const [matrices, sides] = withStacks(left, columns);
  const result = primitive(name, params, [matrices, sides]);
  return single ? squeeze(result, -1) : result;
}

/** The axes in front of the last two broadcast together. */
function withStacks(left: TensorVariable, right: TensorVariable): [TensorVariable, TensorVariable] {
  if (left.type.ndim === 2 && right.type.ndim === 2) return [left, right];
  const common = commonLengths([left, right].map((tensor) => lengthsOf(tensor).slice(0, -2)));
  const wide = (tensor: TensorVariable): TensorVariable =>
    broadcastTo(tensor, [...common, ...lengthsOf(tensor).slice(-2)]);
  return [wide(left), wide(right)];
}

/**
 * The x of a x = b, by elimination with pivots. Axes in front of the last two broadcast.
 * @param b vectors are 1-d; more axes are (stacks of) matrices
 * @throws BitaleRangeError SINGULAR_MATRIX, at the call
 */
export const solve = (a: Operand, b: Operand): TensorVariable => solved("solve", { transpose: false }, a, b);

export interface TriangularOptions {
  /** Which triangle of a is read (default: the lower one). */
  readonly lower?: boolean | undefined;
  /** Whether aᵀ x = b is solved (default false). */
  readonly transpose?: boolean | undefined;
  /** Whether ones stand for the diagonal of a (default false). */
  readonly unitDiagonal?: boolean | undefined;
}

/** As `solve`, for triangular a, by substitution. @throws BitaleRangeError SINGULAR_MATRIX, at the call */
export const solveTriangular = (
  a: Operand,
  b: Operand,
  { lower = true, transpose = false, unitDiagonal = false }: TriangularOptions = {},
): TensorVariable => solved("solveTriangular", { lower, transpose, unit: unitDiagonal }, a, b);

/** The x of a x = b, where the Cholesky factor L of a = L Lᵀ is given. */
export const solveCholesky = (factor: Operand, b: Operand): TensorVariable =>
  solveTriangular(factor, solveTriangular(factor, b), { transpose: true });

/** The inverse of matrices. @throws BitaleRangeError SINGULAR_MATRIX, at the call */
export function inv(x: Operand): TensorVariable {
  const matrices = asFloat(x);
  const side = lengthOf(matrices, matrices.type.ndim - 1);
  return solve(matrices, eye(side, side, 0, matrices.type.dtype));
}

/** The determinant of matrices. Its gradient needs the inverse. */
export const det = (x: Operand): TensorVariable => primitive("determinant", { part: "value" }, [asFloat(x)]);

/** The sign of the determinant and the logarithm of its absolute value (minus infinity for a singular matrix). */
export const slogDet = (x: Operand): [TensorVariable, TensorVariable] => {
  const matrices = asFloat(x);
  return [
    primitive("determinant", { part: "sign" }, [matrices]),
    primitive("determinant", { part: "logarithm" }, [matrices]),
  ];
};
