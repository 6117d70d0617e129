/** Questions about floats, and what to do with those that are no finite numbers. */
import { type FloatDType, floatResult } from "../dtype.js";
import {
  abs,
  add,
  and,
  isNaN as areNaN,
  div,
  eq,
  invert,
  isInf,
  le,
  lt,
  maximum,
  minimum,
  mul,
  neg,
  or,
  sub,
  where,
} from "./elementwise.js";
import { asTensor, cast, type Operand, type TensorVariable, unify } from "./operands.js";
import { all } from "./reductions.js";
import { asFloat } from "./special-functions.js";

/** Whether x is neither infinite nor NaN. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: NumPy's name; the global takes numbers only
export const isFinite = (x: Operand): TensorVariable => invert(or(areNaN(x), isInf(x)));
/** Whether x is infinity, not minus infinity. */
export const isPosInf = (x: Operand): TensorVariable => eq(asFloat(x), Number.POSITIVE_INFINITY);
/** Whether x is minus infinity. */
export const isNegInf = (x: Operand): TensorVariable => eq(asFloat(x), Number.NEGATIVE_INFINITY);

/** Whether the sign is minus; true for -0, and false for every NaN. */
export function signBit(x: Operand): TensorVariable {
  const wide = asFloat(x);
  return or(lt(wide, 0), and(eq(wide, 0), lt(div(1, wide), 0)));
}

/** |x| with the sign of y. */
export function copySign(x: Operand, y: Operand): TensorVariable {
  const [a, b] = unify([x, y]).map(asFloat) as [TensorVariable, TensorVariable];
  const size = abs(a);
  return where(signBit(b), neg(size), size);
}

/** The larger one; a number wins over NaN. */
export const fmax = (x: Operand, y: Operand): TensorVariable =>
  where(areNaN(x), y, where(areNaN(y), x, maximum(x, y)));
/** The smaller one; a number wins over NaN. */
export const fmin = (x: Operand, y: Operand): TensorVariable =>
  where(areNaN(x), y, where(areNaN(y), x, minimum(x, y)));

export interface CloseOptions {
  /** Relative to |y| (default 1e-5). */
  readonly rtol?: number | undefined;
  /** Absolute (default 1e-8). */
  readonly atol?: number | undefined;
  /** Whether NaN is close to NaN (default false). */
  readonly equalNaN?: boolean | undefined;
}

/** |x - y| <= atol + rtol * |y|, element by element; infinities are close to themselves. */
export function isClose(
  x: Operand,
  y: Operand,
  { rtol = 1e-5, atol = 1e-8, equalNaN = false }: CloseOptions = {},
): TensorVariable {
  const [a, b] = unify([x, y]).map(asFloat) as [TensorVariable, TensorVariable];
  const near = and(isFinite(b), le(abs(sub(a, b)), add(mul(abs(b), rtol), atol)));
  const close = or(eq(a, b), near);
  return equalNaN ? or(close, and(areNaN(a), areNaN(b))) : close;
}

/** Whether all elements are close: a bool scalar. */
export const allClose = (x: Operand, y: Operand, options: CloseOptions = {}): TensorVariable =>
  all(isClose(x, y, options));

const largest: { readonly [D in FloatDType]: number } = {
  float16: 65504,
  float32: 3.4028234663852886e38,
  float64: Number.MAX_VALUE,
};

/** x with NaN and infinities replaced; by default with 0 and the largest finite numbers of the dtype. */
export function nanToNum(
  x: Operand,
  options: { readonly nan?: number; readonly posInf?: number; readonly negInf?: number } = {},
): TensorVariable {
  const tensor = asTensor(x);
  const most = largest[floatResult(tensor.type.dtype)];
  const { nan = 0, posInf = most, negInf = -most } = options;
  const below = where(isNegInf(tensor), cast(negInf, tensor.type.dtype), tensor);
  const limited = where(isPosInf(tensor), cast(posInf, tensor.type.dtype), below);
  return where(areNaN(tensor), cast(nan, tensor.type.dtype), limited);
}
