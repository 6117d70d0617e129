/**
 * Powers: of single precision through series in doubles, of doubles by fdlibm's e_pow.c, which carries the logarithm in
 * two parts. Special cases are C's.
 */
import type { Code } from "../../../wasm/code.js";
import { f64x2, i32, i32x4, i64x2, v128 } from "../../../wasm/instructions.js";
import type { FloatType } from "../../lanes.js";
import type { Four } from "../elements.js";
import type { Emitter } from "../emitter.js";
import { doubleTerms, timesPowerOfTwo } from "./exponential.js";
import { FloatMath, throughDoubles } from "./float-math.js";
import { split } from "./logarithm.js";

/** From |x|^y, all of what is not ordinary: zeros, infinities, NaN, and the sign. */
function completed(m: FloatMath, x: Code, y: Code, magnitude: Code): Code {
  const { v } = m;
  const size = m.let(v.abs(x));
  const [zero, one, infinity] = [0, 1, Number.POSITIVE_INFINITY].map((n) => m.number(n)) as [
    Code,
    Code,
    Code,
  ];
  const isInfinite = m.let(v.eq(size, infinity));
  const extreme = v128.or(isInfinite, v.eq(size, zero));
  const grows = v128.not(v128.xor(isInfinite, v.gt(y, zero)));
  const value = m.let(m.select(extreme, v128.and(grows, infinity), magnitude));
  const whole = m.let(v.eq(v.floor(y), y));
  const halved = m.let(v.mul(y, m.number(0.5)));
  const odd = v128.and(whole, v.ne(v.floor(halved), halved));
  const signed = v128.or(value, v128.and(odd, m.signOf(x)));
  // A negative number to a power that is no integer; not so for infinities and zeros.
  const ordinary = v128.andnot(v.lt(x, zero), isInfinite);
  const undefinedHere = v128.or(v128.andnot(ordinary, whole), v128.or(v.ne(x, x), v.ne(y, y)));
  const known = m.let(m.select(undefinedHere, m.number(Number.NaN), m.let(signed)));
  const alwaysOne = v128.or(
    v128.or(v.eq(x, one), v.eq(y, zero)),
    v128.and(v.eq(size, one), v.eq(v.abs(y), infinity)),
  );
  return m.select(alwaysOne, one, known);
}

/** 2 / log(2) / (2 k + 1), the highest k first: log2((1 + s) / (1 - s)) / s in s^2. */
const logarithm = Array.from({ length: 6 }, (_, k) => 2 / Math.LN2 / (11 - 2 * k));
/** log(2)^k / k!, the highest k first. */
const exponential = Array.from({ length: 9 }, (_, i) => 8 - i).map((k) =>
  Array.from({ length: k }, (_, j) => Math.LN2 / (j + 1)).reduce((all, factor) => all * factor, 1),
);

/** 2^(y log2 x) of numbers of single precision, in doubles: Taylor's series, whose errors are some 1e-10. */
function singleMagnitude(m: FloatMath, x: Code, y: Code): Code {
  const { k, one } = split(m, x, Math.SQRT1_2, false);
  const s = m.let(f64x2.div(f64x2.sub(one, m.number(1)), f64x2.add(one, m.number(1))));
  const log2 = m.madd(m.polynomial(m.let(f64x2.mul(s, s)), logarithm), s, k);
  // Beyond what single precision holds.
  const exponent = m.let(f64x2.pmax(f64x2.pmin(f64x2.mul(log2, y), m.number(200)), m.number(-200)));
  const { bias } = m.format;
  const bits = m.let(m.integerBits(exponent, 1, bias));
  const rest = m.let(f64x2.sub(exponent, m.fromIntegerBits(bits, bias)));
  return f64x2.mul(m.polynomial(rest, exponential), i64x2.shl(bits, i32.const(m.format.fraction)));
}

/** Of e_pow.c: (3 log((1 + s) / (1 - s)) / (2 s) - 3 - s^2) / s^4 in s^2. */
const series = [
  0.20697501780033842, 0.23066074577556175, 0.272728123808534, 0.33333332981837743, 0.4285714285785502,
  0.5999999999999946,
];
/** 2 / (3 log 2), log2(1.5) and log 2, each as a number of few bits and a rest. */
const scale = [0.9617967009544373, -7.028461650952758e-9, 0.9617966939259756] as const;
const log2OfMiddle = [0.5849624872207642, 1.350039202129749e-8] as const;
const log2 = [0.6931471824645996, -1.904654299957768e-9, Math.LN2] as const;

/** Without the lower half of its bits. */
const cut = (m: FloatMath, x: Code): Code => m.let(v128.and(x, m.bits(0xffffffff00000000n)));

