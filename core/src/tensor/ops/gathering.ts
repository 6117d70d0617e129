/** Entries of axes by integer indices, read and written. */
import { BitaleTypeError } from "../../errors.js";
import { isVariable } from "../../graph/nodes.js";
import { isFloat } from "../dtype.js";
import { primitive } from "../primitive-op.js";
import { normalizeAxis } from "../shape.js";
import { maximum, minimum, mod, sub } from "./elementwise.js";
import { lengthScalar } from "./lengths.js";
import { asTensor, cast, type Operand, overridden, type TensorVariable } from "./operands.js";
import {
  broadcastTo,
  commonLengths,
  expandDims,
  flatten,
  type Length,
  lengthOf,
  lengthsOf,
  reshape,
} from "./shaping.js";

/** An index that every axis refuses, and that backends with 32-bit indices can hold. */
export const outOfRange = 2n ** 31n - 1n;

function integerIndices(indices: Operand, op: string): TensorVariable {
  const tensor = asTensor(typeof indices === "number" ? BigInt(indices) : indices);
  if (!isFloat(tensor.type.dtype) && tensor.type.dtype !== "bool") return tensor;
  const literal = !isVariable(indices);
  if (literal) return cast(tensor, "int64");
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: op,
    problem: "indices must be integers",
    got: tensor.type.dtype,
  });
}

/**
 * What becomes of an index that is out of range: an error at the call ("raise"; negative ones count from the end), the
 * remainder ("wrap"), or the nearest one in range ("clip"; negative ones become 0).
 */
export type IndexMode = "raise" | "wrap" | "clip";

function inRange(indices: TensorVariable, length: Length, mode: IndexMode): TensorVariable {
  if (mode === "raise") return indices;
  const [wide, count] = [cast(indices, "int64"), lengthScalar(length)];
  return mode === "wrap" ? mod(wide, count) : minimum(maximum(wide, 0n), sub(count, 1n));
}

/**
 * Entries of an axis by integer indices: x[:axis] + indices.shape + x[axis+1:]. A row of a table for each index is what
 * others call an embedding.
 * @param axis null: of all elements in row-major order
 */
export function take(
  x: Operand,
  indices: Operand,
  axis: number | null = 0,
  mode: IndexMode = "raise",
): TensorVariable {
  const other = overridden("take", [x, indices, axis]);
  if (other !== undefined) return other as TensorVariable;
  const tensor = axis === null ? flatten(x) : asTensor(x);
  const at = normalizeAxis(axis ?? 0, tensor.type.ndim, "take");
  const places = inRange(integerIndices(indices, "take"), lengthOf(tensor, at), mode);
  return primitive("take", { axis: at }, [tensor, places]);
}

/** Operands of an op along an axis, with the lengths of the other axes broadcast together. */
function alongAxis(tensors: readonly TensorVariable[], axis: number, op: string): TensorVariable[] {
  const rank = (tensors[0] as TensorVariable).type.ndim;
  if (tensors.some(({ type }) => type.ndim !== rank)) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: op,
      problem: "operands must have one rank",
      got: tensors.map((tensor) => tensor.type.toString()).join(", "),
    });
  }
  const shapes = tensors.map(lengthsOf);
  const common = commonLengths(shapes.map((shape) => shape.filter((_, i) => i !== axis)));
  return tensors.map((tensor, i) => {
    const own = (shapes[i] as Length[])[axis] as Length;
    return broadcastTo(tensor, [...common.slice(0, axis), own, ...common.slice(axis)]);
  });
}

/** For each place of `indices`, the entry of x at that index of the axis; other axes broadcast. */
export function takeAlongAxis(
  x: Operand,
  indices: Operand,
  axis: number,
  mode: IndexMode = "raise",
): TensorVariable {
  const tensor = asTensor(x);
  const at = normalizeAxis(axis, tensor.type.ndim, "takeAlongAxis");
  const places = inRange(integerIndices(indices, "takeAlongAxis"), lengthOf(tensor, at), mode);
  return primitive("takeAlongAxis", { axis: at }, alongAxis([tensor, places], at, "takeAlongAxis"));
}

/** x with the entries that `takeAlongAxis` would read set to values (or increased by them, all that are named twice). */
export function putAlongAxis(
  x: Operand,
  indices: Operand,
  values: Operand,
  axis: number,
  mode: "set" | "add" = "set",
): TensorVariable {
  const tensor = asTensor(x);
  const at = normalizeAxis(axis, tensor.type.ndim, "putAlongAxis");
  const places = integerIndices(indices, "putAlongAxis");
  const [base, where] = alongAxis([tensor, places], at, "putAlongAxis") as [TensorVariable, TensorVariable];
  const written = broadcastTo(cast(values, tensor.type.dtype), lengthsOf(where));
  return primitive("scatterAlongAxis", { axis: at, mode }, [base, where, written]);
}

/** x[i, indices[i]] for each row i: what a negative log likelihood picks. x is [n, k], indices [n], result [n]. */
export function pick(x: Operand, indices: Operand): TensorVariable {
  const column = expandDims(integerIndices(indices, "pick"), 1);
  return reshape(takeAlongAxis(x, column, 1), [-1]);
}
