/** Instructions by the names of the WebAssembly specification, as functions from code to code. */
import { type Code, float32Bytes, float64Bytes, signed, unsigned } from "./code.js";

const unary =
  (...opcode: number[]) =>
  (a: Code): Code => [a, opcode];
const binary =
  (...opcode: number[]) =>
  (a: Code, b: Code): Code => [a, b, opcode];
const ternary =
  (...opcode: number[]) =>
  (a: Code, b: Code, c: Code): Code => [a, b, c, opcode];
const vector = (opcode: number): number[] => [0xfd, ...unsigned(opcode)];

/** Alignment 1 is always right; it is only a hint, and no engine that we know looks at it. */
const place = (offset: number): Code => [0, unsigned(offset)];
const load =
  (opcode: readonly number[]) =>
  (address: Code, offset = 0): Code => [address, opcode, place(offset)];
const store =
  (opcode: readonly number[]) =>
  (address: Code, value: Code, offset = 0): Code => [address, value, opcode, place(offset)];

export const i32 = {
  const: (value: number): Code => [0x41, signed(value)],
  load: load([0x28]),
  load8S: load([0x2c]),
  load8U: load([0x2d]),
  load16S: load([0x2e]),
  load16U: load([0x2f]),
  store: store([0x36]),
  store8: store([0x3a]),
  store16: store([0x3b]),
  eqz: unary(0x45),
  eq: binary(0x46),
  ne: binary(0x47),
  ltS: binary(0x48),
  ltU: binary(0x49),
  gtS: binary(0x4a),
  gtU: binary(0x4b),
  leS: binary(0x4c),
  geS: binary(0x4e),
  geU: binary(0x4f),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shl: binary(0x74),
  shrS: binary(0x75),
  shrU: binary(0x76),
  truncSatF64S: unary(0xfc, 2),
  truncSatF64U: unary(0xfc, 3),
  /** Zeros below the lowest one. */
  ctz: unary(0x68),
  /** The lower half of 64 bits. */
  wrapI64: unary(0xa7),
} as const;

export const i64 = {
  /** A number of 32 bits, with its sign. */
  const: (value: number): Code => [0x42, signed(value)],
  load: load([0x29]),
  store: store([0x37]),
  eqz: unary(0x50),
  eq: binary(0x51),
  ltS: binary(0x53),
  ltU: binary(0x54),
  gtS: binary(0x55),
  gtU: binary(0x56),
  geU: binary(0x5a),
  add: binary(0x7c),
  sub: binary(0x7d),
  mul: binary(0x7e),
  divS: binary(0x7f),
  divU: binary(0x80),
  and: binary(0x83),
  or: binary(0x84),
  xor: binary(0x85),
  shl: binary(0x86),
  shrS: binary(0x87),
  shrU: binary(0x88),
  extendI32S: unary(0xac),
  extendI32U: unary(0xad),
  reinterpretF64: unary(0xbd),
} as const;

export const f32 = {
  const: (value: number): Code => [0x43, float32Bytes(value)],
  load: load([0x2a]),
  store: store([0x38]),
  ne: binary(0x5c),
  add: binary(0x92),
  mul: binary(0x94),
  promote: unary(0xbb),
  demote: unary(0xb6),
  convertI64S: unary(0xb4),
  convertI64U: unary(0xb5),
} as const;

export const f64 = {
  const: (value: number): Code => [0x44, float64Bytes(value)],
  load: load([0x2b]),
  store: store([0x39]),
  eq: binary(0x61),
  ne: binary(0x62),
  lt: binary(0x63),
  gt: binary(0x64),
  ge: binary(0x66),
  abs: unary(0x99),
  sqrt: unary(0x9f),
  add: binary(0xa0),
  sub: binary(0xa1),
  mul: binary(0xa2),
  div: binary(0xa3),
  /** NaN where one of them is. */
  min: binary(0xa4),
  max: binary(0xa5),
  /** The magnitude of a with the sign of b. */
  copysign: binary(0xa6),
  fromI32: unary(0xb7),
  fromU32: unary(0xb8),
  convertI64S: unary(0xb9),
  convertI64U: unary(0xba),
  reinterpretI64: unary(0xbf),
} as const;

