/** Straight-line code on vectors under construction, and what such code may use from outside. */
import type { ScalarOp } from "@bitale/core";
import { type Code, get, type Local, set, when } from "../../wasm/code.js";
import { i32, v128 } from "../../wasm/instructions.js";
import type { Callee, FunctionBuilder } from "../../wasm/module.js";
import type { FloatType } from "../lanes.js";

export interface Surroundings {
  /** Multiply-add in one instruction. */
  readonly fused: boolean;
  /** Address of 16 bytes, given as four words of 32 bits: a load is cheaper than a constant in the code. */
  readonly constant: (words: readonly number[]) => number;
  /** An imported function of numbers (f64) to a number: core's own. */
  readonly script: (scalar: ScalarFunction) => Callee;
}

/** One of core's functions on single floats. */
export interface ScalarFunction {
  readonly op: ScalarOp;
  readonly dtype: FloatType;
  /** How many it takes. */
  readonly operands: number;
}

const cell = new DataView(new ArrayBuffer(8));

export class Emitter {
  readonly #function: FunctionBuilder;
  readonly around: Surroundings;
  #code: Code[] = [];

  constructor(fn: FunctionBuilder, around: Surroundings) {
    this.#function = fn;
    this.around = around;
  }

  /** Computes a vector now; what is given back may be used any number of times. */
  let(value: Code): Code {
    return get(this.variable(value));
  }
  /** A vector that may change. */
  variable(value: Code): Local {
    const local = this.#function.local("v128");
    this.#code.push(set(local, value));
    return local;
  }
  emit(code: Code): void {
    this.#code.push(code);
  }
  /** The code that `write` emits, without emitting it here, and what it gives back. */
  section<T>(write: () => T): readonly [Code, T] {
    const before = this.#code;
    this.#code = [];
    const value = write();
    const section = this.#code;
    this.#code = before;
    return [section, value];
  }
  piece(write: () => void): Code {
    return this.section(write)[0];
  }
  /** Vectors that are computed one way or the other; only the code of the chosen one runs. */
  either(condition: Code, then: () => readonly Code[], otherwise: () => readonly Code[]): Code[] {
    const branches = [then, otherwise].map((branch) => this.section(branch));
    const results = (branches[0]?.[1] ?? []).map(() => this.#function.local("v128"));
    const [first, second] = branches.map(([before, values]) => [
      before,
      results.map((local, i) => set(local, values[i] as Code)),
    ]);
    this.#code.push(when(condition, first as Code, second as Code));
    return results.map(get);
  }

  /** The same 32 bits in all lanes. */
  word(bits: number): Code {
    return this.#load([bits, bits, bits, bits]);
  }
  /** The same 64 bits in both lanes. */
  double(bits: bigint): Code {
    const [low, high] = [Number(BigInt.asIntN(32, bits)), Number(BigInt.asIntN(32, bits >> 32n))];
    return this.#load([low, high, low, high]);
  }
  float32(value: number): Code {
    cell.setFloat32(0, value);
    return this.word(cell.getInt32(0));
  }
  float64(value: number): Code {
    cell.setFloat64(0, value);
    return this.double(cell.getBigInt64(0));
  }
  words(words: readonly number[]): Code {
    return this.#load(words);
  }
  #load(words: readonly number[]): Code {
    return v128.load(i32.const(this.around.constant(words)));
  }
}
