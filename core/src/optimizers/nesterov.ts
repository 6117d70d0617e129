import type { UpdatePair } from "../compile/options.js";
import { add, mul, sub } from "../tensor/ops/elementwise.js";
import type { MomentumOptions } from "./momentum.js";
import { share } from "./options.js";
import { type CostOrGradients, type Parameters, updatesOf } from "./parameters.js";

/**
 * Nesterov's accelerated gradient: v ← μ v - η ∇f(θ + μ v), θ ← θ + v (Sutskever et al. 2013, eqs. 3-4). The parameter
 * keeps the point at which the gradient is taken, θ + μ v: v ← μ v - η g, W ← W + μ v - η g (Bengio et al. 2013, eq. 7).
 * The state is "W.nesterov.velocity", zeros at first.
 * @param cost a 0-d cost, or the gradients, one for each parameter
 * @returns updates for `compile`
 * @throws BitaleTypeError BAD_OPERAND, BAD_OPTION, and what `grad` throws
 */
export function nesterov(
  cost: CostOrGradients,
  parameters: Parameters,
  options: MomentumOptions,
): UpdatePair[] {
  const name = options.name ?? "nesterov";
  const kept = share(name, "momentum", options.momentum ?? 0.9);
  return updatesOf(name, cost, parameters, options.learningRate, ({ parameter, gradient, rate, state }) => {
    const velocity = state("velocity");
    const descent = mul(gradient, rate);
    const next = sub(mul(velocity, kept), descent);
    return [
      [velocity, next],
      [parameter, add(parameter, sub(mul(next, kept), descent))],
    ];
  });
}
