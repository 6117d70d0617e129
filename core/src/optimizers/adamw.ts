import type { UpdatePair } from "../compile/options.js";
import { mul, sub } from "../tensor/ops/elementwise.js";
import { type AdamOptions, moments } from "./adam.js";
import { notNegative } from "./options.js";
import type { CostOrGradients, Parameters } from "./parameters.js";

export interface AdamWOptions extends AdamOptions {
  /** λ, 0.01 by default. */
  readonly weightDecay?: number | undefined;
}

/**
 * Adam with decoupled weight decay: Adam's step, and θ ← θ - η λ θ beside it (Loshchilov and Hutter 2019, algorithm 2).
 * The decay is scaled by the whole learning rate, as in PyTorch and optax (in the paper by its schedule alone). The
 * state is "W.adamw.m", "W.adamw.v" and "adamw.t". To leave parameters undecayed, give them an optimizer of their own.
 * @param cost a 0-d cost, or the gradients, one for each parameter
 * @returns updates for `compile`
 * @throws BitaleTypeError BAD_OPERAND, BAD_OPTION, and what `grad` throws
 */
export function adamw(
  cost: CostOrGradients,
  parameters: Parameters,
  options: AdamWOptions = {},
): UpdatePair[] {
  const name = options.name ?? "adamw";
  const decay = notNegative(name, "weightDecay", options.weightDecay ?? 0.01);
  return moments(name, cost, parameters, options, ({ parameter, rate }) =>
    sub(parameter, mul(mul(parameter, rate), decay)),
  );
}
