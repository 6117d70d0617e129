/** Formulas that overflow or lose digits, replaced by ones that do not. */
import type { Apply, Variable } from "../graph/nodes.js";
import { log, neg, softplus, sub } from "../tensor/ops/elementwise.js";
import { isPrimitive } from "../tensor/primitive-op.js";
import type { LocalRule } from "./rule.js";

const operand = (node: Apply, i = 0): Variable => node.inputs[i] as Variable;

/** log(exp(x) / s) is x - log(s): with the shift that softmax takes this is log-softmax. */
function logOfQuotient(node: Apply): Variable | undefined {
  if (!isPrimitive(node.op, "log")) return undefined;
  const quotient = operand(node).owner;
  if (!isPrimitive(quotient?.op, "div")) return undefined;
  const numerator = operand(quotient as Apply).owner;
  if (!isPrimitive(numerator?.op, "exp")) return undefined;
  return sub(operand(numerator as Apply), log(operand(quotient as Apply, 1)));
}

/** log(sigmoid(x)) is -softplus(-x). */
function logOfSigmoid(node: Apply): Variable | undefined {
  if (!isPrimitive(node.op, "log")) return undefined;
  const inner = operand(node).owner;
  return isPrimitive(inner?.op, "sigmoid") ? neg(softplus(neg(operand(inner as Apply)))) : undefined;
}

export const stabilize: readonly LocalRule[] = [logOfQuotient, logOfSigmoid];
