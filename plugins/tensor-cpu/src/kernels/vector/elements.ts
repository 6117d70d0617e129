/**
 * Four elements at a time: how each dtype stands in vectors, and how it comes from memory and goes back.
 *
 * 32-bit floats and integers of up to 32 bits take one vector of four lanes (small integers are widened), 64-bit ones
 * two vectors of two. Truths are masks: lanes of 32 bits, all ones or all zeros.
 */
import { byteSize, type DType } from "@bitale/core";
import { type Code, get, type Local, set, when } from "../../wasm/code.js";
import { f64x2, i16x8, i32, i32x4, i64x2, v128 } from "../../wasm/instructions.js";
import type { Emitter } from "./emitter.js";

export type Kind = "f32" | "f64" | "i32" | "i64" | "mask";

const kinds: { readonly [D in DType]: Kind | undefined } = {
  bool: "mask",
  int8: "i32",
  int16: "i32",
  int32: "i32",
  int64: "i64",
  uint8: "i32",
  uint16: "i32",
  uint32: "i32",
  uint64: "i64",
  float16: undefined,
  float32: "f32",
  float64: "f64",
};

/** How a dtype stands in vectors; undefined where it has none. */
export const kindIn = (dtype: DType): Kind | undefined => kinds[dtype];
export const isUnsigned = (dtype: DType): boolean => dtype.startsWith("uint");

/** Vectors with four elements: one or two. Each may be used many times. */
export type Four = readonly Code[];

export const lanes = 4;
export const partsOf = (dtype: DType): number => (byteSize(dtype) === 8 ? 2 : 1);

/** The upper two lanes of 32 bits, in the lower half. */
export const upper = (x: Code): Code =>
  v128.shuffle(x, x, [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]);
/** The lower 32 bits of four lanes of 64. */
export const narrowed = (low: Code, high: Code): Code =>
  v128.shuffle(low, high, [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27]);
