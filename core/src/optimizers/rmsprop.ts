import type { UpdatePair } from "../compile/options.js";
import { add, div, mul, sqr, sqrt, sub } from "../tensor/ops/elementwise.js";
import { notNegative, share } from "./options.js";
import {
  type CostOrGradients,
  type LearningRate,
  type OptimizerOptions,
  type Parameters,
  updatesOf,
} from "./parameters.js";

export interface RmsPropOptions extends OptimizerOptions {
  /** 0.001 by default. */
  readonly learningRate?: LearningRate | undefined;
  /** ρ: the share that the average of the squares keeps, 0.9 by default. */
  readonly decay?: number | undefined;
  /** Added to the root of the average, 1e-8 by default. */
  readonly epsilon?: number | undefined;
}

/**
 * RMSProp: s ← ρ s + (1-ρ) g², θ ← θ - η g / (√s + ε) (Tieleman and Hinton 2012, lecture 6.5). The state is
 * "W.rmsprop.square", zeros at first.
 * @param cost a 0-d cost, or the gradients, one for each parameter
 * @returns updates for `compile`
 * @throws BitaleTypeError BAD_OPERAND, BAD_OPTION, and what `grad` throws
 */
export function rmsprop(
  cost: CostOrGradients,
  parameters: Parameters,
  options: RmsPropOptions = {},
): UpdatePair[] {
  const name = options.name ?? "rmsprop";
  const decay = share(name, "decay", options.decay ?? 0.9);
  const epsilon = notNegative(name, "epsilon", options.epsilon ?? 1e-8);
  const learningRate = options.learningRate ?? 0.001;
  return updatesOf(name, cost, parameters, learningRate, ({ parameter, gradient, rate, state }) => {
    const square = state("square");
    const next = add(mul(square, decay), mul(sqr(gradient), 1 - decay));
    return [
      [square, next],
      [parameter, sub(parameter, mul(div(gradient, add(sqrt(next), epsilon)), rate))],
    ];
  });
}
