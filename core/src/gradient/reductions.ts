/** Gradients of the reductions. */

import { zerosLike } from "../tensor/ops/creation.js";
import { div, eq, mul, sub, where } from "../tensor/ops/elementwise.js";
import { cast, type TensorVariable } from "../tensor/ops/operands.js";
import { prod, sum } from "../tensor/ops/reductions.js";
import { broadcastLike, expandDims } from "../tensor/ops/shaping.js";
import type { ArgReductionName, ReductionName } from "../tensor/primitives.js";
import type { GradientRule, GradientRules } from "./rule.js";

const kept = (reduced: TensorVariable, axes: readonly number[]): TensorVariable =>
  axes.length === 0 ? reduced : expandDims(reduced, axes);

/** All that are equally extreme get the whole gradient. */
const extreme: GradientRule<"max" | "min"> = ({ params, inputs, output, gradient }) => {
  const x = inputs[0] as TensorVariable;
  return [where(eq(x, kept(output, params.axes)), kept(gradient, params.axes), 0)];
};
const none: GradientRule<ReductionName | ArgReductionName> = ({ inputs }) => [
  zerosLike(inputs[0] as TensorVariable),
];

export const reductionGradients: GradientRules<ReductionName | ArgReductionName> = {
  sum: ({ params, inputs, gradient }) => [
    broadcastLike(kept(gradient, params.axes), inputs[0] as TensorVariable),
  ],
  prod: ({ params, inputs, gradient }) => {
    const x = inputs[0] as TensorVariable;
    return [mul(kept(gradient, params.axes), othersOf(x, params.axes))];
  },
  max: extreme,
  min: extreme,
  any: none,
  all: none,
  argmax: none,
  argmin: none,
};

/**
 * For each entry the product of the others along the axes, without dividing by zero: by an entry that is not zero the
 * product of all such is divided. Zeros enter as their sum, which is zero but moves with them, so that the second
 * derivatives are right as well.
 */
function othersOf(x: TensorVariable, axes: readonly number[]): TensorVariable {
  const { dtype } = x.type;
  const over = { axis: axes, keepDims: true };
  const isZero = eq(x, 0);
  const count = sum(cast(isZero, dtype), over);
  const zeros = sum(where(isZero, x, 0), over);
  const product = prod(where(isZero, 1, x), over);
  const ofZeros = where(eq(count, 1), 1, where(eq(count, 2), sub(zeros, x), 0));
  const ofRest = div(where(eq(count, 0), 1, where(eq(count, 1), zeros, 0)), where(isZero, 1, x));
  return mul(product, where(isZero, ofZeros, ofRest));
}
