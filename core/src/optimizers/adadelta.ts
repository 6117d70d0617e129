import type { UpdatePair } from "../compile/options.js";
import { add, div, mul, sqr, sqrt, sub } from "../tensor/ops/elementwise.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import { positive, share } from "./options.js";
import {
  type CostOrGradients,
  type LearningRate,
  type OptimizerOptions,
  type Parameters,
  updatesOf,
} from "./parameters.js";

export interface AdadeltaOptions extends OptimizerOptions {
  /** A factor of every step, 1 by default: the paper has none. */
  readonly learningRate?: LearningRate | undefined;
  /** ρ: the share that the averages keep, 0.95 by default. */
  readonly decay?: number | undefined;
  /** Added under the roots, 1e-6 by default. */
  readonly epsilon?: number | undefined;
}

/**
 * Adadelta: E[g²] ← ρ E[g²] + (1-ρ) g², Δ = -√(E[Δ²] + ε) / √(E[g²] + ε) · g, E[Δ²] ← ρ E[Δ²] + (1-ρ) Δ²,
 * θ ← θ + η Δ (Zeiler 2012, algorithm 1). The state is "W.adadelta.square" and "W.adadelta.delta", zeros at first.
 * @param cost a 0-d cost, or the gradients, one for each parameter
 * @returns updates for `compile`
 * @throws BitaleTypeError BAD_OPERAND, BAD_OPTION, and what `grad` throws
 */
export function adadelta(
  cost: CostOrGradients,
  parameters: Parameters,
  options: AdadeltaOptions = {},
): UpdatePair[] {
  const name = options.name ?? "adadelta";
  const decay = share(name, "decay", options.decay ?? 0.95);
  const epsilon = positive(name, "epsilon", options.epsilon ?? 1e-6);
  const root = (square: TensorVariable): TensorVariable => sqrt(add(square, epsilon));
  const average = (old: TensorVariable, x: TensorVariable): TensorVariable =>
    add(mul(old, decay), mul(sqr(x), 1 - decay));
  const learningRate = options.learningRate ?? 1;
  return updatesOf(name, cost, parameters, learningRate, ({ parameter, gradient, rate, state }) => {
    const [square, delta] = [state("square"), state("delta")];
    const next = average(square, gradient);
    const step = mul(div(root(delta), root(next)), gradient);
    return [
      [square, next],
      [delta, average(delta, step)],
      [parameter, sub(parameter, mul(step, rate))],
    ];
  });
}
