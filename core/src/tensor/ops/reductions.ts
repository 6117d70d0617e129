/** Ops that reduce axes, and what is composed of them. */
import { type DType, isDiscrete, sumResult } from "../dtype.js";
import { primitive } from "../primitive-op.js";
import type { ArgReductionName, ReductionName } from "../primitives.js";
import { normalizeAxes } from "../shape.js";
import { add, div, exp, isInf, log, sqr, sqrt, sub, where } from "./elementwise.js";
import { asTensor, cast, type Operand, overridden, type TensorVariable } from "./operands.js";
import {
  expandDims,
  type Length,
  lengthOf,
  lengthsOf,
  productOf,
  reshape,
  squeeze,
  transpose,
} from "./shaping.js";

/** Axes to reduce: one, several, or all (null). */
export type AxisOption = number | readonly number[] | null;
export interface ReductionOptions {
  readonly axis?: AxisOption | undefined;
  /** Keep reduced axes with length 1. */
  readonly keepDims?: boolean | undefined;
}
export interface SumOptions extends ReductionOptions {
  /** dtype of the result; by default 64-bit for ints and bool, else the operand's. */
  readonly dtype?: DType | undefined;
}

function reduce(name: ReductionName, tensor: TensorVariable, options: ReductionOptions): TensorVariable {
  const axes = normalizeAxes(options.axis, tensor.type.ndim, name);
  const result = primitive(name, { axes }, [tensor]);
  return options.keepDims === true && axes.length > 0 ? expandDims(result, axes) : result;
}

const accumulating =
  (name: "sum" | "prod") =>
  (x: Operand, options: SumOptions = {}): TensorVariable => {
    const other = overridden(name, [x, options]);
    if (other !== undefined) return other as TensorVariable;
    const tensor = asTensor(x);
    return reduce(name, cast(tensor, options.dtype ?? sumResult(tensor.type.dtype)), options);
  };

/** Sum over axes; an empty sum is 0. */
export const sum = accumulating("sum");
/** Product over axes; an empty product is 1. */
export const prod = accumulating("prod");

const extreme =
  (name: "max" | "min") =>
  (x: Operand, options: ReductionOptions = {}): TensorVariable =>
    reduce(name, asTensor(x), options);

/** The largest element; NaN wins; the gradient goes to all that are equally large. */
export const max = extreme("max");
/** The smallest element; NaN wins; the gradient goes to all that are equally small. */
export const min = extreme("min");

const logical =
  (name: "any" | "all") =>
  (x: Operand, options: ReductionOptions = {}): TensorVariable =>
    reduce(name, cast(x, "bool"), options);

/** Whether any element is not zero. */
export const any = logical("any");
/** Whether no element is zero. */
export const all = logical("all");

/** The tensor with these axes joined, in row-major order, into a new last one. */
export function joinAxes(tensor: TensorVariable, axes: readonly number[]): TensorVariable {
  const rest = tensor.type.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const lengths = lengthsOf(tensor);
  const pick = (list: readonly number[]): Length[] => list.map((axis) => lengths[axis] as Length);
  return reshape(transpose(tensor, [...rest, ...axes]), [...pick(rest), productOf(pick(axes))]);
}

const arg =
  (name: ArgReductionName) =>
  (x: Operand, options: ReductionOptions = {}): TensorVariable => {
    const tensor = asTensor(x);
    const axes = normalizeAxes(options.axis, tensor.type.ndim, name);
    const single = axes.length === 1;
    const operand = single ? tensor : joinAxes(tensor, axes);
    const axis = single ? (axes[0] as number) : operand.type.ndim - 1;
    const result = primitive(name, { axis }, [operand]);
    return options.keepDims === true && axes.length > 0 ? expandDims(result, axes) : result;
  };

/**
 * Index of the largest element as int64, of the first one on ties. Several axes (all by default) count as one, in
 * row-major order.
 */
export const argmax = arg("argmax");
/** Index of the smallest element as int64; see `argmax`. */
export const argmin = arg("argmin");

/** How many elements are reduced, in a float dtype. */
function count(tensor: TensorVariable, axes: readonly number[], dtype: DType): TensorVariable | number {
  const product = productOf(axes.map((axis) => lengthOf(tensor, axis)));
  return typeof product === "number" ? product : cast(product, dtype);
}

export interface MeanOptions extends ReductionOptions {
  /** dtype of the result and of what is computed on the way; by default float64 for ints and bool, else the operand's. */
  readonly dtype?: DType | undefined;
}
export interface VarianceOptions extends MeanOptions {
  /** Taken off the count: 1 for the estimate from a sample (default 0). */
  readonly ddof?: number | undefined;
}

/** The dtype of a mean, and the one it is computed in: float16 in float32, as a sum leaves its range early. */
function meanDTypes(tensor: TensorVariable, dtype: DType | undefined): { result: DType; wide: DType } {
  const own = tensor.type.dtype;
  const result = dtype ?? (isDiscrete(own) ? "float64" : own);
  const wide = isDiscrete(result) ? "float64" : result === "float16" ? "float32" : result;
  return { result, wide };
}

/** Arithmetic mean; of bool and integers as float64. */
export function mean(x: Operand, options: MeanOptions = {}): TensorVariable {
  const tensor = asTensor(x);
  const { result, wide } = meanDTypes(tensor, options.dtype);
  const axes = normalizeAxes(options.axis, tensor.type.ndim, "mean");
  const { axis, keepDims } = options;
  return cast(div(sum(cast(tensor, wide), { axis, keepDims }), count(tensor, axes, wide)), result);
}

/** Mean of the squared distances from the mean. */
export function variance(x: Operand, options: VarianceOptions = {}): TensorVariable {
  const tensor = asTensor(x);
  const { result, wide } = meanDTypes(tensor, options.dtype);
  const values = cast(tensor, wide);
  const { axis, keepDims, ddof = 0 } = options;
  const centred = sub(values, mean(values, { axis, keepDims: true }));
  const axes = normalizeAxes(axis, tensor.type.ndim, "variance");
  return cast(div(sum(sqr(centred), { axis, keepDims }), sub(count(values, axes, wide), ddof)), result);
}

/** Square root of the variance. */
export function std(x: Operand, options: VarianceOptions = {}): TensorVariable {
  const squared = variance(x, options);
  return cast(sqrt(squared), squared.type.dtype);
}

/** log(sum(exp(x))) without overflow: the largest element is taken out first. */
export function logSumExp(x: Operand, options: ReductionOptions = {}): TensorVariable {
  const tensor = asTensor(x);
  const axes = normalizeAxes(options.axis, tensor.type.ndim, "logSumExp");
  const top = max(tensor, { axis: axes, keepDims: true });
  const shift = where(isInf(top), 0, top);
  const kept = add(log(sum(exp(sub(tensor, shift)), { axis: axes, keepDims: true })), shift);
  return options.keepDims === true ? kept : squeeze(kept, axes);
}
