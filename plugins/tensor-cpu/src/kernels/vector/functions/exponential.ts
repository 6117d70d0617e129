/**
 * exp, expm1, tanh, sigmoid and what others are made of. x = n log 2 + r with the log 2 of Cephes' expf (S. Moshier) in
 * two parts; the exponential of r by a minimax polynomial for float32 (fitted by Lawson's weighted least squares) and by
 * the rational function of fdlibm's e_exp.c for float64.
 */
import type { Code } from "../../../wasm/code.js";
import { i32, i32x4, i64x2, v128 } from "../../../wasm/instructions.js";
import type { FloatMath } from "./float-math.js";

const single = {
  log2: [0.693359375, 2.1219444e-4],
  /** (exp(r) - 1 - r) / r^2, such that exp(r) errs by 5e-9 for |r| <= 0.35 */
  polynomial: [1.38131611e-3, 8.36941041e-3, 4.1668456e-2, 1.66665152e-1, 4.9999994e-1],
  range: [-104, 88.8],
} as const;
/** In r^2: r - r^2 times this is r (exp(r) + 1) / (exp(r) - 1) - 2 + r. */
export const doubleTerms = [
  4.1381367970572385e-8, -0.0000016533902205465252, 0.00006613756321437934, -0.0027777777777015593,
  0.16666666666666602,
] as const;
const double = {
  log2: [0.6931471803691238, 1.9082149292705877e-10],
  range: [-746, 709.9],
} as const;

/** exp(x) = 2^n (1 + q) with n near x / log 2. */
interface Reduced {
  /** n, as `integerBits` gives it. */
  readonly bits: Code;
  /** exp(r) - 1 */
  readonly q: Code;
  /** 1 + q, in its own rounding. */
  readonly onePlus: Code;
}

/** @param more what `bits` has beside n */
function reduced(m: FloatMath, x: Code, more = 0): Reduced {
  const { v } = m;
  const bits = m.let(m.integerBits(x, Math.LOG2E, more));
  const n = m.let(m.fromIntegerBits(bits, more));
  if (m.single) {
    const [high, low] = single.log2;
    const near = v.sub(x, v.mul(n, m.number(high)));
    const r = m.let(m.madd(n, m.number(low), near));
    const square = m.let(v.mul(r, r));
    const q = m.let(m.madd(m.polynomial(r, single.polynomial), square, r));
    return { bits, q, onePlus: v.add(q, m.number(1)) };
  }
  const [first, second] = double.log2;
  const high = m.let(v.sub(x, v.mul(n, m.number(first))));
  const low = m.let(v.mul(n, m.number(second)));
  const r = m.let(v.sub(high, low));
  const square = m.let(v.mul(r, r));
  const c = m.let(v.sub(r, v.mul(m.polynomial(square, doubleTerms), square)));
  const rest = m.let(v.sub(low, v.div(v.mul(r, c), v.sub(m.number(2), c))));
  return { bits, q: v.sub(high, rest), onePlus: v.sub(m.number(1), v.sub(rest, high)) };
}

/** Inside of the range; NaN stays. */
const clamped = (m: FloatMath, x: Code, low: number, high: number): Code =>
  m.let(m.v.pmax(m.v.pmin(x, m.number(high)), m.number(low)));

/**
 * value * 2^n; 2^n is two factors, so that neither leaves the range: results without full precision are rounded once.
 * @param bits n plus twice the bias, in the lowest bits
 */
export function timesPowerOfTwo(m: FloatMath, value: Code, bits: Code): Code {
  const { v } = m;
  const { fraction } = m.format;
  const lanes = m.single ? i32x4 : i64x2;
  // One half of the bits is the exponent of one factor, what is left the other's.
  const exponents = m.bits(((1n << BigInt(m.single ? 8 : 11)) - 1n) << BigInt(fraction));
  const half = m.let(v128.and(lanes.shl(bits, i32.const(fraction - 1)), exponents));
  const other = lanes.sub(lanes.shl(bits, i32.const(fraction)), half);
  return v.mul(v.mul(value, half), other);
}

export function exp(m: FloatMath, x: Code): Code {
  const [lowest, highest] = (m.single ? single : double).range;
  const { bits, onePlus } = reduced(m, clamped(m, x, lowest, highest), 2 * m.format.bias);
  return timesPowerOfTwo(m, m.let(onePlus), bits);
}

/**
 * exp(x) of x that is not above zero: the same bits as of `exp`, in fewer steps.
 * @param scaled false: times a power of two, so that no result is below the range of full precision
 */
export function expOfNegative(m: FloatMath, x: Code, scaled: boolean): Code {
  const { v } = m;
  const { bias, fraction } = m.format;
  const [lowest] = (m.single ? single : double).range;
  // So much that no exponent that occurs is below the lowest one.
  const raised = m.single ? 24 : 54;
  const { bits, onePlus } = reduced(m, m.let(v.pmax(x, m.number(lowest))), bias + raised);
  const lanes = m.single ? i32x4 : i64x2;
  const result = v.mul(onePlus, lanes.shl(bits, i32.const(fraction)));
  return scaled ? v.mul(result, m.number(2 ** -raised)) : result;
}

/** exp(x) / 2 of x that is not negative: infinite only where that is beyond the format. */
export function halfExp(m: FloatMath, x: Code): Code {
  const { v } = m;
  const { bits, onePlus } = reduced(m, m.let(v.pmin(x, m.number(m.single ? 89.9 : 711))));
  const quarter = m.let(v.mul(onePlus, m.powerOfTwo(bits, -2)));
  return v.add(quarter, quarter);
}

/** exp(x) - 1 = 2^n q + (2^n - 1) */
export function expm1(m: FloatMath, x: Code): Code {
  const { v } = m;
  const [low, high, tiny] = m.single ? [-30, 88.8, 2 ** -25] : [-60, 709.9, 2 ** -54];
  const { bits, q } = reduced(m, clamped(m, x, low, high));
  // Half of it, since 2^n may just be too large.
  const half = m.let(m.powerOfTwo(bits, -1));
  const sum = m.let(m.madd(q, half, v.sub(half, m.number(0.5))));
  return m.select(v.lt(v.abs(x), m.number(tiny)), x, v.add(sum, sum));
}

/** With the sign of x, e / (e + 2) for e = exp(2 |x|) - 1; 1 where that rounds to 1. */
export function tanh(m: FloatMath, x: Code): Code {
  const { v } = m;
  const size = m.let(v.pmin(v.abs(x), m.number(m.single ? 9.2 : 20)));
  const { bits, q } = reduced(m, m.let(v.add(size, size)));
  const power = m.let(m.powerOfTwo(bits));
  const e = m.let(m.madd(q, power, v.sub(power, m.number(1))));
  return v128.or(v.div(e, v.add(e, m.number(2))), m.signOf(x));
}

/** 1 / (1 + exp(-x)), with exp of -|x| only: it never overflows, and keeps what is small. */
export function sigmoid(m: FloatMath, x: Code): Code {
  const { v } = m;
  const e = m.let(exp(m, m.let(v.neg(v.abs(x)))));
  const top = m.select(v.lt(x, m.number(0)), e, m.number(1));
  return v.div(top, v.add(m.number(1), e));
}
