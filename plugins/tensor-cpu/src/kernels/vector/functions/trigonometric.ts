/**
 * sin, cos and tan: x = n pi / 2 + r, with pi / 2 in three parts of 33 bits and a rest (fdlibm's e_rem_pio2.c), then the
 * polynomials of fdlibm's k_sin.c and k_cos.c, those of Cephes (S. Moshier) for float32. Beyond 2^20 they are
 * computed one by one.
 */
import type { Code } from "../../../wasm/code.js";
import { f32x4, f64x2, i32, i32x4, i64x2, v128 } from "../../../wasm/instructions.js";
import { doublesOfSingle, joined, narrowed } from "../elements.js";
import type { FloatMath } from "./float-math.js";

const halfPi = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21] as const;
const halfPiRest = 8.4784276603689e-32;

/** r, what its rounding lost, and n in the lowest bits. */
interface Angle {
  readonly r: Code;
  readonly rest: Code;
  readonly bits: Code;
}

/** @param m of float64 */
function angle(m: FloatMath, x: Code): Angle {
  const { v } = m;
  const bits = m.let(m.integerBits(x, 2 / Math.PI));
  const n = m.let(m.fromIntegerBits(bits));
  const [first, second, third] = halfPi.map((part) => m.let(v.mul(n, m.number(part)))) as [Code, Code, Code];
  const a = m.let(v.sub(x, first));
  const b = m.let(v.sub(a, second));
  // a - second and what follows, with the errors of the subtractions.
  const lostB = m.let(v.sub(v.sub(a, b), second));
  const c = m.let(v.sub(b, third));
  const lostC = m.let(v.sub(v.sub(b, c), third));
  const low = m.let(v.sub(v.add(lostB, lostC), v.mul(n, m.number(halfPiRest))));
  const r = m.let(v.add(c, low));
  return { r, rest: m.let(v.add(v.sub(c, r), low)), bits };
}

const doubleSin = [
  1.58969099521155e-10, -2.5050760253406863e-8, 0.0000027557313707070068, -0.0001984126982985795,
  0.00833333333332249,
];
const doubleCos = [
  -1.1359647557788195e-11, 2.087572321298175e-9, -2.7557314351390663e-7, 0.00002480158728947673,
  -0.001388888888887411, 0.0416666666666666,
];
const singleSin = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];
/** (tan(x) - x) / x^3 in x^2, as in FreeBSD's k_tanf.c (B. Evans): errs by 2^-25.5. */
const singleTan = [
  0.009465647849436732, 0.002974357433599673, 0.024528318116654728, 0.05338123784456704, 0.13339200271297674,
  0.3333313950307914,
];
const singleCos = [0.00002443315711809948, -0.001388731625493765, 0.04166664568298827];

function doubleParts(m: FloatMath, { r, rest }: Angle): { readonly sin: Code; readonly cos: Code } {
  const { v } = m;
  const z = m.let(v.mul(r, r));
  const cube = m.let(v.mul(z, r));
  const half = m.number(0.5);
  const s = m.polynomial(z, doubleSin);
  const inner = v.sub(v.mul(z, v.sub(v.mul(half, rest), v.mul(cube, s))), rest);
  const sin = v.sub(r, v.sub(inner, v.mul(cube, m.number(-0.16666666666666632))));
  const halfZ = m.let(v.mul(half, z));
  const w = m.let(v.sub(m.number(1), halfZ));
  const c = v.sub(v.mul(z, v.mul(z, m.polynomial(z, doubleCos))), v.mul(r, rest));
  const cos = v.add(w, v.add(v.sub(v.sub(m.number(1), w), halfZ), c));
  return { sin: m.let(sin), cos: m.let(cos) };
}

function singleParts(m: FloatMath, r: Code): { readonly sin: Code; readonly cos: Code } {
  const { v } = m;
  const z = m.let(v.mul(r, r));
  const sin = m.madd(v.mul(m.polynomial(z, singleSin), z), r, r);
  const c = v.mul(v.mul(m.polynomial(z, singleCos), z), z);
  const cos = v.add(v.sub(c, v.mul(z, m.number(0.5))), m.number(1));
  return { sin: m.let(sin), cos: m.let(cos) };
}

const isOdd = (m: FloatMath, n: Code): Code => {
  const lanes = m.single ? i32x4 : i64x2;
  return lanes.eq(v128.and(n, m.bits(1n)), m.bits(1n));
};

/** sin(r + n pi / 2): sine or cosine of r, with a sign. */
function turned(m: FloatMath, parts: { readonly sin: Code; readonly cos: Code }, n: Code): Code {
  const lanes = m.single ? i32x4 : i64x2;
  const sign = m.signOf(lanes.shl(n, i32.const(m.single ? 30 : 62)));
  return v128.xor(m.select(isOdd(m, n), parts.cos, parts.sin), sign);
}

/** Below this size in all lanes. */
export const angleLimit = 2 ** 20;

/** @param quarter 0: sin, 1: cos */
export function sinusoid(m: FloatMath, x: Code, quarter: 0 | 1): Code {
  const place = angle(m, x);
  const n = m.let(i64x2.add(place.bits, m.bits(BigInt(quarter))));
  const value = turned(m, doubleParts(m, place), n);
  return quarter === 1 ? value : m.select(m.v.eq(x, m.number(0)), x, m.let(value));
}

/** tan: the quotient of both. */
export function tangent(m: FloatMath, x: Code): Code {
  const place = angle(m, x);
  const { sin, cos } = doubleParts(m, place);
  const odd = m.let(isOdd(m, place.bits));
  const value = m.v.div(m.select(odd, cos, sin), m.select(odd, m.v.neg(sin), cos));
  return m.select(m.v.eq(x, m.number(0)), x, m.let(value));
}

/** Of a number of single precision, in doubles. */
function nearAngle(m: FloatMath, x: Code): Omit<Angle, "rest"> {
  const bits = m.let(m.integerBits(x, 2 / Math.PI));
  const n = m.let(m.fromIntegerBits(bits));
  const near = f64x2.sub(x, f64x2.mul(n, m.number(halfPi[0])));
  return { bits, r: m.let(f64x2.sub(near, f64x2.mul(n, m.number(halfPi[1] + halfPi[2])))) };
}

/** Of a number of single precision, in doubles. */
export function singleTangent(m: FloatMath, x: Code): Code {
  const { r, bits } = nearAngle(m, x);
  const z = m.let(f64x2.mul(r, r));
  const value = m.let(m.madd(f64x2.mul(m.polynomial(z, singleTan), z), r, r));
  return m.select(m.let(isOdd(m, bits)), f64x2.div(m.number(-1), value), value);
}

/** Of four floats of single precision; the angle is reduced in double precision. */
export function singleSinusoid(m: FloatMath, wide: FloatMath, x: Code, quarter: 0 | 1): Code {
  const [low, high] = doublesOfSingle(x).map((part) => nearAngle(wide, wide.let(part))) as [
    Omit<Angle, "rest">,
    Omit<Angle, "rest">,
  ];
  const r = m.let(joined(f32x4.demoteF64x2Zero(low.r), f32x4.demoteF64x2Zero(high.r)));
  const n = m.let(i32x4.add(narrowed(low.bits, high.bits), m.bits(BigInt(quarter))));
  const value = turned(m, singleParts(m, r), n);
  return quarter === 1 ? value : m.select(m.v.eq(x, m.number(0)), x, m.let(value));
}
