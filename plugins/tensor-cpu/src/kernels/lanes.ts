/** The two float types as the generators of matrix kernels need them. */
import { type Code, get, type Local, set, type ValueType } from "../wasm/code.js";
import { f32, f32x4, f64, f64x2, v128 } from "../wasm/instructions.js";

interface ScalarInstructions {
  const(value: number): Code;
  load(address: Code, offset?: number): Code;
  store(address: Code, value: Code, offset?: number): Code;
  add(a: Code, b: Code): Code;
  mul(a: Code, b: Code): Code;
  ne(a: Code, b: Code): Code;
}

export interface FloatLanes {
  readonly type: ValueType;
  /** Bytes of an element, and the shift that multiplies by them. */
  readonly bytes: number;
  readonly shift: number;
  readonly lanes: number;
  readonly scalar: ScalarInstructions;
  readonly vector: typeof f32x4 | typeof f64x2;
  /** One element in every lane. */
  readonly loadSplat: (address: Code, offset?: number) => Code;
}

export type FloatType = "float32" | "float64";

export const floatLanes: Readonly<Record<FloatType, FloatLanes>> = {
  float32: {
    type: "f32",
    bytes: 4,
    shift: 2,
    lanes: 4,
    scalar: f32,
    vector: f32x4,
    loadSplat: v128.load32Splat,
  },
  float64: {
    type: "f64",
    bytes: 8,
    shift: 3,
    lanes: 2,
    scalar: f64,
    vector: f64x2,
    loadSplat: v128.load64Splat,
  },
};

/** The other half of a vector first. */
export const swapHalves = (a: Code): Code =>
  v128.shuffle(a, a, [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7]);
/** Neighbours of 4 bytes change places. */
export const swapNeighbours = (a: Code): Code =>
  v128.shuffle(a, a, [4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11]);

/** The sum of all lanes; `place` is overwritten. */
export function sumOfLanes({ lanes, vector }: FloatLanes, place: Local, value: Code): Code {
  const halves: Code = [set(place, value), vector.add(get(place), swapHalves(get(place)))];
  if (lanes === 2) return vector.extract(halves, 0);
  return vector.extract([set(place, halves), vector.add(get(place), swapNeighbours(get(place)))], 0);
}