/** Two lower halves as one vector. */
export const joined = (low: Code, high: Code): Code =>
  v128.shuffle(low, high, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
/** A mask of four lanes as two masks of two. */
export const widened = (mask: Code): Code[] => [i64x2.extendLowI32x4S(mask), i64x2.extendHighI32x4S(mask)];

const none = (e: Emitter): Code => e.word(0);

/** What memory holds, in the lanes of `Kind`. */
export function unpacked(e: Emitter, dtype: DType, raw: Four): Four {
  const [x] = raw as readonly [Code];
  switch (dtype) {
    case "bool":
      return [e.let(v128.not(i32x4.eq(i32x4.extendLowI16x8U(i16x8.extendLowI8x16U(x)), none(e))))];
    case "int8":
      return [e.let(i32x4.extendLowI16x8S(i16x8.extendLowI8x16S(x)))];
    case "uint8":
      return [e.let(i32x4.extendLowI16x8U(i16x8.extendLowI8x16U(x)))];
    case "int16":
      return [e.let(i32x4.extendLowI16x8S(x))];
    case "uint16":
      return [e.let(i32x4.extendLowI16x8U(x))];
    default:
      return raw;
  }
}

const pick = (size: number): number[] =>
  Array.from({ length: 16 }, (_, i) => (i < lanes * size ? Math.floor(i / size) * 4 + (i % size) : 0));

/** The other way round: the lanes side by side, as memory holds them. */
export function packed(e: Emitter, dtype: DType, four: Four): Four {
  const [x] = four as readonly [Code];
  const bits = dtype === "bool" ? v128.and(x, e.word(1)) : x;
  const size = byteSize(dtype);
  return size >= 4 ? four : [e.let(v128.shuffle(bits, bits, pick(size)))];
}

const lowestLoads = { 1: v128.load32Zero, 2: v128.load64Zero, 4: v128.load, 8: v128.load } as const;
const lowestStores = { 1: v128.store32Lane, 2: v128.store64Lane } as const;
/** Loads and stores of one lane, by the bytes of an element. */
export const laneLoads = {
  1: v128.load8Lane,
  2: v128.load16Lane,
  4: v128.load32Lane,
  8: v128.load64Lane,
} as const;
export const laneStores = {
  1: v128.store8Lane,
  2: v128.store16Lane,
  4: v128.store32Lane,
  8: v128.store64Lane,
} as const;
export const widthOf = (dtype: DType): 1 | 2 | 4 | 8 => byteSize(dtype) as 1 | 2 | 4 | 8;

/** Where the lanes of four elements lie: one behind the other, or a stride in bytes apart. */
export interface Places {
  readonly address: Code;
  /** Undefined: neighbours. */
  readonly stride: Code | undefined;
}

/** Four neighbours. @param offset in bytes */
export function loadFour(e: Emitter, dtype: DType, address: Code, offset: number): Four {
  const load = lowestLoads[widthOf(dtype)];
  const raw = Array.from({ length: partsOf(dtype) }, (_, part) => e.let(load(address, offset + part * 16)));
  return unpacked(e, dtype, raw);
}

/** @param offset in bytes */
export function storeFour(e: Emitter, dtype: DType, address: Code, four: Four, offset: number): void {
  const size = widthOf(dtype);
  packed(e, dtype, four).forEach((part, i) => {
    e.emit(
      size === 1 || size === 2
        ? lowestStores[size](address, part, 0, offset)
        : v128.store(address, part, offset + i * 16),
    );
  });
}

const laneAddress = (
  { address, stride }: Places,
  lane: number,
  size: number,
): { at: Code; offset: number } =>
  stride === undefined
    ? { at: address, offset: lane * size }
    : { at: lane === 0 ? address : i32.add(address, i32.mul(stride, i32.const(lane))), offset: 0 };

/** Code for one lane; all but the first are left out where `count` is not above them. */
const guarded = (lane: number, count: Code | undefined, code: Code): Code =>
  lane === 0 || count === undefined ? code : when(i32.gtS(count, i32.const(lane)), code);

/** Four elements anywhere. @param count only the first so many (at least one) are read; other lanes are zero */
export function loadLanes(e: Emitter, dtype: DType, places: Places, count?: Code): Four {
  const size = widthOf(dtype);
  const perPart = Math.min(lanes, 16 / size);
  const raw = Array.from({ length: partsOf(dtype) }, () => e.variable(none(e)));
  for (let lane = 0; lane < lanes; lane++) {
    const { at, offset } = laneAddress(places, lane, size);
    const part = raw[Math.floor(lane / perPart)] as Local;
    e.emit(guarded(lane, count, set(part, laneLoads[size](at, get(part), lane % perPart, offset))));
  }
  return unpacked(e, dtype, raw.map(get));
}

/** Four elements to anywhere. @param count only the first so many (at least one) are written */
export function storeLanes(e: Emitter, dtype: DType, places: Places, four: Four, count?: Code): void {
  const size = widthOf(dtype);
  const perPart = Math.min(lanes, 16 / size);
  const raw = packed(e, dtype, four);
  for (let lane = 0; lane < lanes; lane++) {
    const { at, offset } = laneAddress(places, lane, size);
    const part = raw[Math.floor(lane / perPart)] as Code;
    e.emit(guarded(lane, count, laneStores[size](at, part, lane % perPart, offset)));
  }
}

/** One element in all lanes. */
export function loadSplat(e: Emitter, dtype: DType, address: Code): Four {
  const size = widthOf(dtype);
  if (size === 8) {
    const both = e.let(v128.load64Splat(address));
    return [both, both];
  }
  if (size === 4) return [e.let(v128.load32Splat(address))];
  const raw = laneLoads[size](address, none(e), 0, 0);
  const [first] = unpacked(e, dtype, [e.let(raw)]) as readonly [Code];
  return [e.let(v128.shuffle(first, first, [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]))];
}

/** Four floats of single precision as doubles: two vectors. */
export const doublesOfSingle = (x: Code): Code[] => [
  f64x2.promoteLowF32x4(x),
  f64x2.promoteLowF32x4(upper(x)),
];
/** Added to a whole number of less than 2^51, moves it into the lowest bits of a double. */
const toLowest = 1.5 * 2 ** 52;
/** Doubles that are whole and below 2^51 in size, as integers of 64 bits; and back. */
export const bigOfDouble = (e: Emitter, whole: Code): Code =>
  i64x2.sub(f64x2.add(whole, e.float64(toLowest)), e.float64(toLowest));
export const doubleOfBig = (e: Emitter, integer: Code): Code =>
  f64x2.sub(i64x2.add(integer, e.float64(toLowest)), e.float64(toLowest));
/** Lanes of 32 bits as numbers of 64: two vectors. */
export const asDoubles = (dtype: DType, x: Code): Code[] => {
  const convert = isUnsigned(dtype) ? f64x2.convertLowI32x4U : f64x2.convertLowI32x4S;
  return [convert(x), convert(upper(x))];
};
