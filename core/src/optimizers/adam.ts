import type { UpdatePair } from "../compile/options.js";
import { scalarNDArray } from "../tensor/ndarray.js";
import { add, div, expm1, mul, neg, sqr, sqrt, sub } from "../tensor/ops/elementwise.js";
import { cast, type TensorVariable } from "../tensor/ops/operands.js";
import { notNegative, share } from "./options.js";
import {
  type CostOrGradients,
  type LearningRate,
  type OptimizerOptions,
  type Parameters,
  type Slope,
  updatesOf,
} from "./parameters.js";
import { hostState } from "./state.js";

export interface AdamOptions extends OptimizerOptions {
  /** 0.001 by default. */
  readonly learningRate?: LearningRate | undefined;
  /** The share that the average of the gradients keeps, 0.9 by default. */
  readonly beta1?: number | undefined;
  /** The share that the average of their squares keeps, 0.999 by default. */
  readonly beta2?: number | undefined;
  /** Added to the root of the average, 1e-8 by default. */
  readonly epsilon?: number | undefined;
}

/**
 * Adam: m ← β₁ m + (1-β₁) g, v ← β₂ v + (1-β₂) g², θ ← θ - η m̂ / (√v̂ + ε) with m̂ = m / (1-β₁ᵗ), v̂ = v / (1-β₂ᵗ)
 * (Kingma and Ba 2015, algorithm 1). The state is "W.adam.m" and "W.adam.v" for each parameter W, and "adam.t", the
 * number of updates made; all zeros at first.
 * @param cost a 0-d cost, or the gradients, one for each parameter
 * @returns updates for `compile`
 * @throws BitaleTypeError BAD_OPERAND, BAD_OPTION, and what `grad` throws
 *
 * @example
 * ```ts
 * import { adam, compile, saveState, shared } from "@bitale/core";
 * const w = shared([1, -2], { name: "w" });
 * const updates = adam(w.sqr().sum(), w, { learningRate: 0.5 });
 * const train = compile([], null, { updates });
 * train();
 * console.log(w.getValue().toArray()); // [0.5, -1.5]
 * const file = await saveState(updates.map(([variable]) => variable)); // w, w.adam.m, w.adam.v and adam.t
 * console.log(file.length > 0); // true
 * ```
 */
export const adam = (
  cost: CostOrGradients,
  parameters: Parameters,
  options: AdamOptions = {},
): UpdatePair[] => moments(options.name ?? "adam", cost, parameters, options, ({ parameter }) => parameter);

/** Adam's updates from a start for each parameter: the parameter itself, or what is left of it. */
export function moments(
  name: string,
  cost: CostOrGradients,
  parameters: Parameters,
  options: AdamOptions,
  start: (slope: Slope) => TensorVariable,
): UpdatePair[] {
  const beta1 = share(name, "beta1", options.beta1 ?? 0.9);
  const beta2 = share(name, "beta2", options.beta2 ?? 0.999);
  const epsilon = notNegative(name, "epsilon", options.epsilon ?? 1e-8);
  const t = hostState(`${name}.t`, scalarNDArray(0n, "int64"));
  const next = add(t, 1n);
  // 1 - βᵗ in float64: near 1 a float32 would lose most of it.
  const missing = (beta: number): TensorVariable => neg(expm1(mul(cast(next, "float64"), Math.log(beta))));
  const [missing1, missing2] = [missing(beta1), missing(beta2)];
  const updates = updatesOf(name, cost, parameters, options.learningRate ?? 0.001, (slope) => {
    const { gradient, rate, state, own } = slope;
    const [m, v] = [state("m"), state("v")];
    const nextM = add(mul(m, beta1), mul(gradient, 1 - beta1));
    const nextV = add(mul(v, beta2), mul(sqr(gradient), 1 - beta2));
    const direction = div(div(nextM, own(missing1)), add(sqrt(div(nextV, own(missing2))), epsilon));
    return [
      [m, nextM],
      [v, nextV],
      [slope.parameter, sub(start(slope), mul(direction, rate))],
    ];
  });
  return [...updates, [t, next]];
}
