/** Gradients of running sums, products and extremes along an axis. */
import { iota, zerosLike } from "../tensor/ops/creation.js";
import { and, div, eq, gt, mul, where } from "../tensor/ops/elementwise.js";
import { index } from "../tensor/ops/indexing.js";
import { cast, type TensorVariable } from "../tensor/ops/operands.js";
import { cummax, cumprod, cumsum } from "../tensor/ops/ordering.js";
import { broadcastLike, expandDims, lengthOf } from "../tensor/ops/shaping.js";
import { slice } from "../tensor/ops/slices.js";
import { primitive } from "../tensor/primitive-op.js";
import type { CumulativeName } from "../tensor/primitives.js";
import type { GradientRule, GradientRules } from "./rule.js";

const backwards = (x: TensorVariable, axis: number): TensorVariable =>
  index(x, ...x.type.shape.map((_, i) => (i === axis ? slice(null, null, -1) : slice())));

/** Running sums from the last entry on. */
const sumsFromLast = (x: TensorVariable, axis: number): TensorVariable =>
  backwards(cumsum(backwards(x, axis), { axis }), axis);

/** Every result is an entry of x: the latest that was as extreme; its gradient goes there. */
const extreme: GradientRule<"cummax" | "cummin"> = ({ params: { axis }, inputs, output, gradient }) => {
  const [x] = inputs as readonly [TensorVariable];
  const rest = Array.from({ length: x.type.ndim - 1 - axis }, (_, i) => i + 1);
  const places = rest.length === 0 ? iota(lengthOf(x, axis)) : expandDims(iota(lengthOf(x, axis)), rest);
  const source = cummax(where(eq(x, output), broadcastLike(places, x), 0n), { axis });
  return [primitive("scatterAlongAxis", { axis, mode: "add" }, [zerosLike(x), source, gradient])];
};

export const cumulativeGradients: GradientRules<CumulativeName> = {
  cumsum: ({ params: { axis }, gradient }) => [sumsFromLast(gradient, axis)],
  /**
   * y[j] / x[i] for every j from i on, where x[i] is not 0. To the first 0 of a line goes the product without it; later
   * ones have the slope 0. (Second derivatives at lines with several zeros leave out those between the zeros.)
   */
  cumprod: ({ params: { axis }, inputs, output, gradient }) => {
    const [x] = inputs as readonly [TensorVariable];
    const isZero = eq(x, 0);
    const zeros = cumsum(cast(isZero, "int64"), { axis });
    const first = and(isZero, eq(zeros, 1n));
    const withoutFirst = cumprod(where(first, 1, x), { axis });
    const ofFirst = sumsFromLast(where(gt(zeros, 0n), mul(gradient, withoutFirst), 0), axis);
    const ofOthers = div(sumsFromLast(mul(gradient, output), axis), where(isZero, 1, x));
    return [where(isZero, where(first, ofFirst, 0), ofOthers)];
  },
  cummax: extreme,
  cummin: extreme,
};
