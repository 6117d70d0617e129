/** Rows for ops that reduce axes, order them, or run along them. */
import * as b from "@bitale/core";
import fc from "fast-check";
import {
  anyShape,
  axesOf,
  axisOf,
  axisOrNull,
  everything,
  floats,
  fullShape,
  integers,
  length,
  one,
  optional,
  positive,
  type Rows,
  several,
  shapeOf,
} from "./given.js";

interface Reduction {
  readonly axis: number | number[] | null;
  readonly keepDims: boolean;
}
const overAxes = (shape: readonly number[]): fc.Arbitrary<Reduction> =>
  fc.record({ axis: axesOf(shape), keepDims: fc.boolean() });
type Reduce = (x: b.TensorVariable, options: Reduction) => b.TensorVariable;
const reduction = (op: Reduce, operands: Parameters<typeof optional>[2] = {}) =>
  optional(overAxes, op, operands);
const full = { shape: fullShape };
const withAxis = fullShape.filter((shape) => shape.length > 0);
const along = (
  op: (x: b.TensorVariable, axis: number) => b.TensorVariable | readonly b.TensorVariable[],
  operands: Parameters<typeof optional>[2] = {},
) => optional(axisOf, op, { shape: withAxis, ...operands });

export const reductionRows: Rows = {
  sum: reduction(b.sum, { dtypes: everything }),
  "sum in a dtype": reduction((x, o) => b.sum(x, { ...o, dtype: "float64" })),
  prod: reduction(b.prod),
  max: reduction(b.max, { dtypes: everything, ...full }),
  min: reduction(b.min, { dtypes: everything, ...full }),
  any: reduction(b.any, { dtypes: everything }),
  all: reduction(b.all, { dtypes: everything }),
  argmax: reduction(b.argmax, { dtypes: everything, ...full }),
  argmin: reduction(b.argmin, { dtypes: everything, ...full }),
  mean: reduction(b.mean, { dtypes: everything, ...full }),
  "mean in a dtype": reduction((x, o) => b.mean(x, { ...o, dtype: "float32" }), full),
  variance: reduction((x, o) => b.variance(x, { ...o, ddof: 0.5 }), { ...full, finite: true }),
  std: reduction(b.std, { ...full, finite: true, dtypes: ["float64", "int32"] }),
  logSumExp: reduction(b.logSumExp, { ...full, dtypes: floats }),
  ptp: reduction(b.ptp, full),
  countNonzero: reduction(b.countNonzero, { dtypes: everything }),
  average: several(
    fullShape.map((shape) => [shape, shape]),
    (x, weights) => b.average(x, { weights: b.abs(weights).add(1) }),
    { finite: true, dtypes: ["float32", "float64", "int32"] },
  ),
  median: reduction(b.median, full),
  quantile: reduction((x, o) => b.quantile(x, [0.25, 0.7], o), {
    ...full,
    dtypes: ["float32", "float64", "int32"],
  }),
  percentile: reduction((x, o) => b.percentile(x, 40, { ...o, method: "nearest" }), full),
  norm: reduction((x, { keepDims }) => b.norm(x, { keepDims }), { finite: true }),
  "norm of vectors": optional(
    (shape) =>
      fc.tuple(
        axisOf(shape),
        fc.constantFrom(0, 1, 2, 3, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
      ),
    (x, [axis, ord]) => b.norm(x, { axis, ord }),
    { shape: withAxis, finite: true, dtypes: ["float32", "float64", "int32"] },
  ),
  "norm of matrices": optional(
    () =>
      fc.constantFrom<(number | "fro")[]>("fro", 1, -1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    (x, ord) => b.norm(x, { axis: [-1, 0], ord }),
    { shape: shapeOf(positive, positive, positive), finite: true },
  ),
  softmax: optional(axesOf, (x, axis) => b.softmax(x, { axis }), { shape: withAxis, dtypes: floats }),
  "softmax with a mask": optional(axisOf, (x, axis) => b.softmax(x, { axis, where: b.gt(x, 0) }), {
    shape: withAxis,
    dtypes: floats,
    finite: true,
  }),
  logSoftmax: optional(axesOf, (x, axis) => b.logSoftmax(x, { axis }), { shape: withAxis, dtypes: floats }),
  argsort: optional(
    (shape) => fc.tuple(axisOrNull(shape), fc.boolean()),
    (x, [axis, descending]) => b.argsort(x, { axis, descending }),
  ),
  sort: optional(
    (shape) => fc.tuple(axisOrNull(shape), fc.boolean()),
    (x, [axis, descending]) => b.sort(x, { axis, descending }),
  ),
  topK: along((x, axis) => b.topK(x, 1, axis)),
  searchSorted: several(
    fc.tuple(length, anyShape).map(([n, shape]) => [[n], shape]),
    (line, x) => [b.searchSorted(b.sort(line), x), b.searchSorted(b.sort(line), x, { side: "right" })],
    { finite: true, dtypes: ["float32", "int32"] },
  ),
  diff: along((x, axis) => b.diff(x, 1, axis)),
  cumsum: optional(axisOrNull, (x, axis) => b.cumsum(x, { axis })),
  cumprod: optional(axisOrNull, (x, axis) => b.cumprod(x, { axis })),
  cummax: optional(axisOrNull, (x, axis) => b.cummax(x, { axis })),
  cummin: optional(axisOrNull, (x, axis) => b.cummin(x, { axis })),
  bincount: one((x) => b.bincount(b.abs(x), { minLength: 2 }), { dtypes: integers, shape: shapeOf(length) }),
  "bincount with weights": several(
    length.map((n) => [[n], [n]]),
    (x, weights) => b.bincount(b.abs(b.cast(x, "int32")), { weights, length: 7 }),
    { finite: true },
  ),
  histogram: one((x) => b.histogram(x, { bins: 4, range: [-2, 2] }), { finite: true }),
  cov: one((x) => b.cov(x), { shape: shapeOf(positive, fc.integer({ min: 2, max: 4 })), finite: true }),
  corrCoef: one((x) => b.corrCoef(b.add(x, b.iota(b.index(b.shapeOf(x), 1)))), {
    shape: shapeOf(positive, fc.integer({ min: 3, max: 5 })),
    low: 0,
    high: 0.5,
    dtypes: ["float64"],
  }),
  flatNonzero: one(b.flatNonzero, { dtypes: everything }),
  nonzero: one(b.nonzero, { dtypes: everything, shape: withAxis }),
  argWhere: one(b.argWhere, { dtypes: everything, shape: withAxis }),
};
