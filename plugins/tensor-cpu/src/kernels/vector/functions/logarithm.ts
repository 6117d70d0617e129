/**
 * log and log1p. x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2); the logarithm of 1 + f as in fdlibm's
 * e_log.c, e_logf.c and s_log1p.c.
 */
import type { Code } from "../../../wasm/code.js";
import { f32x4, i32, i32x4, i64x2, v128 } from "../../../wasm/instructions.js";
import type { FloatMath } from "./float-math.js";

interface Terms {
  readonly log2: readonly [number, number];
  readonly even: readonly number[];
  readonly odd: readonly number[];
}
const single: Terms = {
  log2: [6.9313812256e-1, 9.0580006145e-6],
  even: [0.24279078841, 0.40000972152],
  odd: [0.28498786688, 0.66666662693],
};
const double: Terms = {
  log2: [0.6931471803691238, 1.9082149292705877e-10],
  even: [0.15313837699209373, 0.22222198432149784, 0.3999999999940942],
  odd: [0.14798198605116586, 0.1818357216161805, 0.2857142874366239, 0.6666666666666735],
};

/**
 * Of a positive number 2^k one.
 * @param border the lowest `one` that there is: above 1/2, up to 1
 * @param denormal whether there are numbers without full precision
 */
export function split(
  m: FloatMath,
  x: Code,
  border: number,
  denormal: boolean,
): { readonly k: Code; readonly one: Code } {
  const { v } = m;
  const { fraction, bias, lowest } = m.format;
  const raised = fraction + 2;
  const small = m.let(v.lt(x, m.number(lowest)));
  const normal = denormal ? m.select(small, v.mul(x, m.number(2 ** raised)), x) : x;
  const lanes = m.single ? i32x4 : i64x2;
  // Bits of the border are moved to where those of 1 are: the exponent is then k.
  const moved = m.let(lanes.add(normal, lanes.sub(m.number(1), m.number(border))));
  const one = m.let(lanes.add(v128.and(moved, m.bits((1n << BigInt(fraction)) - 1n)), m.number(border)));
  const exponent = lanes.shrU(moved, i32.const(fraction));
  if (m.single) {
    const unbiased = i32x4.sub(exponent, m.bits(BigInt(bias)));
    const k = denormal ? i32x4.sub(unbiased, v128.and(small, m.bits(BigInt(raised)))) : unbiased;
    return { k: m.let(f32x4.convertI32x4S(k)), one };
  }
  // The exponent as the lowest bits of a float near 2^52.
  const shifted = v.sub(v128.or(exponent, m.number(2 ** 52)), m.number(2 ** 52 + bias));
  return { k: m.let(denormal ? v.sub(shifted, v128.and(small, m.number(raised))) : shifted), one };
}

/** log(x) + c of a positive number, for a small c. */
function joined(m: FloatMath, x: Code, c: Code | undefined, denormal: boolean): Code {
  const { v } = m;
  const { k, one } = split(m, x, Math.SQRT1_2, denormal);
  const f = m.let(v.sub(one, m.number(1)));
  const { log2, even, odd } = m.single ? single : double;
  const s = m.let(v.div(f, v.add(f, m.number(2))));
  const z = m.let(v.mul(s, s));
  const w = m.let(v.mul(z, z));
  const t = v.mul(m.polynomial(w, even), w);
  const r = m.let(v.add(v.mul(m.polynomial(w, odd), z), t));
  const half = m.let(v.mul(v.mul(f, f), m.number(0.5)));
  const low = v.mul(k, m.number(log2[1]));
  const rest = v.add(v.mul(s, v.add(half, r)), c === undefined ? low : v.add(low, c));
  return v.add(v.add(v.sub(rest, half), f), v.mul(k, m.number(log2[0])));
}

/** A logarithm of x, which is -infinity at `pole`, NaN below, and infinity at infinity. */
function bounded(m: FloatMath, x: Code, pole: number, value: Code): Code {
  const { v } = m;
  const infinity = m.number(Number.POSITIVE_INFINITY);
  const above = m.select(v.eq(x, infinity), x, value);
  const inside = m.select(v.ge(x, m.number(pole)), above, m.number(Number.NaN));
  return m.select(v.eq(x, m.number(pole)), m.number(Number.NEGATIVE_INFINITY), inside);
}

export function log(m: FloatMath, x: Code): Code {
  const { v } = m;
  const { lowest } = m.format;
  const ordinary = v128.and(v.ge(x, m.number(lowest)), v.lt(x, m.number(Number.POSITIVE_INFINITY)));
  return m.either(
    ordinary,
    () => joined(m, x, undefined, false),
    () => bounded(m, x, 0, m.let(joined(m, x, undefined, true))),
  );
}

/** log(1 + x) = log(u) + c / u, where u is 1 + x rounded and c what that lost. */
export function log1p(m: FloatMath, x: Code): Code {
  const { v } = m;
  const one = m.number(1);
  const u = m.let(v.add(one, x));
  const added = m.let(v.sub(u, one));
  const lost = v.add(v.sub(one, v.sub(u, added)), v.sub(x, added));
  const value = m.let(joined(m, u, m.let(v.div(lost, u)), false));
  const result = m.let(bounded(m, x, -1, value));
  return m.select(v.lt(v.abs(x), m.number(m.single ? 2 ** -25 : 2 ** -54)), x, result);
}
