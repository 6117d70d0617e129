/** Gradients of the reductions. */

import { zerosLike } from "../tensor/ops/creation.js";
import { eq, where } from "../tensor/ops/elementwise.js";
import { cast, type TensorVariable } from "../tensor/ops/operands.js";
import { prod, sum } from "../tensor/ops/reductions.js";
import { broadcastLike, expandDims } from "../tensor/ops/shaping.js";
import type { ArgReductionName, ReductionName } from "../tensor/primitives.js";
import { prodGradient } from "./elementwise.js";
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
    const { dtype } = x.type;
    const others = prod(where(eq(x, 0), 1, x), { axis: params.axes });
    const zeroCount = sum(cast(eq(x, 0), dtype), { axis: params.axes });
    return [
      prodGradient(x, kept(others, params.axes), kept(zeroCount, params.axes), kept(gradient, params.axes)),
    ];
  },
  max: extreme,
  min: extreme,
  any: none,
  all: none,
  argmax: none,
  argmin: none,
};
