/** Diagonals and triangles of matrices, and of the matrices that two axes of a tensor make. */
import { BitaleRangeError, BitaleTypeError } from "../../errors.js";
import { type DType, sumResult } from "../dtype.js";
import { floatX } from "../float-x.js";
import { normalizeAxis } from "../shape.js";
import { iota } from "./creation.js";
import { add, eq, ge, le, where } from "./elementwise.js";
import { index } from "./indexing.js";
import { addLengths, minLength, mulLengths } from "./lengths.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";
import { sum } from "./reductions.js";
import {
  broadcastTo,
  concatenate,
  expandDims,
  type Length,
  lengthOf,
  lengthsOf,
  productOf,
  reshape,
  transpose,
} from "./shaping.js";
import { slice } from "./slices.js";

/** Which diagonal: `offset` above the main one (below for negative), of the matrices that two axes make. */
export interface DiagonalOptions {
  readonly offset?: number | undefined;
  readonly axis1?: number | undefined;
  readonly axis2?: number | undefined;
}

/**
 * The diagonals of the matrices that two axes make (0 and 1 by default), as a new last axis.
 * @throws BitaleRangeError BAD_AXIS where both are the same axis
 */
export function diagonal(
  x: Operand,
  { offset = 0, axis1 = 0, axis2 = 1 }: DiagonalOptions = {},
): TensorVariable {
  const tensor = asTensor(x);
  const [first, second] = [axis1, axis2].map((axis) => normalizeAxis(axis, tensor.type.ndim, "diagonal")) as [
    number,
    number,
  ];
  if (first === second) {
    throw new BitaleRangeError("BAD_AXIS", { subject: "diagonal", problem: "two different axes are needed" });
  }
  const rest = tensor.type.shape.map((_, axis) => axis).filter((axis) => axis !== first && axis !== second);
  const stacked = transpose(tensor, [...rest, first, second]);
  const shifted = index(stacked, "...", slice(Math.max(0, -offset)), slice(Math.max(0, offset)));
  const lengths = lengthsOf(shifted);
  const [rows, columns] = lengths.slice(-2) as [Length, Length];
  const joined = reshape(shifted, [...lengths.slice(0, -2), productOf([rows, columns])]);
  const step = addLengths(columns, 1);
  return index(joined, "...", slice(0, mulLengths(minLength(rows, columns), step), step));
}

/** The diagonal of a matrix, or a matrix with a vector on its diagonal (k above the main one). */
export function diag(x: Operand, k = 0): TensorVariable {
  const tensor = asTensor(x);
  if (tensor.type.ndim === 2) return diagonal(tensor, { offset: k });
  if (tensor.type.ndim !== 1) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "diag",
      problem: "a vector or a matrix is needed",
      got: tensor.type.toString(),
      cure: "use diagonal for more dimensions",
    });
  }
  const padding = (count: number): TensorVariable => broadcastTo(cast(0, tensor.type.dtype), [count]);
  const rows = k === 0 ? tensor : concatenate(k > 0 ? [tensor, padding(k)] : [padding(-k), tensor], 0);
  const side = lengthOf(rows, 0);
  return where(onDiagonal(side, side, k), expandDims(rows, 1), cast(0, tensor.type.dtype));
}

/** Row and column numbers of a matrix, to be compared; rows moved by k. */
const places = (rows: Length, columns: Length, k: number): [TensorVariable, TensorVariable] => [
  add(expandDims(iota(rows), 1), BigInt(k)),
  expandDims(iota(columns), 0),
];
const onDiagonal = (rows: Length, columns: Length, k: number): TensorVariable =>
  eq(...places(rows, columns, k));

/** Sum of the diagonal of the matrices that two axes make. */
export function trace(
  x: Operand,
  options: DiagonalOptions & { readonly dtype?: DType | undefined } = {},
): TensorVariable {
  const line = diagonal(x, options);
  return sum(line, { axis: -1, dtype: options.dtype ?? sumResult(line.type.dtype) });
}

/** Ones at and below a diagonal (k above the main one), zeros above it. */
export function tri(rows: Length, columns: Length = rows, k = 0, dtype: DType = floatX()): TensorVariable {
  return cast(ge(...places(rows, columns, k)), dtype);
}

function triangle(x: Operand, k: number, lower: boolean): TensorVariable {
  const tensor = asTensor(x);
  if (tensor.type.ndim === 0) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: lower ? "tril" : "triu",
      problem: "a scalar has no rows and columns",
    });
  }
  const [columns, rows = columns] = lengthsOf(tensor).reverse() as [Length, Length?];
  const kept = (lower ? ge : le)(...places(rows, columns, k));
  return where(kept, tensor, cast(0, tensor.type.dtype));
}

/** Matrices (the last two axes; a vector counts for every row) with zeros above a diagonal, k above the main one. */
export const tril = (x: Operand, k = 0): TensorVariable => triangle(x, k, true);
/** Matrices (the last two axes; a vector counts for every row) with zeros below a diagonal, k above the main one. */
export const triu = (x: Operand, k = 0): TensorVariable => triangle(x, k, false);
