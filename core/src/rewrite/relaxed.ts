/**
 * What is right for real numbers but not for every float: signs of zero, NaN of 0 * infinity, last bits. Off unless a
 * mode asks for it.
 */
import { isConstant, type Variable } from "../graph/nodes.js";
import { isFloat } from "../tensor/dtype.js";
import { fullLike } from "../tensor/ops/creation.js";
import { add, div, mul, sqrt, sub } from "../tensor/ops/elementwise.js";
import { cast, type TensorVariable } from "../tensor/ops/operands.js";
import { constantOf, isNumber, madeBy, operand, standsFor, typeOf } from "./match.js";
import type { LocalRule, LocalRules } from "./rule.js";

const isFloatOf = (variable: Variable): boolean => isFloat(typeOf(variable).dtype);
const bothWays =
  (
    rule: (x: TensorVariable, y: TensorVariable, result: Variable) => Variable | undefined,
  ): LocalRule<"add" | "mul"> =>
  (node) =>
    rule(operand(node), operand(node, 1), node.output) ?? rule(operand(node, 1), operand(node), node.output);

/** x + 0 */
const addedZero = bothWays((x, y, result) => (isNumber(y, 0) && standsFor(x, result, y) ? x : undefined));
/** x * 0 */
const timesZero = bothWays((x, y, result) =>
  isNumber(y, 0) && standsFor(x, result, y) ? fullLike(x, 0) : undefined,
);

/** (x + c) + d, (x * c) * d */
const chained = (name: "add" | "mul", compute: typeof add) =>
  bothWays((x, y) => {
    const inner = isConstant(y) ? madeBy(x, name) : undefined;
    const first = inner?.inputs.find(isConstant);
    const rest = inner?.inputs.find((input) => !isConstant(input));
    return first && rest && compute(rest, compute(first, y));
  });

/** x - x, x / x */
const withItself =
  (value: number): LocalRule<"sub" | "div"> =>
  (node) =>
    operand(node) === operand(node, 1) ? fullLike(operand(node), value) : undefined;

/** x / c is x * (1 / c) */
const byConstant: LocalRule<"div"> = (node) => {
  const number = constantOf(operand(node, 1));
  return number === undefined || number === 0 || isConstant(operand(node))
    ? undefined
    : mul(operand(node), cast(1 / number, typeOf(node.output).dtype));
};

/** x * (1 / y) is x / y; (x / y) / z is x / (y * z); x / (y / z) is x * z / y */
const timesReciprocal = bothWays((x, y) => {
  const quotient = madeBy(y, "div");
  return quotient !== undefined && isNumber(operand(quotient), 1) && isFloatOf(x)
    ? div(x, operand(quotient, 1))
    : undefined;
});
const nestedQuotient: LocalRule<"div"> = (node) => {
  const [above, below] = [madeBy(operand(node), "div"), madeBy(operand(node, 1), "div")];
  if (above !== undefined) return div(operand(above), mul(operand(above, 1), operand(node, 1)));
  return below && div(mul(operand(node), operand(below, 1)), operand(below));
};

/** x ** 0.5 */
const root: LocalRule<"pow"> = (node) =>
  constantOf(operand(node, 1)) === 0.5 ? sqrt(operand(node)) : undefined;

/** -(x - y) */
const negatedDifference: LocalRule<"neg"> = (node) => {
  const difference = madeBy(operand(node), "sub");
  return difference && sub(operand(difference, 1), operand(difference));
};

export const relaxed: LocalRules = {
  add: [addedZero, chained("add", add)],
  sub: [withItself(0)],
  mul: [timesZero, chained("mul", mul), timesReciprocal],
  div: [withItself(1), byConstant, nestedQuotient],
  pow: [root],
  neg: [negatedDifference],
};
