/**
 * The error function, 2/sqrt(pi) times the integral of exp(-t^2) from 0 to x.
 *
 * Intervals and coefficients are those of s_erf.c of fdlibm (FreeBSD's msun; error below 1 ulp), whose notice
 * asks to be kept: Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved. Developed at SunPro, a
 * Sun Microsystems, Inc. business. Permission to use, copy, modify, and distribute this software is freely
 * granted, provided that this notice is preserved.
 */

/** Coefficients of a rational function, lowest power first. */
interface Rational {
  readonly top: readonly number[];
  readonly bottom: readonly number[];
}

/** (erf(x) - x) / x in x^2, for |x| < 0.84375. */
const small: Rational = {
  top: [
    0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442,
    -0.000023763016656650163,
  ],
  bottom: [
    1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 0.00013249473800432164,
    -0.000003960228278775368,
  ],
};

/**
 * A float32 near the middle of erf between 0.84375 and 1.25; there erf(x) is this plus `nearOne` of |x| - 1.
 */
const nearOneBase = 0.8450629115104675;

/** For 0.84375 <= |x| < 1.25. */
const nearOne: Rational = {
  top: [
    -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175,
    -0.11089469428239668, 0.035478304325618236, -0.002166375594868791,
  ],
  bottom: [
    1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164, 0.01363708391202905,
    0.011984499846799107,
  ],
};

/** log(x exp(x^2) (1 - erf(x))) + 0.5625 in 1/x^2, for 1.25 <= |x| < 1/0.35. */
const middle: Rational = {
  top: [
    -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006, -162.39666946257347,
    -184.60509290671104, -81.2874355063066, -9.814329344169145,
  ],
  bottom: [
    1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679, 429.00814002756783,
    108.63500554177944, 6.570249770319282, -0.0604244152148581,
  ],
};

/** As `middle`, for 1/0.35 <= |x| < 6. */
const far: Rational = {
  top: [
    -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192, -637.5664433683896,
    -1025.0951316110772, -483.5191916086514,
  ],
  bottom: [
    1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955, 2553.0504064331644,
    474.52854120695537, -22.44095244658582,
  ],
};

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);

const rational = ({ top, bottom }: Rational, x: number): number => polynomial(top, x) / polynomial(bottom, x);

/** erf(x) for a float64 x; odd, -1 and 1 at the infinities, NaN for NaN. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  if (size < 2 ** -28) return x + small.top[0]! * x;
  if (size < 0.84375) return x + x * rational(small, x * x);
  const magnitude = size < 1.25 ? nearOneBase + rational(nearOne, size - 1) : 1 - complement(size);
  return x < 0 ? -magnitude : magnitude;
}

/** 1 - erf(x) for x >= 1.25. The square is split so that exp sees a product that is exact. */
function complement(x: number): number {
  if (x >= 6) return 0;
  const short = Math.fround(x);
  const rest = rational(x < 1 / 0.35 ? middle : far, 1 / (x * x));
  return (Math.exp(-short * short - 0.5625) * Math.exp((short - x) * (short + x) + rest)) / x;
}
