/**
 * Elements as unsigned integers of the same order, and back. All NaN have the largest key and both zeros the same one:
 * elements of equal keys keep their order.
 */
import { byteSize, type DType, type FloatDType, isFloat } from "@bitale/core";
import { type Code, get, type Local, select, set } from "../../wasm/code.js";
import { i32, i64 } from "../../wasm/instructions.js";
import type { FunctionBuilder } from "../../wasm/module.js";
import { integersOf, typeOfKeys } from "./sort-records.js";

/** Bits of a float. */
interface FloatFormat {
  readonly sign: Code;
  /** All but the sign. */
  readonly magnitude: Code;
  /** What is above it is NaN. */
  readonly infinity: Code;
  readonly all: Code;
}

const floats: { readonly [D in FloatDType]: FloatFormat } = {
  float16: {
    sign: i32.const(0x8000),
    magnitude: i32.const(0x7fff),
    infinity: i32.const(0x7c00),
    all: i32.const(0xffff),
  },
  float32: {
    sign: i32.const(-(2 ** 31)),
    magnitude: i32.const(2 ** 31 - 1),
    infinity: i32.const(0x7f800000),
    all: i32.const(-1),
  },
  float64: {
    sign: i64.shl(i64.const(1), i64.const(63)),
    magnitude: i64.shrU(i64.const(-1), i64.const(1)),
    infinity: i64.shl(i64.const(0x7ff), i64.const(52)),
    all: i64.const(-1),
  },
};

const loads = { 1: i32.load8U, 2: i32.load16U, 4: i32.load, 8: i64.load } as const;
const stores = { 1: i32.store8, 2: i32.store16, 4: i32.store, 8: i64.store } as const;

/** Keys of elements whose bits stand in a local variable. */
export class SortKeys {
  readonly type: "i32" | "i64";
  /** The bits of the element that was read. */
  readonly bits: Local;
  readonly #magnitude: Local;
  readonly #dtype: DType;
  readonly #bytes: 1 | 2 | 4 | 8;
  readonly #integers: typeof i32 | typeof i64;

  constructor(fn: FunctionBuilder, dtype: DType) {
    this.#dtype = dtype;
    this.#bytes = byteSize(dtype) as 1 | 2 | 4 | 8;
    this.type = typeOfKeys(dtype);
    this.#integers = integersOf(this.type);
    this.bits = fn.local(this.type);
    this.#magnitude = fn.local(this.type);
  }

  /** Reads an element. */
  load(address: Code): Code {
    const load = set(this.bits, loads[this.#bytes](address));
    if (!isFloat(this.#dtype)) return load;
    return [load, set(this.#magnitude, this.#integers.and(get(this.bits), this.#format.magnitude))];
  }
  store(address: Code, bits: Code): Code {
    return stores[this.#bytes](address, bits);
  }

  /** The key of the element that was read. */
  get key(): Code {
    if (!isFloat(this.#dtype)) return this.#turned(get(this.bits));
    const { sign, all } = this.#format;
    const number = this.#integers.xor(get(this.bits), select(this.isNegative, all, sign));
    return select(this.isNaN, all, select(this.isZero, sign, number));
  }
  /** The bits of the element with a key. */
  bitsOf(key: Local): Code {
    if (!isFloat(this.#dtype)) return this.#turned(get(key));
    const { sign, all } = this.#format;
    return this.#integers.xor(get(key), select(this.#integers.geU(get(key), sign), sign, all));
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
    return this.#integers.geU(get(this.bits), this.#format.sign);
  }
  get #format(): FloatFormat {
    return floats[this.#dtype as FloatDType];
  }

  /** Integers with their sign bit turned over, if they have one. */
  #turned(value: Code): Code {
    if (!this.#dtype.startsWith("int")) return value;
    const sign = this.#bytes === 8 ? floats.float64.sign : i32.const(2 ** (8 * this.#bytes - 1));
    return this.#integers.xor(value, sign);
  }
}
