/** Casts that do nothing, or that another one makes superfluous. Exact. */
import { type DType, integerRange, isFloat, kindOf } from "../tensor/dtype.js";
import { primitive } from "../tensor/primitive-op.js";
import { madeBy, operand, typeOf } from "./match.js";
import type { LocalRule, LocalRules } from "./rule.js";

/** Bits of the significand: integers of so many bits are exact. */
const significand: { readonly [D in DType]?: number } = { float16: 11, float32: 24, float64: 53 };
const bits = (dtype: DType): number => Number(/\d+$/.exec(dtype)?.[0] ?? 1);

/** Whether every value of one dtype is one of the other. */
function holds(wide: DType, narrow: DType): boolean {
  if (wide === narrow || narrow === "bool") return true;
  if (wide === "bool") return false;
  if (isFloat(narrow)) return isFloat(wide) && bits(wide) >= bits(narrow);
  const { min, max } = integerRange(narrow);
  if (isFloat(wide))
    return bits(narrow) - (min < 0n ? 1 : 0) <= (significand[wide] as number) && wide !== "float16";
  const range = integerRange(wide);
  return range.min <= min && range.max >= max;
}

const idle: LocalRule<"cast"> = (node) =>
  typeOf(operand(node)).dtype === node.op.params.dtype ? operand(node) : undefined;

/** A cast of an exact cast is one from where it began. */
const throughWider: LocalRule<"cast"> = (node) => {
  const inner = madeBy(operand(node), "cast");
  if (inner === undefined) return undefined;
  const [from, by, to] = [typeOf(operand(inner)).dtype, inner.op.params.dtype, node.op.params.dtype];
  if (!holds(by, from)) return undefined;
  // Floats that leave the range of an integer dtype do not wrap as integers do.
  if (isFloat(by) && !isFloat(from) && !isFloat(to) && !holds(to, from) && to !== "bool") return undefined;
  if (kindOf(by) === "bool") return undefined;
  return from === to ? operand(inner) : primitive("cast", node.op.params, [operand(inner)]);
};

export const casts: LocalRules = { cast: [idle, throughWider] };
