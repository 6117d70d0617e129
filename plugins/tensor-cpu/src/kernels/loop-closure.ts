/** The same loops as `loop.ts` makes, of closures: for places where code may not be generated. */
import {
  type DType,
  type Expression,
  evaluateScalar,
  float16ToNumber,
  type Scalar,
  writeElement,
} from "@bitale/core";
import type { Loop, LoopStructure } from "./loop-structure.js";

type Place = { readonly arrays: readonly ArrayLike<unknown>[]; readonly at: number[] };

function evaluator(expression: Expression): (place: Place) => Scalar {
  if (expression.kind === "leaf") {
    const { index, dtype } = expression;
    if (dtype === "float16")
      return ({ arrays, at }) => float16ToNumber(arrays[index]?.[at[index] as number] as number);
    return ({ arrays, at }) => arrays[index]?.[at[index] as number] as Scalar;
  }
  const { op, from, dtype } = expression;
  const args = expression.args.map(evaluator);
  return (place) =>
    evaluateScalar(
      op,
      from,
      dtype,
      args.map((arg) => arg(place)),
    );
}

/** Takes the next element of a reduction; `undefined` before the first. */
function folder(reduction: string, dtype: DType): (acc: Scalar | undefined, v: Scalar) => Scalar {
  const binary = { sum: "add", prod: "mul", any: "or", all: "and" } as const;
  const name = binary[reduction as keyof typeof binary];
  if (reduction === "sum" && dtype.startsWith("float"))
    return (acc, v) => ((acc ?? 0) as number) + (v as number);
  if (name !== undefined)
    return (acc, v) => (acc === undefined ? v : evaluateScalar(name, dtype, dtype, [acc, v]));
  const better = reduction.endsWith("max")
    ? (v: Scalar, acc: Scalar) => v > acc
    : (v: Scalar, acc: Scalar) => v < acc;
  return (acc, v) =>
    acc === undefined || better(v, acc) || (Number.isNaN(v) && !Number.isNaN(acc)) ? v : acc;
}

export function closureLoop(structure: LoopStructure): Loop {
  const { loops, reduced, leaves, reduction, out, expression } = structure;
  const kept = loops - reduced;
  const value = evaluator(expression);
  const fold = reduction === undefined ? undefined : folder(reduction, expression.dtype);
  const argument = reduction?.startsWith("arg") ?? false;
  const big = expression.dtype === "int64" || expression.dtype === "uint64";
  const neutral = reduction === "prod" || reduction === "all" ? 1 : 0;
  return (lengths, strides, target, outOffset, arrays, offsets) => {
    const place: Place = { arrays, at: [...offsets] };
    const sink = { data: target, dtype: out.dtype } as unknown as Parameters<typeof writeElement>[0];
    let acc: Scalar | undefined;
    let at = 0;
    let step = 0;
    const walk = (level: number, to: number): void => {
      if (level === loops) {
        const v = value(place);
        if (fold === undefined) writeElement(sink, to, v);
        else {
          const next = fold(acc, v);
          if (acc === undefined || !Object.is(next, acc)) at = step;
          acc = next;
          step++;
        }
        return;
      }
      const before = [...place.at];
      for (let i = 0; i < (lengths[level] as number); i++) {
        leaves.forEach((_, k) => {
          place.at[k] = (before[k] as number) + i * (strides[kept + k * loops + level] as number);
        });
        const next = level < kept ? to + i * (strides[level] as number) : to;
        if (level + 1 === kept && fold !== undefined) reduceAt(next);
        else walk(level + 1, next);
      }
      leaves.forEach((_, k) => {
        place.at[k] = before[k] as number;
      });
    };
    const reduceAt = (to: number): void => {
      acc = undefined;
      at = 0;
      step = 0;
      walk(kept, to);
      const result = acc ?? (big ? BigInt(neutral) : neutral);
      writeElement(sink, to, argument ? BigInt(at) : result);
    };
    if (kept === 0 && fold !== undefined) reduceAt(outOffset);
    else walk(0, outOffset);
  };
}
