/** Powers of integers by squaring; what leaves the dtype is not wrapped. */
import { type Code, get, repeat, set } from "../../wasm/code.js";
import { i32, i32x4, type i64x2, v128 } from "../../wasm/instructions.js";
import type { Four } from "./elements.js";
import type { Emitter } from "./emitter.js";

/** A negative exponent gives the integer part of the fraction: 0 but for 1 and -1. */
export function integerPower(
  e: Emitter,
  lanes: typeof i32x4 | typeof i64x2,
  unsigned: boolean,
  [bases, exponents]: readonly [Four, Four],
): Code[] {
  const [zero, one] = [e.word(0), lanes === i32x4 ? e.word(1) : e.double(1n)];
  const parts = bases.map((x, i) => ({
    result: e.variable(one),
    square: e.variable(x),
    rest: e.variable(exponents[i] as Code),
  }));
  const step = e.piece(() => {
    for (const { result, square, rest } of parts) {
      const odd = lanes.eq(v128.and(get(rest), one), one);
      e.emit(set(result, v128.bitselect(lanes.mul(get(result), get(square)), get(result), odd)));
      e.emit(set(square, lanes.mul(get(square), get(square))));
      e.emit(set(rest, lanes.shrU(get(rest), i32.const(1))));
    }
  });
  e.emit(repeat(step, v128.anyTrue(parts.map(({ rest }) => get(rest)).reduce(v128.or))));
  return parts.map(({ result }, i) => {
    if (unsigned) return get(result);
    // Of 1 and -1 it is right already.
    const isUnit = lanes.eq(lanes.abs(bases[i] as Code), one);
    return v128.andnot(get(result), v128.andnot(lanes.ltS(exponents[i] as Code, zero), isUnit));
  });
}
