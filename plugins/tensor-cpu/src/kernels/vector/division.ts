/** Quotients and remainders that are rounded towards minus infinity, of all dtypes: exactly what core computes. */
import type { DType } from "@bitale/core";
import { type Code, get, repeat, set } from "../../wasm/code.js";
import { f32x4, f64x2, i32, i32x4, i64, i64x2, v128 } from "../../wasm/instructions.js";
import type { FloatType } from "../lanes.js";
import {
  asDoubles,
  bigOfDouble,
  doubleOfBig,
  doublesOfSingle,
  type Four,
  isUnsigned,
  joined,
} from "./elements.js";
import type { Emitter } from "./emitter.js";
import { scripted } from "./script.js";

export type Division = "floorDiv" | "mod";

/** By a mask. */
const chosen = (mask: Code, then: Code, otherwise: Code): Code => v128.bitselect(then, otherwise, mask);
const conjunction = (masks: readonly Code[]): Code => masks.reduce((all, mask) => v128.and(all, mask));

/** floor(x / y) in double precision, where the quotient of two 32-bit integers never rounds up; 0 for y = 0. */
function floorQuotient(e: Emitter, dtype: DType, x: Code, y: Code): Code {
  const divisors = asDoubles(dtype, y);
  const quotients = asDoubles(dtype, x).map((part, i) =>
    e.let(f64x2.floor(f64x2.div(part, divisors[i] as Code))),
  );
  const truncate = isUnsigned(dtype) ? i32x4.truncSatF64x2UZero : i32x4.truncSatF64x2SZero;
  // The one quotient beyond the range, -2^31 / -1, wraps.
  const inRange = (part: Code): Code =>
    isUnsigned(dtype) ? part : chosen(f64x2.eq(part, e.float64(2 ** 31)), e.float64(-(2 ** 31)), part);
  const [low, high] = quotients.map((part) => truncate(inRange(part))) as [Code, Code];
  return v128.andnot(joined(low, high), i32x4.eq(y, e.word(0)));
}

/** Of integers of up to 32 bits; what leaves the dtype is not wrapped. */
export function divideIntegers(e: Emitter, op: Division, dtype: DType, x: Code, y: Code): Code {
  const quotient = floorQuotient(e, dtype, x, y);
  if (op === "floorDiv") return quotient;
  return v128.andnot(i32x4.sub(x, i32x4.mul(quotient, y)), i32x4.eq(y, e.word(0)));
}

/** Of 64-bit integers: in double precision, where floor(x / y) is right below 2^50, or one by one. */
export function divideBig(e: Emitter, op: Division, dtype: DType, operands: readonly [Four, Four]): Code[] {
  const unsigned = isUnsigned(dtype);
  const zero = e.word(0);
  const high = operands
    .flat()
    .map((x) =>
      unsigned ? i64x2.shrU(x, i32.const(50)) : i64x2.shrU(i64x2.add(x, e.double(1n << 50n)), i32.const(51)),
    );
  const small = i32.eqz(v128.anyTrue(high.reduce((all, bits) => v128.or(all, bits))));
  const parts = (by: (x: Code, y: Code) => Code): Code[] =>
    operands[0].map((x, i) => e.let(by(x, operands[1][i] as Code)));
  const inDoubles = (x: Code, y: Code): Code => {
    const [dividend, divisor] = [e.let(doubleOfBig(e, x)), e.let(doubleOfBig(e, y))];
    const quotient = e.let(f64x2.floor(f64x2.div(dividend, divisor)));
    const value = op === "floorDiv" ? quotient : f64x2.sub(dividend, f64x2.mul(quotient, divisor));
    return v128.andnot(bigOfDouble(e, value), i64x2.eq(y, zero));
  };
  /** Truncated quotients by 1 instead of 0, and of -1, which traps where the quotient is 2^63. */
  const oneByOne = (x: Code, y: Code): Code => {
    const none = e.let(i64x2.eq(y, zero));
    const minusOne = e.let(unsigned ? zero : i64x2.eq(y, e.double(-1n)));
    const divisor = e.let(chosen(v128.or(none, minusOne), e.double(1n), y));
    const divide = unsigned ? i64.divU : i64.divS;
    const quotient = e.let(
      [0, 1].reduce<Code>(
        (all, lane) => i64x2.replace(all, lane, divide(i64x2.extract(x, lane), i64x2.extract(divisor, lane))),
        zero,
      ),
    );
    const rest = e.let(i64x2.sub(x, i64x2.mul(quotient, divisor)));
    const turns = e.let(
      unsigned ? zero : v128.andnot(i64x2.ltS(v128.xor(rest, divisor), zero), i64x2.eq(rest, zero)),
    );
    if (op === "mod") return i64x2.add(rest, v128.and(divisor, turns));
    const floored = e.let(i64x2.add(quotient, turns));
    return v128.andnot(chosen(minusOne, i64x2.neg(floored), floored), none);
  };
  return e.either(
    small,
    () => parts(inDoubles),
    () => parts(oneByOne),
  );
}

