/**
 * Elementwise functions on 64-bit integers (as bigints). Results may lie outside the dtype: storing them
 * wraps.
 */
import { comparisons } from "./comparisons.js";
import type { IntegerBinaryName, IntegerUnaryName } from "./integer-functions.js";

export const bigUnary: { readonly [N in IntegerUnaryName]: (x: bigint) => bigint } = {
  neg: (x) => -x,
  abs: (x) => (x < 0n ? -x : x),
  sign: (x) => (x > 0n ? 1n : x < 0n ? -1n : 0n),
  invert: (x) => ~x,
};

/** Has the sign of y; 0 for y = 0. */
function mod(x: bigint, y: bigint): bigint {
  if (y === 0n) return 0n;
  const rest = x % y;
  return rest !== 0n && rest < 0n !== y < 0n ? rest + y : rest;
}

/** Rounds toward minus infinity; 0 for y = 0. */
const floorDiv = (x: bigint, y: bigint): bigint => (y === 0n ? 0n : (x - mod(x, y)) / y);

/**
 * By squaring, modulo 2^64. A negative exponent gives the integer part of the fraction: 0 but for 1 and -1.
 */
function pow(x: bigint, y: bigint): bigint {
  if (y < 0n) return x === 1n || (x === -1n && y % 2n === 0n) ? 1n : x === -1n ? -1n : 0n;
  let result = 1n;
  let square = x;
  for (let rest = y; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = BigInt.asUintN(64, result * square);
    square = BigInt.asUintN(64, square * square);
  }
  return result;
}

export const bigBinary: {
  readonly [N in IntegerBinaryName]: (x: bigint, y: bigint) => bigint | number;
} = {
  ...comparisons,
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  floorDiv,
  mod,
  pow,
  maximum: (x, y) => (x > y ? x : y),
  minimum: (x, y) => (x < y ? x : y),
  and: (x, y) => x & y,
  or: (x, y) => x | y,
  xor: (x, y) => x ^ y,
};
