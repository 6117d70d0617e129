/** Lengths of vectors and sizes of matrices. */
import { BitaleTypeError } from "../../errors.js";
import { normalizeAxis } from "../shape.js";
import { abs, neq, pow, sqr, sqrt } from "./elementwise.js";
import { cast, type Operand, type TensorVariable } from "./operands.js";
import { max, min, sum } from "./reductions.js";
import { squeeze } from "./shaping.js";
import { asFloat } from "./special-functions.js";

export interface NormOptions {
  /**
   * Of vectors: a number p (default 2), infinity, minus infinity, or 0 (how many are not zero). Of matrices: "fro"
   * (default), or 1, -1, infinity and -infinity (the largest or smallest sum of a column or row).
   */
  readonly ord?: number | "fro" | undefined;
  /** One axis: of vectors. Two: of matrices. Left out: of all elements, or of a matrix where `ord` is given. */
  readonly axis?: number | readonly [number, number] | null | undefined;
  readonly keepDims?: boolean | undefined;
}

/** The norm of vectors or matrices. @throws BitaleTypeError BAD_OPERAND for an order that is not defined there */
export function norm(x: Operand, { ord, axis, keepDims = false }: NormOptions = {}): TensorVariable {
  const tensor = asFloat(x);
  const rank = tensor.type.ndim;
  if ((axis ?? null) === null) {
    if (ord === undefined) return sqrt(sum(sqr(tensor), { keepDims }));
    if (rank === 1) return norm(tensor, { ord, axis: 0, keepDims });
    if (rank === 2) return norm(tensor, { ord, axis: [0, 1], keepDims });
    throw refuse(ord, `a tensor with ${rank} dimensions needs its axes named`);
  }
  if (typeof axis === "number") return vectorNorm(tensor, ord ?? 2, axis, keepDims);
  const [rows, columns] = axis as readonly [number, number];
  return matrixNorm(tensor, ord ?? "fro", [rows, columns], keepDims);
}

const refuse = (ord: unknown, problem: string): BitaleTypeError =>
  new BitaleTypeError("BAD_OPERAND", { subject: "norm", problem, got: `ord ${String(ord)}` });

function vectorNorm(
  tensor: TensorVariable,
  ord: number | "fro",
  axis: number,
  keepDims: boolean,
): TensorVariable {
  const options = { axis, keepDims };
  if (ord === "fro") throw refuse(ord, "vectors have no Frobenius norm");
  if (ord === Number.POSITIVE_INFINITY) return max(abs(tensor), options);
  if (ord === Number.NEGATIVE_INFINITY) return min(abs(tensor), options);
  if (ord === 0) return sum(cast(neq(tensor, 0), tensor.type.dtype), options);
  if (ord === 1) return sum(abs(tensor), options);
  if (ord === 2) return sqrt(sum(sqr(tensor), options));
  return pow(sum(pow(abs(tensor), ord), options), 1 / ord);
}

function matrixNorm(
  tensor: TensorVariable,
  ord: number | "fro",
  axes: readonly [number, number],
  keepDims: boolean,
): TensorVariable {
  const [rows, columns] = axes.map((axis) => normalizeAxis(axis, tensor.type.ndim, "norm")) as [
    number,
    number,
  ];
  if (ord === "fro") return sqrt(sum(sqr(tensor), { axis: [rows, columns], keepDims }));
  const sumsOf = { 1: rows, [Number.POSITIVE_INFINITY]: columns }[Math.abs(ord)];
  if (sumsOf === undefined) {
    throw refuse(
      ord,
      "matrices have the norms fro, 1, -1, infinity and -infinity here (2 needs singular values)",
    );
  }
  const sums = sum(abs(tensor), { axis: sumsOf, keepDims: true });
  const both = (ord > 0 ? max : min)(sums, { axis: [rows, columns], keepDims: true });
  return keepDims ? both : squeeze(both, [rows, columns]);
}
