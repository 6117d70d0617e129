/** Arithmetic that gives the very same bits: NaN, infinities and the sign of zero included. */
import { isConstant, type Variable } from "../graph/nodes.js";
import { isFloat } from "../tensor/dtype.js";
import { fullLike } from "../tensor/ops/creation.js";
import { abs, add, div, maximum, minimum, mul, neg, sub } from "../tensor/ops/elementwise.js";
import { cast, type TensorVariable } from "../tensor/ops/operands.js";
import { constantOf, isNonNegative, isNumber, madeBy, operand, standsFor, typeOf } from "./match.js";
import type { LocalRule, LocalRules } from "./rule.js";

type Binary = "add" | "sub" | "mul" | "div" | "maximum" | "minimum";
const isFloatOf = (variable: Variable): boolean => isFloat(typeOf(variable).dtype);
const bothWays =
  <N extends Binary>(
    rule: (x: TensorVariable, y: TensorVariable, result: Variable) => Variable | undefined,
  ): LocalRule<N> =>
  (node) =>
    rule(operand(node), operand(node, 1), node.output) ?? rule(operand(node, 1), operand(node), node.output);

/** x * 1, x / 1 */
const factorOfOne = (x: TensorVariable, y: TensorVariable, result: Variable): Variable | undefined =>
  isNumber(y, 1) && standsFor(x, result, y) ? x : undefined;

/** x + 0 of integers; of floats x + (-0), and x + 0 where x cannot be -0. */
const addedZero = (x: TensorVariable, y: TensorVariable, result: Variable): Variable | undefined => {
  const neutral = isNumber(y, -0) || (isNumber(y, 0) && (!isFloatOf(x) || isNonNegative(x)));
  return neutral && standsFor(x, result, y) ? x : undefined;
};

/** x - 0 */
const subtractedZero: LocalRule<"sub"> = (node) =>
  isNumber(operand(node, 1), 0) && standsFor(operand(node), node.output, operand(node, 1))
    ? operand(node)
    : undefined;

/** x * 0 of integers (of floats it may be NaN or -0) */
const timesZero = (x: TensorVariable, y: TensorVariable, result: Variable): Variable | undefined =>
  !isFloatOf(x) && isNumber(y, 0) && standsFor(x, result, y) ? fullLike(x, 0) : undefined;

/** x - x of integers */
const minusItself: LocalRule<"sub"> = (node) =>
  operand(node) === operand(node, 1) && !isFloatOf(operand(node)) ? fullLike(operand(node), 0) : undefined;

/** -(-x); -(x - y) of integers */
const negated: LocalRule<"neg"> = (node) => {
  const twice = madeBy(operand(node), "neg");
  if (twice !== undefined) return operand(twice);
  const difference = isFloatOf(node.output) ? undefined : madeBy(operand(node), "sub");
  return difference && sub(operand(difference, 1), operand(difference));
};

/** x + (-y) is x - y */
const addedNegative = (x: TensorVariable, y: TensorVariable): Variable | undefined => {
  const negative = madeBy(y, "neg");
  return negative && sub(x, operand(negative));
};

/** x - (-y) is x + y */
const subtractedNegative: LocalRule<"sub"> = (node) => {
  const negative = madeBy(operand(node, 1), "neg");
  return negative && add(operand(node), operand(negative));
};

/** (-x) * (-y) and (-x) / (-y) */
const signsThatCancel =
  (compute: typeof mul): LocalRule<"mul" | "div"> =>
  (node) => {
    const [x, y] = [madeBy(operand(node), "neg"), madeBy(operand(node, 1), "neg")];
    return x && y && compute(operand(x), operand(y));
  };

/** (-x) * c is x * (-c) */
const negativeTimesConstant = (x: TensorVariable, y: TensorVariable): Variable | undefined => {
  const negative = madeBy(x, "neg");
  return negative && isConstant(y) ? mul(operand(negative), neg(y)) : undefined;
};

/** abs(x) of what is never negative; abs(-x) */
const absolute: LocalRule<"abs"> = (node) => {
  const x = operand(node);
  if (isNonNegative(x) || madeBy(x, "abs") !== undefined) return x;
  const negative = madeBy(x, "neg");
  return negative && abs(operand(negative));
};

