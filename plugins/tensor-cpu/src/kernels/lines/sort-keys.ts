/**
 * Elements as unsigned integers of the same order, and back. All NaN have the largest key and both zeros the same one:
 * elements of equal keys keep their order.
 */
import { byteSize, type DType, isFloat } from "@bitale/core";
import { type Code, get, type Local, select, set } from "../../wasm/code.js";
import { i32, i64 } from "../../wasm/instructions.js";
import type { FunctionBuilder } from "../../wasm/module.js";

const one = i64.const(1);
const floats = {
  /** With the sign above its own 16 bits, too. */
  float16: {
    sign: i32.const(0x8000),
    magnitude: i32.const(0x7fff),
    infinity: i32.const(0x7c00),
    most: i32.const(0xffff),
  },
  float32: {
    sign: i32.const(-(2 ** 31)),
    magnitude: i32.const(2 ** 31 - 1),
    infinity: i32.const(0x7f800000),
    most: i32.const(-1),
  },
  float64: {
    sign: i64.shl(one, i64.const(63)),
    magnitude: i64.shrU(i64.const(-1), one),
    infinity: i64.shl(i64.const(0x7ff), i64.const(52)),
    most: i64.const(-1),
  },
};

const loads: { readonly [D in DType]: (address: Code) => Code } = {
  ...{ bool: i32.load8U, int8: i32.load8U, uint8: i32.load8U },
  ...{ int16: i32.load16U, uint16: i32.load16U, float16: i32.load16S },
  ...{ int32: i32.load, uint32: i32.load, float32: i32.load },
  ...{ int64: i64.load, uint64: i64.load, float64: i64.load },
};
const stores = { 1: i32.store8, 2: i32.store16, 4: i32.store, 8: i64.store } as const;

/** Keys of elements whose bits stand in a local variable. */
export class SortKeys {
  readonly type: "i32" | "i64";
  /** The bits of an element. */
  readonly bits: Local;
  readonly #dtype: DType;
  readonly #magnitude: Local;

  constructor(fn: FunctionBuilder, dtype: DType) {
    this.#dtype = dtype;
    this.type = typeOfKeys(dtype);
    this.bits = fn.local(this.type);
    this.#magnitude = fn.local(this.type);
  }

  /** Reads an element. */
  load(address: Code): Code {
    const format = this.#float;
    const load = set(this.bits, loads[this.#dtype](address));
    return format === undefined
      ? load
      : [load, set(this.#magnitude, this.#integers.and(get(this.bits), format.magnitude))];
  }
  store(address: Code, bits: Code): Code {
    return stores[byteSize(this.#dtype) as 1 | 2 | 4 | 8](address, bits);
  }

  /** The key of the element that was read. */
  get key(): Code {
    const [integers, format] = [this.#integers, this.#float];
    if (format === undefined) return this.#signed(get(this.bits));
    const flipped = integers.or(integers.shrS(get(this.bits), this.#top), format.sign);
    return select(
      this.isNaN,
      format.most,
      select(this.isZero, format.sign, integers.xor(get(this.bits), flipped)),
    );
  }
  /** The bits of a key's element. @param key computed more than once */
  bitsOf(key: Code): Code {
    const [integers, format] = [this.#integers, this.#float];
    if (format === undefined) return this.#signed(key);
    const inverse = this.#dtype === "float16" ? i32.shl(key, i32.const(16)) : key;
    const minusOne = this.type === "i64" ? i64.const(-1) : i32.const(-1);
    return integers.xor(
      key,
      integers.or(integers.shrS(integers.xor(inverse, minusOne), this.#top), format.sign),
    );
  }

  /** Of the float that was read. */
  get isNaN(): Code {
    return this.#integers.gtU(get(this.#magnitude), this.#format.infinity);
  }
  get isZero(): Code {
    return this.#integers.eqz(get(this.#magnitude));
  }
  /** The sign bit is set. */
  get isNegative(): Code {
    return this.type === "i64"
      ? i64.ltS(get(this.bits), i64.const(0))
      : i32.ltS(get(this.bits), i32.const(0));
  }

  get #integers(): typeof i32 | typeof i64 {
    return this.type === "i64" ? i64 : i32;
  }
  get #top(): Code {
    return this.type === "i64" ? i64.const(63) : i32.const(31);
  }
  get #float(): (typeof floats)["float32"] | undefined {
    return isFloat(this.#dtype) ? floats[this.#dtype] : undefined;
  }
  get #format(): (typeof floats)["float32"] {
    return floats[this.#dtype as "float32"];
  }
  /** Integers with their sign bit turned over, if they have one. */
  #signed(value: Code): Code {
    const bits = 8 * byteSize(this.#dtype);
    if (!this.#dtype.startsWith("int")) return value;
    return bits === 64
      ? i64.xor(value, floats.float64.sign)
      : i32.xor(value, i32.const(bits === 32 ? -(2 ** 31) : 2 ** (bits - 1)));
  }
}

export const typeOfKeys = (dtype: DType): "i32" | "i64" => (byteSize(dtype) === 8 ? "i64" : "i32");
