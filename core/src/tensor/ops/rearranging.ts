/** Ops that repeat and turn, composed of the basic ones. */
import { BitaleTypeError } from "../../errors.js";
import { normalizeAxes, normalizeAxis } from "../shape.js";
import { iota } from "./creation.js";
import { add, mod, sub } from "./elementwise.js";
import { take } from "./gathering.js";
import { addIndex, type IndexItem, index } from "./indexing.js";
import { lengthScalar } from "./lengths.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";
import { cumsum } from "./ordering.js";
import { sum } from "./reductions.js";
import {
  broadcastTo,
  expandDims,
  flatten,
  type Length,
  lengthOf,
  lengthsOf,
  productOf,
  reshape,
} from "./shaping.js";
import { slice } from "./slices.js";

/** Copies of x beside each other along its axes; more counts than axes add leading ones. */
export function tile(x: Operand, counts: Length | readonly Length[]): TensorVariable {
  const list = Array.isArray(counts) ? (counts as readonly Length[]) : [counts as Length];
  const tensor = asTensor(x);
  const rank = Math.max(tensor.type.ndim, list.length);
  const padded = [...new Array<Length>(rank - list.length).fill(1), ...list];
  const lengths = [...new Array<Length>(rank - tensor.type.ndim).fill(1), ...lengthsOf(tensor)];
  const split = reshape(
    tensor,
    lengths.flatMap((d): Length[] => [1, d]),
  );
  const wide = broadcastTo(
    split,
    lengths.flatMap((d, i): Length[] => [padded[i] as Length, d]),
  );
  return reshape(
    wide,
    lengths.map((d, i) => productOf([d, padded[i] as Length])),
  );
}

/**
 * Every entry of an axis several times in a row; without an axis of the flattened x.
 * @param counts one count for all entries, or a list or vector with one for each
 */
export function repeat(
  x: Operand,
  counts: Length | readonly number[] | TensorVariable,
  axis?: number | null,
): TensorVariable {
  const tensor = axis === undefined || axis === null ? flatten(asTensor(x)) : asTensor(x);
  const at = normalizeAxis(axis ?? 0, tensor.type.ndim, "repeat");
  const each = typeof counts === "number" ? counts : asTensor(counts as Operand);
  if (typeof each === "number" || each.type.ndim === 0) return repeatEqually(tensor, each, at);
  return take(tensor, repeatedPositions(cast(each, "int64"), lengthOf(tensor, at)), at);
}

function repeatEqually(tensor: TensorVariable, count: Length, at: number): TensorVariable {
  const lengths = lengthsOf(tensor);
  const wide = broadcastTo(expandDims(tensor, at + 1), [
    ...lengths.slice(0, at + 1),
    count,
    ...lengths.slice(at + 1),
  ]);
  return reshape(
    wide,
    lengths.map((d, i) => (i === at ? productOf([d, count]) : d)),
  );
}

/** 0 as often as the first count says, then 1, and so on: running sums of marks where the next entry begins. */
function repeatedPositions(counts: TensorVariable, length: Length): TensorVariable {
  const each = broadcastTo(counts, [length]);
  const total = sum(each);
  const marks = broadcastTo(cast(0, "int64"), [add(total, 1n)]);
  const marked = addIndex(marks, [cumsum(each)], 1n);
  return index(cumsum(marked), slice(0, total));
}

/** Axes in the opposite direction; all by default. */
export function flip(x: Operand, axis?: number | readonly number[] | null): TensorVariable {
  const tensor = asTensor(x);
  const axes = normalizeAxes(axis, tensor.type.ndim, "flip");
  return index(
    tensor,
    ...tensor.type.shape.map((_, i): IndexItem => (axes.includes(i) ? slice(null, null, -1) : slice())),
  );
}

/**
 * Entries moved on along axes, what falls off comes in at the other end; without an axis of the flattened x.
 * @param shift how far: one for all axes, or a list with one for each
 */
export function roll(
  x: Operand,
  shift: Length | readonly Length[],
  axis?: number | readonly number[] | null,
): TensorVariable {
  const tensor = asTensor(x);
  if (axis === undefined || axis === null) return reshape(roll(flatten(tensor), shift, 0), lengthsOf(tensor));
  const axes = (typeof axis === "number" ? [axis] : axis).map((a) =>
    normalizeAxis(a, tensor.type.ndim, "roll"),
  );
  const shifts = Array.isArray(shift) ? (shift as readonly Length[]) : axes.map(() => shift as Length);
  if (shifts.length !== axes.length) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "roll",
      problem: "one shift is needed for each axis",
      got: `${shifts.length} for ${axes.length} axes`,
    });
  }
  return axes.reduce((rolled, at, i) => rollOne(rolled, shifts[i] as Length, at), tensor);
}

function rollOne(tensor: TensorVariable, shift: Length, at: number): TensorVariable {
  const length = lengthOf(tensor, at);
  return take(tensor, mod(sub(iota(length), lengthScalar(shift)), lengthScalar(length)), at);
}
