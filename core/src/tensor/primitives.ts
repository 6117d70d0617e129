/**
 * The primitives: what a backend may implement, and all that the rich ops are made of. Each name stands in every
 * rule table (`{ [P in PrimitiveName]: … }`): a missing rule is a compile error.
 *
 * Operands of an elementwise primitive all have one dtype (the rich ops insert casts); their shapes broadcast.
 */
import type { Variable } from "../graph/nodes.js";
import type { DType } from "./dtype.js";
import type { Dim } from "./shape.js";

/** x -> f(x), elementwise. Float functions take floats only; neg, abs, sign any number; invert bool and ints. */
export const unaryNames = [
  "neg",
  "abs",
  "sign",
  "exp",
  "expm1",
  "log",
  "log1p",
  "sqrt",
  "sin",
  "cos",
  "tan",
  "arcsin",
  "arccos",
  "arctan",
  "sinh",
  "cosh",
  "tanh",
  "sigmoid",
  "erf",
  "floor",
  "ceil",
  "round",
  "trunc",
  "invert",
  "isNaN",
  "isInf",
] as const;
export type UnaryName = (typeof unaryNames)[number];

/** (x, y) -> f(x, y), elementwise with broadcasting. */
export const binaryNames = [
  "add",
  "sub",
  "mul",
  "div",
  "floorDiv",
  "mod",
  "pow",
  "maximum",
  "minimum",
  "arctan2",
  "and",
  "or",
  "xor",
  "eq",
  "neq",
  "lt",
  "le",
  "gt",
  "ge",
] as const;
export type BinaryName = (typeof binaryNames)[number];

/** Binary primitives with a bool result. */
export const comparisonNames = ["eq", "neq", "lt", "le", "gt", "ge"] as const;

/** Reductions that drop the axes they reduce. */
export const reductionNames = ["sum", "prod", "max", "min", "any", "all"] as const;
export type ReductionName = (typeof reductionNames)[number];
export const argReductionNames = ["argmax", "argmin"] as const;
export type ArgReductionName = (typeof argReductionNames)[number];

/** What an axis amounts to so far, from its first entry on. */
export const cumulativeNames = ["cumsum", "cumprod", "cummax", "cummin"] as const;
export type CumulativeName = (typeof cumulativeNames)[number];

/** No parameters. */
export type NoParams = Record<never, never>;

/**
 * Linear algebra on stacks of matrices, the last two axes: floats, computed in float64 and rounded once. Axes in front
 * are equal in all operands.
 */
export interface LinearParams {
  /** (x: [.., n, n]) the lower factor L of x = L Lᵀ; only the lower triangle of x is read. */
  cholesky: NoParams;
  /** (a: [.., n, n], b: [.., n, k]) the x of a x = b, or of aᵀ x = b. */
  solve: { readonly transpose: boolean };
  /** As solve; only one triangle of a is read, and with `unit` ones stand for its diagonal. */
  solveTriangular: { readonly lower: boolean; readonly transpose: boolean; readonly unit: boolean };
  /** (x: [.., n, n]) the determinant, its sign, or the logarithm of its absolute value: [..]. */
  determinant: { readonly part: "value" | "sign" | "logarithm" };
}
export type LinearName = keyof LinearParams;
export const linearNames = ["cholesky", "solve", "solveTriangular", "determinant"] as const;

/** A length in the parameters of a primitive: known now, or the next of the trailing 0-d integer operands. */
export type DimSpec = number | "dynamic";

/** Parameters of a general dot, positions of axes in (left, right). */
export interface DotParams {
  /** Axes that are summed over, paired in order. */
  readonly contract: readonly [readonly number[], readonly number[]];
  /** Axes that both have and the result keeps first, paired in order. */
  readonly batch: readonly [readonly number[], readonly number[]];
}

/**
 * Primitives as they stand in a graph. Operands are written behind each name; `...n` are trailing 0-d integers that
 * stand for the "dynamic" lengths in the order of the parameters.
 */
