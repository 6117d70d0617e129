/**
 * Elementwise functions on floats. All compute in float64; storing the result rounds it once to float16 or
 * float32. Special values follow NumPy (IEEE 754 and C's math.h).
 */
import { roundHalfEven } from "../float16.js";
import type { BinaryName, UnaryName } from "../primitives.js";
import { comparisons } from "./comparisons.js";
import { erf } from "./erf.js";

type FloatUnaryName = Exclude<UnaryName, "invert">;
type FloatBinaryName = Exclude<BinaryName, "and" | "or" | "xor">;

const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0);

/** The magnitude of x with the sign of y. */
const copySign = (x: number, y: number): number => (isNegative(x) === isNegative(y) ? x : -x);

/** Half to even; what rounds to zero keeps its sign. */
const round = (x: number): number => copySign(Math.abs(roundHalfEven(x)), x);

/** 1 / (1 + exp(-x)), written so that exp never overflows. */
function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const small = Math.exp(x);
  return small / (1 + small);
}

export const floatUnary: { readonly [N in FloatUnaryName]: (x: number) => number } = {
  neg: (x) => -x,
  abs: Math.abs,
  /** -1, 0 or 1; NaN for NaN; zeros of both signs give +0. */
  sign: (x) => (x === 0 ? 0 : Math.sign(x)),
  exp: Math.exp,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  arcsin: Math.asin,
  arccos: Math.acos,
  arctan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  sigmoid,
  erf,
  floor: Math.floor,
  ceil: Math.ceil,
  round,
  trunc: Math.trunc,
  isNaN: (x) => (Number.isNaN(x) ? 1 : 0),
  isInf: (x) => (Math.abs(x) === Number.POSITIVE_INFINITY ? 1 : 0),
};

/**
 * x - floor(x / y) * y without its rounding error; a zero has the sign of y. NaN for y = 0 and for infinite
 * x.
 */
function mod(x: number, y: number): number {
  const rest = x % y;
  if (Number.isNaN(rest)) return rest;
  if (rest === 0) return copySign(0, y);
  return rest < 0 === y < 0 ? rest : rest + y;
}

/**
 * floor(x / y) of the exact quotient, as NumPy and Python find it: through the remainder, because x / y may
 * round up to an integer. y = 0 gives what division gives.
 */
function floorDiv(x: number, y: number): number {
  const rest = x % y;
  if (y === 0) return x / y;
  let quotient = (x - rest) / y;
  if (rest !== 0 && rest < 0 !== y < 0) quotient -= 1;
  return quotient === 0 ? copySign(0, x / y) : round(quotient);
}

/**
 * C's pow: 1 to any power is 1, NaN among them, and so is -1 to an infinite one, where JavaScript says NaN.
 */
function pow(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Number.POSITIVE_INFINITY) ? 1 : x ** y;
}

export const floatBinary: { readonly [N in FloatBinaryName]: (x: number, y: number) => number } = {
  ...comparisons,
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  floorDiv,
  mod,
  pow,
  /** NaN if one of them is NaN. */
  maximum: Math.max,
  minimum: Math.min,
  arctan2: Math.atan2,
};