const lane =
  (opcode: number) =>
  (a: Code, index: number): Code => [a, vector(opcode), index];
const laneOf =
  (opcode: number) =>
  (a: Code, index: number, value: Code): Code => [a, value, vector(opcode), index];
const loadLane =
  (opcode: number) =>
  (address: Code, into: Code, index: number, offset = 0): Code => [
    address,
    into,
    vector(opcode),
    place(offset),
    index,
  ];

export const v128 = {
  load: load(vector(0)),
  /** 16 bytes. */
  const: (bytes: readonly number[]): Code => [vector(12), bytes],
  store: store(vector(11)),
  /** 8 bytes, each in 16 bits. */
  load8x8U: load(vector(2)),
  load8Splat: load(vector(7)),
  load16Splat: load(vector(8)),
  load32Splat: load(vector(9)),
  load64Splat: load(vector(10)),
  load32Zero: load(vector(92)),
  load64Zero: load(vector(93)),
  load8Lane: loadLane(84),
  load16Lane: loadLane(85),
  load32Lane: loadLane(86),
  load64Lane: loadLane(87),
  store8Lane: loadLane(88),
  store16Lane: loadLane(89),
  store32Lane: loadLane(90),
  store64Lane: loadLane(91),
  not: unary(...vector(77)),
  and: binary(...vector(78)),
  /** a and not b. */
  andnot: binary(...vector(79)),
  or: binary(...vector(80)),
  xor: binary(...vector(81)),
  /** Bits of a where the mask is 1, of b elsewhere. */
  bitselect: ternary(...vector(82)),
  anyTrue: unary(...vector(83)),
  /** Bytes of the 32 bytes (a, b), by their places. */
  shuffle: (a: Code, b: Code, places: readonly number[]): Code => [a, b, vector(13), places],
} as const;

const comparisons = (first: number) => ({
  eq: binary(...vector(first)),
  ne: binary(...vector(first + 1)),
});

/** What integer lanes of up to 32 bits have, at different opcodes. */
const integerLanes = (o: { compare: number; arithmetic: number }) => ({
  ...comparisons(o.compare),
  ltS: binary(...vector(o.compare + 2)),
  ltU: binary(...vector(o.compare + 3)),
  gtS: binary(...vector(o.compare + 4)),
  gtU: binary(...vector(o.compare + 5)),
  leS: binary(...vector(o.compare + 6)),
  leU: binary(...vector(o.compare + 7)),
  geS: binary(...vector(o.compare + 8)),
  geU: binary(...vector(o.compare + 9)),
  abs: unary(...vector(o.arithmetic)),
  neg: unary(...vector(o.arithmetic + 1)),
  shl: binary(...vector(o.arithmetic + 11)),
  shrS: binary(...vector(o.arithmetic + 12)),
  shrU: binary(...vector(o.arithmetic + 13)),
  add: binary(...vector(o.arithmetic + 14)),
  sub: binary(...vector(o.arithmetic + 17)),
  minS: binary(...vector(o.arithmetic + 22)),
  minU: binary(...vector(o.arithmetic + 23)),
  maxS: binary(...vector(o.arithmetic + 24)),
  maxU: binary(...vector(o.arithmetic + 25)),
});

export const i32x4 = {
  ...integerLanes({ compare: 55, arithmetic: 160 }),
  splat: unary(...vector(17)),
  extract: lane(27),
  replace: laneOf(28),
  mul: binary(...vector(181)),
  extendLowI16x8S: unary(...vector(167)),
  extendLowI16x8U: unary(...vector(169)),
  truncSatF32x4S: unary(...vector(248)),
  truncSatF64x2SZero: unary(...vector(252)),
  truncSatF64x2UZero: unary(...vector(253)),
  allTrue: unary(...vector(163)),
  /** The highest bit of each lane, as an integer. */
  bitmask: unary(...vector(164)),
} as const;

