/** One row of a reduction, taken in along the innermost loop, four elements at a time. */
import type { Expression } from "@bitale/core";
import { type Code, get, type Local, repeat, select, set, tee, when } from "../../wasm/code.js";
import { i32, i32x4 } from "../../wasm/instructions.js";
import { type Four, lanes } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { evaluate } from "./expressions.js";
import type { Fold } from "./folds.js";
import type { Nest } from "./nest.js";
import { countDown, Reader, reading } from "./runs.js";

/** Vectors after which a long sum pauses. */
const longestRun = 16;

/** What is read along a row. */
export interface RowReading {
  readonly expression: Expression;
  /** The loop along the row. */
  readonly level: number;
  /** Leaves that never move. */
  readonly fixed: readonly (Four | undefined)[];
  /** Vectors in a turn of the loop. */
  readonly unroll: number;
}

/** The lanes that count of the last vector of a row. */
export const validLanes = (e: Emitter, left: Local): Code =>
  e.let(i32x4.ltS(e.words([0, 1, 2, 3]), i32x4.splat(get(left))));

/** Takes in a whole row, which begins where the pointers are. */
export function foldRow(
  e: Emitter,
  nest: Nest,
  { expression, level, fixed, unroll }: RowReading,
  fold: Fold,
  at: readonly Local[],
): Code {
  const [left, turns] = [nest.fn.local("i32"), nest.fn.local("i32")];
  const whole = i32.geS(get(left), i32.const(lanes));
  const { pointers, code } = nest.fork(at, level);
  const [held, leavesHere] = e.section(() => reading(e, nest, level, at, 1, fixed));
  const reader = new Reader(e, nest, level, pointers, leavesHere);
  const value = (four: readonly Four[]): Four => evaluate(e, [expression], four)[0] as Four;
  const step = e.piece(() => {
    const values = reader.several(unroll).map(value);
    values.forEach((four, chain) => {
      fold.take(four, chain);
    });
    e.emit(nest.advance(pointers, level, lanes * unroll));
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
    const valid = validLanes(e, left);
    fold.take(value(reader.one(left, whole)), 0, valid);
    e.emit(nest.advance(pointers, level, lanes));
  });
  return [
    held,
    code,
    set(left, get(nest.lengths[level] as Local)),
    unroll === 1 ? [] : several,
    countDown(left, undefined, one),
    e.piece(() => fold.pause()),
  ];
}
