/** Ops that reduce axes, and what is composed of them. */
import { type DType, isDiscrete, isFloat, sumResult } from "../dtype.js";
import { primitive } from "../primitive-op.js";
import type { ArgReductionName, ReductionName } from "../primitives.js";
import { normalizeAxes } from "../shape.js";
import { add, div, exp, isInf, log, sqr, sqrt, sub, where } from "./elementwise.js";
import { asTensor, cast, type Operand, overridden, type TensorVariable } from "./operands.js";
import { expandDims, flatten, lengthOf, productOf } from "./shaping.js";

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

const arg =
  (name: ArgReductionName) =>
  (x: Operand, options: { axis?: number | null; keepDims?: boolean } = {}): TensorVariable => {
    const tensor = asTensor(x);
    const whole = options.axis === undefined || options.axis === null;
    const operand = whole ? flatten(tensor) : tensor;
    const [axis] = normalizeAxes(whole ? 0 : options.axis, operand.type.ndim, name) as [number];
    const result = primitive(name, { axis }, [operand]);
    if (options.keepDims !== true) return result;
    return expandDims(result, whole ? tensor.type.shape.map((_, i) => i) : axis);
  };

/** Index of the largest element as int64, of the first one on ties; over all elements without an axis. */
export const argmax = arg("argmax");
/** Index of the smallest element as int64, of the first one on ties; over all elements without an axis. */
export const argmin = arg("argmin");

/** How many elements are reduced, in a float dtype. */
function count(tensor: TensorVariable, axes: readonly number[], dtype: DType): TensorVariable | number {
  const product = productOf(axes.map((axis) => lengthOf(tensor, axis)));
  return typeof product === "number" ? product : cast(product, dtype);
}

/** Arithmetic mean; of bool and integers as float64. */
export function mean(x: Operand, options: ReductionOptions = {}): TensorVariable {
  const tensor = asTensor(x);
  const dtype = isDiscrete(tensor.type.dtype) ? "float64" : tensor.type.dtype;
  const axes = normalizeAxes(options.axis, tensor.type.ndim, "mean");
  return div(sum(cast(tensor, dtype), options), count(tensor, axes, dtype));
}

/** Mean of the squared distances from the mean; `ddof` is taken off the count. */
export function variance(
  x: Operand,
  options: ReductionOptions & { readonly ddof?: number } = {},
): TensorVariable {
  const tensor = asTensor(x);
  const wide = cast(tensor, isFloat(tensor.type.dtype) ? tensor.type.dtype : "float64");
  const centred = sub(wide, mean(wide, { axis: options.axis, keepDims: true }));
  const axes = normalizeAxes(options.axis, tensor.type.ndim, "variance");
  return div(sum(sqr(centred), options), sub(count(wide, axes, wide.type.dtype), options.ddof ?? 0));
}

/** Square root of the variance. */
export const std = (
  x: Operand,
  options: ReductionOptions & { readonly ddof?: number } = {},
): TensorVariable => sqrt(variance(x, options));

/** log(sum(exp(x))) without overflow: the largest element is taken out first. */
export function logSumExp(x: Operand, options: ReductionOptions = {}): TensorVariable {
  const tensor = asTensor(x);
  const axes = normalizeAxes(options.axis, tensor.type.ndim, "logSumExp");
  const top = max(tensor, { axis: axes, keepDims: true });
  const shift = where(isInf(top), 0, top);
  const kept = add(log(sum(exp(sub(tensor, shift)), { axis: axes, keepDims: true })), shift);
  return options.keepDims === true ? kept : sum(kept, { axis: axes });
}
