/** Expressions over four elements at a time. */
import type { Expression, ScalarOp } from "@bitale/core";
import type { Four } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { floatFunctions } from "./float-functions.js";
import { operate } from "./operations.js";

/** Thrown where an expression has no code in vectors. */
export class NotInVectors extends Error {}

/**
 * Emits expressions; what several of them have in common is computed once.
 * @param special code for an expression that takes the place of the usual one
 * @throws NotInVectors
 */
export function evaluate(
  e: Emitter,
  expressions: readonly Expression[],
  leaves: readonly Four[],
  special?: (expression: Expression, operands: readonly Four[]) => Four | undefined,
): readonly Four[] {
  const known = new Map<Expression, Four>();
  const value = (expression: Expression): Four => {
    if (expression.kind === "leaf") return leaves[expression.index] as Four;
    const found = known.get(expression);
    if (found !== undefined) return found;
    const { op, from, dtype, args } = expression;
    const operands = args.map(value);
    const result = special?.(expression, operands) ?? operate(e, op, from, dtype, operands);
    if (result === undefined) throw new NotInVectors(`${op} of ${from}`);
    known.set(expression, result);
    return result;
  };
  return expressions.map(value);
}

/** Ops with as much code as several others. */
const longOps: readonly ScalarOp[] = ["floorDiv", "mod", "pow"];
const countsFor = 24;

/** How many ops there are in expressions, shared ones counted once, and whether there are functions among them. */
export function extentOf(expressions: readonly Expression[]): {
  readonly length: number;
  readonly functions: boolean;
} {
  const seen = new Set<Expression>();
  let functions = false;
  let length = 0;
  const visit = (expression: Expression): void => {
    if (expression.kind === "leaf" || seen.has(expression)) return;
    seen.add(expression);
    length += longOps.includes(expression.op) ? countsFor : 1;
    functions ||= expression.op in floatFunctions;
    expression.args.forEach(visit);
  };
  expressions.forEach(visit);
  return { length, functions };
}

/** Vectors in one turn of a loop: several where there is little to do with each. */
export function unrollFor(expressions: readonly Expression[], leaves: number): number {
  const { length: ops, functions } = extentOf(expressions);
  const length = ops + leaves;
  if (functions || length > 24) return 1;
  return length > 10 ? 2 : 4;
}
