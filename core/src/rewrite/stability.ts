/**
 * Formulas that overflow or lose digits, replaced by ones that do not. Where the literal formula is accurate the results
 * differ in the last bits only.
 */
import type { Variable } from "../graph/nodes.js";
import {
  abs,
  add,
  div,
  exp,
  expm1,
  ge,
  isInf,
  log,
  log1p,
  maximum,
  mul,
  neg,
  sigmoid,
  sub,
  where,
} from "../tensor/ops/elementwise.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import { logSumExp, max, sum } from "../tensor/ops/reductions.js";
import { reshape } from "../tensor/ops/shaping.js";
import { lengthsOf, sameLengths } from "./lengths.js";
import { isNonNegative, isNumber, madeBy, operand, standsFor, typeOf } from "./match.js";
import type { LocalRule, LocalRules, PrimitiveApply } from "./rule.js";

/** The x of 1 + x, where x has the shape of the sum. */
function besideOne(variable: Variable): TensorVariable | undefined {
  const node = madeBy(variable, "add");
  if (node === undefined) return undefined;
  const [x, y] = [operand(node), operand(node, 1)];
  if (isNumber(x, 1) && standsFor(y, node.output, x)) return y;
  return isNumber(y, 1) && standsFor(x, node.output, y) ? x : undefined;
}
/** The x of exp(x). */
const exponentOf = (variable: Variable | undefined): TensorVariable | undefined => {
  const node = madeBy(variable, "exp");
  return node && operand(node);
};
/** The x of 1 + exp(x). */
const exponentBesideOne = (variable: Variable): TensorVariable | undefined => exponentOf(besideOne(variable));
/** log(1 + exp(x)) of any x. */
const softplus = (x: TensorVariable): TensorVariable => add(maximum(x, 0), log1p(exp(neg(abs(x)))));

/** Whether exp(x) cannot overflow: x is -|y|, as it is or as the choice that core's softplus makes. */
function isTame(x: Variable): boolean {
  const negative = madeBy(x, "neg");
  if (negative !== undefined && isNonNegative(operand(negative))) return true;
  const choice = madeBy(x, "where");
  const positive = choice && madeBy(operand(choice), "gt");
  if (choice === undefined || positive === undefined) return false;
  const [turned, y] = [operand(choice, 1), operand(choice, 2)];
  const isNegative = (a: Variable, b: Variable): boolean => {
    const node = madeBy(a, "neg");
    return node !== undefined && operand(node) === b;
  };
  const opposite = isNegative(turned, y) || isNegative(y, turned);
  return opposite && operand(positive) === y && isNumber(operand(positive, 1), 0);
}

/** log(exp(x) / s) is x - log(s): with the shift that softmax takes this is log-softmax. */
const logOfQuotient: LocalRule<"log"> = (node) => {
  const quotient = madeBy(operand(node), "div");
  const x = quotient && exponentOf(operand(quotient));
  return quotient && x && sub(x, log(operand(quotient, 1)));
};

/** log(sigmoid(x)) is -softplus(-x). */
const logOfSigmoid: LocalRule<"log"> = (node) => {
  const inner = madeBy(operand(node), "sigmoid");
  return inner && neg(softplus(neg(operand(inner))));
};

/** log(exp(x)) */
const logOfExp: LocalRule<"log"> = (node) => exponentOf(operand(node));

/** log(1 + exp(x)) is softplus(x), log(1 + x) is log1p(x), log(1 - x) is log1p(-x). */
const logBesideOne: LocalRule<"log"> = (node) => {
  const x = besideOne(operand(node));
  if (x !== undefined) return log1p(x);
  const difference = madeBy(operand(node), "sub");
  if (difference === undefined || !isNumber(operand(difference), 1)) return undefined;
  const y = operand(difference, 1);
  return standsFor(y, difference.output, operand(difference)) ? log1p(neg(y)) : undefined;
};

/** log1p(exp(x)) is softplus(x). */
const log1pOfExp: LocalRule<"log1p"> = (node) => {
  const x = exponentOf(operand(node));
  return x === undefined || isTame(x) ? undefined : softplus(x);
};

/** exp(x) - 1 */
const expMinusOne: LocalRule<"sub"> = (node) => {
  const x = exponentOf(operand(node));
  return x && isNumber(operand(node, 1), 1) && standsFor(x, node.output, operand(node, 1))
    ? expm1(x)
    : undefined;
};
const expPlusMinusOne: LocalRule<"add"> = (node) => {
  const [first, second] = [operand(node), operand(node, 1)];
  for (const [e, one] of [
    [first, second],
    [second, first],
  ] as const) {
    const x = exponentOf(e);
    if (x !== undefined && isNumber(one, -1) && standsFor(x, node.output, one)) return expm1(x);
  }
  return undefined;
};

/** 1 - sigmoid(x) is sigmoid(-x). */
const oneMinusSigmoid: LocalRule<"sub"> = (node) => {
  const inner = madeBy(operand(node, 1), "sigmoid");
  const fits = inner !== undefined && isNumber(operand(node), 1);
  return fits && standsFor(inner.output, node.output, operand(node))
    ? sigmoid(neg(operand(inner)))
    : undefined;
};

