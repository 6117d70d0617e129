/** Numbers that describe samples. */
import { BitaleTypeError } from "../../errors.js";
import { isFloat } from "../dtype.js";
import { primitive } from "../primitive-op.js";
import { normalizeAxes } from "../shape.js";
import { linspace } from "./creation.js";
import { diagonal } from "./diagonals.js";
import {
  add,
  and,
  isNaN as areNaN,
  ceil,
  div,
  eq,
  floor,
  ge,
  le,
  lt,
  mul,
  round,
  sqrt,
  sub,
  where,
} from "./elementwise.js";
import { outOfRange, take } from "./gathering.js";
import { index } from "./indexing.js";
import { addLengths, lengthScalar, maxLength, subLengths } from "./lengths.js";
import { dot } from "./linear-algebra.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";
import { diff, searchSorted, sort } from "./ordering.js";
import { any, joinAxes, max, mean, min, type ReductionOptions, sum } from "./reductions.js";
import {
  broadcastTo,
  concatenate,
  expandDims,
  flatten,
  type Length,
  lengthOf,
  lengthsOf,
  moveAxis,
  reshape,
  transpose,
} from "./shaping.js";
import { slice } from "./slices.js";

/** The largest element minus the smallest one. */
export const ptp = (x: Operand, options: ReductionOptions = {}): TensorVariable =>
  sub(max(x, options), min(x, options));

/** How many elements are not zero, int64. */
export const countNonzero = (x: Operand, options: ReductionOptions = {}): TensorVariable =>
  sum(cast(x, "bool"), options);

/**
 * The mean, with weights: sum(x * weights) / sum(weights).
 * @param options.weights of the shape of x, or a vector along the only axis that is given
 */
export function average(
  x: Operand,
  { weights, ...options }: ReductionOptions & { readonly weights?: Operand | undefined } = {},
): TensorVariable {
  if (weights === undefined) return mean(x, options);
  const tensor = asTensor(x);
  const own = asTensor(weights);
  const along = typeof options.axis === "number" && own.type.ndim === 1 && tensor.type.ndim > 1;
  const axes = normalizeAxes(options.axis, tensor.type.ndim, "average");
  const others = tensor.type.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  const shaped = along ? expandDims(own, others) : own;
  const wide = broadcastTo(shaped, lengthsOf(tensor));
  return div(sum(mul(tensor, wide), options), sum(wide, options));
}

export type QuantileMethod = "linear" | "lower" | "higher" | "midpoint" | "nearest";
export interface QuantileOptions extends ReductionOptions {
  /** What lies between two elements (default: "linear" interpolation). */
  readonly method?: QuantileMethod | undefined;
}

/**
 * Quantiles: the values below which these shares (0 to 1) of the elements lie. Axes of `q` come first in the result.
 * NaN among the elements gives NaN.
 */
export function quantile(x: Operand, q: Operand, options: QuantileOptions = {}): TensorVariable {
  const { method = "linear", keepDims = false } = options;
  const given = asTensor(x);
  const tensor = isFloat(given.type.dtype) ? given : cast(given, "float64");
  const axes = normalizeAxes(options.axis, tensor.type.ndim, "quantile");
  const joined = joinAxes(tensor, axes);
  const last = joined.type.ndim - 1;
  const ordered = sort(joined);
  const shares = cast(q, "float64");
  const place = mul(shares, cast(lengthScalar(subLengths(lengthOf(joined, last), 1)), "float64"));
  const at = (position: TensorVariable): TensorVariable => take(ordered, cast(position, "int64"), last);
  const behind = Array.from({ length: shares.type.ndim }, (_, i) => last + i);
  const unclean = expandDims(any(areNaN(joined), { axis: last }), behind);
  const marked = where(unclean, Number.NaN, valueAt(place, at, method));
  // Axes of q stand last by now.
  const moved = moveAxis(
    marked,
    behind,
    behind.map((_, i) => i),
  );
  if (!keepDims || axes.length === 0) return moved;
  return expandDims(
    moved,
    axes.map((axis) => axis + behind.length),
  );
}

function valueAt(
  place: TensorVariable,
  at: (position: TensorVariable) => TensorVariable,
  method: QuantileMethod,
): TensorVariable {
  if (method === "nearest") return at(round(place));
  const [below, above] = [floor(place), ceil(place)];
  if (method === "lower") return at(below);
  if (method === "higher") return at(above);
  const [low, high] = [at(below), at(above)];
  const weight = method === "midpoint" ? where(eq(below, above), 0, 0.5) : sub(place, below);
  return add(low, mul(sub(high, low), cast(weight, low.type.dtype)));
}

/** As `quantile`, with shares of 0 to 100. */
export const percentile = (x: Operand, q: Operand, options: QuantileOptions = {}): TensorVariable =>
  quantile(x, div(cast(q, "float64"), 100), options);

