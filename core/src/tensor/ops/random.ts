/**
 * Random numbers from a counter-based generator (Threefry-2x32). A state is a uint32 vector [key, key, counter,
 * counter]; every draw gives the next state and a sample, and is the same on every backend.
 */
import { BitaleTypeError } from "../../errors.js";
import { isVariable } from "../../graph/nodes.js";
import type { DType, FloatDType } from "../dtype.js";
import { floatX } from "../float-x.js";
import { NDArray } from "../ndarray.js";
import { primitive } from "../primitive-op.js";
import { add, cos, floor, floorDiv, log, lt, mul, neg, sqrt, sub } from "./elementwise.js";
import { take } from "./gathering.js";
import { index } from "./indexing.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";
import { argsort } from "./ordering.js";
import { concatenate, expandDims, type Length, lengthOf, lengths, productOf, reshape } from "./shaping.js";
import { slice } from "./slices.js";

/** The state that a seed stands for. Equal seeds give equal streams; `stream` tells several of one seed apart. */
export function randomState(seed: number | bigint, stream = 0): NDArray<"uint32"> {
  const wide = BigInt.asUintN(64, BigInt(seed));
  const data = Uint32Array.of(Number(wide & 0xffffffffn), Number(wide >> 32n), 0, stream);
  return new NDArray({ data, shape: [4], dtype: "uint32" });
}

export interface DrawOptions {
  /** Shape of the sample (default: one number, 0-d). */
  readonly size?: readonly Length[] | undefined;
  readonly dtype?: FloatDType | undefined;
}

/** [the next state, the sample] */
export type Draw = [TensorVariable, TensorVariable];

/** The state behind a draw of so many words: the 64-bit counter goes on by half as many blocks. */
function advanced(state: TensorVariable, words: Length): TensorVariable {
  const blocks = cast(
    typeof words === "number" ? BigInt(Math.ceil(words / 2)) : floorDiv(add(words, 1n), 2n),
    "uint32",
  );
  const [low, high] = [index(state, 2), index(state, 3)];
  const next = add(low, blocks);
  const carried = add(high, cast(lt(next, low), "uint32"));
  return concatenate([index(state, slice(0, 2)), expandDims(next, 0), expandDims(carried, 0)], 0);
}

function bits(state: TensorVariable, words: Length): TensorVariable {
  const { spec, operands } = lengths([words]);
  return primitive("randomBits", { length: spec[0] as number | "dynamic" }, [state, ...operands]);
}

const scaled = (length: Length, by: number): Length =>
  typeof length === "number" ? length * by : mul(length, BigInt(by));

/** Random words and the next state. */
function draw(state: Operand, count: Length): { next: TensorVariable; words: TensorVariable } {
  const tensor = asTensor(state);
  if (tensor.type.dtype !== "uint32" || tensor.type.ndim !== 1) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "random draw",
      problem: "not a generator state",
      expected: "a uint32 vector as randomState(seed) makes it",
      got: isVariable(state) ? tensor.type.toString() : String(state),
    });
  }
  return { next: advanced(tensor, count), words: bits(tensor, count) };
}

/** Floats in [0, 1): 24 random bits for float16 and float32, 53 for float64. */
function unitFloats(
  state: Operand,
  count: Length,
  dtype: FloatDType,
): { next: TensorVariable; values: TensorVariable } {
  if (dtype !== "float64") {
    const { next, words } = draw(state, count);
    const values = mul(cast(floorDiv(words, 256), "float32"), 2 ** -24);
    return { next, values: cast(values, dtype) };
  }
  const { next, words } = draw(state, scaled(count, 2));
  const pairs = reshape(words, [-1, 2]);
  const high = cast(floorDiv(index(pairs, "...", 0), 32), "float64");
  const low = cast(floorDiv(index(pairs, "...", 1), 64), "float64");
  return { next, values: mul(add(mul(high, 67108864), low), 2 ** -53) };
}

/** Uniform floats in [low, high). */
export function randomUniform(
  state: Operand,
  {
    size = [],
    dtype = floatX(),
    low = 0,
    high = 1,
  }: DrawOptions & { readonly low?: number; readonly high?: number } = {},
): Draw {
  const { next, values } = unitFloats(state, productOf(size), dtype);
  const moved = low === 0 && high === 1 ? values : add(mul(values, high - low), low);
  return [next, reshape(moved, size)];
}

/** Normal floats, by the transform of Box and Muller. */
export function randomNormal(
  state: Operand,
  {
    size = [],
    dtype = floatX(),
    mean = 0,
    std = 1,
  }: DrawOptions & { readonly mean?: number; readonly std?: number } = {},
): Draw {
  const count = productOf(size);
  const { next, values } = unitFloats(state, scaled(count, 2), dtype);
  const pairs = reshape(values, [-1, 2]);
  const radius = sqrt(mul(log(sub(1, index(pairs, "...", 0))), -2));
  const standard = mul(radius, cos(mul(index(pairs, "...", 1), 2 * Math.PI)));
  return [next, reshape(add(mul(standard, std), mean), size)];
}

/** true with probability p. */
export function randomBernoulli(
  state: Operand,
  { size = [], p = 0.5 }: { readonly size?: readonly Length[]; readonly p?: Operand } = {},
): Draw {
  const { next, values } = unitFloats(state, productOf(size), "float32");
  return [next, lt(reshape(values, size), p)];
}

/** Integers in [low, high), equally likely up to 2^-53. */
export function randomIntegers(
  state: Operand,
  options: {
    readonly low?: number;
    readonly high: number;
    readonly size?: readonly Length[];
    readonly dtype?: DType;
  },
): Draw {
  const { low = 0, high, size = [], dtype = "int64" } = options;
  const { next, values } = unitFloats(state, productOf(size), "float64");
  return [next, reshape(cast(add(floor(mul(values, high - low)), low), dtype), size)];
}

/** The numbers 0 … n-1, or the entries of an axis of x, in random order. */
export function randomPermutation(state: Operand, what: Length | TensorVariable, axis = 0): Draw {
  const whole = typeof what !== "number" && asTensor(what).type.ndim > 0 ? asTensor(what) : undefined;
  const { next, words } = draw(state, whole === undefined ? (what as Length) : lengthOf(whole, axis));
  const order = argsort(words);
  return [next, whole === undefined ? order : take(whole, order, axis)];
}

/** -log(u): exponential floats with mean 1. */
export function randomExponential(state: Operand, { size = [], dtype = floatX() }: DrawOptions = {}): Draw {
  const { next, values } = unitFloats(state, productOf(size), dtype);
  return [next, reshape(neg(log(sub(1, values))), size)];
}
