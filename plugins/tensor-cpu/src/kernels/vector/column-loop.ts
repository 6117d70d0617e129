/** Reductions whose results lie side by side in vectors: sums of columns. */
import { byteSize } from "@bitale/core";
import { type Code, get, type Local, repeat, select, set, when } from "../../wasm/code.js";
import { i32, v128 } from "../../wasm/instructions.js";
import { increase } from "../../wasm/module.js";
import { type Four, lanes, storeFour, storeLanes } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { evaluate, unrollFor } from "./expressions.js";
import { type Fold, foldOf, stateVectors } from "./folds.js";
import type { Nest } from "./nest.js";
import { bandRows, type ReduceStructure } from "./reduce-structure.js";
import { countDown, Reader, reading } from "./runs.js";

/** Vectors of what columns have so far that are kept in registers at once. */
const mostState = 8;

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** The rows that are walked now, and what the columns had before them. */
interface Band {
  readonly rows: Local;
  /** Not the first one. */
  readonly goesOn: Code;
  readonly isLast: Code;
  /** Where it is kept what the next columns have so far. */
  readonly place: Local;
}

/**
 * Results side by side, in vectors along the innermost loop over what is kept. A block of columns is walked from its
 * first row to its last; in bands, which touch memory in shorter strides, a few rows at a time.
 */
export function columnLoop(
  e: Emitter,
  nest: Nest,
  { name, kept, reduced, expression, out, leaves, bands }: ReduceStructure,
  fixed: readonly (Four | undefined)[],
): Code {
  const along = kept - 1;
  const { dtype } = expression;
  const strided = leaves.some(({ walks }) => walks[along] === "s");
  const fitting = 2 ** Math.floor(Math.log2(mostState / stateVectors(name, dtype)));
  const unroll = strided ? 1 : Math.min(unrollFor([expression], leaves.length), fitting);
  const left = nest.fn.local("i32");
  const whole = i32.geS(get(left), i32.const(lanes));

  /** One block of columns: `load` gives the leaves of each vector in it. */
  const block = (
    width: number,
    pointers: readonly Local[],
    band: Band | undefined,
    load: (reader: Reader) => readonly (readonly Four[])[],
    store: (fours: readonly Four[]) => void,
  ): Code => {
    const [begin, folds] = e.section((): Fold[] =>
      Array.from({ length: width }, () => foldOf(e, name, dtype, 1, false)),
    );
    const walk = nest.around(
      range(kept, kept + reduced),
      pointers,
      (at) =>
        e.piece(() => {
          const reader = new Reader(e, nest, along, at, reading(e, nest, along, at, 1, fixed));
          load(reader).forEach((four, u) => {
            folds[u]?.take(evaluate(e, [expression], four)[0] as Four, 0);
          });
        }),
      band?.rows,
    );
    const finish = e.piece(() => store(folds.map((fold) => fold.lanes())));
    const moveOn = nest.advance(pointers, along, lanes * width);
    if (band === undefined) return [begin, walk, finish, moveOn];
    const { goesOn, isLast, place } = band;
    const state = folds.flatMap((fold) => fold.state);
    return [
      begin,
      when(
        goesOn,
        state.map((part, i) => set(part, v128.load(get(place), i * 16))),
      ),
      walk,
      when(
        isLast,
        finish,
        state.map((part, i) => v128.store(get(place), get(part), i * 16)),
      ),
      increase(place, state.length * 16),
      moveOn,
    ];
  };

  const columns = (from: readonly Local[], band?: Band): Code => {
    const { pointers, code } = nest.fork(from, along);
    const target = pointers[0] as Local;
    const size = lanes * byteSize(out.dtype);
    const several = block(
      unroll,
      pointers,
      band,
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
      band,
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
  };

  const inBands = (from: readonly Local[]): Code => {
    const { rows, begun, rowsLeft, place } = nest.fn.integers("rows", "begun", "rowsLeft", "place");
    const { pointers, code } = nest.fork(from, kept);
    const most = i32.const(bandRows);
    const isLast = i32.eq(get(rows), get(rowsLeft));
    return [
      code,
      set(rowsLeft, get(nest.lengths[kept] as Local)),
      set(begun, i32.const(0)),
      repeat(
        [
          set(rows, select(i32.ltS(get(rowsLeft), most), get(rowsLeft), most)),
          set(place, get(nest.more.space as Local)),
          columns(pointers, { rows, goesOn: get(begun), isLast, place }),
          nest.advance(pointers, kept, bandRows),
          set(rowsLeft, i32.sub(get(rowsLeft), get(rows))),
          set(begun, i32.const(1)),
        ],
        get(rowsLeft),
      ),
    ];
  };

  return nest.around(range(0, along), nest.starts, (from) => (bands ? inBands(from) : columns(from)));
}