/** 1 / (1 + exp(x)) is sigmoid(-x), exp(x) / (1 + exp(x)) is sigmoid(x). */
const sigmoidByHand: LocalRule<"div"> = (node) => {
  const x = exponentBesideOne(operand(node, 1));
  if (x === undefined) return undefined;
  const above = operand(node);
  if (exponentOf(above) === x) return sigmoid(x);
  const negative = madeBy(x, "neg");
  const result = negative === undefined ? neg(x) : operand(negative);
  return isNumber(above, 1) && standsFor(x, node.output, above) ? sigmoid(result) : undefined;
};

/** (g / (1 + exp(x))) * exp(x), as it stands in gradients, is g * sigmoid(x). */
const slopeByHand: LocalRule<"mul"> = (node) => {
  const [first, second] = [operand(node), operand(node, 1)];
  for (const [outer, e] of [
    [first, second],
    [second, first],
  ] as const) {
    const x = exponentOf(e);
    if (x === undefined) continue;
    const negative = madeBy(outer, "neg");
    const quotient = madeBy(negative === undefined ? outer : operand(negative), "div");
    if (quotient === undefined || exponentBesideOne(operand(quotient, 1)) !== x) continue;
    const slope = mul(operand(quotient), sigmoid(x));
    return negative === undefined ? slope : neg(slope);
  }
  return undefined;
};

/** sqrt(x * x) is |x|, also where the square overflows. */
const rootOfSquare: LocalRule<"sqrt"> = (node) => {
  const square = madeBy(operand(node), "mul");
  return square !== undefined && operand(square) === operand(square, 1) ? abs(operand(square)) : undefined;
};

/** sqrt(x) * sqrt(x) is x where that is a number. */
const squareOfRoot: LocalRule<"mul"> = (node) => {
  const root = operand(node) === operand(node, 1) ? madeBy(operand(node), "sqrt") : undefined;
  if (root === undefined) return undefined;
  const x = operand(root);
  return isNonNegative(x) ? x : where(ge(x, 0), x, Number.NaN);
};

/** Whether something is taken off x already that keeps exp(x) from overflowing: its own largest elements. */
function isShifted(x: Variable): boolean {
  const difference = madeBy(x, "sub");
  if (difference === undefined) return false;
  let shift: Variable = operand(difference, 1);
  for (let level = 0; level < 8; level++) {
    if (madeBy(shift, "max") !== undefined) return true;
    const choice = madeBy(shift, "where");
    const through =
      choice ??
      madeBy(shift, "reshape") ??
      madeBy(shift, "stopGradient") ??
      madeBy(shift, "broadcastTo") ??
      madeBy(shift, "specifyShape");
    if (through === undefined) return false;
    shift = operand(through, choice === undefined ? 0 : 2);
  }
  return false;
}

interface Summed {
  readonly node: PrimitiveApply<"sum">;
  readonly x: TensorVariable;
  /** Whether the axes of the sum stand there with length 1. */
  readonly kept: boolean;
}

/** The sum of exp(x), with or without its axes kept. */
function sumOfExp(variable: Variable): Summed | undefined {
  const kept = madeBy(variable, "reshape");
  const node = madeBy(kept === undefined ? variable : operand(kept), "sum");
  const x = node && exponentOf(operand(node));
  if (node === undefined || x === undefined || node.op.params.axes.length === 0 || isShifted(x))
    return undefined;
  const lengths = lengthsOf(x).map((length, axis) => (node.op.params.axes.includes(axis) ? 1 : length));
  if (kept !== undefined && !sameLengths(lengths, lengthsOf(variable))) return undefined;
  return { node, x, kept: kept !== undefined };
}

/** log(sum(exp(x))), the largest element taken out first. */
const logOfSum: LocalRule<"log"> = (node) => {
  const found = sumOfExp(operand(node));
  return found && logSumExp(found.x, { axis: found.node.op.params.axes, keepDims: found.kept });
};

/** exp(x) / sum(exp(x)), the largest element taken out first. */
const softmaxByHand: LocalRule<"div"> = (node) => {
  const found = sumOfExp(operand(node, 1));
  if (found === undefined || exponentOf(operand(node)) !== found.x) return undefined;
  const { axes } = found.node.op.params;
  const top = max(found.x, { axis: axes, keepDims: true });
  const weights = exp(sub(found.x, where(isInf(top), 0, top)));
  const total = sum(weights, { axis: axes, keepDims: true });
  if (found.kept) return div(weights, total);
  return typeOf(found.node.output).ndim === 0 ? div(weights, reshape(total, [])) : undefined;
};

export const stability: LocalRules = {
  log: [logOfQuotient, logOfSigmoid, logOfExp, logOfSum, logBesideOne],
  log1p: [log1pOfExp],
  sub: [expMinusOne, oneMinusSigmoid],
  add: [expPlusMinusOne],
  div: [sigmoidByHand, softmaxByHand],
  mul: [slopeByHand, squareOfRoot],
  sqrt: [rootOfSquare],
};
