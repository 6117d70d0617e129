/** Copies a matrix between the element types of tensors and the double precision that linear algebra computes in. */
import { type Code, get, select, set, when } from "../../wasm/code.js";
import { f32, f32x4, f64x2, i32, v128 } from "../../wasm/instructions.js";
import { i32s, increase, increaseBy, type ModuleBuilder } from "../../wasm/module.js";
import { type FloatLanes, type FloatType, floatLanes } from "../lanes.js";

interface Conversion {
  readonly read: FloatLanes;
  readonly written: FloatLanes;
  readonly one: (value: Code) => Code;
  /** Two neighbours at an address, brought to another. */
  readonly two: (from: Code, to: Code) => Code;
}

const { float32, float64 } = floatLanes;
const unchanged: Conversion = {
  read: float64,
  written: float64,
  one: (value) => value,
  two: (from, to) => v128.store(to, v128.load(from)),
};

export const toDouble: Readonly<Record<FloatType, Conversion>> = {
  float32: {
    read: float32,
    written: float64,
    one: f32.promote,
    two: (from, to) => v128.store(to, f64x2.promoteLowF32x4(v128.load64Zero(from))),
  },
  float64: unchanged,
};

export const fromDouble: Readonly<Record<FloatType, Conversion>> = {
  float32: {
    read: float64,
    written: float32,
    one: f32.demote,
    two: (from, to) => v128.store64Lane(to, f32x4.demoteF64x2Zero(v128.load(from)), 0),
  },
  float64: unchanged,
};

/**
 * Adds a copy to a module, called with (rows, columns, from, fromRow, fromColumn, to, toRow, triangle): strides in
 * bytes, elements of a row of the copy are neighbours; `triangle` = 1: zeros stand above its diagonal.
 */
export function matrixCopy(
  module: ModuleBuilder,
  { read, written, one, two }: Conversion,
  name: string,
): void {
  const copy = module.function(
    i32s("rows", "columns", "from", "fromRow", "fromColumn", "to", "toRow", "triangle"),
    { name },
  );
  const { rows, columns, from, fromRow, fromColumn, to, toRow, triangle } = copy.parameters;
  const { i, j, count, whole, x, y } = copy.integers("i", "j", "count", "whole", "x", "y");
  copy.body(
    copy.countUp(i, get(rows), [
      set(x, get(from)),
      set(y, get(to)),
      set(count, get(columns)),
      when(
        get(triangle),
        set(count, select(i32.ltS(get(i), get(columns)), i32.add(get(i), i32.const(1)), get(columns))),
      ),
      set(
        whole,
        select(
          i32.eq(get(fromColumn), i32.const(read.bytes)),
          i32.and(get(count), i32.const(-2)),
          i32.const(0),
        ),
      ),
      copy.countUp(
        j,
        get(whole),
        [two(get(x), get(y)), increase(x, 2 * read.bytes), increase(y, 2 * written.bytes)],
        2,
      ),
      copy.countOn(j, get(count), [
        written.scalar.store(get(y), one(read.scalar.load(get(x)))),
        increaseBy(x, fromColumn),
        increase(y, written.bytes),
      ]),
      copy.countOn(j, get(columns), [
        written.scalar.store(get(y), written.scalar.const(0)),
        increase(y, written.bytes),
      ]),
      increaseBy(from, fromRow),
      increaseBy(to, toRow),
    ]),
  );
}
