/** Elimination with partial pivoting in a few columns, whose rows are walked with the pivot's row in registers. */
import { type Code, call, get, type Local, leave, set, when } from "../../wasm/code.js";
import { f64, f64x2, i32, v128 } from "../../wasm/instructions.js";
import { type Callee, i32s, increase, increaseBy, type ModuleBuilder } from "../../wasm/module.js";

/** Columns of a panel: elements of its rows are read as whole vectors, whether they belong to the matrix or not. */
export const panelColumns = 8;

/**
 * Adds the elimination in a panel to a module, called with (rows, columns, panel, aRow, wholeRow, bytes, pivots, first):
 * `panel` is the address of its first element, its rows are `aRow` bytes apart and parts of whole ones that begin at
 * `wholeRow` and have `bytes` bytes; these are exchanged. Afterwards the panel holds the upper triangle, and below it
 * the factors. `pivots` (32-bit integers) gets, for each column, the number of the row that came to its place, where
 * `first` is the number of the panel's first one. Gives 1 where a pivot is zero, else 0.
 */
export function elimination(module: ModuleBuilder, exchange: Callee, name: string): void {
  const fn = module.function(
    i32s("rows", "columns", "panel", "aRow", "wholeRow", "bytes", "pivots", "first"),
    { name, results: ["i32"] },
  );
  const { rows, columns, panel, aRow, wholeRow, bytes, pivots, first } = fn.parameters;
  const { i, best, place } = fn.integers("i", "best", "place");
  const [largest, pivot, factor, next] = fn.locals("f64", 4) as [Local, Local, Local, Local];
  const splat = fn.local("v128");
  const pivotRow = fn.locals("v128", panelColumns / 2);
  const at = (column: number): number => column * 8;

  const choose = (column: number): Code => {
    const size = f64.abs(f64.load(get(place), at(column)));
    return [
      set(place, get(panel)),
      set(best, i32.const(0)),
      set(largest, size),
      fn.countUp(i, get(rows), [
        when(f64.gt(size, get(largest)), [set(largest, size), set(best, get(i))]),
        increaseBy(place, aRow),
      ]),
      i32.store(get(pivots), i32.add(get(first), get(best))),
      increase(pivots, 4),
      set(best, i32.mul(get(best), get(aRow))),
      set(pivot, f64.load(i32.add(get(panel), get(best)), at(column))),
      when(f64.eq(get(pivot), f64.const(0)), leave(i32.const(1))),
      when(get(best), call(exchange, get(wholeRow), i32.add(get(wholeRow), get(best)), get(bytes))),
    ];
  };
  /** Subtracts the pivot's row from those below; `panel` stands at the pivot's row. */
  const subtract = (column: number): Code => {
    const vectors = Array.from({ length: panelColumns / 2 }, (_, v) => v).filter((v) => 2 * v > column);
    const hasNeighbour = column % 2 === 0;
    return [
      vectors.map((v) => set(pivotRow[v] as Local, v128.load(get(panel), v * 16))),
      hasNeighbour ? set(next, f64.load(get(panel), at(column + 1))) : [],
      set(place, get(panel)),
      fn.countUp(i, i32.sub(get(rows), i32.const(1)), [
        increaseBy(place, aRow),
        set(factor, f64.div(f64.load(get(place), at(column)), get(pivot))),
        f64.store(get(place), get(factor), at(column)),
        set(splat, f64x2.splat(get(factor))),
        hasNeighbour
          ? f64.store(
              get(place),
              f64.sub(f64.load(get(place), at(column + 1)), f64.mul(get(factor), get(next))),
              at(column + 1),
            )
          : [],
        vectors.map((v) =>
          v128.store(
            get(place),
            f64x2.sub(v128.load(get(place), v * 16), f64x2.mul(get(splat), get(pivotRow[v] as Local))),
            v * 16,
          ),
        ),
      ]),
    ];
  };
  fn.body(
    Array.from({ length: panelColumns }, (_, column) =>
      when(i32.gtS(get(columns), i32.const(column)), [
        choose(column),
        subtract(column),
        increaseBy(panel, aRow),
        increaseBy(wholeRow, aRow),
        increase(rows, -1),
        increase(first, 1),
      ]),
    ),
    i32.const(0),
  );
}

/** Two rows of some bytes, a multiple of 8, change places: called with (one, other, bytes). */
export function rowExchange(module: ModuleBuilder): Callee {
  const fn = module.function(i32s("one", "other", "bytes"));
  const { one, other, bytes } = fn.parameters;
  const i = fn.local("i32");
  const kept = fn.local("v128");
  const single = fn.local("f64");
  const [x, y] = [one, other].map((row) => i32.add(get(row), get(i))) as [Code, Code];
  fn.body(
    fn.countUp(
      i,
      i32.and(get(bytes), i32.const(-16)),
      [set(kept, v128.load(x)), v128.store(x, v128.load(y)), v128.store(y, get(kept))],
      16,
    ),
    fn.countOn(
      i,
      get(bytes),
      [set(single, f64.load(x)), f64.store(x, f64.load(y)), f64.store(y, get(single))],
      8,
    ),
  );
  return fn;
}

/** Adds exchanges of rows, as an elimination wrote them down, to a module: called with (count, b, bRow, bytes, pivots). */
export function rowExchanges(module: ModuleBuilder, exchange: Callee, name: string): void {
  const fn = module.function(i32s("count", "b", "bRow", "bytes", "pivots"), { name });
  const { count, b, bRow, bytes, pivots } = fn.parameters;
  const { i, row, other } = fn.integers("i", "row", "other");
  fn.body(
    set(row, get(b)),
    fn.countUp(i, get(count), [
      set(other, i32.add(get(b), i32.mul(i32.load(get(pivots)), get(bRow)))),
      when(i32.ne(get(row), get(other)), call(exchange, ...[row, other, bytes].map(get))),
      increase(pivots, 4),
      increaseBy(row, bRow),
    ]),
  );
}
