/**
 * Losses of single elements or rows: nothing is averaged, so weights and masks can be applied before `mean` or `sum`.
 * Names and argument order as in Aesara: first what the model puts out, then what it should.
 */
import { BitaleTypeError } from "../../errors.js";
import { isFloat } from "../dtype.js";
import { abs, add, clip, log, maximum, mul, neg, softplus, sqr, sub } from "./elementwise.js";
import { takeAlongAxis } from "./gathering.js";
import { asTensor, type Operand, type TensorVariable } from "./operands.js";
import { sum } from "./reductions.js";
import { expandDims, squeeze } from "./shaping.js";
import { logSoftmax } from "./softmax.js";
import { asFloat, xlogy } from "./special-functions.js";

/** (output - target)². */
export const squaredError = (output: Operand, target: Operand): TensorVariable =>
  sqr(sub(asFloat(output), target));
/** |output - target|. */
export const absoluteError = (output: Operand, target: Operand): TensorVariable =>
  abs(sub(asFloat(output), target));

/** Half the squared error up to a distance of delta, from there on a straight line. (Huber 1964) */
export function huber(output: Operand, target: Operand, delta = 1): TensorVariable {
  const distance = absoluteError(output, target);
  const near = clip(distance, null, delta);
  return add(mul(sqr(near), 0.5), mul(sub(distance, near), delta));
}

/** max(0, 1 - target * output) for targets -1 and 1. */
export const hinge = (output: Operand, target: Operand): TensorVariable =>
  maximum(sub(1, mul(asFloat(output), target)), 0);

/**
 * -target * log(output) - (1 - target) * log(1 - output), for probabilities. Prefer `sigmoidCrossentropy` of what goes
 * into the sigmoid.
 */
export function binaryCrossentropy(output: Operand, target: Operand): TensorVariable {
  const probability = asFloat(output);
  return neg(add(xlogy(target, probability), xlogy(sub(1, asFloat(target)), sub(1, probability))));
}

/** `binaryCrossentropy` of sigmoid(logits), without overflow: softplus(logits) - target * logits. */
export const sigmoidCrossentropy = (logits: Operand, target: Operand): TensorVariable =>
  sub(softplus(logits), mul(target, logits));

/** Whether a target holds class numbers; else it must have the shape of the output. @throws BitaleTypeError BAD_OPERAND */
function isClasses(target: TensorVariable, output: TensorVariable, op: string): boolean {
  const { dtype, ndim } = target.type;
  if (ndim === output.type.ndim - 1 && !isFloat(dtype)) return true;
  if (ndim === output.type.ndim) return false;
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: op,
    problem: "the target does not fit the output",
    expected: "integer classes with one axis less, or a distribution of the same shape",
    got: `${target.type} for ${output.type}`,
  });
}

const chosen = (scores: TensorVariable, classes: TensorVariable): TensorVariable =>
  squeeze(takeAlongAxis(scores, expandDims(classes, -1), -1), -1);

/**
 * -sum(target * log(output)) over the last axis, for distributions. Prefer `softmaxCrossentropy` of what goes into the
 * softmax.
 * @param target classes (integers, one axis less), or distributions of the shape of the output
 */
export function categoricalCrossentropy(output: Operand, target: Operand): TensorVariable {
  const [distribution, wanted] = [asFloat(output), asTensor(target)];
  if (isClasses(wanted, distribution, "categoricalCrossentropy"))
    return neg(log(chosen(distribution, wanted)));
  return neg(sum(xlogy(wanted, distribution), { axis: -1 }));
}

/** `categoricalCrossentropy` of softmax(logits) over the last axis, finite where softmax underflows. */
export function softmaxCrossentropy(logits: Operand, target: Operand): TensorVariable {
  const [scores, wanted] = [logSoftmax(asFloat(logits)), asTensor(target)];
  if (isClasses(wanted, scores, "softmaxCrossentropy")) return neg(chosen(scores, wanted));
  return neg(sum(mul(wanted, scores), { axis: -1 }));
}

/** sum(target * log(target / output)) over the last axis: how far one distribution is from another. */
export function kullbackLeibler(output: Operand, target: Operand): TensorVariable {
  const wanted = asFloat(target);
  return sum(sub(xlogy(wanted, wanted), xlogy(wanted, output)), { axis: -1 });
}
