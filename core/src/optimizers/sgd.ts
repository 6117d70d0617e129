import type { UpdatePair } from "../compile/options.js";
import { mul, sub } from "../tensor/ops/elementwise.js";
import {
  type CostOrGradients,
  type LearningRate,
  type OptimizerOptions,
  type Parameters,
  updatesOf,
} from "./parameters.js";

export interface SgdOptions extends OptimizerOptions {
  readonly learningRate: LearningRate;
}

/**
 * Gradient descent: θ ← θ - η g.
 * @param cost a 0-d cost, or the gradients, one for each parameter
 * @returns updates for `compile`
 * @throws BitaleTypeError BAD_OPERAND, BAD_OPTION, and what `grad` throws
 *
 * @example
 * ```ts
 * import { compile, sgd, shared } from "@bitale/core";
 * const w = shared(1, { name: "w" });
 * const train = compile([], null, { updates: sgd(w.mul(w), w, { learningRate: 0.25 }) });
 * train();
 * console.log(w.getValue().item()); // 0.5
 * ```
 */
export const sgd = (cost: CostOrGradients, parameters: Parameters, options: SgdOptions): UpdatePair[] =>
  updatesOf(
    options.name ?? "sgd",
    cost,
    parameters,
    options.learningRate,
    ({ parameter, gradient, rate }) => [[parameter, sub(parameter, mul(gradient, rate))]],
  );
