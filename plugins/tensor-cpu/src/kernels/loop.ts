/** Loops over elements: an expression, maybe reduced, written to strided memory. Generated once a structure. */
import { type DType, evaluateScalar, float16ToNumber, numberToFloat16, type Scalar } from "@bitale/core";
import { type CalledFunction, expressionText, keyOf, sharedParts, stored } from "./expression.js";
import { closureLoop } from "./loop-closure.js";
import type { Loop, LoopStructure, Walk } from "./loop-structure.js";

const cache = new Map<string, Loop>();

/** The loop for a structure. @param codegen false: built of closures, where code may not be generated */
export function loopFor(structure: LoopStructure, codegen: boolean): Loop {
  const { loops, reduced, reduction, results, leaves } = structure;
  const walks = [...results, ...leaves].map(({ dtype, walks }) => `${dtype} ${walks.join("")}`).join();
  const expressions = keyOf(results.map(({ expression }) => expression));
  const key = `${codegen} ${loops}/${reduced} ${reduction ?? ""} ${walks} ${expressions}`;
  let loop = cache.get(key);
  if (loop === undefined) {
    loop = codegen ? generate(structure) : closureLoop(structure);
    cache.set(key, loop);
  }
  return loop;
}

/** Whether code may be generated here (a content security policy may forbid it). */
export function canGenerate(): boolean {
  try {
    return new Function("return true")() === true;
  } catch {
    return false;
  }
}

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** Start value of a reduction, as text. */
function neutral(reduction: string, dtype: DType): string {
  const big = dtype === "int64" || dtype === "uint64";
  if (reduction === "sum" || reduction === "any") return big ? "0n" : "0";
  if (reduction === "prod" || reduction === "all") return big ? "1n" : "1";
  return "undefined";
}

/** How a reduction takes the next element `v` into `acc`. Sums of floats are kept in double precision. */
function fold(reduction: string, dtype: DType): string {
  const float = dtype.startsWith("float");
  if (reduction === "sum")
    return dtype === "bool" ? "acc |= v" : float ? "acc += v" : `acc = ${stored("acc + v", dtype)}`;
  if (reduction === "prod") {
    if (dtype === "bool") return "acc &= v";
    if (float) return "acc *= v";
    if (dtype === "int32" || dtype === "uint32") return `acc = ${stored("Math.imul(acc, v)", dtype)}`;
    return `acc = ${stored("acc * v", dtype)}`;
  }
  if (reduction === "any") return "acc |= v";
  if (reduction === "all") return "acc &= v";
  const better = reduction.endsWith("max") ? ">" : "<";
  if (reduction.startsWith("arg"))
    return `if (acc === undefined || v ${better} acc || (v !== v && acc === acc)) { acc = v; at = step; } step++`;
  return `if (acc === undefined || v ${better} acc || v !== v) acc = v`;
}

/** The source of a loop: nested counting loops with running positions. */
function generate(structure: LoopStructure): Loop {
  const { loops, reduced, leaves, results, reduction } = structure;
  const kept = loops - reduced;
  const called: CalledFunction[] = [];
  const lines: string[] = [];
  const outLoops = kept;
  range(loops).forEach((i) => lines.push(`const n${i} = ns[${i}];`));
  let stride = 0;
  results.forEach((_, r) => {
    range(outLoops).forEach((i) => lines.push(`const so${r}_${i} = ss[${stride++}];`));
  });
  leaves.forEach((_, k) => {
    lines.push(`const a${k} = A[${k}], p${k}_0 = O[${k}];`);
    range(loops).forEach((i) => lines.push(`const s${k}_${i} = ss[${stride++}];`));
  });
  const load = (k: number, place: string): string => {
    const dtype = leaves[k]?.dtype;
    return dtype === "float16" ? `load16(a${k}[${place}])` : `a${k}[${place}]`;
  };
  const fixed = leaves.map((leaf) => leaf.walks.every((walk) => walk === "0"));
  leaves.forEach((_, k) => {
    if (fixed[k]) lines.push(`const v${k} = ${load(k, `p${k}_0`)};`);
  });
  results.forEach((_, r) => lines.push(`const out${r} = outs[${r}], q${r}_0 = oo[${r}];`));
  const open = (i: number): void => {
    lines.push(`for (let i${i} = 0; i${i} < n${i}; i${i}++) {`);
    leaves.forEach((leaf, k) => {
      if (!fixed[k])
        lines.push(`const p${k}_${i + 1} = p${k}_${i}${advance(leaf.walks[i] as Walk, i, `s${k}_${i}`)};`);
    });
    if (i < outLoops)
      results.forEach(({ walks }, r) =>
        lines.push(`const q${r}_${i + 1} = q${r}_${i}${advance(walks[i] as Walk, i, `so${r}_${i}`)};`),
      );
  };
  const shared = sharedParts(results.map(({ expression }) => expression));
  const text = expressionText(
    (k) => (fixed[k] ? `v${k}` : load(k, `p${k}_${loops}`)),
    (fn) => {
      const known = called.findIndex((c) => c.op === fn.op && c.from === fn.from && c.dtype === fn.dtype);
      return `F${known === -1 ? called.push(fn) - 1 : known}`;
    },
    (part) => (shared.has(part) ? `t${shared.get(part)}` : undefined),
  );
  const values = (): string[] => {
    for (const [part, place] of shared) lines.push(`const t${place} = ${text.of(part)};`);
    return results.map(({ expression }) => text.within(expression));
  };
  range(kept).forEach(open);
  if (reduction === undefined) {
    values().forEach((value, r) => lines.push(`const r${r} = ${value};`));
    results.forEach(({ dtype }, r) => lines.push(store(`r${r}`, dtype, `out${r}[q${r}_${outLoops}]`)));
  } else {
    const [{ expression, dtype: target }] = results as readonly [LoopStructure["results"][number]];
    const { dtype } = expression;
    lines.push(`let acc = ${neutral(reduction, dtype)}, at = 0, step = 0;`);
    for (let i = kept; i < loops; i++) open(i);
    const [value] = values();
    lines.push(`const v = ${value};`, `${fold(reduction, dtype)};`);
    lines.push("}".repeat(reduced));
    lines.push(store(reduction.startsWith("arg") ? "BigInt(at)" : "acc", target, `out0[q0_${outLoops}]`));
  }
  lines.push("}".repeat(kept));
  const names = called.map((_, i) => `F${i}`);
  const factory = new Function(
    "fround",
    "round16",
    "load16",
    "store16",
    ...names,
    `"use strict"; return function loop(ns, ss, outs, oo, A, O) {\n${lines.join("\n")}\n};`,
  );
  return factory(
    Math.fround,
    round16,
    float16ToNumber,
    numberToFloat16,
    ...called.map(scalarFunction),
  ) as Loop;
}

const advance = (walk: Walk, i: number, stride: string): string =>
  walk === "0" ? "" : walk === "1" ? ` + i${i}` : ` + i${i} * ${stride}`;

const store = (value: string, dtype: DType, place: string): string =>
  dtype === "float16" ? `${place} = store16(${value});` : `${place} = ${value};`;

/** A number as float16 holds it. */
export const round16 = (value: number): number => float16ToNumber(numberToFloat16(value));

/** Core's scalar function for one op and dtype. */
export function scalarFunction({ op, from, dtype }: CalledFunction): (...args: Scalar[]) => Scalar {
  return (...args) => evaluateScalar(op, from, dtype, args);
}
