/** argmax and argmin of rows in two passes: the extreme element, then where it stands first. */
import { isFloat } from "@bitale/core";
import { type Code, get, type Local, repeat, set, when } from "../../wasm/code.js";
import { i32, i32x4, v128 } from "../../wasm/instructions.js";
import { increase } from "../../wasm/module.js";
import { castFour } from "./casts.js";
import { type Four, lanes } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { evaluate } from "./expressions.js";
import { foldOf } from "./folds.js";
import type { Nest } from "./nest.js";
import { operate } from "./operations.js";
import { foldRow, type RowReading, validLanes } from "./row-fold.js";
import { Reader, reading } from "./runs.js";

/** The first lane in all lanes. */
const firstLane = (e: Emitter, four: Four): Four => {
  const [x] = four as readonly [Code];
  const size = 16 / (lanes / four.length);
  const places = Array.from({ length: 16 }, (_, i) => i % size);
  const splat = e.let(v128.shuffle(x, x, places));
  return four.map(() => splat);
};

/**
 * Emits both passes over a row, which begins where the pointers are.
 * @returns the index, as int64 in the first lane
 * @throws NotInVectors
 */
export function argRow(
  e: Emitter,
  nest: Nest,
  extreme: "max" | "min",
  row: RowReading,
  at: readonly Local[],
): Four {
  const { expression, level, fixed, unroll } = row;
  const { dtype } = expression;
  const fold = foldOf(e, extreme, dtype, unroll, true);
  e.emit(foldRow(e, nest, row, fold, at));
  const best = firstLane(e, fold.all());
  const test = (op: "eq" | "isNaN", ...operands: readonly Four[]): Code =>
    (operate(e, op, dtype, "bool", operands) as Four)[0] as Code;
  /** Where it stands; it is NaN where there is any, and the first one counts. */
  const matches = (four: Four): Code => {
    const equal = test("eq", four, best);
    return e.let(isFloat(dtype) ? v128.or(equal, test("isNaN", four)) : equal);
  };

  const { left, here, found } = nest.fn.integers("left", "here", "found");
  const { pointers, code } = nest.fork(at, level);
  const reader = new Reader(e, nest, level, pointers, reading(e, nest, level, at, 1, fixed));
  const value = (four: readonly Four[]): Four => evaluate(e, [expression], four)[0] as Four;
  const moveOn = (elements: number): Code => [
    nest.advance(pointers, level, elements),
    increase(here, elements),
    increase(left, -elements),
  ];
  const elements = lanes * unroll;
  const several =
    unroll === 1
      ? []
      : e.piece(() => {
          const masks = reader.several(unroll).map((four) => matches(value(four)));
          const any = masks.reduce((all, mask) => v128.or(all, mask));
          e.emit([set(found, v128.anyTrue(any)), when(i32.eqz(get(found)), moveOn(elements))]);
        });
  const one = e.piece(() => {
    const whole = i32.geS(get(left), i32.const(lanes));
    const mask = matches(value(reader.one(left, whole)));
    e.emit([
      set(found, i32x4.bitmask(v128.and(mask, validLanes(e, left)))),
      when(i32.eqz(get(found)), moveOn(lanes)),
    ]);
  });
  const many = i32.geS(get(left), i32.const(elements));
  e.emit([
    code,
    set(left, get(nest.lengths[level] as Local)),
    set(here, i32.const(0)),
    set(found, i32.const(0)),
    unroll === 1 ? [] : when(many, repeat(several, i32.and(i32.eqz(get(found)), many))),
    repeat(one, i32.and(i32.eqz(get(found)), i32.gtS(get(left), i32.const(0)))),
  ]);
  const index = i32x4.splat(i32.add(get(here), i32.ctz(get(found))));
  return castFour(e, "int32", "int64", [e.let(index)]) as Four;
}
