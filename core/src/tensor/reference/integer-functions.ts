/**
 * Elementwise functions on integers of up to 32 bits (as numbers) and on bool (as 0 and 1). Results may lie
 * outside the dtype: storing them wraps, so products keep at least their 32 low bits.
 */
import type { BinaryName, UnaryName } from "../primitives.js";
import { comparisons } from "./comparisons.js";

/** Unary primitives of all integer dtypes. */
export type IntegerUnaryName = Extract<UnaryName, "neg" | "abs" | "sign" | "invert">;
/** Binary primitives of all integer dtypes. */
export type IntegerBinaryName = Exclude<BinaryName, "div" | "arctan2">;
type BoolUnaryName = Extract<UnaryName, "abs" | "invert">;
type BoolBinaryName = Exclude<IntegerBinaryName, "sub" | "pow">;

export const integerUnary: { readonly [N in IntegerUnaryName]: (x: number) => number } = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  invert: (x) => ~x,
};

/**
 * Rounds toward minus infinity; 0 for y = 0. The quotient of two 32-bit integers never rounds up to an
 * integer.
 */
const floorDiv = (x: number, y: number): number => (y === 0 ? 0 : Math.floor(x / y));

/**
 * By squaring, modulo 2^32. A negative exponent gives the integer part of the fraction: 0 but for 1 and -1.
 */
function pow(x: number, y: number): number {
  if (y < 0) return x === 1 || x === -1 ? x ** (y % 2) : 0;
  let result = 1;
  let square = x;
  for (let rest = y; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

export const integerBinary: { readonly [N in IntegerBinaryName]: (x: number, y: number) => number } = {
  ...comparisons,
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: Math.imul,
  floorDiv,
  /** Has the sign of y; 0 for y = 0. */
  mod: (x, y) => (y === 0 ? 0 : x - floorDiv(x, y) * y),
  pow,
  maximum: Math.max,
  minimum: Math.min,
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
};

export const boolUnary: { readonly [N in BoolUnaryName]: (x: number) => number } = {
  abs: (x) => x,
  invert: (x) => 1 - x,
};

/** Addition is "or", multiplication "and"; quotient and remainder are those of 0 and 1 with x / 0 = 0. */
export const boolBinary: { readonly [N in BoolBinaryName]: (x: number, y: number) => number } = {
  ...comparisons,
  add: (x, y) => x | y,
  mul: (x, y) => x & y,
  floorDiv: (x, y) => x & y,
  mod: () => 0,
  maximum: (x, y) => x | y,
  minimum: (x, y) => x & y,
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
};
