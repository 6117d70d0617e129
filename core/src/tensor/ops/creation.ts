/** Tensors made from nothing but lengths and numbers. */
import { BitaleTypeError } from "../../errors.js";
import { isConstant } from "../../graph/nodes.js";
import { castScalar } from "../cast.js";
import { type DType, floatResult, isFloat } from "../dtype.js";
import { floatX } from "../float-x.js";
import { emptyNDArray, type NDArray, type Scalar, writeElement } from "../ndarray.js";
import { primitive } from "../primitive-op.js";
import { add, div, eq, maximum, mul, pow, sub, where } from "./elementwise.js";
import {
  asTensor,
  cast,
  commonDType,
  constant,
  isWeak,
  type Operand,
  type TensorVariable,
} from "./operands.js";
import {
  broadcastArrays,
  broadcastTo,
  expandDims,
  flatten,
  type Length,
  lengths,
  lengthsOf,
} from "./shaping.js";

const isFixed = (shape: readonly Length[]): shape is readonly number[] =>
  shape.every((d) => typeof d === "number");

function filled(shape: readonly number[], value: Scalar, dtype: DType): NDArray {
  const array = emptyNDArray(shape, dtype);
  if (value === 0 || value === 0n) return array;
  const first = emptyNDArray([], dtype);
  writeElement(first, 0, castScalar(value, dtype));
  array.data.fill(first.data[0] as never);
  return array;
}

/**
 * An array (of known lengths) or a symbolic tensor (where a length is a variable) with one number everywhere.
 * @param dtype `floatX` by default
 */
export function full(shape: readonly number[], value: Scalar, dtype?: DType): NDArray;
export function full(shape: readonly Length[], value: Scalar, dtype?: DType): NDArray | TensorVariable;
export function full(
  shape: readonly Length[],
  value: Scalar,
  dtype: DType = floatX(),
): NDArray | TensorVariable {
  if (isFixed(shape)) return filled(shape, value, dtype);
  return broadcastTo(constant(filled([], value, dtype)), shape);
}

/** Zeros: an array, or a symbolic tensor where a length is a variable. */
export function zeros(shape: readonly number[], dtype?: DType): NDArray;
export function zeros(shape: readonly Length[], dtype?: DType): NDArray | TensorVariable;
export function zeros(shape: readonly Length[], dtype?: DType): NDArray | TensorVariable {
  return full(shape, 0, dtype);
}

/** Ones: an array, or a symbolic tensor where a length is a variable. */
export function ones(shape: readonly number[], dtype?: DType): NDArray;
export function ones(shape: readonly Length[], dtype?: DType): NDArray | TensorVariable;
export function ones(shape: readonly Length[], dtype?: DType): NDArray | TensorVariable {
  return full(shape, 1, dtype);
}

/** A symbolic tensor of one number in the shape (and by default the dtype) of another. */
export function fullLike(x: Operand, value: Scalar, dtype?: DType): TensorVariable {
  const tensor = asTensor(x);
  return broadcastTo(constant(filled([], value, dtype ?? tensor.type.dtype)), lengthsOf(tensor));
}
/** Zeros of the lengths of x, in its dtype or another. */
export const zerosLike = (x: Operand, dtype?: DType): TensorVariable => fullLike(x, 0, dtype);
/** Ones of the lengths of x, in its dtype or another. */
export const onesLike = (x: Operand, dtype?: DType): TensorVariable => fullLike(x, 1, dtype);

/** 0, 1, … length-1 as int64. */
export function iota(length: Length): TensorVariable {
  const { spec, operands } = lengths([length]);
  return primitive("iota", { length: spec[0] as number | "dynamic" }, operands);
}

/**
 * start, start+step, … below stop (above it for a negative step): ceil((stop - start) / step) numbers, none where that
 * is negative. Integers give int64, floats their own dtype, a fraction among integers `floatX`.
 * @throws BitaleTypeError BAD_OPERAND for a step of 0, and where an operand is no number
 *
 * @example
 * ```ts
 * import { arange, compile, scalar } from "@bitale/core";
 * const stop = scalar("stop");
 * console.log(compile([stop], arange(stop))(2.5).toArray()); // [ 0, 1, 2 ]
 * ```
 */
export function arange(start: Operand, stop?: Operand, step: Operand = 1, dtype?: DType): TensorVariable {
  const [first, last] = stop === undefined ? [0, start] : [start, stop];
  const bounds: Range = [asTensor(first), asTensor(last), asTensor(step)];
  checkRange(bounds);
  const [from, , by] = bounds;
  const whole = bounds.every(isWhole);
  const floats = bounds.some((bound) => !isWeak(bound) && isFloat(bound.type.dtype));
  const natural = whole ? "int64" : floats ? commonDType(bounds) : floatX();
  const result = dtype ?? natural;
  const computed = isFloat(result) ? result : natural;
  const counted = cast(iota(rangeLength(bounds, whole)), computed);
  return cast(add(mul(counted, cast(by, computed)), cast(from, computed)), result);
}

