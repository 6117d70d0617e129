/**
 * Gradients of logarithms that go around what is inside: the plain chain rule divides by a number that may have
 * underflowed to zero, or multiplies by one that has overflowed.
 */
import { type Apply, isConstant, type Variable } from "../graph/nodes.js";
import { isNDArray } from "../tensor/ndarray.js";
import { div, exp, mul, neg, sigmoid, sub } from "../tensor/ops/elementwise.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import { expandDims, sumToShapeOf } from "../tensor/ops/shaping.js";
import { isPrimitive } from "../tensor/primitive-op.js";

type Passed = readonly (readonly [Variable, Variable])[];

/**
 * The patterns: log(exp(x)), log(exp(a) / s), log(sigmoid(x)), log(1 - sigmoid(x)), log(1 + exp(x)), log1p(exp(x)) and
 * log(sum(exp(x))).
 * @param needed variables whose own gradient is asked for: they are not gone around
 * @returns pairs of a variable and the gradient that reaches it; undefined where the pattern is not there
 */
export function stableLogGradients(
  node: Apply,
  gradient: TensorVariable,
  needed: ReadonlySet<Variable>,
): Passed | undefined {
  const inner = node.inputs[0]?.owner;
  if (inner === undefined || needed.has(inner.output)) return undefined;
  const around = (variable: Variable | undefined): Apply | undefined =>
    variable === undefined || needed.has(variable) ? undefined : variable.owner;
  if (isPrimitive(node.op, "log1p")) return ofExponential(inner, gradient);
  if (!isPrimitive(node.op, "log") || !isPrimitive(inner.op)) return undefined;
  const [first, second] = inner.inputs as [TensorVariable, TensorVariable];
  switch (inner.op.name) {
    case "exp":
      return [[first, gradient]];
    case "sigmoid":
      return [[first, mul(gradient, sigmoid(neg(first)))]];
    case "div":
      return isPrimitive(around(first)?.op, "exp") ? ofQuotient(first, second, gradient) : undefined;
    case "sub":
      return isOne(first) ? ofOneMinusSigmoid(around(second), gradient) : undefined;
    case "add":
      if (isOne(first)) return ofExponential(around(second), gradient);
      return isOne(second) ? ofExponential(around(first), gradient) : undefined;
    case "sum":
      return ofSum(inner, around(first), node.output as TensorVariable, gradient);
    case "reshape": {
      const sum = around(first);
      return isPrimitive(sum?.op, "sum") && keepsAxes(inner, sum as Apply)
        ? ofSum(sum as Apply, around(sum?.inputs[0]), node.output as TensorVariable, gradient)
        : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether a variable is the number 1. */
const isOne = (variable: Variable): boolean =>
  isConstant(variable) &&
  isNDArray(variable.value) &&
  variable.value.size === 1 &&
  variable.value.item() === 1;

/** log(exp(a) / s) */
function ofQuotient(quotient: TensorVariable, scale: TensorVariable, gradient: TensorVariable): Passed {
  const a = quotient.owner?.inputs[0] as TensorVariable;
  return [
    [a, sumToShapeOf(gradient, a)],
    [scale, sumToShapeOf(neg(div(gradient, scale)), scale)],
  ];
}

/** log(1 + exp(x)) */
function ofExponential(exponential: Apply | undefined, gradient: TensorVariable): Passed | undefined {
  if (!isPrimitive(exponential?.op, "exp")) return undefined;
  const x = exponential?.inputs[0] as TensorVariable;
  return [[x, sumToShapeOf(mul(gradient, sigmoid(x)), x)]];
}

/** log(1 - sigmoid(x)) */
function ofOneMinusSigmoid(inner: Apply | undefined, gradient: TensorVariable): Passed | undefined {
  if (!isPrimitive(inner?.op, "sigmoid")) return undefined;
  const x = inner?.inputs[0] as TensorVariable;
  return [[x, sumToShapeOf(neg(mul(gradient, sigmoid(x))), x)]];
}

/** log(sum(exp(x))): the gradient is that of the logarithm times softmax(x). */
function ofSum(
  sum: Apply,
  exponential: Apply | undefined,
  result: TensorVariable,
  gradient: TensorVariable,
): Passed | undefined {
  if (!isPrimitive(sum.op, "sum") || !isPrimitive(exponential?.op, "exp")) return undefined;
  const x = exponential?.inputs[0] as TensorVariable;
  const { axes } = sum.op.params;
  const kept = (reduced: TensorVariable): TensorVariable =>
    reduced.type.ndim === x.type.ndim ? reduced : expandDims(reduced, axes);
  return [[x, mul(kept(gradient), exp(sub(x, kept(result))))]];
}

/** Whether a reshape puts the axes that a sum took away back, with length 1. */
function keepsAxes(reshape: Apply, sum: Apply): boolean {
  if (!isPrimitive(sum.op, "sum")) return false;
  const { axes } = sum.op.params;
  const { shape } = (reshape.output as TensorVariable).type;
  const { ndim } = (sum.inputs[0] as TensorVariable).type;
  if (axes.length === 0 || shape.length !== ndim || axes.some((axis) => shape[axis] !== 1)) return false;
  // The other axes are those of the sum, read from it or known.
  const rest = (sum.output as TensorVariable).type.shape;
  const others = shape.filter((_, axis) => !axes.includes(axis));
  const lengths = reshape.inputs.slice(1);
  return others.every((length, i) => {
    if (length !== null) return length === rest[i];
    const reader = lengths.shift()?.owner;
    return (
      isPrimitive(reader?.op, "dimension") && reader?.inputs[0] === sum.output && reader.op.params.axis === i
    );
  });
}
