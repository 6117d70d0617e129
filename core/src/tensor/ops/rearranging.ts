/** Ops that repeat, turn and pick out parts, composed of the basic ones. */
import { BitaleTypeError } from "../../errors.js";
import { normalizeAxes, normalizeAxis } from "../shape.js";
import { eye, iota } from "./creation.js";
import { add, eq, mod, mul, where } from "./elementwise.js";
import { type IndexItem, index, slice, take } from "./indexing.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";
import { sum } from "./reductions.js";
import {
  broadcastTo,
  concatenate,
  expandDims,
  flatten,
  type Length,
  lengthOf,
  lengthsOf,
  reshape,
} from "./shaping.js";

const times = (length: Length, count: number): Length =>
  typeof length === "number" ? length * count : mul(length, BigInt(count));

/** x repeated as a whole along its axes; more counts than axes add leading ones. */
export function tile(x: Operand, counts: number | readonly number[]): TensorVariable {
  const list = typeof counts === "number" ? [counts] : counts;
  const tensor = asTensor(x);
  const rank = Math.max(tensor.type.ndim, list.length);
  const padded = [...new Array<number>(rank - list.length).fill(1), ...list];
  const lengths = [...new Array<Length>(rank - tensor.type.ndim).fill(1), ...lengthsOf(tensor)];
  const split = reshape(
    tensor,
    lengths.flatMap((d): Length[] => [1, d]),
  );
  const wide = broadcastTo(
    split,
    lengths.flatMap((d, i): Length[] => [padded[i] as number, d]),
  );
  return reshape(
    wide,
    lengths.map((d, i) => times(d, padded[i] as number)),
  );
}

/** Every entry of an axis `count` times in a row; without an axis of the flattened x. */
export function repeat(x: Operand, count: number, axis?: number | null): TensorVariable {
  const tensor = axis === undefined || axis === null ? flatten(asTensor(x)) : asTensor(x);
  const at = normalizeAxis(axis ?? 0, tensor.type.ndim, "repeat");
  const lengths = lengthsOf(tensor);
  const wide = broadcastTo(expandDims(tensor, at + 1), [
    ...lengths.slice(0, at + 1),
    count,
    ...lengths.slice(at + 1),
  ]);
  return reshape(
    wide,
    lengths.map((d, i) => (i === at ? times(d, count) : d)),
  );
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

/** Entries moved on along an axis, what falls off comes in at the other end; without an axis of the flattened x. */
export function roll(x: Operand, shift: number, axis?: number | null): TensorVariable {
  const tensor = asTensor(x);
  if (axis === undefined || axis === null) return reshape(roll(flatten(tensor), shift, 0), lengthsOf(tensor));
  const at = normalizeAxis(axis, tensor.type.ndim, "roll");
  const length = lengthOf(tensor, at);
  const places = mod(
    add(iota(length), BigInt(-shift)),
    cast(typeof length === "number" ? BigInt(length) : length, "int64"),
  );
  return take(tensor, places, at);
}

/** The diagonal of a matrix, or a matrix with a vector on its diagonal (k above the main one). */
export function diag(x: Operand, k = 0): TensorVariable {
  const tensor = asTensor(x);
  if (tensor.type.ndim === 2) return diagonal(tensor, k);
  if (tensor.type.ndim !== 1) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "diag",
      problem: "a vector or a matrix is needed",
      got: tensor.type.toString(),
    });
  }
  const length = lengthOf(tensor, 0);
  const side: Length = typeof length === "number" ? length + Math.abs(k) : add(length, BigInt(Math.abs(k)));
  const padding = (count: number): TensorVariable => broadcastTo(cast(0, tensor.type.dtype), [count]);
  const rows = concatenate(k >= 0 ? [tensor, padding(k)] : [padding(-k), tensor], 0);
  return where(cast(eye(side, side, k, "int8"), "bool"), expandDims(rows, 1), 0);
}

function diagonal(matrix: TensorVariable, k: number): TensorVariable {
  const shifted = index(matrix, slice(Math.max(0, -k)), slice(Math.max(0, k)));
  const [rows, columns] = lengthsOf(shifted) as [Length, Length];
  const side = typeof rows === "number" && typeof columns === "number" ? Math.min(rows, columns) : undefined;
  const onDiagonal = eq(expandDims(iota(rows), 1), expandDims(iota(columns), 0));
  const sums = sum(where(onDiagonal, shifted, 0), { axis: 1, dtype: matrix.type.dtype });
  if (side !== undefined) return index(sums, slice(0, side));
  return index(sums, slice(0, columns));
}

/** Sum of the diagonal of a matrix. */
export const trace = (x: Operand): TensorVariable => sum(diag(asTensor(x)));
