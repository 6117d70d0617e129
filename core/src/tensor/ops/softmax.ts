/** The softmax family, stable for large inputs. */
import { floatResult } from "../dtype.js";
import { div, exp, log, sub } from "./elementwise.js";
import { stopGradient } from "./gradient-stops.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";
import { max, sum } from "./reductions.js";

/** x minus its largest element along the axis; the shift carries no gradient since softmax does not depend on it. */
function shifted(x: Operand, axis: number): TensorVariable {
  const tensor = asTensor(x);
  const wide = cast(tensor, floatResult(tensor.type.dtype));
  return sub(wide, stopGradient(max(wide, { axis, keepDims: true })));
}

/** exp(x) / sum(exp(x)) along an axis (the last by default); same shape as x. */
export function softmax(x: Operand, options: { readonly axis?: number } = {}): TensorVariable {
  const axis = options.axis ?? -1;
  const weights = exp(shifted(x, axis));
  return div(weights, sum(weights, { axis, keepDims: true }));
}

/** log(softmax(x)), finite where softmax underflows. */
export function logSoftmax(x: Operand, options: { readonly axis?: number } = {}): TensorVariable {
  const axis = options.axis ?? -1;
  const moved = shifted(x, axis);
  return sub(moved, log(sum(exp(moved), { axis, keepDims: true })));
}
