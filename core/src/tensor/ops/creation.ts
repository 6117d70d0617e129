/** Tensors made from nothing but lengths and numbers. */
import type { Variable } from "../../graph/nodes.js";
import { castScalar } from "../cast.js";
import { type DType, isFloat } from "../dtype.js";
import { floatX } from "../float-x.js";
import { emptyNDArray, type NDArray, type Scalar, writeElement } from "../ndarray.js";
import { primitive } from "../primitive-op.js";
import { add, eq, maximum, mul } from "./elementwise.js";
import {
  asTensor,
  cast,
  commonDType,
  constant,
  isWeak,
  type Operand,
  type TensorVariable,
} from "./operands.js";
import { broadcastTo, expandDims, type Length, lengths, lengthsOf } from "./shaping.js";

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
export const zerosLike = (x: Operand, dtype?: DType): TensorVariable => fullLike(x, 0, dtype);
export const onesLike = (x: Operand, dtype?: DType): TensorVariable => fullLike(x, 1, dtype);

/** 0, 1, … length-1 as int64. */
export function iota(length: Length): TensorVariable {
  const { spec, operands } = lengths([length]);
  return primitive("iota", { length: spec[0] as number | "dynamic" }, operands);
}

/** start, start+step, … below stop; integers give int64. */
export function arange(
  start: Operand,
  stop?: Operand,
  step: number | bigint = 1,
  dtype?: DType,
): TensorVariable {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const numbers = typeof from === "number" && typeof to === "number" && typeof step === "number";
  if (numbers) {
    const whole = Number.isInteger(from) && Number.isInteger(step) && Number.isInteger(to);
    const result = dtype ?? (whole ? "int64" : floatX());
    const counted = cast(
      iota(Math.max(0, Math.ceil((to - from) / step))),
      isFloat(result) ? result : "int64",
    );
    return cast(add(mul(counted, step), from), result);
  }
  const [a, b] = [asTensor(from as Operand), asTensor(to as Operand)];
  const span = primitive("sub", {}, [cast(b, "int64"), cast(a, "int64")]);
  const negated = primitive("floorDiv", {}, [primitive("neg", {}, [span]), cast(step, "int64")]);
  const length: Variable = maximum(primitive("neg", {}, [negated]), 0n);
  const bounds = commonDType([a, b].filter((bound) => !isWeak(bound)));
  const result = dtype ?? (isFloat(bounds) ? bounds : "int64");
  return cast(add(mul(iota(length), cast(step, "int64")), cast(a, "int64")), result);
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
