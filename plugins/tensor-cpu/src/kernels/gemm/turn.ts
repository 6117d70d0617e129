/** Writes a result that was computed turned: c = alpha * t transposed + d. */
import { get, set, when } from "../../wasm/code.js";
import { i32s, increase, increaseBy, type ModuleBuilder } from "../../wasm/module.js";
import type { Lanes } from "../lanes.js";

/**
 * Adds it to a module, called with (m, n, t, tRow, c, cRow, d, dRow, alpha): t has n rows of m, strides in bytes, rows of c and
 * d are contiguous; d = 0 for none.
 */
export function turn(module: ModuleBuilder, { bytes, factor, scalar }: Lanes, name: string): void {
  const copy = module.function(
    { ...i32s("m", "n", "t", "tRow", "c", "cRow", "d", "dRow"), alpha: factor.type },
    { name },
  );
  const { m, n, t, tRow, c, cRow, d, dRow, alpha } = copy.parameters;
  const { i, j, from, to, added } = copy.integers("i", "j", "from", "to", "added");
  const scaled = scalar.mul(scalar.load(get(from)), factor.element(get(alpha)));
  copy.body(
    copy.countUp(i, get(m), [
      set(from, get(t)),
      set(to, get(c)),
      set(added, get(d)),
      copy.countUp(j, get(n), [
        when(
          get(d),
          [scalar.store(get(to), scalar.add(scaled, scalar.load(get(added)))), increase(added, bytes)],
          scalar.store(get(to), scaled),
        ),
        increaseBy(from, tRow),
        increase(to, bytes),
      ]),
      increase(t, bytes),
      increaseBy(c, cRow),
      when(get(d), increaseBy(d, dRow)),
    ]),
  );
}
