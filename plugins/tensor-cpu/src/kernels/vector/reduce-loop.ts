/** Loops that reduce an expression over some axes, in vectors along what is reduced; column-loop.ts: along what is kept. */
import { type Code, get, type Local, repeat, select, set, tee, when } from "../../wasm/code.js";
import { i32, i32x4 } from "../../wasm/instructions.js";
import type { ModuleBuilder } from "../../wasm/module.js";
import { columnLoop } from "./column-loop.js";
import { type Four, lanes, storeLanes } from "./elements.js";
import { Emitter, type Surroundings } from "./emitter.js";
import { evaluate, unrollFor } from "./expressions.js";
import { foldOf } from "./folds.js";
import { Nest } from "./nest.js";
import { alongKept, type ReduceStructure } from "./reduce-structure.js";
import { countDown, fixedLeaves, placesOf, Reader, reading } from "./runs.js";

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

/** Vectors after which a long sum pauses. */
const longestRun = 16;

/** One result, in vectors along the innermost loop. */
function row(
  e: Emitter,
  nest: Nest,
  { name, kept, reduced, expression, out, leaves }: ReduceStructure,
  fixed: readonly (Four | undefined)[],
  from: readonly Local[],
): Code {
  const inner = kept + reduced - 1;
  const { dtype } = expression;
  const strided = leaves.some(({ walks }) => walks[inner] === "s");
  const unroll = strided || name.startsWith("arg") ? 1 : unrollFor([expression], leaves.length);
  const [left, turns] = [nest.fn.local("i32"), nest.fn.local("i32")];
  const whole = i32.geS(get(left), i32.const(lanes));
  const [begin, fold] = e.section(() => foldOf(e, name, dtype, unroll, true));
  const innermost = (at: readonly Local[]): Code => {
    const { pointers, code } = nest.fork(at, inner);
    const [held, leavesHere] = e.section(() => reading(e, nest, inner, at, 1, fixed));
    const reader = new Reader(e, nest, inner, pointers, leavesHere);
    const value = (four: readonly Four[]): Four => evaluate(e, [expression], four)[0] as Four;
    const step = e.piece(() => {
      const values = reader.several(unroll).map(value);
      values.forEach((four, chain) => {
        fold.take(four, chain);
      });
      e.emit(nest.advance(pointers, inner, lanes * unroll));
    });
    const elements = lanes * unroll;
    const again = i32.geS(get(left), i32.const(elements));
    const several: Code = when(
      again,
      repeat(
        [
          set(turns, i32.shrU(get(left), i32.const(Math.log2(elements)))),
          set(turns, select(i32.ltS(get(turns), i32.const(longestRun)), get(turns), i32.const(longestRun))),
          set(left, i32.sub(get(left), i32.shl(get(turns), i32.const(Math.log2(elements))))),
          repeat(step, tee(turns, i32.sub(get(turns), i32.const(1)))),
          e.piece(() => fold.pause()),
        ],
        again,
      ),
    );
    const one = e.piece(() => {
      const valid = i32x4.ltS(e.words([0, 1, 2, 3]), i32x4.splat(get(left)));
      const four = value(reader.one(left, whole));
      fold.take(four, 0, e.let(valid));
      e.emit(nest.advance(pointers, inner, lanes));
    });
    return [
      held,
      code,
      set(left, get(nest.lengths[inner] as Local)),
      unroll === 1 ? [] : several,
      countDown(left, undefined, one),
      e.piece(() => fold.pause()),
    ];
  };
  return [
    begin,
    nest.around(range(kept, inner), from, innermost),
    e.piece(() => {
      const places = placesOf(nest, 0, Math.max(0, kept - 1), from[0] as Local);
      storeLanes(e, out.dtype, places, fold.all(), i32.const(1));
    }),
  ];
}
