/** Casts of four elements; the rules are those of core's `castScalar`. */
import type { DType } from "@bitale/core";
import type { Code } from "../../wasm/code.js";
import { f32, f32x4, f64, f64x2, i32, i32x4, i64x2, v128 } from "../../wasm/instructions.js";
import {
  asDoubles,
  bigOfDouble,
  doublesOfSingle,
  type Four,
  isUnsigned,
  joined,
  type Kind,
  kindIn,
  narrowed,
  widened,
} from "./elements.js";
import type { Emitter } from "./emitter.js";

/** Integers of fewer than 32 bits, as storing them and loading them again would give. */
export function wrapped(dtype: DType, x: Code): Code {
  switch (dtype) {
    case "int8":
      return i32x4.shrS(i32x4.shl(x, i32.const(24)), i32.const(24));
    case "int16":
      return i32x4.shrS(i32x4.shl(x, i32.const(16)), i32.const(16));
    case "uint8":
      return i32x4.shrU(i32x4.shl(x, i32.const(24)), i32.const(24));
    case "uint16":
      return i32x4.shrU(i32x4.shl(x, i32.const(16)), i32.const(16));
    default:
      return x;
  }
}

/** What is not zero; NaN is not. */
function truths(e: Emitter, kind: Kind, [x, y]: Four): Code {
  switch (kind) {
    case "f32":
      return f32x4.ne(x as Code, e.word(0));
    case "f64":
      return narrowed(f64x2.ne(x as Code, e.word(0)), f64x2.ne(y as Code, e.word(0)));
    case "i32":
      return v128.not(i32x4.eq(x as Code, e.word(0)));
    case "i64":
      return narrowed(i64x2.ne(x as Code, e.word(0)), i64x2.ne(y as Code, e.word(0)));
    case "mask":
      return x as Code;
  }
}

function fromMask(e: Emitter, mask: Code, to: Kind): Code[] {
  switch (to) {
    case "f32":
      return [v128.and(mask, e.float32(1))];
    case "f64":
      return widened(mask).map((part) => v128.and(part, e.float64(1)));
    case "i32":
      return [v128.and(mask, e.word(1))];
    case "i64":
      return widened(mask).map((part) => v128.and(part, e.double(1n)));
    case "mask":
      return [mask];
  }
}

/** Whole numbers of any size modulo 2^64; 0 for what is not finite. All steps are exact. */
function wrappedWhole(e: Emitter, whole: Code): Code {
  const upperWord = (x: Code): Code => e.let(f64x2.trunc(f64x2.mul(x, e.float64(2 ** -32))));
  const lowerWord = (x: Code, above: Code): Code =>
    bigOfDouble(e, f64x2.sub(x, f64x2.mul(above, e.float64(2 ** 32))));
  const above = upperWord(whole);
  const [high, low] = [lowerWord(above, upperWord(above)), lowerWord(whole, above)];
  const finite = f64x2.lt(f64x2.abs(whole), e.float64(Number.POSITIVE_INFINITY));
  return v128.and(finite, i64x2.add(i64x2.shl(high, i32.const(32)), low));
}

/** Doubles to integers of 64 bits: in few steps while they are small, else wrapped. */
function bigTruncated(e: Emitter, [x, y]: Four): Code[] {
  const parts = [x, y].map((part) => e.let(f64x2.trunc(part as Code)));
  const [first, second] = parts.map((part) => f64x2.lt(f64x2.abs(part), e.float64(2 ** 51)));
  return e.either(
    i64x2.allTrue(v128.and(first as Code, second as Code)),
    () => parts.map((part) => e.let(bigOfDouble(e, part))),
    () => parts.map((part) => e.let(wrappedWhole(e, part))),
  );
}

/** Floats to integers of up to 32 bits: those that fit in one step. */
function truncated(e: Emitter, from: DType, to: DType, four: Four): Code[] {
  const [x, y] = four as readonly [Code, Code];
  const single = kindIn(from) === "f32";
  const fits = single
    ? f32x4.lt(f32x4.abs(x), e.float32(2 ** 31))
    : narrowed(f64x2.lt(f64x2.abs(x), e.float64(2 ** 31)), f64x2.lt(f64x2.abs(y), e.float64(2 ** 31)));
  const inVectors = (): Code[] => {
    const whole = single
      ? i32x4.truncSatF32x4S(x)
      : joined(i32x4.truncSatF64x2SZero(x), i32x4.truncSatF64x2SZero(y));
    return [wrapped(to, whole)];
  };
  return e.either(i32x4.allTrue(fits), inVectors, () => {
    const doubles = single ? doublesOfSingle(x) : four;
    const [low, high] = doubles.map((part) => e.let(wrappedWhole(e, e.let(f64x2.trunc(part)))));
    return [wrapped(to, narrowed(low as Code, high as Code))];
  });
}

/** 64-bit integers to floats: there is no vector instruction, and lanes have the right rounding. */
function floated(e: Emitter, from: DType, to: Kind, [x, y]: Four): Code[] {
  const lane = (i: number): Code => i64x2.extract((i < 2 ? x : y) as Code, i % 2);
  const unsigned = isUnsigned(from);
  if (to === "f32") {
    const convert = unsigned ? f32.convertI64U : f32.convertI64S;
    return [[0, 1, 2, 3].reduce<Code>((all, i) => f32x4.replace(all, i, convert(lane(i))), e.word(0))];
  }
  const convert = unsigned ? f64.convertI64U : f64.convertI64S;
  return [0, 2].map((i) =>
    f64x2.replace(f64x2.replace(e.word(0), 0, convert(lane(i))), 1, convert(lane(i + 1))),
  );
}

/** Undefined where there is no such cast in vectors. */
export function castFour(e: Emitter, from: DType, to: DType, four: Four): Code[] | undefined {
  const [source, target] = [kindIn(from), kindIn(to)];
  if (source === undefined || target === undefined) return undefined;
  const [x, y] = four as readonly [Code, Code];
  if (from === to) return [...four];
  if (target === "mask") return [truths(e, source, four)];
  switch (source) {
    case "mask":
      return fromMask(e, x, target);
    case "f32":
      if (target === "f64") return doublesOfSingle(x);
      return target === "i32" ? truncated(e, from, to, four) : bigTruncated(e, doublesOfSingle(x));
    case "f64":
      if (target === "f32") return [joined(f32x4.demoteF64x2Zero(x), f32x4.demoteF64x2Zero(y))];
      return target === "i32" ? truncated(e, from, to, four) : bigTruncated(e, four);
    case "i32":
      if (target === "f64") return asDoubles(from, x);
      if (target === "f32") return [isUnsigned(from) ? f32x4.convertI32x4U(x) : f32x4.convertI32x4S(x)];
      if (target === "i32") return [wrapped(to, x)];
      return isUnsigned(from) ? [i64x2.extendLowI32x4U(x), i64x2.extendHighI32x4U(x)] : widened(x);
    case "i64":
      if (target === "i64") return [...four];
      return target === "i32" ? [wrapped(to, narrowed(x, y))] : floated(e, from, target, four);
  }
}
