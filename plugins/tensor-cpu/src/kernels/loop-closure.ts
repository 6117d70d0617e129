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
  // Floats are kept in double precision, and rounded where they are stored.
  if (dtype.startsWith("float") && reduction === "sum")
    return (acc, v) => ((acc ?? 0) as number) + (v as number);
  if (dtype.startsWith("float") && reduction === "prod")
    return (acc, v) => ((acc ?? 1) as number) * (v as number);
  if (name !== undefined)
    return (acc, v) => (acc === undefined ? v : evaluateScalar(name, dtype, dtype, [acc, v]));
  const better = reduction.endsWith("max")
    ? (v: Scalar, acc: Scalar) => v > acc
    : (v: Scalar, acc: Scalar) => v < acc;
  return (acc, v) =>
    acc === undefined || better(v, acc) || (Number.isNaN(v) && !Number.isNaN(acc)) ? v : acc;
}

export function closureLoop(structure: LoopStructure): Loop {
  const { loops, reduced, leaves, reduction, results } = structure;
  const [{ expression }] = results as readonly [LoopStructure["results"][number]];
  const kept = loops - reduced;
  const values = results.map((result) => evaluator(result.expression));
  const fold = reduction === undefined ? undefined : folder(reduction, expression.dtype);
  const argument = reduction?.startsWith("arg") ?? false;
  const big = expression.dtype === "int64" || expression.dtype === "uint64";
  const neutral = reduction === "prod" || reduction === "all" ? 1 : 0;
  return (lengths, strides, outs, outOffsets, arrays, offsets) => {
    const place: Place = { arrays, at: [...offsets] };
    const sinks = results.map(
      ({ dtype }, r) => ({ data: outs[r], dtype }) as unknown as Parameters<typeof writeElement>[0],
    );
    const firstLeaf = results.length * kept;
    const write = (to: readonly number[], all: readonly Scalar[]): void => {
      all.forEach((value, r) => {
        writeElement(sinks[r] as (typeof sinks)[number], to[r] as number, value);
      });
    };
    let acc: Scalar | undefined;
    let at = 0;
    let step = 0;
    const walk = (level: number, to: readonly number[]): void => {
      if (level === loops) {
        const all = values.map((value) => value(place));
        if (fold === undefined) write(to, all);
        else {
          const next = fold(acc, all[0] as Scalar);
          if (acc === undefined || !Object.is(next, acc)) at = step;
          acc = next;
          step++;
        }
        return;
      }
      const before = [...place.at];
      for (let i = 0; i < (lengths[level] as number); i++) {
        leaves.forEach((_, k) => {
          place.at[k] = (before[k] as number) + i * (strides[firstLeaf + k * loops + level] as number);
        });
        const next =
          level < kept ? to.map((start, r) => start + i * (strides[r * kept + level] as number)) : to;
        if (level + 1 === kept && fold !== undefined) reduceAt(next);
        else walk(level + 1, next);
      }
      leaves.forEach((_, k) => {
        place.at[k] = before[k] as number;
      });
    };
    const reduceAt = (to: readonly number[]): void => {
      acc = undefined;
      at = 0;
      step = 0;
      walk(kept, to);
      const result = acc ?? (big ? BigInt(neutral) : neutral);
      write(to, [argument ? BigInt(at) : result]);
    };
    if (kept === 0 && fold !== undefined) reduceAt(outOffsets);
    else walk(0, outOffsets);
  };
}