const idempotent =
  (
    name: "sign" | "floor" | "ceil" | "round" | "trunc",
  ): LocalRule<"sign" | "floor" | "ceil" | "round" | "trunc"> =>
  (node) =>
    madeBy(operand(node), name) && operand(node);

/** max(x, x); max(max(x, y), y) */
const repeated =
  (name: "maximum" | "minimum") =>
  (x: TensorVariable, y: TensorVariable, result: Variable): Variable | undefined => {
    if (x === y) return x;
    const inner = madeBy(x, name);
    const again = inner !== undefined && (operand(inner) === y || operand(inner, 1) === y);
    return again && standsFor(x, result, y) ? x : undefined;
  };

/** max(x, 0) of what is never negative; max(max(x, c), d) */
const bounded =
  (name: "maximum" | "minimum", compute: typeof maximum) =>
  (x: TensorVariable, y: TensorVariable, result: Variable): Variable | undefined => {
    if (name === "maximum" && isNumber(y, 0) && isNonNegative(x) && standsFor(x, result, y)) return x;
    return chained(name, compute)(x, y);
  };

/** (x op c) op d is x op (c op d) */
const chained =
  (name: Binary, compute: (x: Variable, y: Variable) => TensorVariable) =>
  (x: TensorVariable, y: TensorVariable): Variable | undefined => {
    const inner = isConstant(y) ? madeBy(x, name) : undefined;
    if (inner === undefined) return undefined;
    const [rest, first] = isConstant(operand(inner, 1))
      ? [operand(inner), operand(inner, 1)]
      : [operand(inner, 1), operand(inner)];
    return isConstant(first) && !isConstant(rest) ? compute(rest, compute(first, y)) : undefined;
  };

/** Sums of integers wrap, in any order. */
const integerSums = (x: TensorVariable, y: TensorVariable): Variable | undefined =>
  isFloatOf(x) ? undefined : chained("add", add)(x, y);

/** Products of integers, and of powers of two that are not less than 1: nothing is rounded, or once in both. */
const exactProducts = (x: TensorVariable, y: TensorVariable): Variable | undefined => {
  const inner = madeBy(x, "mul");
  const first = inner?.inputs.find(isConstant);
  const exact = !isFloatOf(x) || (first !== undefined && isLargePower(first) && isLargePower(y));
  return exact ? chained("mul", mul)(x, y) : undefined;
};
const isLargePower = (variable: Variable): boolean => {
  const number = constantOf(variable);
  return number !== undefined && number >= 1 && number <= 2 ** 62 && Number.isInteger(Math.log2(number));
};

/** Division by a power of two is a product. */
const byPowerOfTwo: LocalRule<"div"> = (node) => {
  const [x, y] = [operand(node), operand(node, 1)];
  const number = constantOf(y);
  if (number === undefined || isConstant(x) || number === 1) return undefined;
  const exponent = Math.log2(Math.abs(number));
  // The reciprocal is exact and no subnormal in float16 either.
  if (!Number.isInteger(exponent) || Math.abs(exponent) > 14) return undefined;
  return mul(x, cast(1 / number, typeOf(y).dtype));
};

export const algebra: LocalRules = {
  add: [bothWays(addedZero), bothWays(addedNegative), bothWays(integerSums)],
  sub: [subtractedZero, subtractedNegative, minusItself],
  mul: [
    bothWays(factorOfOne),
    bothWays(timesZero),
    signsThatCancel(mul),
    bothWays(negativeTimesConstant),
    bothWays(exactProducts),
  ],
  div: [
    (node) => factorOfOne(operand(node), operand(node, 1), node.output),
    signsThatCancel(div),
    byPowerOfTwo,
  ],
  floorDiv: [
    (node) =>
      isFloatOf(node.output) ? undefined : factorOfOne(operand(node), operand(node, 1), node.output),
  ],
  neg: [negated],
  abs: [absolute],
  sign: [idempotent("sign")],
  floor: [idempotent("floor")],
  ceil: [idempotent("ceil")],
  round: [idempotent("round")],
  trunc: [idempotent("trunc")],
  maximum: [bothWays(repeated("maximum")), bothWays(bounded("maximum", maximum))],
  minimum: [bothWays(repeated("minimum")), bothWays(bounded("minimum", minimum))],
};
