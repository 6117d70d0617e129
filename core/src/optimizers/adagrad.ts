import type { UpdatePair } from "../compile/options.js";
import { add, div, mul, sqr, sqrt, sub } from "../tensor/ops/elementwise.js";
import { notNegative } from "./options.js";
import {
  type CostOrGradients,
  type LearningRate,
  type OptimizerOptions,
  type Parameters,
  updatesOf,
} from "./parameters.js";

export interface AdagradOptions extends OptimizerOptions {
  /** 0.01 by default. */
  readonly learningRate?: LearningRate | undefined;
  /** Where the sums of squares start, 0 by default. */
  readonly initialAccumulator?: number | undefined;
  /** Added to the root of the sum, 1e-10 by default. */
  readonly epsilon?: number | undefined;
}

/**
 * Adagrad: G ← G + g², θ ← θ - η g / (√G + ε), element by element (Duchi et al. 2011, the diagonal form). The state is
 * "W.adagrad.accumulator".
 * @param cost a 0-d cost, or the gradients, one for each parameter
 * @returns updates for `compile`
 * @throws BitaleTypeError BAD_OPERAND, BAD_OPTION, and what `grad` throws
 */
export function adagrad(
  cost: CostOrGradients,
  parameters: Parameters,
  options: AdagradOptions = {},
): UpdatePair[] {
  const name = options.name ?? "adagrad";
  const initial = notNegative(name, "initialAccumulator", options.initialAccumulator ?? 0);
  const epsilon = notNegative(name, "epsilon", options.epsilon ?? 1e-10);
  const learningRate = options.learningRate ?? 0.01;
  return updatesOf(name, cost, parameters, learningRate, ({ parameter, gradient, rate, state }) => {
    const accumulator = state("accumulator", initial);
    const next = add(accumulator, sqr(gradient));
    return [
      [accumulator, next],
      [parameter, sub(parameter, mul(div(gradient, add(sqrt(next), epsilon)), rate))],
    ];
  });
}
