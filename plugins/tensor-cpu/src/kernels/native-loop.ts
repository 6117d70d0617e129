/** Loops over elements in WebAssembly: which of them, and with which arguments they are called. */
import { byteSize, evaluateScalar, type LoopStep, resultsOf, type ScalarOp, sizeOf } from "@bitale/core";
import type { NativeCall, Workshop } from "../program/frame.js";
import { type Callee, ModuleBuilder } from "../wasm/module.js";
import { keyOf } from "./expression.js";
import type { KernelLibrary, Source } from "./kernel-library.js";
import { type Level, levelsOf, walkOf } from "./levels.js";
import type { Operand } from "./loop-structure.js";
import { workingLoop } from "./threaded-loop.js";
import { kindIn } from "./vector/elements.js";
import type { ScalarFunction, Surroundings } from "./vector/emitter.js";
import { extentOf, NotInVectors } from "./vector/expressions.js";
import { mapLoop } from "./vector/map-loop.js";
import { reduceLoop } from "./vector/reduce-loop.js";
import { bandSpace } from "./vector/reduce-structure.js";

/** Functions of floats that core's are made of; engines call these fastest. Storing the result rounds it. */
const directly: Readonly<Partial<Record<ScalarOp, (...args: number[]) => number>>> = {
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
};

/** Builds a kernel whose code may call functions of core on single numbers. */
export function sourceOf(
  library: KernelLibrary,
  add: (module: ModuleBuilder, around: Surroundings) => void,
): Source | undefined {
  const module = new ModuleBuilder();
  const callees = new Map<string, Callee>();
  const imports: Record<string, (...args: number[]) => number> = {};
  const script = ({ op, dtype, operands }: ScalarFunction): Callee => {
    const name = `${op} ${dtype}`;
    const known = callees.get(name);
    if (known !== undefined) return known;
    const callee = module.import(name, new Array(operands).fill("f64"), ["f64"]);
    imports[name] = directly[op] ?? ((...args) => evaluateScalar(op, dtype, dtype, args) as number);
    callees.set(name, callee);
    return callee;
  };
  try {
    add(module, { fused: library.fused, constant: (words) => library.constant(words), script });
  } catch (error) {
    if (error instanceof NotInVectors) return undefined;
    throw error;
  }
  return { module, imports };
}

/** Lengths, then for each operand its address and the strides, in bytes, where its walk is "s". */
export function argumentsOf(
  levels: readonly Level[],
  operands: readonly Operand[],
  views: readonly NativeCall["args"][number][],
): NativeCall["args"] {
  return [
    ...levels.map(({ length }) => length),
    ...operands.flatMap(({ dtype, walks }, k) => [
      views[k] as NativeCall["args"][number],
      ...walks.flatMap((walk, level) =>
        walk === "s" ? [(levels[level]?.strides[k] as number) * byteSize(dtype)] : [],
      ),
    ]),
  ];
}

export const operandKey = ({ dtype, walks }: Operand): string => `${dtype} ${walks.join("")}`;

/** Whether a loop is large enough for code in vectors, which hold its dtypes. */
export function mayBeNative(work: LoopStep, library: KernelLibrary): boolean {
  const size = sizeOf(work.shape);
  const expressions = resultsOf(work).map(({ expression }) => expression);
  if (size < 2 || (size < library.fewestForFunctions && extentOf(expressions).functions)) return false;
  return [...resultsOf(work).map(({ out }) => out), ...work.leaves].every(
    ({ dtype }) => kindIn(dtype) !== undefined,
  );
}

/** A loop as a call; undefined where it has no code in vectors, or is too small to have any. */
export function nativeLoop(work: LoopStep, { library, inArena }: Workshop): NativeCall | undefined {
  const { leaves, reduction } = work;
  if (library === undefined || !mayBeNative(work, library)) return undefined;
  const expressions = resultsOf(work).map(({ expression }) => expression);
  const views = [...resultsOf(work).map(({ out }) => out), ...leaves];
  const { kept, reduced } = levelsOf(work);
  const levels = [...kept, ...reduced];
  const operands = views.map(
    ({ dtype }, k): Operand => ({ dtype, walks: levels.map(({ strides }) => walkOf(strides[k] as number)) }),
  );
  const results = expressions.map((expression, r) => ({ ...(operands[r] as Operand), expression }));
  const read = operands.slice(results.length);
  const [out] = results as [(typeof results)[number]];
  const structure = reduction && {
    ...{ name: reduction.name, kept: kept.length, reduced: reduced.length },
    ...{ expression: out.expression, out, leaves: read },
  };
  const lengths = levels.map(({ length }) => length);
  const space = structure === undefined ? 0 : bandSpace(structure, lengths);
  const add = (module: ModuleBuilder, around: Surroundings): void => {
    if (structure === undefined)
      mapLoop(module, { loops: levels.length, results, leaves: read }, around, "loop");
    else reduceLoop(module, { ...structure, bands: space > 0 }, around, "loop");
  };
  const key = `${reduction?.name ?? "map"}${space > 0 ? " in bands" : ""} ${kept.length}/${reduced.length} ${operands.map(operandKey).join()} ${keyOf(expressions)}`;
  const kernel = library.module(key, () => sourceOf(library, add))?.loop;
  if (kernel === undefined) return undefined;
  for (const { slot } of views) inArena.add(slot);
  const { functions } = extentOf(expressions);
  const loop = { key, kernel, levels, kept: kept.length, operands, functions };
  return { kernel: workingLoop(library, loop, space), args: argumentsOf(levels, operands, views) };
}
