/** Functions of core on single numbers, called for each lane: for what has no code in vectors, or rarely needs it. */
import type { DType, ScalarOp } from "@bitale/core";
import { type Code, call } from "../../wasm/code.js";
import { f32, f32x4, f64, f64x2, i32, i32x4, v128 } from "../../wasm/instructions.js";
import { type Four, isUnsigned, kindIn, lanes } from "./elements.js";
import type { Emitter } from "./emitter.js";

function laneAsNumber(dtype: DType, four: Four, lane: number): Code {
  const [first, second] = four as readonly [Code, Code];
  switch (kindIn(dtype)) {
    case "f32":
      return f32.promote(f32x4.extract(first, lane));
    case "f64":
      return f64x2.extract(lane < 2 ? first : second, lane % 2);
    case "mask":
      return f64.fromI32(i32.and(i32x4.extract(first, lane), i32.const(1)));
    default:
      return (isUnsigned(dtype) ? f64.fromU32 : f64.fromI32)(i32x4.extract(first, lane));
  }
}

/** Four results of `op`, one by one. @param operands with their dtypes; no 64-bit integers */
export function scripted(
  e: Emitter,
  op: ScalarOp,
  from: DType,
  dtype: DType,
  operands: readonly { readonly dtype: DType; readonly four: Four }[],
): Four {
  const callee = e.around.script({ op, from, dtype, operands: operands.length });
  const results = Array.from({ length: lanes }, (_, lane) =>
    call(callee, ...operands.map((operand) => laneAsNumber(operand.dtype, operand.four, lane))),
  );
  const zero = e.word(0);
  switch (kindIn(dtype)) {
    case "f32":
      return [e.let(results.reduce((all, x, lane) => f32x4.replace(all, lane, f32.demote(x)), zero))];
    case "f64":
      return [0, 2].map((first) => {
        const [x, y] = results.slice(first, first + 2) as [Code, Code];
        return e.let(f64x2.replace(f64x2.replace(zero, 0, x), 1, y));
      });
    default: {
      const truncate = isUnsigned(dtype) ? i32.truncSatF64U : i32.truncSatF64S;
      const numbers = e.let(results.reduce((all, x, lane) => i32x4.replace(all, lane, truncate(x)), zero));
      return kindIn(dtype) === "mask" ? [e.let(v128.not(i32x4.eq(numbers, zero)))] : [numbers];
    }
  }
}
