/** Ops that move elements without computing: shapes, axes, joining. */
import { BitaleRangeError, BitaleTypeError } from "../../errors.js";
import { isVariable, type Variable } from "../../graph/nodes.js";
import type { DType } from "../dtype.js";
import { primitive } from "../primitive-op.js";
import type { DimSpec } from "../primitives.js";
import { broadcastShapes, normalizeAxes, normalizeAxis, type Shape } from "../shape.js";
import { eq, mul, where } from "./elementwise.js";
import { asTensor, cast, commonDType, type Operand, overridden, type TensorVariable } from "./operands.js";

/** A length: known now, or an integer scalar of the graph. */
export type Length = number | Variable;

/** Splits lengths into a parameter list and the operands that stand for its dynamic entries. */
export function lengths(list: readonly Length[]): {
  readonly spec: DimSpec[];
  readonly operands: TensorVariable[];
} {
  const operands: TensorVariable[] = [];
  const spec = list.map((length): DimSpec => {
    if (!isVariable(length)) return length;
    operands.push(asTensor(length));
    return "dynamic";
  });
  return { spec, operands };
}

/** The length of one axis as an int64 scalar; a number where it is static. */
export function lengthOf(x: TensorVariable, axis: number): Length {
  return x.type.shape[axis] ?? primitive("dimension", { axis }, [x]);
}

/** All lengths, static ones as numbers. */
export const lengthsOf = (x: TensorVariable): Length[] => x.type.shape.map((_, axis) => lengthOf(x, axis));

/** The product of lengths. */
export function productOf(list: readonly Length[]): Length {
  const known = list.filter((length) => typeof length === "number").reduce((n, d) => n * d, 1);
  const unknown = list.filter((length): length is Variable => typeof length !== "number");
  if (unknown.length === 0) return known;
  const product = unknown.reduce((a, b) => mul(a, b));
  return known === 1 ? product : mul(product, BigInt(known));
}

/** The shape as an int64 vector. */
export function shapeOf(x: Operand): TensorVariable {
  const tensor = asTensor(x);
  if (tensor.type.ndim === 0) return reshape(primitive("iota", { length: 0 }, []), [0]);
  return stack(
    lengthsOf(tensor).map((length) => (typeof length === "number" ? BigInt(length) : cast(length, "int64"))),
  );
}

/** The number of elements as an int64 scalar. */
export function size(x: Operand): TensorVariable {
  return cast(productOf(lengthsOf(asTensor(x))), "int64");
}

/** The same elements in row-major order under another shape; one length may be -1. */
export function reshape(x: Operand, shape: readonly Length[]): TensorVariable {
  const other = overridden("reshape", [x, shape]);
  if (other !== undefined) return other as TensorVariable;
  const { spec, operands } = lengths(shape);
  if (
    spec.filter((dim) => dim === -1).length > 1 ||
    spec.some((dim) => typeof dim === "number" && dim < -1)
  ) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "reshape",
      problem: "at most one length may be -1, none less",
    });
  }
  return primitive("reshape", { shape: spec }, [asTensor(x), ...operands]);
}

/** All elements as a vector, or with `ndim` the leading axes kept and the rest joined. */
export function flatten(x: Operand, ndim = 1): TensorVariable {
  const tensor = asTensor(x);
  const lengths = lengthsOf(tensor);
  const rest = ndim === 1 ? -1 : productOf(lengths.slice(ndim - 1));
  return reshape(tensor, [...lengths.slice(0, ndim - 1), rest]);
}

/** Axes in another order; by default reversed. */
export function transpose(x: Operand, permutation?: readonly number[]): TensorVariable {
  const other = overridden("transpose", permutation === undefined ? [x] : [x, permutation]);
  if (other !== undefined) return other as TensorVariable;
  const tensor = asTensor(x);
  const rank = tensor.type.ndim;
  const order =
    permutation?.map((axis) => normalizeAxis(axis, rank, "transpose")) ??
    tensor.type.shape.map((_, i) => rank - 1 - i);
  return order.every((axis, i) => axis === i) && order.length === rank
    ? tensor
    : primitive("transpose", { permutation: order }, [tensor]);
}

/** Axes moved to other places; the others keep their order. */
export function moveAxis(
  x: Operand,
  source: number | readonly number[],
  destination: number | readonly number[],
): TensorVariable {
  const tensor = asTensor(x);
  const rank = tensor.type.ndim;
  const places = (axes: number | readonly number[]): number[] =>
    (typeof axes === "number" ? [axes] : axes).map((axis) => normalizeAxis(axis, rank, "moveAxis"));
  const [from, to] = [places(source), places(destination)];
  if (from.length !== to.length || new Set(from).size !== from.length || new Set(to).size !== to.length) {
    throw new BitaleRangeError("BAD_AXIS", {
      subject: "moveAxis",
      problem: "source and destination need equally many axes, each once",
      got: `[${from}] and [${to}]`,
    });
  }
  const rest = tensor.type.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis));
  const order = tensor.type.shape.map((_, place) => {
    const moved = to.indexOf(place);
    return moved === -1 ? (rest.shift() as number) : (from[moved] as number);
  });
  return transpose(tensor, order);
}

/** Two axes exchanged. */
export function swapAxes(x: Operand, first: number, second: number): TensorVariable {
  const tensor = asTensor(x);
  const [a, b] = [normalizeAxis(first, tensor.type.ndim), normalizeAxis(second, tensor.type.ndim)];
  const order = tensor.type.shape.map((_, i) => (i === a ? b : i === b ? a : i));
  return transpose(tensor, order);
}