/** The middle element, or the mean of the two in the middle. */
export const median = (x: Operand, options: ReductionOptions = {}): TensorVariable =>
  quantile(x, 0.5, options);

export interface BincountOptions {
  /** What each number counts (default 1). */
  readonly weights?: Operand | undefined;
  /** The least length of the result (default 0). */
  readonly minLength?: Length | undefined;
  /** The length of the result; by default as the largest number says, which is only known at the call. */
  readonly length?: Length | undefined;
}

/** How often each of 0, 1, 2, … stands in a vector of integers. A negative or too large number is an error at the call. */
export function bincount(
  x: Operand,
  { weights, minLength = 0, length }: BincountOptions = {},
): TensorVariable {
  const numbers = cast(flatten(x), "int64");
  const largest = max(concatenate([numbers, cast([-1], "int64")]));
  const size = length ?? maxLength(addLengths(largest, 1), minLength);
  const counted = weights === undefined ? cast(1, "int64") : flatten(weights);
  const places = where(lt(numbers, 0n), outOfRange, numbers);
  const amounts = broadcastTo(counted, lengthsOf(numbers));
  const bins = broadcastTo(cast(0, amounts.type.dtype), [size]);
  return primitive("scatter", { axis: 0, mode: "add" }, [bins, places, amounts]);
}

export interface HistogramOptions {
  /** How many bins of one width (default 10), or a vector of their edges. */
  readonly bins?: number | Operand | undefined;
  /** The outermost edges; by default the smallest and largest element. */
  readonly range?: readonly [Operand, Operand] | undefined;
  readonly weights?: Operand | undefined;
  /** Whether to divide by widths and count, so that the area is 1 (default false). */
  readonly density?: boolean | undefined;
}

/**
 * How many elements lie in each bin; the last one includes its upper edge.
 * @returns [counts (or densities), edges]
 */
export function histogram(
  x: Operand,
  { bins = 10, range, weights, density = false }: HistogramOptions = {},
): [TensorVariable, TensorVariable] {
  const values = flatten(x);
  const edges = typeof bins === "number" ? spread(range ?? [min(values), max(values)], bins) : asTensor(bins);
  const last = subLengths(lengthOf(edges, 0), 1);
  const [first, top] = [take(edges, 0), take(edges, -1)];
  const bin = sub(searchSorted(edges, values, { side: "right" }), 1n);
  const placed = where(eq(values, top), lengthScalar(subLengths(last, 1)), bin);
  const inside = and(ge(values, first), le(values, top));
  // What lies outside is counted in a bin of its own, which is left out.
  const counts = bincount(where(inside, placed, lengthScalar(last)), {
    weights,
    length: addLengths(last, 1),
  });
  const kept = index(counts, slice(0, last));
  if (!density) return [kept, edges];
  return [div(kept, mul(sum(kept), diff(edges))), edges];
}

/** Edges of bins of one width; where both bounds are equal they move apart by 1, as in NumPy. */
function spread([low, high]: readonly [Operand, Operand], bins: number): TensorVariable {
  const same = eq(low, high);
  const apart = cast(same, "float64");
  return linspace(sub(low, mul(apart, 0.5)), add(high, mul(apart, 0.5)), bins + 1);
}

export interface CovarianceOptions {
  /** Whether each column is a variable and each row an observation (default false: the other way round). */
  readonly columns?: boolean | undefined;
  /** Taken off the count of observations (default 1). */
  readonly ddof?: number | undefined;
}

/** The covariance matrix of variables (rows by default). @throws BitaleTypeError BAD_OPERAND but for vectors and matrices */
export function cov(x: Operand, { columns = false, ddof = 1 }: CovarianceOptions = {}): TensorVariable {
  const given = asTensor(x);
  if (given.type.ndim !== 1 && given.type.ndim !== 2) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "cov",
      problem: "a vector or a matrix is needed",
      got: given.type.toString(),
    });
  }
  const rows = given.type.ndim === 1 ? expandDims(given, 0) : columns ? transpose(given) : given;
  const wide = isFloat(rows.type.dtype) ? rows : cast(rows, "float64");
  const centred = sub(wide, mean(wide, { axis: 1, keepDims: true }));
  const count = sub(cast(lengthScalar(lengthOf(wide, 1)), wide.type.dtype), ddof);
  const matrix = div(dot(centred, transpose(centred)), count);
  return given.type.ndim === 1 ? reshape(matrix, []) : matrix;
}

/** The matrix of correlation coefficients of variables (rows by default). */
export function corrCoef(x: Operand, options: Omit<CovarianceOptions, "ddof"> = {}): TensorVariable {
  const matrix = cov(x, options);
  if (matrix.type.ndim === 0) return div(matrix, matrix);
  const spreads = sqrt(diagonal(matrix));
  return div(div(matrix, expandDims(spreads, 1)), spreads);
}
