/** The softmax family, stable for large inputs. */
import { floatResult, isDiscrete } from "../dtype.js";
import { div, exp, log, sub } from "./elementwise.js";
import { zeroGrad } from "./gradient-flow.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";
import { max, sum } from "./reductions.js";
import { flatten, lengthsOf, reshape } from "./shaping.js";

/** x minus its largest element along the axis; the shift carries no gradient since softmax does not depend on it. */
function shifted(x: Operand, axis: number): TensorVariable {
  const tensor = asTensor(x);
  const wide = cast(tensor, floatResult(tensor.type.dtype));
  return sub(wide, zeroGrad(max(wide, { axis, keepDims: true })));
}

interface SoftmaxOptions {
  /** The last axis by default; null: over all elements. */
  readonly axis?: number | null;
}

/** Lets a softmax over all elements be one over a vector; discrete operands get their dtype back. */
function over(
  x: Operand,
  { axis = -1 }: SoftmaxOptions,
  compute: (x: TensorVariable, axis: number) => TensorVariable,
): TensorVariable {
  const tensor = asTensor(x);
  const result =
    axis === null ? reshape(compute(flatten(tensor), 0), lengthsOf(tensor)) : compute(tensor, axis);
  return isDiscrete(tensor.type.dtype) ? cast(result, tensor.type.dtype) : result;
}

/** exp(x) / sum(exp(x)) along an axis; same shape and dtype as x. */
export const softmax = (x: Operand, options: SoftmaxOptions = {}): TensorVariable =>
  over(x, options, (tensor, axis) => {
    const weights = exp(shifted(tensor, axis));
    return div(weights, sum(weights, { axis, keepDims: true }));
  });

/** log(softmax(x)), finite where softmax underflows. */
export const logSoftmax = (x: Operand, options: SoftmaxOptions = {}): TensorVariable =>
  over(x, options, (tensor, axis) => {
    const moved = shifted(tensor, axis);
    return sub(moved, log(sum(exp(moved), { axis, keepDims: true })));
  });
