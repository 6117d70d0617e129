/**
 * Products with few columns: rows of a and columns of b, both contiguous, are multiplied lane by lane and summed at the
 * end. No lane is wasted, however few columns there are; tiles that hold columns side by side waste what does not fill
 * a vector.
 */
import { type Code, get, type Local, set, when } from "../../wasm/code.js";
import { i32, v128 } from "../../wasm/instructions.js";
import { i32s, increase, increaseBy, type ModuleBuilder } from "../../wasm/module.js";
import { type Lanes, multiplyAdd, sumOfLanes, vectorBytes } from "../lanes.js";

/** Rows that are walked together. */
const together = 2;
/** Columns of a block: with the sums, the rows and a column the registers are full; without fusing, a product too. */
const mostColumns = (fused: boolean): number => (fused ? 5 : 4);

/** The columns of the blocks that `n` columns are cut into: as even as they can be. */
export function blocksOf(n: number, fused: boolean): number[] {
  const count = Math.ceil(n / mostColumns(fused));
  return Array.from({ length: count }, (_, i) => Math.floor((n + i) / count));
}

/**
 * Adds c = alpha * a * b + d to a module, called with (m, k, a, aRow, b, bColumn, c, cRow, d, dRow, alpha): strides in
 * bytes, elements of a row of a and of a column of b are neighbours, those of a row of c and d too; d = 0 for none.
 * @param n columns of b
 */
export function innerProducts(
  module: ModuleBuilder,
  lanes: Lanes,
  { n, fused }: { readonly n: number; readonly fused: boolean },
  name: string,
): void {
  const { bytes, factor, scalar } = lanes;
  const product = module.function(
    { ...i32s("m", "k", "a", "aRow", "b", "bColumn", "c", "cRow", "d", "dRow"), alpha: lanes.factor.type },
    { name },
  );
  const { m, k, a, aRow, b, bColumn, c, cRow, d, dRow, alpha } = product.parameters;
  const { i, at, whole, end } = product.integers("i", "at", "whole", "end");
  const element = product.local("v128");
  const blocks = blocksOf(n, fused);
  const widest = Math.max(...blocks);
  const rowStarts = product.locals("i32", together);
  const columnStarts = product.locals("i32", widest);
  const { columnPlace } = product.integers("columnPlace");
  const vectors = product.locals("v128", together);
  const sums = Array.from({ length: together }, () => product.locals("v128", widest));
  const tails = Array.from({ length: together }, () => product.locals(lanes.type, widest));
  const result = product.local(lanes.type);

  /** All sums of some rows with one block of columns, which begins `first` columns behind b's start. */
  const block = (rows: number, columns: number, first: number): Code => {
    const each = (body: (row: number, column: number) => Code): Code =>
      Array.from({ length: rows * columns }, (_, cell) => body(Math.floor(cell / columns), cell % columns));
    const sumAt = (row: number, column: number): Local => sums[row]?.[column] as Local;
    const tailAt = (row: number, column: number): Local => tails[row]?.[column] as Local;
    const starts = [...rowStarts.slice(0, rows), ...columnStarts.slice(0, columns)];
    const store = (row: number, column: number): Code => {
      const offset = (first + column) * bytes;
      const moved = (place: Local, stride: Local): Code =>
        row === 0 ? get(place) : i32.add(get(place), get(stride));
      return [
        set(
          result,
          scalar.mul(
            scalar.add(sumOfLanes(lanes, element, get(sumAt(row, column))), get(tailAt(row, column))),
            factor.element(get(alpha)),
          ),
        ),
        when(get(d), set(result, scalar.add(get(result), scalar.load(moved(d, dRow), offset)))),
        scalar.store(moved(c, cRow), get(result), offset),
      ];
    };
    return [
      Array.from({ length: rows }, (_, row) =>
        set(rowStarts[row] as Local, row === 0 ? get(a) : i32.add(get(a), get(aRow))),
      ),
      Array.from({ length: columns }, (_, column) => [
        set(columnStarts[column] as Local, get(columnPlace)),
        increaseBy(columnPlace, bColumn),
      ]),
      each((row, column) => [
        set(sumAt(row, column), v128.const(new Array(16).fill(0))),
        set(tailAt(row, column), scalar.const(0)),
      ]),
      product.countUp(
        at,
        get(whole),
        [
          Array.from({ length: rows }, (_, row) =>
            set(vectors[row] as Local, lanes.load(get(rowStarts[row] as Local))),
          ),
          Array.from({ length: columns }, (_, column) => [
            set(element, lanes.load(get(columnStarts[column] as Local))),
            Array.from({ length: rows }, (_, row) => {
              const sum = sumAt(row, column);
              const other = get(vectors[row] as Local);
              return set(sum, multiplyAdd(lanes, fused, get(element), other, get(sum)));
            }),
          ]),
          starts.map((start) => increase(start, vectorBytes(lanes))),
        ],
        lanes.lanes,
      ),
      product.countOn(at, get(k), [
        each((row, column) => {
          const term = scalar.mul(
            scalar.load(get(rowStarts[row] as Local)),
            scalar.load(get(columnStarts[column] as Local)),
          );
          return set(tailAt(row, column), scalar.add(get(tailAt(row, column)), term));
        }),
        starts.map((start) => increase(start, bytes)),
      ]),
      each(store),
    ];
  };
  const rows = (count: number): Code => {
    let first = 0;
    return [
      set(columnPlace, get(b)),
      blocks.map((columns) => {
        const code = block(count, columns, first);
        first += columns;
        return code;
      }),
      Array.from({ length: count }, () => [
        increaseBy(a, aRow),
        increaseBy(c, cRow),
        when(get(d), increaseBy(d, dRow)),
      ]),
    ];
  };
  product.body(
    set(whole, i32.and(get(k), i32.const(-lanes.lanes))),
    set(end, i32.and(get(m), i32.const(-together))),
    product.countUp(i, get(end), rows(together), together),
    product.countOn(i, get(m), rows(1)),
  );
}
