/** What functions of floats are written with: the lanes of one float type, constants, polynomials, bits. */
import type { Code } from "../../../wasm/code.js";
import { f32x4, i32, i32x4, i64x2, v128 } from "../../../wasm/instructions.js";
import { type FloatType, floatLanes } from "../../lanes.js";
import { doublesOfSingle, type Four, joined } from "../elements.js";
import type { Emitter } from "../emitter.js";

/** Facts of the binary formats; `lowest`: the smallest number of full precision. */
const formats = {
  float32: { fraction: 23, bias: 127, sign: 0x80000000n, round: 12582912, lowest: 2 ** -126 },
  float64: { fraction: 52, bias: 1023, sign: 1n << 63n, round: 6755399441055744, lowest: 2 ** -1022 },
} as const;

export class FloatMath {
  readonly e: Emitter;
  readonly single: boolean;
  readonly v: (typeof floatLanes)[FloatType]["vector"];
  readonly format: (typeof formats)[FloatType];

  constructor(e: Emitter, type: FloatType) {
    this.e = e;
    this.single = type === "float32";
    this.v = floatLanes[type].vector;
    this.format = formats[type];
  }

  let(value: Code): Code {
    return this.e.let(value);
  }
  number(value: number): Code {
    return this.single ? this.e.float32(value) : this.e.float64(value);
  }
  /** Bits of one element, in all of them. */
  bits(value: bigint): Code {
    return this.single ? this.e.word(Number(BigInt.asIntN(32, value))) : this.e.double(value);
  }
  /** a * b + c: rounded once where multiply-add is one instruction, else twice. */
  madd(a: Code, b: Code, c: Code): Code {
    return this.e.around.fused ? this.v.relaxedMadd(a, b, c) : this.v.add(this.v.mul(a, b), c);
  }
  /** A polynomial by Horner's rule. @param coefficients of the highest power first */
  polynomial(x: Code, coefficients: readonly number[]): Code {
    const [first, ...rest] = coefficients;
    return rest.reduce<Code>(
      (sum, coefficient) => this.let(this.madd(sum, x, this.number(coefficient))),
      this.number(first as number),
    );
  }
  /** One of two values, by a mask. */
  select(mask: Code, then: Code, otherwise: Code): Code {
    return v128.bitselect(then, otherwise, mask);
  }
  /** One of two values, where only the chosen one is computed. @param mask the first one where it holds in all lanes */
  either(mask: Code, then: () => Code, otherwise: () => Code): Code {
    const [value] = this.e.either(
      i32x4.allTrue(mask),
      () => [then()],
      () => [otherwise()],
    );
    return value as Code;
  }
  signOf(x: Code): Code {
    return v128.and(x, this.bits(this.format.sign));
  }

  /** The nearest integer, as a float with a constant added that moves it (plus `more`) into the lowest bits. */
  integerBits(x: Code, scale: number, more = 0): Code {
    return this.madd(x, this.number(scale), this.number(this.format.round + more));
  }
  /** The float again. */
  fromIntegerBits(bits: Code, more = 0): Code {
    return this.v.sub(bits, this.number(this.format.round + more));
  }
  /** 2^(n + shift) of what `integerBits` gave; in range. */
  powerOfTwo(bits: Code, shift = 0): Code {
    const { fraction, bias } = this.format;
    const biased = this.bits(BigInt(bias + shift));
    const lanes = this.single ? i32x4 : i64x2;
    return lanes.shl(lanes.add(bits, biased), i32.const(fraction));
  }
}

/** Functions of single precision, computed in doubles. */
export function throughDoubles(
  e: Emitter,
  operands: readonly Four[],
  fn: (m: FloatMath, ...operands: readonly Code[]) => Code,
): Code[] {
  const m = new FloatMath(e, "float64");
  const parts = operands.map((four) => doublesOfSingle(four[0] as Code).map((part) => m.let(part)));
  const [low, high] = [0, 1].map((half) =>
    f32x4.demoteF64x2Zero(m.let(fn(m, ...parts.map((pair) => pair[half] as Code)))),
  ) as [Code, Code];
  return [m.let(joined(low, high))];
}
