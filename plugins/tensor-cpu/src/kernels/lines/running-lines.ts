/** Running sums, products and extremes, line by line. */
import { type CumulativeName, type DType, isFloat } from "@bitale/core";
import { type Code, get, type Local, repeat, select, set, tee, when } from "../../wasm/code.js";
import { f64, i32, i64 } from "../../wasm/instructions.js";
import type { ModuleBuilder } from "../../wasm/module.js";
import { isUnsigned } from "../vector/elements.js";
import { Nest } from "../vector/nest.js";
import type { RunningStructure } from "./lines-structure.js";
import { scalarOf } from "./scalars.js";

/** Adds the loop to a module, exported as `name`; see `Nest` for how it is called. */
export function runningLines(
  module: ModuleBuilder,
  { op, kept, out, operand }: RunningStructure,
  name: string,
): void {
  const nest = new Nest(module, name, kept + 1, [out, operand]);
  const { fn } = nest;
  const scalar = scalarOf(fn, out.dtype);
  const [sofar, element] = [fn.local(scalar.type), fn.local(scalar.type)];
  const left = fn.local("i32");
  const line = (from: readonly Local[]): Code => {
    const { pointers, code } = nest.fork(from, kept);
    const [target, source] = pointers as [Local, Local];
    const moveOn = [scalar.store(get(target), sofar), nest.advance(pointers, kept)];
    const another = tee(left, i32.sub(get(left), i32.const(1)));
    return [
      code,
      set(left, get(nest.lengths[kept] as Local)),
      set(sofar, scalar.load(get(source))),
      moveOn,
      when(
        another,
        repeat(
          [set(element, scalar.load(get(source))), set(sofar, next(op, out.dtype, sofar, element)), moveOn],
          another,
        ),
      ),
    ];
  };
  const levels = Array.from({ length: kept }, (_, level) => level);
  fn.body(nest.around(levels, nest.starts, line));
}

/** What the op makes of two elements. */
function next(op: CumulativeName, dtype: DType, x: Local, y: Local): Code {
  const [a, b] = [get(x), get(y)];
  if (dtype === "bool") return op === "cumsum" || op === "cummax" ? i32.or(a, b) : i32.and(a, b);
  if (isFloat(dtype))
    return f64[({ cumsum: "add", cumprod: "mul", cummax: "max", cummin: "min" } as const)[op]](a, b);
  const integers = x.type === "i64" ? i64 : i32;
  const above = isUnsigned(dtype) ? integers.gtU(a, b) : integers.gtS(a, b);
  switch (op) {
    case "cumsum":
      return integers.add(a, b);
    case "cumprod":
      return integers.mul(a, b);
    case "cummax":
      return select(above, a, b);
    case "cummin":
      return select(above, b, a);
  }
}
