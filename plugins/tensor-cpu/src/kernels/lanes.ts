/** Elements as the generators of matrix kernels need them: one at a time, and as many as fit a vector. */
import { type Code, get, type Local, set, type ValueType } from "../wasm/code.js";
import { f32, f32x4, f64, f64x2, v128 } from "../wasm/instructions.js";

interface ScalarInstructions {
  const(value: number): Code;
  load(address: Code, offset?: number): Code;
  store(address: Code, value: Code, offset?: number): Code;
  add(a: Code, b: Code): Code;
  mul(a: Code, b: Code): Code;
}

interface VectorInstructions {
  splat(value: Code): Code;
  extract(a: Code, index: number): Code;
  add(a: Code, b: Code): Code;
  mul(a: Code, b: Code): Code;
  /** a * b + c in one instruction, where there is such a one. */
  relaxedMadd?(a: Code, b: Code, c: Code): Code;
}

/** Elements that are multiplied and added. */
export interface Lanes {
  /** Equal for elements that are computed alike; part of the keys of modules. */
  readonly name: string;
  /** Of one element outside of memory. */
  readonly type: ValueType;
  /** Bytes of an element in memory, and the shift that multiplies by them. */
  readonly bytes: number;
  readonly shift: number;
  readonly lanes: number;
  readonly scalar: ScalarInstructions;
  readonly vector: VectorInstructions;
  /** As many neighbours as there are lanes. */
  readonly load: (address: Code, offset?: number) => Code;
  readonly store: (address: Code, value: Code, offset?: number) => Code;
  /** One element in every lane. */
  readonly loadSplat: (address: Code, offset?: number) => Code;
  /** A number that products are multiplied with: its type, whether it is not 1, and the element that it is. */
  readonly factor: {
    readonly type: ValueType;
    readonly isNotOne: (factor: Code) => Code;
    readonly element: (factor: Code) => Code;
  };
}

/** Bytes of a vector in memory. */
export const vectorBytes = ({ bytes, lanes }: Lanes): number => bytes * lanes;

export type FloatType = "float32" | "float64";

export interface FloatLanes extends Lanes {
  readonly vector: typeof f32x4 | typeof f64x2;
}

const { load, store } = v128;

export const floatLanes: Readonly<Record<FloatType, FloatLanes>> = {
  float32: {
    name: "float32",
    type: "f32",
    bytes: 4,
    shift: 2,
    lanes: 4,
    scalar: f32,
    vector: f32x4,
    load,
    store,
    loadSplat: v128.load32Splat,
    factor: { type: "f32", isNotOne: (factor) => f32.ne(factor, f32.const(1)), element: (factor) => factor },
  },
  float64: {
    name: "float64",
    type: "f64",
    bytes: 8,
    shift: 3,
    lanes: 2,
    scalar: f64,
    vector: f64x2,
    load,
    store,
    loadSplat: v128.load64Splat,
    factor: { type: "f64", isNotOne: (factor) => f64.ne(factor, f64.const(1)), element: (factor) => factor },
  },
};

/** Whether there is one instruction that multiplies and adds, on engines that have such ones. */
export const canFuse = ({ vector }: Lanes): boolean => vector.relaxedMadd !== undefined;

/** sum + a * b in every lane. @param fused in one instruction, where the lanes have it */
export function multiplyAdd({ vector }: Lanes, fused: boolean, a: Code, b: Code, sum: Code): Code {
  return fused && vector.relaxedMadd !== undefined
    ? vector.relaxedMadd(a, b, sum)
    : vector.add(sum, vector.mul(a, b));
}

/** Neighbours of 4 bytes change places. */
export const swapNeighbours = (a: Code): Code =>
  v128.shuffle(a, a, [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11]);

/** A vector from one of its bytes on, and around. */
const rotated = (a: Code, first: number): Code =>
  v128.shuffle(
    a,
    a,
    Array.from({ length: 16 }, (_, i) => (i + first) % 16),
  );

/** The sum of all lanes; `place` is overwritten. */
export function sumOfLanes({ lanes, vector }: Lanes, place: Local, value: Code): Code {
  let sums = value;
  for (let parts = 2; parts <= lanes; parts *= 2) {
    sums = [set(place, sums), vector.add(get(place), rotated(get(place), 16 / parts))];
  }
  return vector.extract(sums, 0);
}
