/**
 * Gradients of log(exp(a) / s) and log(sigmoid(x)) that go around the quotient and the sigmoid: the plain chain rule
 * divides by a number that may have underflowed to zero.
 */
import type { Apply, Variable } from "../graph/nodes.js";
import { div, mul, neg, sigmoid } from "../tensor/ops/elementwise.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import { sumToShapeOf } from "../tensor/ops/shaping.js";
import { isPrimitive } from "../tensor/primitive-op.js";

/**
 * @param needed variables whose own gradient is asked for: they are not gone around
 * @returns pairs of a variable and the gradient that reaches it; undefined where the pattern is not there
 */
export function stableLogGradients(
  node: Apply,
  gradient: TensorVariable,
  needed: ReadonlySet<Variable>,
): readonly (readonly [Variable, Variable])[] | undefined {
  if (!isPrimitive(node.op, "log")) return undefined;
  const inner = node.inputs[0]?.owner;
  if (inner === undefined || needed.has(inner.output)) return undefined;
  if (isPrimitive(inner.op, "sigmoid")) {
    const x = inner.inputs[0] as TensorVariable;
    return [[x, mul(gradient, sigmoid(neg(x)))]];
  }
  if (!isPrimitive(inner.op, "div")) return undefined;
  const [quotient, scale] = inner.inputs as [TensorVariable, TensorVariable];
  if (!isPrimitive(quotient.owner?.op, "exp") || needed.has(quotient)) return undefined;
  const a = quotient.owner?.inputs[0] as TensorVariable;
  return [
    [a, sumToShapeOf(gradient, a)],
    [scale, sumToShapeOf(neg(div(gradient, scale)), scale)],
  ];
}
