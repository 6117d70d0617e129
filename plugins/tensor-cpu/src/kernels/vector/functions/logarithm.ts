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

/** k and f of a positive number. */
function split(m: FloatMath, x: Code): { readonly k: Code; readonly f: Code } {
  const { v } = m;
  if (m.single) {
    const small = m.let(v.lt(x, m.number(2 ** -126)));
    const normal = m.select(small, v.mul(x, m.number(2 ** 25)), x);
    // Bits of sqrt(1/2) are moved to where those of 1 are: the exponent is then k.
    const moved = m.let(i32x4.add(normal, m.bits(0x3f800000n - 0x3f3504f3n)));
    const exponent = i32x4.sub(i32x4.shrS(moved, i32.const(23)), m.bits(127n));
    const k = m.let(f32x4.convertI32x4S(i32x4.sub(exponent, v128.and(small, m.bits(25n)))));
    const one = i32x4.add(v128.and(moved, m.bits(0x7fffffn)), m.bits(0x3f3504f3n));
    return { k, f: m.let(v.sub(one, m.number(1))) };
  }
  const small = m.let(v.lt(x, m.number(2 ** -1022)));
  const normal = m.select(small, v.mul(x, m.number(2 ** 54)), x);
  const moved = m.let(i64x2.add(normal, m.bits(0x3ff0000000000000n - 0x3fe6a09e00000000n)));
  // The exponent as the lowest bits of a float near 2^52.
  const exponent = v128.or(i64x2.shrU(moved, i32.const(52)), m.bits(0x4330000000000000n));
  const k = v.sub(v.sub(exponent, m.number(2 ** 52 + 1023)), v128.and(small, m.number(54)));
  const one = i64x2.add(v128.and(moved, m.bits(0x000fffffffffffffn)), m.bits(0x3fe6a09e00000000n));
  return { k: m.let(k), f: m.let(v.sub(one, m.number(1))) };
}

/** log(2^k (1 + f)) + c, for a small c. */
function joined(m: FloatMath, k: Code, f: Code, c: Code | undefined): Code {
  const { v } = m;
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
  const { k, f } = split(m, x);
  return bounded(m, x, 0, m.let(joined(m, k, f, undefined)));
}

/** log(1 + x) = log(u) + c / u, where u is 1 + x rounded and c what that lost. */
export function log1p(m: FloatMath, x: Code): Code {
  const { v } = m;
  const one = m.number(1);
  const u = m.let(v.add(one, x));
  const added = m.let(v.sub(u, one));
  const lost = v.add(v.sub(one, v.sub(u, added)), v.sub(x, added));
  const { k, f } = split(m, u);
  const value = m.let(joined(m, k, f, m.let(v.div(lost, u))));
  const result = m.let(bounded(m, x, -1, value));
  return m.select(v.lt(v.abs(x), m.number(m.single ? 2 ** -25 : 2 ** -54)), x, result);
}
