/**
 * erf: in single precision by two polynomials with coefficients by N. Juffa, the outer one in an exponent; of doubles by
 * the rational functions of fdlibm's s_erf.c up to 1.25, and beyond it by that of Cephes' erfc (S. Moshier).
 */
import type { Code } from "../../../wasm/code.js";
import { v128 } from "../../../wasm/instructions.js";
import { exp, expOfNegative } from "./exponential.js";
import type { FloatMath } from "./float-math.js";

/** (erf(x) - x) / x in x^2, for |x| up to `border`. */
const inner = [-5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1];
/** log(1 - erf(x)) / x + 1 beyond it. */
const outer = [
  -1.7285347e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1, -1.28717512e-1,
];
const border = 475 / 512;

function singleErf(m: FloatMath, x: Code): Code {
  const { v } = m;
  const size = m.let(v.abs(x));
  const near = m.let(m.madd(m.let(m.polynomial(m.let(v.mul(x, x)), inner)), x, x));
  const t = m.let(v.pmin(size, m.number(4)));
  const exponent = m.let(m.madd(m.let(m.polynomial(t, outer)), t, v.neg(t)));
  const far = v128.or(v.sub(m.number(1), m.let(exp(m, exponent))), m.signOf(x));
  return m.select(v.gt(size, m.number(border)), m.let(far), near);
}

interface Rational {
  readonly top: readonly number[];
  readonly bottom: readonly number[];
}
/** (erf(x) - x) / x in x^2, for |x| up to 0.84375. */
const small: Rational = {
  top: [
    -0.000023763016656650163, -0.005770270296489442, -0.02848174957559851, -0.3250421072470015,
    0.12837916709551256,
  ],
  bottom: [
    -0.000003960228278775368, 0.00013249473800432164, 0.005081306281875766, 0.0650222499887673,
    0.39791722395915535, 1,
  ],
};
/** What erf(x) is more than `nearOneBase`, in |x| - 1, for |x| up to 1.25. */
const nearOne: Rational = {
  top: [
    -0.002166375594868791, 0.035478304325618236, -0.11089469428239668, 0.31834661990116175,
    -0.3722078760357013, 0.41485611868374833, -0.0023621185607526594,
  ],
  bottom: [
    0.011984499846799107, 0.01363708391202905, 0.12617121980876164, 0.07182865441419627, 0.540397917702171,
    0.10642088040084423, 1,
  ],
};
const nearOneBase = 0.8450629115104675;
/** exp(x^2) (1 - erf(x)), for x from 1 to 8. */
const far: Rational = {
  top: [
    2.461969814735305e-10, 0.5641895648310687, 7.463210564422699, 48.63719709856814, 196.5208329560771,
    526.4451949954773, 934.5285271719576, 1027.5518868951572, 557.5353353693994,
  ],
  bottom: [
    1, 13.228195115474499, 86.70721408859897, 354.9377788878199, 975.7085017432055, 1823.9091668790975,
    2246.3376081871097, 1656.6630919416134, 557.5353408177277,
  ],
};

function doubleErf(m: FloatMath, x: Code): Code {
  const { v } = m;
  const ratio = (at: Code, { top, bottom }: Rational): Code =>
    v.div(m.polynomial(at, top), m.polynomial(at, bottom));
  const size = m.let(v.abs(x));
  const near = m.let(m.madd(x, ratio(m.let(v.mul(x, x)), small), x));
  const outside = (): Code => {
    const middle = v.add(m.number(nearOneBase), ratio(m.let(v.sub(size, m.number(1))), nearOne));
    // Where erf rounds to 1.
    const t = m.let(v.pmin(size, m.number(6)));
    const shrunk = m.let(expOfNegative(m, m.let(v.neg(v.mul(t, t))), true));
    const beyond = v.sub(m.number(1), v.mul(shrunk, ratio(t, far)));
    const value = m.select(v.lt(size, m.number(1.25)), m.let(middle), m.let(beyond));
    return m.let(v128.or(value, m.signOf(x)));
  };
  const isNear = m.let(v.lt(size, m.number(0.84375)));
  return m.either(
    isNear,
    () => near,
    () => m.select(isNear, near, outside()),
  );
}

export const erf = (m: FloatMath, x: Code): Code => (m.single ? singleErf : doubleErf)(m, x);