/** New axes of length 1 at these places of the result. */
export function expandDims(x: Operand, axis: number | readonly number[]): TensorVariable {
  const tensor = asTensor(x);
  const added = typeof axis === "number" ? [axis] : axis;
  const rank = tensor.type.ndim + added.length;
  const places = normalizeAxes(added, rank, "expandDims");
  const old = lengthsOf(tensor);
  const shape = Array.from(
    { length: rank },
    (_, i): Length => (places.includes(i) ? 1 : (old.shift() as Length)),
  );
  return reshape(tensor, shape);
}

/** Axes of length 1 removed: all that are statically 1, or the given ones (checked at the call). */
export function squeeze(x: Operand, axis?: number | readonly number[]): TensorVariable {
  const tensor = asTensor(x);
  const { shape } = tensor.type;
  const drop =
    axis === undefined
      ? shape.flatMap((d, i) => (d === 1 ? [i] : []))
      : normalizeAxes(axis, shape.length, "squeeze");
  const unsure = drop.some((i) => shape[i] !== 1);
  const checked = unsure
    ? specifyShape(
        tensor,
        shape.map((_, i) => (drop.includes(i) ? 1 : null)),
      )
    : tensor;
  return reshape(
    checked,
    lengthsOf(tensor).filter((_, i) => !drop.includes(i)),
  );
}

/**
 * Axes reordered, dropped (length 1) and inserted ("x"), in one go.
 * @throws BitaleTypeError BAD_OPERAND for a dropped axis that is not known to have length 1
 */
export function dimShuffle(x: Operand, pattern: readonly (number | "x")[]): TensorVariable {
  const tensor = asTensor(x);
  const kept = pattern
    .filter((p) => p !== "x")
    .map((axis) => normalizeAxis(axis, tensor.type.ndim, "dimShuffle"));
  const dropped = tensor.type.shape.flatMap((_, axis) => (kept.includes(axis) ? [] : [axis]));
  const long = dropped.find((axis) => tensor.type.shape[axis] !== 1);
  if (long !== undefined) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "dimShuffle",
      problem: `axis ${long} is left out and not known to have length 1`,
      got: tensor.type.toString(),
      cure: "state its length with specifyShape, or use squeeze, which checks it at the call",
    });
  }
  const squeezed = dropped.length === 0 ? tensor : squeeze(tensor, dropped);
  const order = kept.map((axis) => axis - dropped.filter((d) => d < axis).length);
  const inserted = pattern.flatMap((p, i) => (p === "x" ? [i] : []));
  const ordered = transpose(squeezed, order);
  return inserted.length === 0 ? ordered : expandDims(ordered, inserted);
}

/** NumPy broadcasting to a shape. */
export function broadcastTo(x: Operand, shape: readonly Length[]): TensorVariable {
  const { spec, operands } = lengths(shape);
  return primitive("broadcastTo", { shape: spec }, [asTensor(x), ...operands]);
}

/** The length that lengths broadcast to; unknown ones are compared at the call. */
export function commonLength(list: readonly Length[]): Length {
  const rest = list.filter((length) => length !== 1);
  const known = rest.find((length) => typeof length === "number");
  if (known !== undefined || rest.length < 2) return known ?? rest[0] ?? 1;
  return rest.reduce((a, b) => (a === b ? a : where(eq(a as Variable, 1n), b as Variable, a as Variable)));
}

/** The lengths that shapes broadcast to. @throws BitaleRangeError SHAPE_MISMATCH where known ones do not */
export function commonLengths(shapes: readonly (readonly Length[])[]): Length[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  broadcastShapes(shapes.map((shape) => shape.map((length) => (typeof length === "number" ? length : null))));
  const all = shapes.map((shape) => [...new Array<Length>(rank - shape.length).fill(1), ...shape]);
  return Array.from({ length: rank }, (_, axis) => commonLength(all.map((list) => list[axis] as Length)));
}

/** Every tensor broadcast to the shape that they have together. */
export function broadcastArrays(operands: readonly Operand[]): TensorVariable[] {
  const tensors = operands.map(asTensor);
  const shape = commonLengths(tensors.map(lengthsOf));
  return tensors.map((tensor) => broadcastTo(tensor, shape));
}

/** x broadcast to the shape of another tensor. */
export const broadcastLike = (x: Operand, like: TensorVariable): TensorVariable =>
  broadcastTo(x, lengthsOf(like));

/** The gradient's way back from broadcasting: sums to the shape of another tensor. */
export function sumToShapeOf(x: TensorVariable, like: TensorVariable): TensorVariable {
  const same =
    x.type.ndim === like.type.ndim && like.type.shape.every((d, i) => d !== null && d === x.type.shape[i]);
  if (same || x.type.ndim === 0) return x;
  const { spec, operands } = lengths(lengthsOf(like));
  return primitive("sumTo", { shape: spec }, [x, ...operands]);
}

function joined(operands: readonly Operand[]): TensorVariable[] {
  const variables = operands.map(asTensor);
  const dtype: DType = commonDType(variables);
  return variables.map((variable) => cast(variable, dtype));
}

/** Tensors joined along an axis that they have. */
export function concatenate(operands: readonly Operand[], axis = 0): TensorVariable {
  const tensors = joined(operands);
  if (tensors.length === 0) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "concatenate",
      problem: "at least one operand is needed",
    });
  }
  return primitive(
    "concatenate",
    { axis: normalizeAxis(axis, (tensors[0] as TensorVariable).type.ndim, "concatenate") },
    tensors,
  );
}

/** Tensors of one shape joined along a new axis. */
export function stack(operands: readonly Operand[], axis = 0): TensorVariable {
  return concatenate(
    joined(operands).map((tensor) => expandDims(tensor, axis)),
    axis,
  );
}

/** States lengths that are checked at the call; null: any. */
export function specifyShape(x: Operand, shape: Shape): TensorVariable {
  return primitive("specifyShape", { shape }, [asTensor(x)]);
}
