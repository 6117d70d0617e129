/** Loops that reduce an expression over some axes, in vectors along what is reduced or along what is kept. */
import { type ArgReductionName, byteSize, type Expression, type ReductionName } from "@bitale/core";
import { type Code, get, type Local, repeat, select, set, tee, when } from "../../wasm/code.js";
import { i32, i32x4 } from "../../wasm/instructions.js";
import type { ModuleBuilder } from "../../wasm/module.js";
import type { Operand } from "../loop-structure.js";
import { type Four, lanes, storeFour, storeLanes } from "./elements.js";
import { Emitter, type Surroundings } from "./emitter.js";
import { evaluate, unrollFor } from "./expressions.js";
import { foldOf } from "./folds.js";
import { Nest } from "./nest.js";
import { countDown, fixedLeaves, placesOf, Reader, reading } from "./runs.js";

export interface ReduceStructure {
  readonly name: ReductionName | ArgReductionName;
  /** Loops over what is kept (the outermost ones), and over what is reduced (at least one). */
  readonly kept: number;
  readonly reduced: number;
  readonly expression: Expression;
  readonly out: Operand;
  readonly leaves: readonly Operand[];
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/**
 * Whether neighbours in memory are neighbours along what is kept: then vectors hold results side by side (sums of
 * columns); else parts of one result (sums of rows).
 */
const alongKept = ({ kept, reduced, leaves, out }: ReduceStructure): boolean => {
  const moves = (level: number): boolean => leaves.some(({ walks }) => walks[level] === "1");
  return kept > 0 && out.walks[kept - 1] === "1" && moves(kept - 1) && !moves(kept + reduced - 1);
};

/** Adds the loop to a module, exported as `name`; see `Nest` for how it is called (kept loops before reduced ones). */
export function reduceLoop(
  module: ModuleBuilder,
  structure: ReduceStructure,
  around: Surroundings,
  name: string,
): void {
  const { kept, reduced, out, leaves } = structure;
  const nest = new Nest(module, name, kept + reduced, [out, ...leaves]);
  const e = new Emitter(nest.fn, around);
  const [first, fixed] = e.section(() => fixedLeaves(e, nest, 1));
  const body = alongKept(structure)
    ? columns(e, nest, structure, fixed)
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

/** Results side by side, in vectors along the innermost loop over what is kept. */
function columns(
  e: Emitter,
  nest: Nest,
  { name, kept, reduced, expression, out, leaves }: ReduceStructure,
  fixed: readonly (Four | undefined)[],
): Code {
  const along = kept - 1;
  const { dtype } = expression;
  const strided = leaves.some(({ walks }) => walks[along] === "s");
  const unroll = strided ? 1 : unrollFor([expression], leaves.length);
  const left = nest.fn.local("i32");
  const whole = i32.geS(get(left), i32.const(lanes));
  /** One block of columns: `load` gives the leaves of each vector in it. */
  const block = (
    width: number,
    pointers: readonly Local[],
    load: (reader: Reader) => readonly (readonly Four[])[],
    store: (fours: readonly Four[]) => void,
  ): Code => {
    const [begin, folds] = e.section(() =>
      Array.from({ length: width }, () => foldOf(e, name, dtype, 1, false)),
    );
    const walk = nest.around(range(kept, kept + reduced), pointers, (at) =>
      e.piece(() => {
        const reader = new Reader(e, nest, along, at, reading(e, nest, along, at, 1, fixed));
        load(reader).forEach((four, u) => {
          folds[u]?.take(evaluate(e, [expression], four)[0] as Four, 0);
        });
      }),
    );
    return [
      begin,
      walk,
      e.piece(() => {
        store(folds.map((fold) => fold.lanes()));
        e.emit(nest.advance(pointers, along, lanes * width));
      }),
    ];
  };
  return nest.around(range(0, along), nest.starts, (from) => {
    const { pointers, code } = nest.fork(from, along);
    const target = pointers[0] as Local;
    const size = lanes * byteSize(out.dtype);
    const several = block(
      unroll,
      pointers,
      (reader) => reader.several(unroll),
      (fours) => {
        fours.forEach((four, u) => {
          storeFour(e, out.dtype, get(target), four, u * size);
        });
      },
    );
    const one = block(
      1,
      pointers,
      (reader) => [reader.one(left, whole)],
      ([four]) => {
        const places = { address: get(target), stride: undefined };
        e.emit(
          when(
            whole,
            e.piece(() => storeFour(e, out.dtype, get(target), four as Four, 0)),
            e.piece(() => storeLanes(e, out.dtype, places, four as Four, get(left))),
          ),
        );
      },
    );
    return [
      code,
      set(left, get(nest.lengths[along] as Local)),
      countDown(left, unroll === 1 ? undefined : { body: several, elements: lanes * unroll }, one),
    ];
  });
}
