/** Expressions over four elements at a time. */
import type { Expression } from "@bitale/core";
import type { Four } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { floatFunctions } from "./float-functions.js";
import { operate } from "./operations.js";

/** Thrown where an expression has no code in vectors. */
export class NotInVectors extends Error {}

/** Emits expressions; what several of them have in common is computed once. @throws NotInVectors */
export function evaluate(
  e: Emitter,
  expressions: readonly Expression[],
  leaves: readonly Four[],
): readonly Four[] {
  const known = new Map<Expression, Four>();
  const value = (expression: Expression): Four => {
    if (expression.kind === "leaf") return leaves[expression.index] as Four;
    const found = known.get(expression);
    if (found !== undefined) return found;
    const { op, from, dtype, args } = expression;
    const result = operate(e, op, from, dtype, args.map(value));
    if (result === undefined) throw new NotInVectors(`${op} of ${from}`);
    known.set(expression, result);
    return result;
  };
  return expressions.map(value);
}

/** Vectors in one turn of a loop: several where there is little to do with each. */
export function unrollFor(expressions: readonly Expression[], leaves: number): number {
  const seen = new Set<Expression>();
  let functions = false;
  const visit = (expression: Expression): void => {
    if (expression.kind === "leaf" || seen.has(expression)) return;
    seen.add(expression);
    functions ||= expression.op in floatFunctions;
    expression.args.forEach(visit);
  };
  expressions.forEach(visit);
  const length = seen.size + leaves;
  if (functions || length > 24) return 1;
  return length > 10 ? 2 : 4;
}

/** A key of the structure: equal for expressions that compute the same and share the same parts. */
export function keyOf(expressions: readonly Expression[]): string {
  const seen = new Map<Expression, number>();
  const text = (expression: Expression): string => {
    if (expression.kind === "leaf") return `${expression.index}:${expression.dtype}`;
    const place = seen.get(expression);
    if (place !== undefined) return `#${place}`;
    seen.set(expression, seen.size);
    const { op, from, dtype, args } = expression;
    return `${op}<${from},${dtype}>(${args.map(text).join()})`;
  };
  return expressions.map(text).join(";");
}
