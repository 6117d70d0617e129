/** Elementwise primitives on four elements; each agrees with core's scalar function of the same name. */
import type { DType, ScalarOp } from "@bitale/core";
import type { Code } from "../../wasm/code.js";
import { f32x4, f64x2, type i8x16, type i16x8, i32x4, i64x2, v128 } from "../../wasm/instructions.js";
import type { FloatType } from "../lanes.js";
import { castFour, wrapped } from "./casts.js";
import { divideBig, divideFloats, divideIntegers } from "./division.js";
import { type Four, isUnsigned, kindIn, narrowed, widened } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { floatFunctions } from "./float-functions.js";
import { integerPower } from "./integer-power.js";

type FloatVectors = typeof f32x4 | typeof f64x2;

/** One of two vectors of float lanes, by a mask of such lanes. */
const chosen = (mask: Code, then: Code, otherwise: Code): Code => v128.bitselect(then, otherwise, mask);

/** Results are floats. */
const floatArithmetic: Readonly<
  Record<string, (v: FloatVectors, number: (value: number) => Code, x: Code, y: Code) => Code>
> = {
  neg: (v, _, x) => v.neg(x),
  abs: (v, _, x) => v.abs(x),
  sign: (v, number, x) =>
    chosen(
      v.ne(x, x),
      x,
      v128.or(v128.and(v.gt(x, number(0)), number(1)), v128.and(v.lt(x, number(0)), number(-1))),
    ),
  sqrt: (v, _, x) => v.sqrt(x),
  floor: (v, _, x) => v.floor(x),
  ceil: (v, _, x) => v.ceil(x),
  round: (v, _, x) => v.nearest(x),
  trunc: (v, _, x) => v.trunc(x),
  add: (v, _, x, y) => v.add(x, y),
  sub: (v, _, x, y) => v.sub(x, y),
  mul: (v, _, x, y) => v.mul(x, y),
  div: (v, _, x, y) => v.div(x, y),
  maximum: (v, _, x, y) => v.max(x, y),
  minimum: (v, _, x, y) => v.min(x, y),
};

/** Results are masks. */
const floatTests: typeof floatArithmetic = {
  isNaN: (v, _, x) => v.ne(x, x),
  isInf: (v, number, x) => v.eq(v.abs(x), number(Number.POSITIVE_INFINITY)),
  eq: (v, _, x, y) => v.eq(x, y),
  neq: (v, _, x, y) => v.ne(x, y),
  lt: (v, _, x, y) => v.lt(x, y),
  le: (v, _, x, y) => v.le(x, y),
  gt: (v, _, x, y) => v.gt(x, y),
  ge: (v, _, x, y) => v.ge(x, y),
};

function floatOperation(
  e: Emitter,
  op: ScalarOp,
  type: FloatType,
  args: readonly Four[],
): readonly Code[] | undefined {
  const single = type === "float32";
  const vectors = single ? f32x4 : f64x2;
  if (op === "floorDiv" || op === "mod") return divideFloats(e, op, type, args as [Four, Four]);
  const number = (value: number): Code => (single ? e.float32(value) : e.float64(value));
  const parts = (by: (x: Code, y: Code) => Code): Code[] =>
    (args[0] as Four).map((x, i) => by(x, args.at(-1)?.[i] as Code));
  const arithmetic = floatArithmetic[op];
  if (arithmetic !== undefined) return parts((x, y) => arithmetic(vectors, number, x, y));
  const test = floatTests[op];
  if (test !== undefined) {
    const [low, high] = parts((x, y) => test(vectors, number, x, y)) as [Code, Code];
    return [single ? low : narrowed(low, high)];
  }
  return floatFunctions[op]?.(e, type, args);
}

type SmallLanes = typeof i8x16 | typeof i16x8 | typeof i32x4;
type IntegerOperation = (v: SmallLanes, x: Code, y: Code, unsigned: boolean) => Code;

/** Up to 32 bits. Results that leave the dtype are not wrapped where lanes are wider. */
export const integerArithmetic: Readonly<Record<string, IntegerOperation>> = {
  neg: (v, x) => v.neg(x),
  invert: (_, x) => v128.not(x),
  abs: (v, x, _, unsigned) => (unsigned ? x : v.abs(x)),
  add: (v, x, y) => v.add(x, y),
  sub: (v, x, y) => v.sub(x, y),
  maximum: (v, x, y, unsigned) => (unsigned ? v.maxU : v.maxS)(x, y),
  minimum: (v, x, y, unsigned) => (unsigned ? v.minU : v.minS)(x, y),
  and: (_, x, y) => v128.and(x, y),
  or: (_, x, y) => v128.or(x, y),
  xor: (_, x, y) => v128.xor(x, y),
};
/** Results are masks. */
export const integerTests: typeof integerArithmetic = {
  eq: (v, x, y) => v.eq(x, y),
  neq: (v, x, y) => v.ne(x, y),
  lt: (v, x, y, unsigned) => (unsigned ? v.ltU : v.ltS)(x, y),
  le: (v, x, y, unsigned) => (unsigned ? v.leU : v.leS)(x, y),
  gt: (v, x, y, unsigned) => (unsigned ? v.gtU : v.gtS)(x, y),
  ge: (v, x, y, unsigned) => (unsigned ? v.geU : v.geS)(x, y),
};

