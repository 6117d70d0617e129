/** The factor of a small symmetric matrix, row by row. */
import { type Code, get, leave, set, when } from "../../wasm/code.js";
import { f64, i32 } from "../../wasm/instructions.js";
import { i32s, increase, increaseBy, type ModuleBuilder } from "../../wasm/module.js";
import { alongStrips } from "./substitution.js";

/**
 * Adds a = uᵀ u to a module, in place of the upper triangle of a: called with (n, a, aRow), the stride in bytes, elements
 * of a row are neighbours. Gives 1 where a leading minor is not positive, else 0.
 */
export function symmetricFactor(module: ModuleBuilder, name: string): void {
  const fn = module.function(i32s("n", "a", "aRow"), { name, results: ["i32"] });
  const { n, a, aRow } = fn.parameters;
  const { i, j, k, above, other, target, row } = fn.integers(
    ...(["i", "j", "k", "above", "other", "target", "row"] as const),
  );
  const root = fn.local("f64");
  const inBytes = (elements: Code): Code => i32.shl(elements, i32.const(3));
  /** Every element above the diagonal element of this row, with `other` at the same distance from column j. */
  const upward = (body: Code): Code => [
    set(above, i32.add(get(a), inBytes(get(i)))),
    set(other, i32.add(get(a), inBytes(get(j)))),
    fn.countUp(k, get(i), [body, increaseBy(above, aRow), increaseBy(other, aRow)]),
  ];
  const element = f64.load(get(above));
  fn.body(
    set(row, get(a)),
    fn.countUp(i, get(n), [
      set(j, get(i)),
      set(target, i32.add(get(row), inBytes(get(i)))),
      set(root, f64.load(get(target))),
      upward(set(root, f64.sub(get(root), f64.mul(element, element)))),
      when(i32.eqz(f64.gt(get(root), f64.const(0))), leave(i32.const(1))),
      set(root, f64.sqrt(get(root))),
      f64.store(get(target), get(root)),
      increase(j, 1),
      alongStrips(fn, j, n, ({ load, subtract, divided }) => [
        set(target, i32.add(get(row), inBytes(get(j)))),
        load(get(target)),
        upward(subtract(element, get(other))),
        divided(get(root), get(target)),
      ]),
      increaseBy(row, aRow),
    ]),
    i32.const(0),
  );
}
