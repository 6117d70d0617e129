/** Choices and comparisons whose outcome is known, and logic that says the same with less. Exact. */
import type { Variable } from "../graph/nodes.js";
import { isFloat } from "../tensor/dtype.js";
import { fullLike } from "../tensor/ops/creation.js";
import { eq, ge, gt, le, lt, neq, where } from "../tensor/ops/elementwise.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import { broadcastLike } from "../tensor/ops/shaping.js";
import { lengthsOf, sameLengths } from "./lengths.js";
import { filledWith, isNonNegative, isNumber, madeBy, operand, standsFor, typeOf } from "./match.js";
import type { LocalRule, LocalRules } from "./rule.js";

type Comparison = "eq" | "neq" | "lt" | "le" | "gt" | "ge";
const whole = (variable: Variable): boolean => !isFloat(typeOf(variable).dtype);
const answer = (like: TensorVariable, value: boolean): Variable => fullLike(like, value ? 1 : 0, "bool");

/** A constant condition, or equal branches. */
const knownChoice: LocalRule<"where"> = (node) => {
  const [condition, x, y] = [operand(node), operand(node, 1), operand(node, 2)];
  const known = filledWith(condition);
  if (known === undefined && x !== y) return undefined;
  const [chosen, other] = known === 0 ? [y, x] : [x, y];
  if (standsFor(chosen, node.output, condition, other)) return chosen;
  return standsFor(other, node.output, condition, chosen) ? broadcastLike(chosen, other) : undefined;
};

/** where(not c, x, y) */
const negatedChoice: LocalRule<"where"> = (node) => {
  const negated = madeBy(operand(node), "invert");
  return negated && where(operand(negated), operand(node, 2), operand(node, 1));
};

/** where(c, where(c, x, _), y) and where(c, x, where(c, _, y)) */
const nestedChoice: LocalRule<"where"> = (node) => {
  const [condition, x, y] = [operand(node), operand(node, 1), operand(node, 2)];
  const [first, second] = [madeBy(x, "where"), madeBy(y, "where")];
  const inFirst = first !== undefined && operand(first) === condition;
  const inSecond = second !== undefined && operand(second) === condition;
  if (!inFirst && !inSecond) return undefined;
  const [a, b] = [inFirst ? operand(first, 1) : x, inSecond ? operand(second, 2) : y];
  const choice = where(condition, a, b);
  return sameLengths(lengthsOf(choice), lengthsOf(node.output)) ? choice : undefined;
};

/** x < x and x > x are false; of what cannot be NaN x == x is true. */
const withItself =
  (name: Comparison): LocalRule<Comparison> =>
  (node) => {
    const x = operand(node);
    if (x !== operand(node, 1)) return undefined;
    if (name === "lt" || name === "gt") return answer(x, false);
    return whole(x) ? answer(x, name !== "neq") : undefined;
  };

/** What is never negative, beside 0. */
const besideZero =
  (name: Comparison): LocalRule<Comparison> =>
  (node) => {
    const [x, y] = [operand(node), operand(node, 1)];
    if (name === "lt" && isNumber(y, 0) && isNonNegative(x) && standsFor(x, node.output, y))
      return answer(x, false);
    if (name === "gt" && isNumber(x, 0) && isNonNegative(y) && standsFor(y, node.output, x))
      return answer(y, false);
    if (name === "ge" && whole(x) && isNumber(y, 0) && isNonNegative(x) && standsFor(x, node.output, y))
      return answer(x, true);
    if (name === "le" && whole(x) && isNumber(x, 0) && isNonNegative(y) && standsFor(y, node.output, x))
      return answer(y, true);
    return undefined;
  };

const opposites: Readonly<Record<Comparison, typeof eq>> = {
  eq: neq,
  neq: eq,
  lt: ge,
  ge: lt,
  gt: le,
  le: gt,
};

/** not not x; not (x == y), and of what cannot be NaN not (x < y) */
const negation: LocalRule<"invert"> = (node) => {
  const twice = madeBy(operand(node), "invert");
  if (twice !== undefined) return operand(twice);
  if (typeOf(node.output).dtype !== "bool") return undefined;
  for (const name of Object.keys(opposites) as Comparison[]) {
    const comparison = madeBy(operand(node), name);
    if (comparison === undefined) continue;
    if (name !== "eq" && name !== "neq" && !whole(operand(comparison))) continue;
    return opposites[name](operand(comparison), operand(comparison, 1));
  }
  return undefined;
};

/** x and x, x or x; with what is all true or all false */
const logic =
  (name: "and" | "or"): LocalRule<"and" | "or"> =>
  (node) => {
    const [x, y] = [operand(node), operand(node, 1)];
    if (x === y) return x;
    if (typeOf(node.output).dtype !== "bool") return undefined;
    for (const [one, other] of [
      [x, y],
      [y, x],
    ] as const) {
      const known = filledWith(other);
      if (known === undefined || !standsFor(one, node.output, other)) continue;
      const neutral = (name === "and") === (known === 1);
      return neutral ? one : answer(one, known === 1);
    }
    return undefined;
  };

const comparison = (name: Comparison): readonly LocalRule<Comparison>[] => [
  withItself(name),
  besideZero(name),
];

export const conditions: LocalRules = {
  where: [knownChoice, negatedChoice, nestedChoice],
  invert: [negation],
  and: [logic("and")],
  or: [logic("or")],
  xor: [(node) => (operand(node) === operand(node, 1) ? fullLike(operand(node), 0) : undefined)],
  eq: comparison("eq"),
  neq: comparison("neq"),
  lt: comparison("lt"),
  le: comparison("le"),
  gt: comparison("gt"),
  ge: comparison("ge"),
};
