/** Activation functions of neural networks; `relu`, `sigmoid`, `tanh` and `softplus` stand with the elementwise ops. */
import {
  abs,
  add,
  clip,
  div,
  erf,
  expm1,
  gt,
  maximum,
  minimum,
  mul,
  neg,
  sigmoid,
  softplus,
  tanh,
  where,
} from "./elementwise.js";
import type { Operand, TensorVariable } from "./operands.js";
import { asFloat } from "./special-functions.js";

/** min(max(x, 0), 6). */
export const relu6 = (x: Operand): TensorVariable => clip(x, 0, 6);

/** x for x > 0, else slope * x. */
export function leakyRelu(x: Operand, slope: Operand = 0.01): TensorVariable {
  const wide = asFloat(x);
  return where(gt(wide, 0), wide, mul(wide, slope));
}

/** x for x > 0, else alpha * (exp(x) - 1). (Clevert, Unterthiner and Hochreiter 2015) */
export function elu(x: Operand, alpha: Operand = 1): TensorVariable {
  const wide = asFloat(x);
  return where(gt(wide, 0), wide, mul(expm1(where(gt(wide, 0), 0, wide)), alpha));
}

/** x for x > 0, else alpha * (exp(x / alpha) - 1). (Barron 2017) */
export function celu(x: Operand, alpha: Operand = 1): TensorVariable {
  const wide = asFloat(x);
  return where(gt(wide, 0), wide, mul(expm1(div(where(gt(wide, 0), 0, wide), alpha)), alpha));
}

/** The self-normalizing elu. (Klambauer, Unterthiner, Mayr and Hochreiter 2017, with their constants) */
export const selu = (x: Operand): TensorVariable => mul(elu(x, 1.6732632423543772), 1.0507009873554805);

/** x * sigmoid(x), also named swish. (Hendrycks and Gimpel 2016) */
export function silu(x: Operand): TensorVariable {
  const wide = asFloat(x);
  return mul(wide, sigmoid(wide));
}

/** x * tanh(softplus(x)). (Misra 2019) */
export function mish(x: Operand): TensorVariable {
  const wide = asFloat(x);
  return mul(wide, tanh(softplus(wide)));
}

/**
 * x times the probability that a standard normal number is below x. (Hendrycks and Gimpel 2016)
 * @param options.approximate "none": by the error function; "tanh": by their approximation with tanh
 */
export function gelu(
  x: Operand,
  { approximate = "none" }: { readonly approximate?: "none" | "tanh" } = {},
): TensorVariable {
  const wide = asFloat(x);
  const half = mul(wide, 0.5);
  if (approximate === "none") return mul(half, add(erf(mul(wide, Math.SQRT1_2)), 1));
  const cubic = add(wide, mul(mul(wide, mul(wide, wide)), 0.044715));
  return mul(half, add(tanh(mul(cubic, Math.sqrt(2 / Math.PI))), 1));
}

/** log(sigmoid(x)), finite where sigmoid underflows. */
export const logSigmoid = (x: Operand): TensorVariable => neg(softplus(neg(asFloat(x))));

/** x / (1 + |x|). */
export function softSign(x: Operand): TensorVariable {
  const wide = asFloat(x);
  return div(wide, add(abs(wide), 1));
}

/** max(-1, min(1, x)). */
export const hardTanh = (x: Operand): TensorVariable => clip(x, -1, 1);

/** min(max(x / 6 + 1/2, 0), 1): a sigmoid of straight lines. (Howard et al. 2019; slope and offset as in PyTorch and JAX) */
export const hardSigmoid = (x: Operand): TensorVariable => div(minimum(maximum(add(asFloat(x), 3), 0), 6), 6);

/** x * hardSigmoid(x). (Howard et al. 2019) */
export function hardSilu(x: Operand): TensorVariable {
  const wide = asFloat(x);
  return mul(wide, hardSigmoid(wide));
}
