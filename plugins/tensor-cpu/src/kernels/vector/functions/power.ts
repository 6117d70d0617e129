/** Powers of single precision, through logarithms and exponentials of double precision; special cases are C's. */
import type { Code } from "../../../wasm/code.js";
import { f32x4, f64x2, v128 } from "../../../wasm/instructions.js";
import { joined, upper } from "../elements.js";
import { exp } from "./exponential.js";
import type { FloatMath } from "./float-math.js";
import { log } from "./logarithm.js";

export function singlePower(m: FloatMath, wide: FloatMath, x: Code, y: Code): Code {
  const { v } = m;
  const size = m.let(v.abs(x));
  const half = (a: Code, b: Code): Code => {
    const logarithm = m.let(log(wide, m.let(f64x2.promoteLowF32x4(a))));
    return f32x4.demoteF64x2Zero(exp(wide, m.let(f64x2.mul(logarithm, f64x2.promoteLowF32x4(b)))));
  };
  const [low, high] = [m.let(half(size, y)), m.let(half(upper(size), upper(y)))];
  const magnitude = m.let(joined(low, high));
  const whole = m.let(v.eq(v.floor(y), y));
  const halved = m.let(v.mul(y, m.number(0.5)));
  const odd = v128.and(whole, v.ne(v.floor(halved), halved));
  const signed = v128.or(magnitude, v128.and(odd, m.signOf(x)));
  // A negative number to a power that is no integer; not so for infinities and zeros.
  const infinity = m.number(Number.POSITIVE_INFINITY);
  const ordinary = v128.and(v.lt(x, m.number(0)), v.lt(size, infinity));
  const undefinedHere = v128.and(ordinary, v128.andnot(v.eq(y, y), whole));
  const value = m.select(undefinedHere, m.number(Number.NaN), signed);
  const one = m.number(1);
  const alwaysOne = v128.or(
    v128.or(v.eq(x, one), v.eq(y, m.number(0))),
    v128.and(v.eq(size, one), v.eq(v.abs(y), infinity)),
  );
  return m.select(alwaysOne, one, m.let(value));
}
