/** The softmax family, stable for large inputs. */
import { floatResult, isDiscrete } from "../dtype.js";
import { normalizeAxes } from "../shape.js";
import { div, eq, exp, log, sub, where } from "./elementwise.js";
import { zeroGrad } from "./gradient-flow.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";
import { type AxisOption, max, sum } from "./reductions.js";

export interface SoftmaxOptions {
  /** The last axis by default; several count as one; null: all elements. */
  readonly axis?: AxisOption | undefined;
  /** A mask that broadcasts: where it is false, elements do not count; they get the weight 0. */
  readonly where?: Operand | undefined;
}

interface Shifted {
  /** The elements minus the largest one along the axes: minus infinity where they do not count. */
  readonly moved: TensorVariable;
  /** exp(moved), and its sum: 1 where nothing counts. */
  readonly weights: TensorVariable;
  readonly total: TensorVariable;
}

/** The shift carries no gradient since softmax does not depend on it. */
function shifted(x: TensorVariable, { axis = -1, where: mask }: SoftmaxOptions): Shifted {
  const over = { axis: normalizeAxes(axis, x.type.ndim, "softmax"), keepDims: true };
  const wide = cast(x, floatResult(x.type.dtype));
  if (mask === undefined) {
    const moved = sub(wide, zeroGrad(max(wide, over)));
    const weights = exp(moved);
    return { moved, weights, total: sum(weights, over) };
  }
  const counted = where(mask, wide, Number.NEGATIVE_INFINITY);
  const top = zeroGrad(max(counted, over));
  const moved = sub(counted, where(eq(top, Number.NEGATIVE_INFINITY), 0, top));
  const weights = exp(moved);
  const total = sum(weights, over);
  return { moved, weights, total: where(eq(total, 0), 1, total) };
}

/** A float op whose result gets the dtype of a discrete operand back. */
const inOwnDType =
  (compute: (shifted: Shifted) => TensorVariable) =>
  (x: Operand, options: SoftmaxOptions = {}): TensorVariable => {
    const tensor = asTensor(x);
    const result = compute(shifted(tensor, options));
    return isDiscrete(tensor.type.dtype) ? cast(result, tensor.type.dtype) : result;
  };

/** exp(x) / sum(exp(x)) along axes; same shape and dtype as x. */
export const softmax = inOwnDType(({ weights, total }) => div(weights, total));

/** log(softmax(x)), finite where softmax underflows. */
export const logSoftmax = inOwnDType(({ moved, total }) => sub(moved, log(total)));
