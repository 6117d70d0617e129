/**
 * sinh and cosh: sums of exponentials; sinh up to 1 by the polynomial and the rational function of Cephes' sinhf and
 * sinh (S. Moshier).
 */
import type { Code } from "../../../wasm/code.js";
import { v128 } from "../../../wasm/instructions.js";
import { halfExp } from "./exponential.js";
import type { FloatMath } from "./float-math.js";

/** (sinh(x) - x) / x^3 in x^2, for |x| up to 1. */
const single = [2.03721912945e-4, 8.33028376239e-3, 1.66667160211e-1];
const double = {
  numerator: [-0.789474443963537, -163.72585752598383, -11561.443576500522, -351754.9648081514],
  denominator: [1, -277.7110814206028, 36157.8279834432, -2110529.7888489086],
};

/** exp(|x|) / 2 and what it is for -|x|. */
function halves(m: FloatMath, size: Code): readonly [Code, Code] {
  const grown = m.let(halfExp(m, size));
  return [grown, m.v.div(m.number(0.25), grown)];
}

export function cosh(m: FloatMath, x: Code): Code {
  const [grown, shrunk] = halves(m, m.let(m.v.abs(x)));
  return m.v.add(grown, shrunk);
}

export function sinh(m: FloatMath, x: Code): Code {
  const { v } = m;
  const size = m.let(v.abs(x));
  const z = m.let(v.mul(x, x));
  const ratio = m.single
    ? m.polynomial(z, single)
    : v.div(m.polynomial(z, double.numerator), m.polynomial(z, double.denominator));
  const near = m.let(m.madd(v.mul(z, ratio), x, x));
  const [grown, shrunk] = halves(m, size);
  return m.select(v.gt(size, m.number(1)), v128.or(v.sub(grown, shrunk), m.signOf(x)), near);
}