/** Bits of a quotient that are subtracted at once. */
const digits = 24;
/** The lower half of a divisor's fraction, and what is cut off of a quotient of more than `digits` bits. */
const lowerHalf = (1n << 27n) - 1n;
const belowDigits = (1n << BigInt(53 - digits)) - 1n;

/**
 * x - n y for an n near x / y: below half of y in size but for rounding. Each step subtracts the leading digits of the
 * quotient times the halves of y (of as few bits that all is exact), the last one the nearest whole number.
 * @param short whether y has no more than 24 bits
 */
function rests(e: Emitter, dividends: Four, divisors: Four, short: boolean): Code[] {
  const halves = divisors.map((y) => {
    if (short) return [y];
    const upper = e.let(v128.andnot(y, e.double(lowerHalf)));
    return [upper, e.let(f64x2.sub(y, upper))];
  });
  const values = dividends.map((x) => e.variable(x));
  const unfinished = e.variable(e.word(0));
  const step = e.piece(() => {
    const large = values.map((value, i) => {
      const quotient = e.let(f64x2.div(get(value), divisors[i] as Code));
      const leading = v128.andnot(
        i64x2.add(quotient, e.double((belowDigits + 1n) / 2n)),
        e.double(belowDigits),
      );
      const isLarge = e.let(f64x2.ge(f64x2.abs(quotient), e.float64(2 ** digits)));
      const part = e.let(chosen(isLarge, leading, f64x2.nearest(quotient)));
      for (const half of halves[i] as Code[])
        e.emit(set(value, f64x2.sub(get(value), f64x2.mul(part, half))));
      return isLarge;
    });
    e.emit(
      set(
        unfinished,
        large.reduce((all, mask) => v128.or(all, mask)),
      ),
    );
  });
  e.emit(repeat(step, v128.anyTrue(get(unfinished))));
  return values.map(get);
}

/** As core computes them, from a rest of either sign. */
function divided(e: Emitter, op: Division, x: Code, y: Code, rest: Code): Code {
  const zero = e.word(0);
  const sign = (a: Code): Code => v128.and(a, e.double(1n << 63n));
  const isZero = e.let(f64x2.eq(rest, zero));
  const differs = (a: Code): Code => v128.andnot(i64x2.ltS(v128.xor(rest, a), zero), isZero);
  if (op === "mod") {
    return chosen(isZero, sign(y), f64x2.add(rest, v128.and(y, differs(y))));
  }
  // The rest with the sign of x.
  const towardsZero = e.let(
    f64x2.add(rest, v128.and(v128.or(v128.andnot(y, e.double(1n << 63n)), sign(x)), differs(x))),
  );
  const signs = e.let(sign(v128.xor(x, y)));
  const below = v128.andnot(i64x2.ltS(v128.xor(x, y), zero), f64x2.eq(towardsZero, zero));
  const quotient = e.let(
    f64x2.nearest(f64x2.sub(f64x2.div(f64x2.sub(x, towardsZero), y), v128.and(below, e.float64(1)))),
  );
  return chosen(f64x2.eq(quotient, zero), signs, quotient);
}

/** Of floats, in double precision; where numbers are infinite, zero, or nearly so, one by one. */
export function divideFloats(
  e: Emitter,
  op: Division,
  dtype: FloatType,
  operands: readonly [Four, Four],
): readonly Code[] {
  const single = dtype === "float32";
  const [xs, ys] = operands.map((four) =>
    single ? doublesOfSingle(four[0] as Code).map((part) => e.let(part)) : four,
  ) as [Four, Four];
  const below = (x: Code, limit: number): Code => f64x2.lt(f64x2.abs(x), e.float64(limit));
  const [mostX, mostY, mostQuotient] = [2 ** 1022, 2 ** 1022, 2 ** 1020];
  const ordinary = xs.flatMap((x, i) => {
    const y = ys[i] as Code;
    return [below(x, mostX), below(y, mostY), below(f64x2.div(x, y), mostQuotient)];
  });
  return e.either(
    i64x2.allTrue(conjunction(ordinary)),
    () => {
      const results = rests(e, xs, ys, single).map((rest, i) =>
        e.let(divided(e, op, xs[i] as Code, ys[i] as Code, rest)),
      );
      if (!single) return results;
      const [low, high] = results.map((part) => f32x4.demoteF64x2Zero(part)) as [Code, Code];
      return [e.let(joined(low, high))];
    },
    () => scripted(e, op, dtype, operands),
  );
}
