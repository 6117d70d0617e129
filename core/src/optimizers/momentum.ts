import type { UpdatePair } from "../compile/options.js";
import { add, mul, sub } from "../tensor/ops/elementwise.js";
import { share } from "./options.js";
import { type CostOrGradients, type Parameters, updatesOf } from "./parameters.js";
import type { SgdOptions } from "./sgd.js";

export interface MomentumOptions extends SgdOptions {
  /** The share of the velocity that stays, 0.9 by default. */
  readonly momentum?: number | undefined;
}

/**
 * Classical momentum: v ← μ v - η g, θ ← θ + v (Polyak 1964; Sutskever et al. 2013, eqs. 1-2). The state is
 * "W.momentum.velocity", zeros at first.
 * @param cost a 0-d cost, or the gradients, one for each parameter
 * @returns updates for `compile`
 * @throws BitaleTypeError BAD_OPERAND, BAD_OPTION, and what `grad` throws
 */
export function momentum(
  cost: CostOrGradients,
  parameters: Parameters,
  options: MomentumOptions,
): UpdatePair[] {
  const name = options.name ?? "momentum";
  const kept = share(name, "momentum", options.momentum ?? 0.9);
  return updatesOf(name, cost, parameters, options.learningRate, ({ parameter, gradient, rate, state }) => {
    const velocity = state("velocity");
    const next = sub(mul(velocity, kept), mul(gradient, rate));
    return [
      [velocity, next],
      [parameter, add(parameter, next)],
    ];
  });
}