export const i16x8 = {
  ...integerLanes({ compare: 45, arithmetic: 128 }),
  splat: unary(...vector(16)),
  /** Without a sign. */
  extract: lane(25),
  mul: binary(...vector(149)),
  /** Products of the lower eight bytes of both, and of the upper ones. */
  extmulLowI8x16U: binary(...vector(158)),
  extmulHighI8x16U: binary(...vector(159)),
  extendLowI8x16S: unary(...vector(135)),
  extendLowI8x16U: unary(...vector(137)),
  narrowI32x4S: binary(...vector(133)),
} as const;

export const i8x16 = {
  ...integerLanes({ compare: 35, arithmetic: 96 }),
  splat: unary(...vector(15)),
  /** Without a sign. */
  extract: lane(22),
  narrowI16x8S: binary(...vector(101)),
} as const;

export const i64x2 = {
  ...comparisons(214),
  splat: unary(...vector(18)),
  extract: lane(29),
  replace: laneOf(30),
  allTrue: unary(...vector(195)),
  ltS: binary(...vector(216)),
  gtS: binary(...vector(217)),
  leS: binary(...vector(218)),
  geS: binary(...vector(219)),
  abs: unary(...vector(192)),
  neg: unary(...vector(193)),
  extendLowI32x4S: unary(...vector(199)),
  extendHighI32x4S: unary(...vector(200)),
  extendLowI32x4U: unary(...vector(201)),
  extendHighI32x4U: unary(...vector(202)),
  shl: binary(...vector(203)),
  shrS: binary(...vector(204)),
  shrU: binary(...vector(205)),
  add: binary(...vector(206)),
  sub: binary(...vector(209)),
  mul: binary(...vector(213)),
} as const;

/** What both kinds of float lanes have, at different opcodes. */
const floatLanes = (o: { compare: number; arithmetic: number; extract: number; relaxed: number }) => ({
  ...comparisons(o.compare),
  lt: binary(...vector(o.compare + 2)),
  gt: binary(...vector(o.compare + 3)),
  le: binary(...vector(o.compare + 4)),
  ge: binary(...vector(o.compare + 5)),
  extract: lane(o.extract),
  replace: laneOf(o.extract + 1),
  abs: unary(...vector(o.arithmetic)),
  neg: unary(...vector(o.arithmetic + 1)),
  sqrt: unary(...vector(o.arithmetic + 3)),
  add: binary(...vector(o.arithmetic + 4)),
  sub: binary(...vector(o.arithmetic + 5)),
  mul: binary(...vector(o.arithmetic + 6)),
  div: binary(...vector(o.arithmetic + 7)),
  /** NaN where one of them is. */
  min: binary(...vector(o.arithmetic + 8)),
  max: binary(...vector(o.arithmetic + 9)),
  /** b < a ? b : a, so that a NaN in a stays. */
  pmin: binary(...vector(o.arithmetic + 10)),
  pmax: binary(...vector(o.arithmetic + 11)),
  /** a * b + c, rounded once or twice, as the machine likes. */
  relaxedMadd: ternary(...vector(o.relaxed)),
});

export const f32x4 = {
  ...floatLanes({ compare: 65, arithmetic: 224, extract: 31, relaxed: 0x105 }),
  splat: unary(...vector(19)),
  ceil: unary(...vector(103)),
  floor: unary(...vector(104)),
  trunc: unary(...vector(105)),
  nearest: unary(...vector(106)),
  convertI32x4S: unary(...vector(250)),
  convertI32x4U: unary(...vector(251)),
  demoteF64x2Zero: unary(...vector(94)),
} as const;

export const f64x2 = {
  ...floatLanes({ compare: 71, arithmetic: 236, extract: 33, relaxed: 0x107 }),
  splat: unary(...vector(20)),
  ceil: unary(...vector(116)),
  floor: unary(...vector(117)),
  trunc: unary(...vector(122)),
  nearest: unary(...vector(148)),
  convertLowI32x4S: unary(...vector(254)),
  convertLowI32x4U: unary(...vector(255)),
  promoteLowF32x4: unary(...vector(95)),
} as const;