/** log2 of a positive number in two parts. */
function logarithmInParts(m: FloatMath, x: Code): readonly [Code, Code] {
  const v = f64x2;
  // Between sqrt(3) / 2 and sqrt(3): near 1, or near 1.5.
  const { k, one } = split(m, x, Math.sqrt(3) / 2, true);
  const middle = m.let(v.gt(one, m.number(Math.sqrt(1.5))));
  const near = m.let(v.add(m.number(1), v128.and(middle, m.number(0.5))));
  const f = m.let(v.sub(one, near));
  const sum = m.let(v.add(one, near));
  const inverse = m.let(v.div(m.number(1), sum));
  const s = m.let(v.mul(f, inverse));
  const high = cut(m, s);
  const sumHigh = cut(m, sum);
  const sumLow = v.sub(one, v.sub(sumHigh, near));
  const low = m.let(v.mul(inverse, v.sub(v.sub(f, v.mul(high, sumHigh)), v.mul(high, sumLow))));
  const square = m.let(v.mul(s, s));
  const rest = m.let(
    v.add(v.mul(v.mul(square, square), m.polynomial(square, series)), v.mul(low, v.add(high, s))),
  );
  const squareHigh = m.let(v.mul(high, high));
  const three = m.number(3);
  const t = cut(m, v.add(v.add(three, squareHigh), rest));
  const tLow = v.sub(rest, v.sub(v.sub(t, three), squareHigh));
  const product = m.let(v.mul(high, t));
  const productLow = m.let(v.add(v.mul(low, t), v.mul(tLow, s)));
  const p = cut(m, v.add(product, productLow));
  const pLow = v.sub(productLow, v.sub(p, product));
  const [scaleHigh, scaleLow, whole] = scale;
  const z = m.let(v.mul(m.number(scaleHigh), p));
  const zLow = m.let(
    v.add(
      v.add(v.mul(m.number(scaleLow), p), v.mul(pLow, m.number(whole))),
      v128.and(middle, m.number(log2OfMiddle[1])),
    ),
  );
  const base = m.let(v128.and(middle, m.number(log2OfMiddle[0])));
  const result = cut(m, v.add(v.add(v.add(z, zLow), base), k));
  return [result, v.sub(zLow, v.sub(v.sub(v.sub(result, k), base), z))];
}

/** 2^(y log2 x) of doubles. */
function doubleMagnitude(m: FloatMath, x: Code, given: Code): Code {
  const v = f64x2;
  const [high, low] = logarithmInParts(m, x);
  // Larger exponents do as well, and keep clear of infinity.
  const y = m.let(v.pmax(v.pmin(given, m.number(2 ** 80)), m.number(-(2 ** 80))));
  const yHigh = cut(m, y);
  const product = m.let(v.mul(yHigh, high));
  const productLow = m.let(v.add(v.mul(v.sub(y, yHigh), high), v.mul(y, low)));
  // Beyond what doubles hold.
  const size = m.let(v.add(product, productLow));
  const most = m.number(1100);
  const beyond = m.let(v.gt(v.abs(size), most));
  const z = m.let(m.select(beyond, v128.or(most, m.signOf(size)), product));
  const zLow = m.let(v128.andnot(productLow, beyond));
  const bits = m.let(m.integerBits(v.add(z, zLow), 1, 2 * m.format.bias));
  const near = m.let(v.sub(z, m.fromIntegerBits(bits, 2 * m.format.bias)));
  const t = cut(m, v.add(near, zLow));
  const [log2High, log2Low, whole] = log2;
  const u = m.let(v.mul(t, m.number(log2High)));
  const w = m.let(v.add(v.mul(v.sub(zLow, v.sub(t, near)), m.number(whole)), v.mul(t, m.number(log2Low))));
  const r = m.let(v.add(u, w));
  const lost = m.let(v.sub(w, v.sub(r, u)));
  const square = m.let(v.mul(r, r));
  const c = m.let(v.sub(r, v.mul(square, m.polynomial(square, doubleTerms))));
  const quotient = v.sub(v.div(v.mul(r, c), v.sub(c, m.number(2))), v.add(lost, v.mul(r, lost)));
  return timesPowerOfTwo(m, m.let(v.sub(m.number(1), v.sub(quotient, r))), bits);
}

/** x^y of four elements. */
export function power(e: Emitter, type: FloatType, xs: Four, ys: Four): Code[] {
  const m = new FloatMath(e, type);
  const { v } = m;
  const sizes = xs.map((x) => m.let(v.abs(x)));
  const infinity = m.number(Number.POSITIVE_INFINITY);
  const magnitudes = m.single
    ? throughDoubles(e, [sizes, ys], singleMagnitude)
    : sizes.map((x, i) => m.let(doubleMagnitude(m, x, ys[i] as Code)));
  const plain = xs.flatMap((x, i) => [
    v.gt(x, m.number(0)),
    v.lt(x, infinity),
    v.lt(v.abs(ys[i] as Code), infinity),
  ]);
  return e.either(
    i32x4.allTrue(plain.reduce((all, mask) => v128.and(all, mask))),
    () => magnitudes,
    () => xs.map((x, i) => m.let(completed(m, x, ys[i] as Code, magnitudes[i] as Code))),
  );
}
