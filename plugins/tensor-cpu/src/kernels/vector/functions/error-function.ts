/** erf in single precision: two polynomials with coefficients by N. Juffa, the outer one in an exponent. */
import type { Code } from "../../../wasm/code.js";
import { v128 } from "../../../wasm/instructions.js";
import { exp } from "./exponential.js";
import type { FloatMath } from "./float-math.js";

/** (erf(x) - x) / x in x^2, for |x| up to `border`. */
const inner = [-5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1];
/** log(1 - erf(x)) / x + 1 beyond it. */
const outer = [
  -1.7285347e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1, -1.28717512e-1,
];
const border = 475 / 512;

export function singleErf(m: FloatMath, x: Code): Code {
  const { v } = m;
  const size = m.let(v.abs(x));
  const near = m.let(m.madd(m.let(m.polynomial(m.let(v.mul(x, x)), inner)), x, x));
  const t = m.let(v.pmin(size, m.number(4)));
  const exponent = m.let(m.madd(m.let(m.polynomial(t, outer)), t, v.neg(t)));
  const far = v128.or(v.sub(m.number(1), m.let(exp(m, exponent))), m.signOf(x));
  return m.select(v.gt(size, m.number(border)), m.let(far), near);
}
