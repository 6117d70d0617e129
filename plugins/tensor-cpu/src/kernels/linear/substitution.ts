/** Systems with a small triangular matrix: right sides are walked in strips whose sums stay in registers. */
import { type Code, get, type Local, leave, select, set, when } from "../../wasm/code.js";
import { f64, f64x2, i32, v128 } from "../../wasm/instructions.js";
import { type FunctionBuilder, i32s, increaseBy, type ModuleBuilder } from "../../wasm/module.js";

/** Vectors of a wide strip. */
const wide = 4;

/** Neighbouring columns of a row: some vectors of two, or a single one. */
export interface Strip {
  readonly columns: number;
  /** Reads the strip at an address into registers. */
  load(address: Code): Code;
  /** Subtracts the product of an element and the strip at an address. */
  subtract(element: Code, address: Code): Code;
  /** Divides the strip by an element and writes it. */
  divided(by: Code, address: Code): Code;
  store(address: Code): Code;
}

/** The widths in which a row is walked, the widest first. */
export function strips(fn: FunctionBuilder): readonly Strip[] {
  const parts = fn.locals("v128", wide);
  const splat = fn.local("v128");
  const vectors = (count: number): Strip => {
    const used = parts.slice(0, count);
    return {
      columns: 2 * count,
      load: (address) => used.map((part, v) => set(part, v128.load(address, v * 16))),
      subtract: (element, address) => [
        set(splat, f64x2.splat(element)),
        used.map((part, v) =>
          set(part, f64x2.sub(get(part), f64x2.mul(get(splat), v128.load(address, v * 16)))),
        ),
      ],
      divided: (by, address) => [
        set(splat, f64x2.splat(by)),
        used.map((part, v) => v128.store(address, f64x2.div(get(part), get(splat)), v * 16)),
      ],
      store: (address) => used.map((part, v) => v128.store(address, get(part), v * 16)),
    };
  };
  const single = fn.local("f64");
  const one: Strip = {
    columns: 1,
    load: (address) => set(single, f64.load(address)),
    subtract: (element, address) => set(single, f64.sub(get(single), f64.mul(element, f64.load(address)))),
    divided: (by, address) => f64.store(address, f64.div(get(single), by)),
    store: (address) => f64.store(address, get(single)),
  };
  return [vectors(wide), vectors(1), one];
}

/** Walks what is left of `count` columns in strips; `column` counts on from what it is. */
export const alongStrips = (
  fn: FunctionBuilder,
  column: Local,
  count: Local,
  body: (strip: Strip) => Code,
): Code =>
  strips(fn).map((strip) => {
    const { columns } = strip;
    return fn.countOn(column, i32.sub(get(count), i32.const(columns - 1)), body(strip), columns);
  });

/**
 * Adds forward substitution through the lower triangle of a, in place of b, to a module: called with (n, columns, a,
 * aRow, aColumn, b, bRow, unit), strides in bytes, elements of a row of b are neighbours; `unit` = 1: ones stand for
 * the diagonal. Negative strides from the last elements on make it backward substitution through an upper triangle.
 * Gives 1, with nothing written, where the diagonal has a zero, else 0.
 */
export function substitution(module: ModuleBuilder, name: string): void {
  const fn = module.function(i32s("n", "columns", "a", "aRow", "aColumn", "b", "bRow", "unit"), {
    name,
    results: ["i32"],
  });
  const { n, columns, a, aRow, aColumn, b, bRow, unit } = fn.parameters;
  const { i, k, j, row, element, start, other, target } = fn.integers(
    ...(["i", "k", "j", "row", "element", "start", "other", "target"] as const),
  );
  const strip = ({ load, subtract, divided, store }: Strip): Code => [
    set(start, i32.add(get(b), i32.shl(get(j), i32.const(3)))),
    set(target, get(start)),
    set(row, get(a)),
    fn.countUp(i, get(n), [
      load(get(target)),
      set(element, get(row)),
      set(other, get(start)),
      fn.countUp(k, get(i), [
        subtract(f64.load(get(element)), get(other)),
        increaseBy(element, aColumn),
        increaseBy(other, bRow),
      ]),
      when(get(unit), store(get(target)), divided(f64.load(get(element)), get(target))),
      increaseBy(row, aRow),
      increaseBy(target, bRow),
    ]),
  ];
  fn.body(
    set(element, get(a)),
    fn.countUp(i, select(get(unit), i32.const(0), get(n)), [
      when(f64.eq(f64.load(get(element)), f64.const(0)), leave(i32.const(1))),
      increaseBy(element, aRow),
      increaseBy(element, aColumn),
    ]),
    set(j, i32.const(0)),
    alongStrips(fn, j, columns, strip),
    i32.const(0),
  );
}
