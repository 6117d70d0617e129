/** Single elements of every dtype: what a register holds of them, and how they come from memory and go back. */
import type { DType } from "@bitale/core";
import { type Code, get, type Local, select, set } from "../../wasm/code.js";
import { f32, f64, i32, i64 } from "../../wasm/instructions.js";
import type { FunctionBuilder } from "../../wasm/module.js";

/** Floats are computed in double precision; integers of up to 32 bits may have any bits above their own. */
export interface Scalar {
  readonly type: "i32" | "i64" | "f64";
  load(address: Code): Code;
  /** Rounded or wrapped. */
  store(address: Code, value: Local): Code;
}

const word = (load: (address: Code) => Code, store: (address: Code, value: Code) => Code): Scalar => ({
  type: "i32",
  load: (address) => load(address),
  store: (address, value) => store(address, get(value)),
});
const long: Scalar = {
  type: "i64",
  load: (address) => i64.load(address),
  store: (address, value) => i64.store(address, get(value)),
};

const scalars: { readonly [D in Exclude<DType, "float16">]: Scalar } = {
  bool: word((address) => i32.ne(i32.load8U(address), i32.const(0)), i32.store8),
  int8: word(i32.load8S, i32.store8),
  int16: word(i32.load16S, i32.store16),
  int32: word(i32.load, i32.store),
  int64: long,
  uint8: word(i32.load8U, i32.store8),
  uint16: word(i32.load16U, i32.store16),
  uint32: word(i32.load, i32.store),
  uint64: long,
  float32: {
    type: "f64",
    load: (address) => f32.promote(f32.load(address)),
    store: (address, value) => f32.store(address, f32.demote(get(value))),
  },
  float64: {
    type: "f64",
    load: (address) => f64.load(address),
    store: (address, value) => f64.store(address, get(value)),
  },
};

/** How elements of a dtype are handled in a function. */
export const scalarOf = (fn: FunctionBuilder, dtype: DType): Scalar =>
  dtype === "float16" ? half(fn) : scalars[dtype];

/** float16 as core does it (tensor/float16.ts): exact from memory, rounded once, half to even, on the way back. */
function half(fn: FunctionBuilder): Scalar {
  const [bits, result] = fn.locals("i32", 2) as [Local, Local];
  const [long, magnitude] = [fn.local("i64"), fn.local("f64")];
  const shifted = i64.shl(i64.extendI32U(i32.and(get(bits), i32.const(0x7fff))), i64.const(42));
  const isSpecial = i32.geU(i32.and(get(bits), i32.const(0x7fff)), i32.const(0x7c00));
  return {
    type: "f64",
    load: (address) => [
      set(bits, i32.load16U(address)),
      // Fraction and exponent where a double has them: too small by the difference of the two biases, a power of two.
      f64.copysign(
        select(
          isSpecial,
          f64.reinterpretI64(i64.or(shifted, i64.shl(i64.const(0x7ff), i64.const(52)))),
          f64.mul(f64.reinterpretI64(shifted), f64.const(2 ** 1008)),
        ),
        f64.reinterpretI64(i64.shl(i64.extendI32U(get(bits)), i64.const(48))),
      ),
    ],
    store: (address, value) => {
      const above = (limit: number): Code => f64.ge(get(magnitude), f64.const(limit));
      // Just below half of the last place that is kept, and what that place holds: ties go to the even one.
      const half = i64.add(
        i64.shrU(i64.const(-1), i64.const(23)),
        i64.and(i64.shrU(get(long), i64.const(42)), i64.const(1)),
      );
      const normal = i32.sub(
        i32.wrapI64(i64.shrU(i64.add(get(long), half), i64.const(42))),
        i32.const(1008 << 10),
      );
      // Added to 2^28, a double keeps multiples of 2^-24: those that small numbers are rounded to.
      const small = i32.wrapI64(i64.reinterpretF64(f64.add(get(magnitude), f64.const(2 ** 28))));
      return [
        set(magnitude, f64.abs(get(value))),
        set(long, i64.reinterpretF64(get(magnitude))),
        set(result, select(above(2 ** -14), normal, small)),
        set(result, select(above(65520), i32.const(0x7c00), get(result))),
        set(result, select(f64.ne(get(value), get(value)), i32.const(0x7e00), get(result))),
        i32.store16(
          address,
          i32.or(
            get(result),
            i32.wrapI64(i64.and(i64.shrU(i64.reinterpretF64(get(value)), i64.const(48)), i64.const(0x8000))),
          ),
        ),
      ];
    },
  };
}
