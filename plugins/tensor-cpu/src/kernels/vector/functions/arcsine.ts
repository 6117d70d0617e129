/**
 * arcsin and arccos: up to 1/2 by the rational function of fdlibm's e_asin.c, for float32 by the polynomial of Cephes'
 * asinf (S. Moshier); beyond it through arcsin(x) = pi / 2 - 2 arcsin(sqrt((1 - x) / 2)).
 */
import type { Code } from "../../../wasm/code.js";
import { v128 } from "../../../wasm/instructions.js";
import type { FloatMath } from "./float-math.js";

/** (arcsin(x) - x) / x^3 in x^2 */
const single = [4.2163199048e-2, 2.4181311049e-2, 4.5470025998e-2, 7.4953002686e-2, 1.6666752422e-1];
const double = {
  numerator: [
    3.479331075960212e-5, 7.915349942898145e-4, -0.04005553450067941, 0.20121253213486293,
    -0.3255658186224009, 0.16666666666666666,
  ],
  denominator: [0.07703815055590194, -0.6882839716054533, 2.0209457602335057, -2.403394911734414, 1],
};
/** A quarter of pi, and what pi / 2 is more than twice of it. */
const quarterPi = {
  single: [0.7853981852531433, -4.371139e-8],
  double: [Math.PI / 4, 6.123233995736766e-17],
} as const;

/** Of |x|: the sine s whose arcsine is looked for, and arcsin(s) - s; NaN beyond 1. */
function parts(m: FloatMath, x: Code): { readonly far: Code; readonly s: Code; readonly more: Code } {
  const { v } = m;
  const size = m.let(v.abs(x));
  const half = m.number(0.5);
  const far = m.let(v.gt(size, half));
  const z = m.let(m.select(far, v.mul(v.sub(m.number(1), size), half), v.mul(size, size)));
  const s = m.let(m.select(far, v.sqrt(z), size));
  const ratio = m.single
    ? m.polynomial(z, single)
    : v.div(m.polynomial(z, double.numerator), m.polynomial(z, double.denominator));
  return { far, s, more: m.let(v.mul(s, v.mul(z, ratio))) };
}

export function arcsin(m: FloatMath, x: Code): Code {
  const { v } = m;
  const { far, s, more } = parts(m, x);
  const [quarter, rest] = quarterPi[m.single ? "single" : "double"];
  // pi / 2 - 2 (s + more), where pi / 4 - 2 s loses little.
  const less = v.sub(v.add(more, more), m.number(rest));
  const turned = v.sub(m.number(quarter), v.sub(less, v.sub(m.number(quarter), v.add(s, s))));
  return v128.or(m.select(far, turned, v.add(s, more)), m.signOf(x));
}

export function arccos(m: FloatMath, x: Code): Code {
  const { v } = m;
  const { far, s, more } = parts(m, x);
  const [quarter, rest] = quarterPi[m.single ? "single" : "double"];
  const sign = m.let(m.signOf(x));
  const sum = m.let(v.add(s, more));
  const double = v.add(sum, sum);
  const negative = m.let(v.lt(x, m.number(0)));
  const beyond = m.select(negative, v.sub(m.number(4 * quarter), v.sub(double, m.number(2 * rest))), double);
  // pi / 2 - x - what is more, both with the sign of x.
  const signed = v.sub(v128.xor(s, sign), v.sub(m.number(rest), v128.xor(more, sign)));
  return m.select(far, beyond, m.let(v.sub(m.number(2 * quarter), signed)));
}