export interface PrimitiveParams
  extends Record<UnaryName, NoParams>,
    Record<BinaryName, NoParams>,
    Record<ReductionName, { readonly axes: readonly number[] }>,
    Record<ArgReductionName | CumulativeName, { readonly axis: number }>,
    LinearParams {
  /** (condition: bool, x, y) broadcasting. */
  where: NoParams;
  /** (x) to another dtype: ints wrap, floats truncate toward zero. */
  cast: {
    readonly dtype: DType;
    /** Put in to give the operands of an op one dtype, not written by the user. */
    readonly implicit?: true;
  };
  /** (x) length of one axis, int64, without reading x. */
  dimension: { readonly axis: number };
  /** (x, ...n) same elements in row-major order; at most one length is -1 (what is left). */
  reshape: { readonly shape: readonly DimSpec[] };
  /** (x, ...n) NumPy broadcasting to a shape. */
  broadcastTo: { readonly shape: readonly DimSpec[] };
  /** (x, ...n) the opposite: sums the axes that broadcasting to x would have stretched. */
  sumTo: { readonly shape: readonly DimSpec[] };
  /** (x) axes in another order. */
  transpose: { readonly permutation: readonly number[] };
  /** (x, ...starts, ...sizes) a strided window; steps may be negative, not zero. Starts and sizes must fit. */
  slice: {
    readonly starts: readonly DimSpec[];
    readonly sizes: readonly DimSpec[];
    readonly steps: readonly number[];
  };
  /** (base, value, ...starts) base with a window set to value, or increased by it; value has the window's shape. */
  updateSlice: {
    readonly starts: readonly DimSpec[];
    readonly steps: readonly number[];
    readonly mode: "set" | "add";
  };
  /** (...xs) joined along an axis. */
  concatenate: { readonly axis: number };
  /** (x, indices) x[:axis] + indices.shape + x[axis+1:]; negative indices count from the end. */
  take: { readonly axis: number };
  /** (base, indices, value) base with what `take` would read set to value (the last wins) or increased (all count). */
  scatter: { readonly axis: number; readonly mode: "set" | "add" };
  /** (x, indices) result[.., i, ..] = x[.., indices[.., i, ..], ..]; other axes of both are equal. */
  takeAlongAxis: { readonly axis: number };
  /** (base, indices, value) the counterpart of takeAlongAxis. */
  scatterAlongAxis: { readonly axis: number; readonly mode: "set" | "add" };
  /** (left, right) general dot; result axes: batch, free left, free right. */
  dot: DotParams;
  /** (...n) 0, 1, … length-1 as int64. */
  iota: { readonly length: DimSpec };
  /** (x) positions in ascending order along an axis, int64; equal elements keep their order, NaN comes last. */
  argsort: { readonly axis: number };
  /** (state, ...n) random 32-bit words, uint32; the state is [key, key, counter, counter] as uint32. */
  randomBits: { readonly length: DimSpec };
  /** (x: bool vector) positions of what is true, int64. Its length is only known once it has run. */
  nonzero: NoParams;
  /** (x) itself; checks lengths at the call. */
  specifyShape: { readonly shape: readonly Dim[] };
  /** (x) itself; gradients stop: "zero" as zeros, "disconnected" as no path at all. */
  stopGradient: { readonly as: "zero" | "disconnected" };
  /** (x) itself; its gradient g becomes change(g). Not part of the key: values do not depend on it. */
  mapGradient: { readonly name: string; readonly change: (gradient: Variable) => Variable };
}
export type PrimitiveName = keyof PrimitiveParams;

/** A start in a lowered slice: a number, or the position of a number among the scalars of a call. */
export type StartSpec = number | { readonly scalar: number };

/**
 * Primitives as a backend sees them, in a region with concrete shapes: dynamic lengths are baked into the shapes of
 * the results, and what only carries facts (dimension, sumTo, specifyShape, stopGradient, mapGradient) is lowered away.
 */
export interface LoweredParams
  extends Record<UnaryName, NoParams>,
    Record<BinaryName, NoParams>,
    Record<ReductionName, { readonly axes: readonly number[] }>,
    Record<ArgReductionName | CumulativeName, { readonly axis: number }>,
    LinearParams {
  where: NoParams;
  /** To the dtype of the result. */
  cast: NoParams;
  /** To the shape of the result. */
  reshape: NoParams;
  /** To the shape of the result, aligned at the last axis. */
  broadcastTo: NoParams;
  transpose: { readonly permutation: readonly number[] };
  /** The window has the shape of the result. */
  slice: { readonly starts: readonly StartSpec[]; readonly steps: readonly number[] };
  updateSlice: {
    readonly starts: readonly StartSpec[];
    readonly steps: readonly number[];
    readonly mode: "set" | "add";
  };
  concatenate: { readonly axis: number };
  take: { readonly axis: number };
  scatter: { readonly axis: number; readonly mode: "set" | "add" };
  takeAlongAxis: { readonly axis: number };
  scatterAlongAxis: { readonly axis: number; readonly mode: "set" | "add" };
  dot: DotParams;
  /** 0, 1, … as many as the result has elements, in its dtype. */
  iota: NoParams;
  argsort: { readonly axis: number };
  /** As many words as the result has elements. */
  randomBits: NoParams;
}
export type LoweredName = keyof LoweredParams;

/** What no backend ever sees. A primitive that is in neither table is a compile error here. */
const loweredAway: { readonly [N in Exclude<PrimitiveName, LoweredName>]: true } = {
  dimension: true,
  sumTo: true,
  specifyShape: true,
  stopGradient: true,
  mapGradient: true,
  nonzero: true,
};

const otherLowered: {
  readonly [N in Exclude<LoweredName, UnaryName | BinaryName | ReductionName | ArgReductionName>]: true;
} = {
  where: true,
  cast: true,
  reshape: true,
  broadcastTo: true,
  transpose: true,
  slice: true,
  updateSlice: true,
  concatenate: true,
  take: true,
  scatter: true,
  takeAlongAxis: true,
  scatterAlongAxis: true,
  dot: true,
  iota: true,
  argsort: true,
  cumsum: true,
  cumprod: true,
  cummax: true,
  cummin: true,
  randomBits: true,
  cholesky: true,
  solve: true,
  solveTriangular: true,
  determinant: true,
};

/** The names that a backend implements. */
export const loweredNames: readonly LoweredName[] = [
  ...unaryNames,
  ...binaryNames,
  ...reductionNames,
  ...argReductionNames,
  ...(Object.keys(otherLowered) as (keyof typeof otherLowered)[]),
];

/** Whether a backend ever sees this primitive. */
export const isLowered = (name: PrimitiveName): name is LoweredName => !(name in loweredAway);