function integerOperation(e: Emitter, op: ScalarOp, from: DType, args: readonly Four[]): Code[] | undefined {
  const [x, y] = [args[0]?.[0] as Code, args.at(-1)?.[0] as Code];
  const unsigned = isUnsigned(from);
  const arithmetic = integerArithmetic[op];
  if (arithmetic !== undefined) return [wrapped(from, arithmetic(i32x4, x, y, unsigned))];
  const test = integerTests[op];
  if (test !== undefined) return [test(i32x4, x, y, unsigned)];
  switch (op) {
    case "mul":
      return [wrapped(from, i32x4.mul(x, y))];
    case "sign":
      return [
        unsigned
          ? v128.andnot(e.word(1), i32x4.eq(x, e.word(0)))
          : i32x4.sub(i32x4.ltS(x, e.word(0)), i32x4.gtS(x, e.word(0))),
      ];
    case "floorDiv":
    case "mod":
      return [wrapped(from, divideIntegers(e, op, from, x, y))];
    case "pow": {
      const [power] = integerPower(e, i32x4, unsigned, [[x], [y]]) as [Code];
      return [wrapped(from, power)];
    }
    default:
      return undefined;
  }
}

/** 64 bits. Order of unsigned ones is that of signed ones with the highest bit changed. */
function bigOperation(e: Emitter, op: ScalarOp, from: DType, args: readonly Four[]): Code[] | undefined {
  const unsigned = isUnsigned(from);
  const ordered = (x: Code): Code => (unsigned ? v128.xor(x, e.double(1n << 63n)) : x);
  const parts = (by: (x: Code, y: Code) => Code): Code[] =>
    (args[0] as Four).map((x, i) => by(x, args.at(-1)?.[i] as Code));
  const test = (by: (x: Code, y: Code) => Code): Code[] => {
    const [low, high] = parts((x, y) => by(ordered(x), ordered(y))) as [Code, Code];
    return [narrowed(low, high)];
  };
  switch (op) {
    case "neg":
      return parts((x) => i64x2.neg(x));
    case "abs":
      return parts((x) => (unsigned ? x : i64x2.abs(x)));
    case "sign":
      return parts((x) =>
        unsigned
          ? v128.andnot(e.double(1n), i64x2.eq(x, e.word(0)))
          : i64x2.sub(i64x2.ltS(x, e.word(0)), i64x2.gtS(x, e.word(0))),
      );
    case "floorDiv":
    case "mod":
      return divideBig(e, op, from, args as [Four, Four]);
    case "pow":
      return integerPower(e, i64x2, unsigned, args as [Four, Four]);
    case "invert":
      return parts((x) => v128.not(x));
    case "add":
    case "sub":
    case "mul":
      return parts(i64x2[op]);
    case "and":
    case "or":
    case "xor":
      return parts(v128[op]);
    case "maximum":
      return parts((x, y) => chosen(i64x2.gtS(ordered(x), ordered(y)), x, y));
    case "minimum":
      return parts((x, y) => chosen(i64x2.ltS(ordered(x), ordered(y)), x, y));
    case "eq":
      return test(i64x2.eq);
    case "neq":
      return test(i64x2.ne);
    case "lt":
      return test(i64x2.ltS);
    case "le":
      return test(i64x2.leS);
    case "gt":
      return test(i64x2.gtS);
    case "ge":
      return test(i64x2.geS);
    default:
      return undefined;
  }
}

/** Of masks with lanes of any width. */
export const maskOperations: Readonly<Record<string, (x: Code, y: Code) => Code>> = {
  abs: (x) => x,
  invert: (x) => v128.not(x),
  add: (x, y) => v128.or(x, y),
  or: (x, y) => v128.or(x, y),
  maximum: (x, y) => v128.or(x, y),
  mul: (x, y) => v128.and(x, y),
  and: (x, y) => v128.and(x, y),
  minimum: (x, y) => v128.and(x, y),
  floorDiv: (x, y) => v128.and(x, y),
  mod: (x) => v128.xor(x, x),
  xor: (x, y) => v128.xor(x, y),
  neq: (x, y) => v128.xor(x, y),
  eq: (x, y) => v128.not(v128.xor(x, y)),
  lt: (x, y) => v128.andnot(y, x),
  gt: (x, y) => v128.andnot(x, y),
  le: (x, y) => v128.or(v128.not(x), y),
  ge: (x, y) => v128.or(x, v128.not(y)),
};

function where([mask, then, otherwise]: readonly Four[]): Code[] {
  const [condition] = mask as readonly [Code];
  const masks = (then as Four).length === 1 ? [condition] : widened(condition);
  return masks.map((part, i) => chosen(part, then?.[i] as Code, otherwise?.[i] as Code));
}

function emitted(
  e: Emitter,
  op: ScalarOp,
  from: DType,
  dtype: DType,
  args: readonly Four[],
): readonly Code[] | undefined {
  if (op === "where") return where(args);
  if (op === "cast") return castFour(e, from, dtype, args[0] as Four);
  switch (kindIn(from)) {
    case "f32":
      return floatOperation(e, op, "float32", args);
    case "f64":
      return floatOperation(e, op, "float64", args);
    case "i32":
      return integerOperation(e, op, from, args);
    case "i64":
      return bigOperation(e, op, from, args);
    case "mask": {
      const operation = maskOperations[op];
      return operation && [operation(args[0]?.[0] as Code, args.at(-1)?.[0] as Code)];
    }
    default:
      return undefined;
  }
}

/**
 * Emits an op; undefined where vectors cannot do it.
 * @param from dtype of the operands (of the last one)
 */
export function operate(
  e: Emitter,
  op: ScalarOp,
  from: DType,
  dtype: DType,
  args: readonly Four[],
): Four | undefined {
  return emitted(e, op, from, dtype, args)?.map((part) => e.let(part));
}
