/** Products of a matrix, whose rows are contiguous, and a contiguous vector: four rows are walked together. */
import { type Code, get, type Local, set, when } from "../../wasm/code.js";
import { i32, v128 } from "../../wasm/instructions.js";
import { i32s, increase, increaseBy, type ModuleBuilder } from "../../wasm/module.js";
import { type Lanes, multiplyAdd, sumOfLanes, vectorBytes } from "../lanes.js";

const together = 4;

/**
 * Adds y = alpha * a * x + d to a module, called with (m, k, a, aRow, x, y, d, dRow, alpha): strides in bytes, y
 * contiguous, d = 0 for none.
 */
export function gemv(module: ModuleBuilder, lanes: Lanes, fused: boolean, name: string): void {
  const { bytes, factor, scalar, vector } = lanes;
  const width = vectorBytes(lanes);
  const product = module.function(
    { ...i32s("m", "k", "a", "aRow", "x", "y", "d", "dRow"), alpha: lanes.factor.type },
    { name },
  );
  const { m, k, a, aRow, x, y, d, dRow, alpha } = product.parameters;
  const { i, at, whole, place, end } = product.integers("i", "at", "whole", "place", "end");
  const element = product.local("v128");
  const result = product.local(lanes.type);
  const step = 2 * lanes.lanes;

  const rows = (count: number): Code => {
    const starts = product.locals("i32", count);
    const sums = Array.from({ length: count }, () => product.locals("v128", 2));
    const tails = product.locals(lanes.type, count);
    const finish = (row: number): Code => [
      set(
        result,
        scalar.mul(
          scalar.add(
            sumOfLanes(
              lanes,
              element,
              vector.add(get(sums[row]?.[0] as Local), get(sums[row]?.[1] as Local)),
            ),
            get(tails[row] as Local),
          ),
          factor.element(get(alpha)),
        ),
      ),
      when(get(d), [set(result, scalar.add(get(result), scalar.load(get(d)))), increaseBy(d, dRow)]),
      scalar.store(get(y), get(result)),
      increase(y, bytes),
    ];
    return [
      starts.map((start, row) =>
        set(start, row === 0 ? get(a) : i32.add(get(starts[row - 1] as Local), get(aRow))),
      ),
      sums.map((parts) => parts.map((part) => set(part, v128.const(new Array(16).fill(0))))),
      tails.map((tail) => set(tail, scalar.const(0))),
      set(place, get(x)),
      product.countUp(
        at,
        get(whole),
        [0, 1].map((half) => [
          set(element, lanes.load(get(place), half * width)),
          starts.map((start, row) => {
            const sum = sums[row]?.[half] as Local;
            const other = lanes.load(get(start), half * width);
            return set(sum, multiplyAdd(lanes, fused, get(element), other, get(sum)));
          }),
          half === 1 ? [place, ...starts].map((start) => increase(start, 2 * width)) : [],
        ]),
        step,
      ),
      product.countOn(at, get(k), [
        starts.map((start, row) => {
          const tail = tails[row] as Local;
          const term = scalar.mul(scalar.load(get(start)), scalar.load(get(place)));
          return [set(tail, scalar.add(get(tail), term)), increase(start, bytes)];
        }),
        increase(place, bytes),
      ]),
      starts.map((_, row) => finish(row)),
    ];
  };
  const skip = (count: number): Code => set(a, i32.add(get(a), i32.mul(get(aRow), i32.const(count))));
  product.body(
    set(whole, i32.and(get(k), i32.const(-step))),
    set(end, i32.and(get(m), i32.const(-together))),
    product.countUp(i, get(end), [rows(together), skip(together)], together),
    product.countOn(i, get(m), [rows(1), increaseBy(a, aRow)]),
  );
}
