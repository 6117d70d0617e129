/**
 * arctan and arctan2. Of doubles as in Cephes' atan (S. Moshier): around 0, 1 and infinity, by one rational function. Of
 * single precision by a polynomial of SLEEF's atanf (N. Shibata), in doubles.
 */
import type { Code } from "../../../wasm/code.js";
import { f64x2, i32x4, i64x2, v128 } from "../../../wasm/instructions.js";
import type { FloatMath } from "./float-math.js";

/** (arctan(x) - x) / x^3 in x^2: for |x| up to 0.66, and up to 1. */
const double = {
  numerator: [
    -0.8750608600031904, -16.157537187333652, -75.00855792314705, -122.88666844901361, -64.85021904942025,
  ],
  denominator: [
    1, 24.858464901423062, 165.02700983169885, 432.88106049129027, 485.3903996359137, 194.5506571482614,
  ],
};
const single = [
  0.0028236389625817537, -0.015956902876496315, 0.042504988610744476, -0.07489009201526642,
  0.1063479334115982, -0.1420273631811142, 0.19992695748806, -0.33333101868629456,
];
/** And the rest of it. */
const halfPi = {
  single: [1.5707963705062866, -4.371139e-8],
  double: [Math.PI / 2, 6.123233995736766e-17],
} as const;

/** arctan of something that is not negative, in doubles. */
function firstQuadrant(m: FloatMath, x: Code): Code {
  const one = m.number(1);
  const beyond = m.let(f64x2.gt(x, m.number(2.414213562373095)));
  const middle = m.let(v128.andnot(f64x2.gt(x, m.number(0.66)), beyond));
  // x, (x - 1) / (x + 1) or -1 / x
  const top = m.select(beyond, m.number(-1), f64x2.sub(x, v128.and(middle, one)));
  const bottom = f64x2.add(v128.and(x, v128.or(middle, beyond)), v128.andnot(one, beyond));
  const t = m.let(f64x2.div(top, bottom));
  const z = m.let(f64x2.mul(t, t));
  const ratio = f64x2.div(m.polynomial(z, double.numerator), m.polynomial(z, double.denominator));
  const [high, low] = halfPi.double.map((part) =>
    v128.or(v128.and(beyond, m.number(part)), v128.and(middle, m.number(part / 2))),
  ) as [Code, Code];
  return f64x2.add(high, f64x2.add(m.madd(f64x2.mul(z, ratio), t, t), low));
}

/** What quotients of two zeros and of two infinities stand for. */
function ratio(m: FloatMath, a: Code, b: Code): Code {
  const { v } = m;
  const infinite = v.eq(v.min(a, b), m.number(Number.POSITIVE_INFINITY));
  const quotient = m.select(infinite, m.number(1), m.let(v.div(a, b)));
  return m.select(v.eq(v.max(a, b), m.number(0)), m.number(0), m.let(quotient));
}

/** The angle of (x, y), by its value in the first quadrant. */
function inQuadrant(m: FloatMath, y: Code, x: Code, value: Code): Code {
  const [high, low] = halfPi[m.single ? "single" : "double"];
  const left = m.single ? i32x4.ltS(x, m.number(0)) : i64x2.ltS(x, m.number(0));
  const turned = m.v.sub(m.number(2 * high), m.v.sub(value, m.number(2 * low)));
  return v128.or(m.select(left, turned, value), m.signOf(y));
}

/** arctan(a / b) of numbers of single precision that are not negative, given the smaller one over the larger one. */
function singleFirstQuadrant(m: FloatMath, a: Code, b: Code, t: Code): Code {
  const { v } = m;
  const z = m.let(v.mul(t, t));
  const near = m.let(m.madd(v.mul(m.polynomial(z, single), z), t, t));
  const [high, low] = halfPi.single;
  return m.select(v.gt(a, b), v.sub(m.number(high), v.sub(near, m.number(low))), near);
}

export function arctan(m: FloatMath, x: Code): Code {
  const { v } = m;
  const [a, one] = [m.let(v.abs(x)), m.number(1)];
  const value = m.single
    ? singleFirstQuadrant(m, a, one, m.let(v.div(v.min(a, one), v.max(a, one))))
    : firstQuadrant(m, a);
  return v128.or(value, m.signOf(x));
}

export function arctan2(m: FloatMath, y: Code, x: Code): Code {
  const { v } = m;
  const [a, b] = [m.let(v.abs(y)), m.let(v.abs(x))];
  const value = m.single
    ? singleFirstQuadrant(m, a, b, m.let(ratio(m, m.let(v.min(a, b)), m.let(v.max(a, b)))))
    : firstQuadrant(m, m.let(ratio(m, a, b)));
  return inQuadrant(m, y, x, m.let(value));
}
