/** Functions of core on single floats, called for each lane: for operands that are rare. */
import type { ScalarOp } from "@bitale/core";
import { type Code, call } from "../../wasm/code.js";
import { f32, f32x4, f64x2 } from "../../wasm/instructions.js";
import type { FloatType } from "../lanes.js";
import { type Four, lanes } from "./elements.js";
import type { Emitter } from "./emitter.js";

/** Four results of `op`, one by one. */
export function scripted(e: Emitter, op: ScalarOp, dtype: FloatType, operands: readonly Four[]): Four {
  const callee = e.around.script({ op, dtype, operands: operands.length });
  const single = dtype === "float32";
  const number = (four: Four, lane: number): Code =>
    single
      ? f32.promote(f32x4.extract(four[0] as Code, lane))
      : f64x2.extract(four[lane >> 1] as Code, lane % 2);
  const results = Array.from({ length: lanes }, (_, lane) =>
    call(callee, ...operands.map((four) => number(four, lane))),
  );
  const zero = e.word(0);
  if (single) return [e.let(results.reduce((all, x, lane) => f32x4.replace(all, lane, f32.demote(x)), zero))];
  return [0, 2].map((first) => {
    const [x, y] = results.slice(first, first + 2) as [Code, Code];
    return e.let(f64x2.replace(f64x2.replace(zero, 0, x), 1, y));
  });
}
