/** Tensors put together and taken apart along axes, with NumPy's names. */
import { BitaleRangeError, BitaleTypeError } from "../../errors.js";
import { normalizeAxis } from "../shape.js";
import { type IndexItem, index } from "./indexing.js";
import { addLengths, floorDivLengths, minLength, mulLengths, subLengths } from "./lengths.js";
import { asTensor, type Operand, type TensorVariable } from "./operands.js";
import { concatenate, expandDims, type Length, lengthOf, lengthsOf, reshape, transpose } from "./shaping.js";
import { slice } from "./slices.js";

/** Every tensor with at least one axis. */
export function atLeast1d(x: Operand): TensorVariable {
  const tensor = asTensor(x);
  return tensor.type.ndim === 0 ? expandDims(tensor, 0) : tensor;
}
/** Every tensor with at least two axes: new ones of length 1 stand in front. */
export function atLeast2d(x: Operand): TensorVariable {
  const tensor = atLeast1d(x);
  return tensor.type.ndim === 1 ? expandDims(tensor, 0) : tensor;
}
/** Every tensor with at least three axes: a vector becomes [1, n, 1], a matrix [m, n, 1]. */
export function atLeast3d(x: Operand): TensorVariable {
  const tensor = atLeast2d(x);
  return tensor.type.ndim === 2 ? expandDims(tensor, 2) : tensor;
}

/** Joined row below row: along the first axis; vectors count as rows. */
export const vstack = (operands: readonly Operand[]): TensorVariable =>
  concatenate(operands.map(atLeast2d), 0);
/** Joined side by side: along the second axis; vectors along their only one. */
export function hstack(operands: readonly Operand[]): TensorVariable {
  const tensors = operands.map(atLeast1d);
  return concatenate(tensors, tensors[0]?.type.ndim === 1 ? 0 : 1);
}
/** Joined along the third axis. */
export const dstack = (operands: readonly Operand[]): TensorVariable =>
  concatenate(operands.map(atLeast3d), 2);
/** Vectors as the columns of a matrix; matrices are joined side by side. */
export const columnStack = (operands: readonly Operand[]): TensorVariable =>
  concatenate(
    operands.map((x) => (asTensor(x).type.ndim < 2 ? transpose(atLeast2d(x)) : asTensor(x))),
    1,
  );

const along = (axis: number, item: IndexItem): IndexItem[] => [
  ...Array.from({ length: axis }, () => slice()),
  item,
];

/** The parts between positions of an axis. */
function cut(tensor: TensorVariable, places: readonly Length[], axis: number): TensorVariable[] {
  return [...places, null].map((stop, i) =>
    index(tensor, ...along(axis, slice(places[i - 1] ?? null, stop))),
  );
}

/** @throws BitaleTypeError BAD_OPERAND for a count that is no positive integer */
function checkSections(sections: number, op: string): void {
  if (Number.isInteger(sections) && sections > 0) return;
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: op,
    problem: `the number of parts must be a positive integer, got ${sections}`,
  });
}

/**
 * Parts of an axis.
 * @param sections how many equally long ones, or the positions where the next one begins
 * @throws BitaleRangeError SHAPE_MISMATCH where the length does not divide (an unknown one: at the call)
 */
export function split(x: Operand, sections: number | readonly Length[], axis = 0): TensorVariable[] {
  const tensor = asTensor(x);
  const at = normalizeAxis(axis, tensor.type.ndim, "split");
  if (typeof sections !== "number") return cut(tensor, sections, at);
  checkSections(sections, "split");
  const lengths = lengthsOf(tensor);
  const length = lengths[at] as Length;
  if (typeof length === "number" && length % sections !== 0) {
    throw new BitaleRangeError("SHAPE_MISMATCH", {
      subject: "split",
      problem: `an axis of length ${length} has no ${sections} equal parts`,
      cure: "use arraySplit for parts of different lengths",
    });
  }
  const part = floorDivLengths(length, sections);
  const grouped = reshape(tensor, [...lengths.slice(0, at), sections, part, ...lengths.slice(at + 1)]);
  return Array.from({ length: sections }, (_, i) => index(grouped, ...along(at, i)));
}

/** As `split`, with parts that are one longer in front where the length does not divide. */
export function arraySplit(x: Operand, sections: number | readonly Length[], axis = 0): TensorVariable[] {
  const tensor = asTensor(x);
  const at = normalizeAxis(axis, tensor.type.ndim, "arraySplit");
  if (typeof sections !== "number") return cut(tensor, sections, at);
  checkSections(sections, "arraySplit");
  const length = lengthOf(tensor, at);
  const each = floorDivLengths(length, sections);
  const longer = subLengths(length, mulLengths(each, sections));
  const start = (i: number): Length => addLengths(mulLengths(each, i), minLength(longer, i));
  return cut(
    tensor,
    Array.from({ length: sections - 1 }, (_, i) => start(i + 1)),
    at,
  );
}

/** The entries of an axis whose length is known, one by one: the opposite of `stack`. @throws BitaleTypeError BAD_OPERAND */
export function unstack(x: Operand, axis = 0): TensorVariable[] {
  const tensor = asTensor(x);
  const at = normalizeAxis(axis, tensor.type.ndim, "unstack");
  const length = tensor.type.shape[at];
  if (typeof length === "number") {
    return Array.from({ length }, (_, i) => index(tensor, ...along(at, i)));
  }
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: "unstack",
    problem: `the length of axis ${at} is not known`,
    got: tensor.type.toString(),
    cure: "state it with specifyShape",
  });
}
