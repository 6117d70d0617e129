/** Functions of one and two numbers that are composed of the elementwise primitives, in forms that keep the digits. */
import { floatResult } from "../dtype.js";
import {
  abs,
  add,
  and,
  isNaN as areNaN,
  div,
  eq,
  exp,
  gt,
  isInf,
  log,
  log1p,
  lt,
  maximum,
  minimum,
  mul,
  neg,
  or,
  pow,
  sign,
  sin,
  sqr,
  sqrt,
  sub,
  where,
} from "./elementwise.js";
import { zeroGrad } from "./gradient-flow.js";
import { asTensor, cast, type Operand, type TensorVariable, unify } from "./operands.js";

/** An operand in the dtype in which float functions work. */
export function asFloat(x: Operand): TensorVariable {
  const tensor = asTensor(x);
  return cast(tensor, floatResult(tensor.type.dtype));
}

/** Two operands in one float dtype. */
function floatPair(x: Operand, y: Operand): [TensorVariable, TensorVariable] {
  return unify([x, y]).map(asFloat) as [TensorVariable, TensorVariable];
}

/** 2 ** x. */
export function exp2(x: Operand): TensorVariable {
  const wide = asFloat(x);
  return pow(cast(2, wide.type.dtype), wide);
}

/** The real cube root, negative for negative x. It has no finite slope at 0. */
export function cbrt(x: Operand): TensorVariable {
  const wide = asFloat(x);
  return mul(sign(wide), pow(abs(wide), 1 / 3));
}

/** x * x: NumPy's name for `sqr`. */
export const square = sqr;

/** sqrt(x*x + y*y) without overflow. */
export function hypot(x: Operand, y: Operand): TensorVariable {
  const [a, b] = floatPair(x, y);
  const larger = maximum(abs(a), abs(b));
  const infinite = or(isInf(a), isInf(b));
  // The scale cancels, so no gradient goes through it.
  const scale = zeroGrad(where(or(infinite, eq(larger, 0)), 1, larger));
  const length = mul(sqrt(add(sqr(div(a, scale)), sqr(div(b, scale)))), scale);
  return where(infinite, Number.POSITIVE_INFINITY, length);
}

/** log(exp(x) + exp(y)) without overflow. */
export function logAddExp(x: Operand, y: Operand): TensorVariable {
  const [a, b] = floatPair(x, y);
  const equalInfinities = and(isInf(a), eq(a, b));
  const distance = where(equalInfinities, 0, sub(a, b));
  const first = gt(a, b);
  return add(where(first, a, b), log1p(exp(where(first, neg(distance), distance))));
}

/** log2(2**x + 2**y) without overflow. */
export const logAddExp2 = (x: Operand, y: Operand): TensorVariable =>
  div(logAddExp(mul(x, Math.LN2), mul(y, Math.LN2)), Math.LN2);

/** Area hyperbolic sine: log(x + sqrt(x*x + 1)), exact near 0 and without overflow. */
export function arcsinh(x: Operand): TensorVariable {
  const wide = asFloat(x);
  const negative = lt(wide, 0);
  const a = where(negative, neg(wide), wide);
  // sqrt(a*a + 1) - 1 in two forms: neither squares a large a, nor divides by a small one.
  const [small, large] = [minimum(a, 1), maximum(a, 1)];
  const inverse = div(1, large);
  const more = where(
    gt(a, 1),
    div(large, add(inverse, sqrt(add(sqr(inverse), 1)))),
    div(sqr(small), add(sqrt(add(sqr(small), 1)), 1)),
  );
  const area = log1p(add(a, more));
  return where(negative, neg(area), area);
}

/** Area hyperbolic cosine of x >= 1 (NaN below): log(x + sqrt(x*x - 1)), exact near 1. */
export function arccosh(x: Operand): TensorVariable {
  const t = sub(asFloat(x), 1);
  return log1p(add(t, mul(sqrt(t), sqrt(add(t, 2)))));
}

/** Area hyperbolic tangent of -1 < x < 1: log((1 + x) / (1 - x)) / 2, exact near 0. */
export function arctanh(x: Operand): TensorVariable {
  const wide = asFloat(x);
  return mul(sub(log1p(wide), log1p(neg(wide))), 0.5);
}

/** Degrees to radians. */
export const radians = (x: Operand): TensorVariable => mul(asFloat(x), Math.PI / 180);
/** Radians to degrees. */
export const degrees = (x: Operand): TensorVariable => mul(asFloat(x), 180 / Math.PI);

/** sin(pi x) / (pi x), 1 at 0. */
export function sinc(x: Operand): TensorVariable {
  const angle = mul(asFloat(x), Math.PI);
  const atZero = eq(angle, 0);
  const safe = where(atZero, 1, angle);
  return where(atZero, 1, div(sin(safe), safe));
}

/** 0 for x < 0, 1 for x > 0, and `atZero` for x = 0. */
export function heaviside(x: Operand, atZero: Operand): TensorVariable {
  const [a, value] = floatPair(x, atZero);
  const step = where(lt(a, 0), 0, where(eq(a, 0), value, 1));
  return where(areNaN(a), a, step);
}

/** start + (end - start) * weight: linear interpolation. */
export const lerp = (start: Operand, end: Operand, weight: Operand): TensorVariable =>
  add(start, mul(sub(end, start), weight));

/** x * log(y), 0 where x is 0. */
export function xlogy(x: Operand, y: Operand): TensorVariable {
  const [a, b] = floatPair(x, y);
  const none = and(eq(a, 0), eq(areNaN(b), false));
  return where(none, 0, mul(a, log(where(none, 1, b))));
}
