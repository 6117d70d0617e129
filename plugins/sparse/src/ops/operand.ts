/** What the ops know of sparse Types (the class itself stands above them), and how they check operands. */
import {
  BitaleRangeError,
  BitaleTypeError,
  type Dim,
  isTensorType,
  NDArray,
  type Op,
  type Shape,
  shapeText,
  type TensorType,
  type Type,
  type TypedArray,
  type Variable,
} from "@bitale/core";
import type { SparseDType } from "../formats/dtype.js";
import type { SparseFormat } from "../formats/matrix.js";

/** Static lengths of a matrix. */
export type MatrixShape = readonly [rows: Dim, columns: Dim];

/** The static facts of a sparse Type. */
export interface SparseFacts {
  readonly dtype: SparseDType;
  readonly format: SparseFormat;
  readonly shape: MatrixShape;
}

/** A sparse Type as the ops see it. */
export interface SparseTypeLike extends Type, SparseFacts {
  /** The plain Type with some facts changed. */
  like(facts: Partial<SparseFacts>): SparseTypeLike;
}

/** A sparse matrix in a graph. */
export type SparseVariable = Variable<SparseTypeLike>;

/** Whether a Type is one of sparse matrices (of any copy of this package). */
export const isSparseType = (type: Type): type is SparseTypeLike => type.kind === "sparse";

/** Whether a variable is a sparse matrix. */
export const isSparseVariable = (variable: Variable): variable is SparseVariable =>
  isSparseType(variable.type);

/** The other format. */
export const flipFormat = (format: SparseFormat): SparseFormat => (format === "csr" ? "csc" : "csr");

/** @throws BitaleTypeError BAD_OPERAND */
export function badOperand(op: string, problem: string, operands: readonly Variable[], cure?: string): never {
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: op,
    problem,
    got: operands.map((operand) => operand.type.toString()).join(", "),
    cure,
  });
}

/** @throws BitaleRangeError SHAPE_MISMATCH */
export function shapeMismatch(op: string, problem: string, shapes: readonly Shape[]): never {
  throw new BitaleRangeError("SHAPE_MISMATCH", {
    subject: op,
    problem,
    got: shapes.map(shapeText).join(" and "),
  });
}

/** The sparse Type of an operand. @throws BitaleTypeError BAD_OPERAND */
export function sparseOperand(op: Op, inputs: readonly Variable[], position: number): SparseTypeLike {
  const input = inputs[position];
  if (input !== undefined && isSparseType(input.type)) return input.type;
  return badOperand(op.name, `operand ${position} must be a sparse matrix`, inputs);
}

/** The dense Type of an operand of the given ranks and dtype. @throws BitaleTypeError BAD_OPERAND */
export function denseOperand(
  op: Op,
  inputs: readonly Variable[],
  position: number,
  ranks: readonly number[],
  dtype?: SparseDType,
): TensorType {
  const type = inputs[position]?.type;
  if (type === undefined || !isTensorType(type) || !ranks.includes(type.ndim)) {
    return badOperand(
      op.name,
      `operand ${position} must be a dense tensor of rank ${ranks.join(" or ")}`,
      inputs,
    );
  }
  if (dtype !== undefined && type.dtype !== dtype) {
    badOperand(op.name, "operands must have one dtype", inputs, "cast one of them: x.astype(dtype)");
  }
  return type;
}

/** The length that two operands must share, known if one knows it. @throws BitaleRangeError SHAPE_MISMATCH */
export function sharedLength(op: string, a: Dim, b: Dim, shapes: readonly Shape[]): Dim {
  if (a !== null && b !== null && a !== b) shapeMismatch(op, "lengths that must be equal differ", shapes);
  return a ?? b;
}

/** A dense result around fresh row-major elements. */
export function denseResult(data: TypedArray, shape: readonly number[], dtype: SparseDType): NDArray {
  return new NDArray({ data, shape: [...shape], dtype });
}
