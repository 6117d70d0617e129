/** Loops that reduce an expression over some axes, in vectors along what is reduced; column-loop.ts: along what is kept. */
import type { Code, Local } from "../../wasm/code.js";
import { i32 } from "../../wasm/instructions.js";
import type { ModuleBuilder } from "../../wasm/module.js";
import { argRow } from "./arg-row.js";
import { columnLoop } from "./column-loop.js";
import { type Four, storeLanes } from "./elements.js";
import { Emitter, type Surroundings } from "./emitter.js";
import { extentOf, unrollFor } from "./expressions.js";
import { foldOf } from "./folds.js";
import { Nest } from "./nest.js";
import { alongKept, type ReduceStructure } from "./reduce-structure.js";
import { foldRow } from "./row-fold.js";
import { fixedLeaves, placesOf } from "./runs.js";

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Adds the loop to a module, exported as `name`; see `Nest` for how it is called (kept loops before reduced ones). */
export function reduceLoop(
  module: ModuleBuilder,
  structure: ReduceStructure,
  around: Surroundings,
  name: string,
): void {
  const { kept, reduced, out, leaves, bands } = structure;
  const nest = new Nest(module, name, kept + reduced, [out, ...leaves], bands ? ["space"] : []);
  const e = new Emitter(nest.fn, around);
  const [first, fixed] = e.section(() => fixedLeaves(e, nest, 1));
  const body = alongKept(structure)
    ? columnLoop(e, nest, structure, fixed)
    : nest.around(range(0, kept), nest.starts, (pointers) => row(e, nest, structure, fixed, pointers));
  nest.fn.body(first, body);
}

/** One result, in vectors along the innermost loop. */
function row(
  e: Emitter,
  nest: Nest,
  structure: ReduceStructure,
  fixed: readonly (Four | undefined)[],
  from: readonly Local[],
): Code {
  const { name, kept, reduced, expression, out, leaves } = structure;
  const inner = kept + reduced - 1;
  const strided = leaves.some(({ walks }) => walks[inner] === "s");
  const isArg = name === "argmax" || name === "argmin";
  const twice = isArg && !extentOf([expression]).functions;
  const unroll = strided || (isArg && !twice) ? 1 : unrollFor([expression], leaves.length);
  const along = { expression, level: inner, fixed, unroll };
  const store = (four: Four): void => {
    const places = placesOf(nest, 0, Math.max(0, kept - 1), from[0] as Local);
    storeLanes(e, out.dtype, places, four, i32.const(1));
  };
  if (twice) return e.piece(() => store(argRow(e, nest, name === "argmax" ? "max" : "min", along, from)));
  const [begin, fold] = e.section(() => foldOf(e, name, expression.dtype, unroll, true));
  return [
    begin,
    nest.around(range(kept, inner), from, (at) => foldRow(e, nest, along, fold, at)),
    e.piece(() => store(fold.all())),
  ];
}
