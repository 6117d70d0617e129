/**
 * Integers as the generators of matrix kernels need them. Sums of products wrap: the low bits of a result depend on
 * nothing but the low bits of what it is made of. So signs do not matter, and neither does what stands above an
 * element's own bits while it is computed.
 */
import type { DType } from "@bitale/core";
import type { Code } from "../wasm/code.js";
import { i8x16, i16x8, i32, i32x4, i64, i64x2, v128 } from "../wasm/instructions.js";
import { floatLanes, type Lanes } from "./lanes.js";

const { load, store } = v128;
const byteScalar = { ...i32, load: i32.load8U, store: i32.store8 };
const inWords: Lanes["factor"] = {
  type: "i32",
  isNotOne: (factor) => i32.ne(factor, i32.const(1)),
  element: (factor) => factor,
};

/** 8 bits, computed in 16. */
const bits8: Lanes = {
  name: "bits8",
  type: "i32",
  bytes: 1,
  shift: 0,
  lanes: 8,
  scalar: byteScalar,
  vector: i16x8,
  load: v128.load8x8U,
  store: (address, value, offset) => v128.store64Lane(address, lowBytes(value), 0, offset),
  loadSplat: (address, offset) => i16x8.splat(i32.load8U(address, offset)),
  factor: inWords,
};
const even = Array.from({ length: 8 }, (_, i) => 2 * i);
const lowBytes = (value: Code): Code =>
  v128.shuffle(value, v128.const(new Array(16).fill(0)), [...even, ...even]);

const bits16: Lanes = {
  name: "bits16",
  type: "i32",
  bytes: 2,
  shift: 1,
  lanes: 8,
  scalar: { ...i32, load: i32.load16U, store: i32.store16 },
  vector: i16x8,
  load,
  store,
  loadSplat: v128.load16Splat,
  factor: inWords,
};

const bits32: Lanes = {
  name: "bits32",
  type: "i32",
  bytes: 4,
  shift: 2,
  lanes: 4,
  scalar: i32,
  vector: i32x4,
  load,
  store,
  loadSplat: v128.load32Splat,
  factor: inWords,
};

const bits64: Lanes = {
  name: "bits64",
  type: "i64",
  bytes: 8,
  shift: 3,
  lanes: 2,
  scalar: i64,
  vector: i64x2,
  load,
  store,
  loadSplat: v128.load64Splat,
  factor: { ...inWords, element: i64.extendI32S },
};

/** "and" for products, "or" for sums. */
const bool: Lanes = {
  name: "bool",
  type: "i32",
  bytes: 1,
  shift: 0,
  lanes: 16,
  scalar: { ...byteScalar, add: i32.or, mul: i32.and },
  vector: { ...i8x16, add: v128.or, mul: v128.and },
  load,
  store,
  loadSplat: v128.load8Splat,
  factor: inWords,
};

const integerLanes: Partial<Record<DType, Lanes>> = {
  bool,
  int8: bits8,
  uint8: bits8,
  int16: bits16,
  uint16: bits16,
  int32: bits32,
  uint32: bits32,
  int64: bits64,
  uint64: bits64,
};

/** How elements of a dtype are multiplied and added; undefined for those that only JavaScript computes. */
export const lanesOf = (dtype: DType): Lanes | undefined =>
  dtype === "float32" || dtype === "float64" ? floatLanes[dtype] : integerLanes[dtype];
