/**
 * Expressions whose operands and results all have one byte, or all two: sixteen or eight elements in a vector, as memory
 * holds them. Truths are masks here too: bytes of all ones or all zeros.
 */
import { byteSize, type DType, type Expression } from "@bitale/core";
import type { Code } from "../../wasm/code.js";
import { i8x16, i16x8, v128 } from "../../wasm/instructions.js";
import { type Four, isUnsigned } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { integerArithmetic, integerTests, maskOperations } from "./operations.js";

/** Bytes of an element. */
export type Width = 1 | 2;

const every = (byte: number): number[] => [byte, byte, byte, byte];
/** A bit in each byte, as four words. */
const ones = every(0x01010101);

/** What memory holds, with truths as masks. */
export const fromMemory = (e: Emitter, dtype: DType, raw: Code): Code =>
  e.let(dtype === "bool" ? i8x16.ne(raw, e.word(0)) : raw);
/** The other way round. */
export const toMemory = (e: Emitter, dtype: DType, value: Code): Code =>
  dtype === "bool" ? v128.and(value, e.words(ones)) : value;
/** What all four lanes are, in all lanes. */
export const inAllNarrowLanes = (e: Emitter, width: Width, [x]: Four): Code =>
  e.let(
    v128.shuffle(
      x as Code,
      x as Code,
      Array.from({ length: 16 }, (_, i) => i % width),
    ),
  );

/** The lower halves of products of bytes. */
function byteProducts(x: Code, y: Code): Code {
  const [low, high] = [i16x8.extmulLowI8x16U(x, y), i16x8.extmulHighI8x16U(x, y)];
  return v128.shuffle(
    low,
    high,
    Array.from({ length: 16 }, (_, i) => 2 * i),
  );
}

/** Undefined where there is no such instruction. */
function operation(
  e: Emitter,
  width: Width,
  { op, from, dtype }: Extract<Expression, { readonly kind: "op" }>,
  args: readonly Code[],
): Code | undefined {
  const lanes = width === 1 ? i8x16 : i16x8;
  const [x, y] = [args[0] as Code, args.at(-1) as Code];
  if (op === "where") return v128.bitselect(args[1] as Code, y, x);
  if (op === "cast") {
    if (dtype === from) return x;
    if (dtype === "bool") return lanes.ne(x, e.word(0));
    return from === "bool" ? v128.and(x, e.words(ones)) : x;
  }
  if (from === "bool") return maskOperations[op]?.(x, y);
  if (op === "mul") return width === 1 ? byteProducts(x, y) : i16x8.mul(x, y);
  return (integerArithmetic[op] ?? integerTests[op])?.(lanes, x, y, isUnsigned(from));
}

/**
 * Emits expressions; undefined, with nothing emitted that would be used, where not all of it is of one small width, or
 * has instructions for it.
 * @param leaves what gives the vectors of the leaves
 */
export function evaluateNarrow(
  e: Emitter,
  width: Width,
  expressions: readonly Expression[],
  leaves: readonly Code[],
): readonly Code[] | undefined {
  const known = new Map<Expression, Code | undefined>();
  const value = (expression: Expression): Code | undefined => {
    if (expression.kind === "leaf") return leaves[expression.index];
    if (known.has(expression)) return known.get(expression);
    const { from, dtype } = expression;
    const args = expression.args.map(value);
    const fits = byteSize(from) === width && byteSize(dtype) === width;
    const result =
      fits && !args.includes(undefined) ? operation(e, width, expression, args as Code[]) : undefined;
    const kept = result && e.let(result);
    known.set(expression, kept);
    return kept;
  };
  const results = expressions.map(value);
  return results.includes(undefined) ? undefined : (results as Code[]);
}