/** Where a range starts, where it ends, its step. */
type Range = readonly [from: TensorVariable, to: TensorVariable, by: TensorVariable];

/** The number that a constant scalar is. */
const known = (bound: TensorVariable): number | undefined =>
  isConstant(bound) ? Number((bound.value as NDArray).get()) : undefined;

const isWhole = (bound: TensorVariable): boolean =>
  isWeak(bound) ? Number.isInteger(known(bound)) : !isFloat(bound.type.dtype);

function checkRange(range: Range): void {
  const bad = range.find((bound) => bound.type.ndim !== 0);
  if (bad === undefined && known(range[2]) !== 0) return;
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: "arange",
    problem: bad === undefined ? "a step of 0 never arrives" : "start, stop and step must be numbers",
    got: bad?.type.toString(),
  });
}

/** How many numbers there are: decided now where all three are constants, else at the call. */
function rangeLength(range: Range, whole: boolean): Length {
  const [a, b, step] = range.map(known);
  if (a !== undefined && b !== undefined && step !== undefined) return Math.max(0, Math.ceil((b - a) / step));
  const [from, to, by] = range.map((bound) => cast(bound, whole ? "int64" : "float64")) as unknown as Range;
  const span = primitive("sub", {}, [to, from]);
  const count = whole
    ? primitive("neg", {}, [primitive("floorDiv", {}, [primitive("neg", {}, [span]), by])])
    : cast(primitive("ceil", {}, [primitive("div", {}, [span, by])]), "int64");
  return maximum(count, 0n);
}

/** Ones on a diagonal (k above the main one), zeros elsewhere. */
export function eye(rows: Length, columns: Length = rows, k = 0, dtype: DType = floatX()): TensorVariable {
  const down = expandDims(iota(rows), 1);
  const right = expandDims(iota(columns), 0);
  return cast(eq(add(down, BigInt(k)), right), dtype);
}

/** A 0/1 row for each index: a new last axis of length `classes`. */
export function oneHot(indices: Operand, classes: Length, dtype: DType = floatX()): TensorVariable {
  const tensor = asTensor(indices);
  const columns = iota(classes);
  return cast(eq(expandDims(tensor, tensor.type.ndim), columns), dtype);
}

export interface LinspaceOptions {
  /** Whether `stop` is the last number (default true). */
  readonly endpoint?: boolean | undefined;
  /** Default: the float dtype of tensors among the bounds, else `floatX`. */
  readonly dtype?: DType | undefined;
}

/** `count` evenly spaced numbers from start to stop; bounds that are tensors add their axes behind. */
export function linspace(
  start: Operand,
  stop: Operand,
  count = 50,
  { endpoint = true, dtype }: LinspaceOptions = {},
): TensorVariable {
  const bounds = [asTensor(start), asTensor(stop)];
  const strong = bounds.filter((bound) => !isWeak(bound));
  const wide = strong.length === 0 ? floatX() : floatResult(commonDType(strong));
  const [from, to] = bounds.map((bound) => cast(bound, wide)) as [TensorVariable, TensorVariable];
  const rank = Math.max(from.type.ndim, to.type.ndim);
  const behind = Array.from({ length: rank }, (_, i) => i + 1);
  const places = behind.length === 0 ? iota(count) : expandDims(iota(count), behind);
  const parts = endpoint ? count - 1 : count;
  const step = div(sub(to, from), Math.max(1, parts));
  const numbers = add(mul(cast(places, wide), step), from);
  const exact = endpoint && count > 1 ? where(eq(places, BigInt(count - 1)), to, numbers) : numbers;
  return cast(exact, dtype ?? wide);
}

/** base ** numbers that are evenly spaced from start to stop. */
export function logspace(
  start: Operand,
  stop: Operand,
  count = 50,
  { base = 10, endpoint, dtype }: LinspaceOptions & { readonly base?: Operand | undefined } = {},
): TensorVariable {
  const numbers = pow(base, linspace(start, stop, count, { endpoint }));
  return cast(numbers, dtype ?? numbers.type.dtype);
}

/**
 * Coordinates of a grid: for each vector a tensor in which it runs along its own axis.
 * @param options.indexing "xy": the first vector runs along the second axis; "ij": along the first
 * @param options.sparse with axes of length 1 in place of the other ones, to be broadcast
 */
export function meshgrid(
  vectors: readonly Operand[],
  { indexing = "xy", sparse = false }: { readonly indexing?: "xy" | "ij"; readonly sparse?: boolean } = {},
): TensorVariable[] {
  const swapped = (i: number): number => (indexing === "xy" && i < 2 && vectors.length > 1 ? 1 - i : i);
  const open = vectors.map((vector, i) => {
    const others = vectors.map((_, axis) => axis).filter((axis) => axis !== swapped(i));
    const line = flatten(vector);
    return others.length === 0 ? line : expandDims(line, others);
  });
  return sparse ? open : broadcastArrays(open);
}
