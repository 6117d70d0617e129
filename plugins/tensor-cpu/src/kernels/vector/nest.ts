/** Loops around vector code: pointers that move along with them. */
import { byteSize } from "@bitale/core";
import { type Code, get, type Local, repeat, set, tee } from "../../wasm/code.js";
import { i32 } from "../../wasm/instructions.js";
import { type FunctionBuilder, i32s, type ModuleBuilder } from "../../wasm/module.js";
import type { Operand } from "../loop-structure.js";

/**
 * A function with loops: called with their lengths, then for each operand its address and its strides, in bytes, along
 * the loops where the walk is "s".
 */
export class Nest {
  readonly fn: FunctionBuilder;
  readonly lengths: readonly Local[];
  /** Where the operands begin. */
  readonly starts: readonly Local[];
  readonly operands: readonly Operand[];
  /** What comes behind them, by name. */
  readonly more: Readonly<Record<string, Local>>;
  readonly #strides: readonly (readonly (Local | undefined)[])[];

  /** @param more names of arguments that come behind the operands */
  constructor(
    module: ModuleBuilder,
    name: string,
    loops: number,
    operands: readonly Operand[],
    more: readonly string[] = [],
  ) {
    const range = Array.from({ length: loops }, (_, level) => level);
    const lengthNames = range.map((level) => `n${level}`);
    const strideName = (k: number, level: number): string => `s${k}_${level}`;
    const operandNames = operands.flatMap(({ walks }, k) => [
      `p${k}`,
      ...range.filter((level) => walks[level] === "s").map((level) => strideName(k, level)),
    ]);
    this.fn = module.function(i32s(...lengthNames, ...operandNames, ...more), { name });
    const { parameters } = this.fn;
    this.more = parameters;
    this.operands = operands;
    this.lengths = lengthNames.map((given) => parameters[given] as Local);
    this.starts = operands.map((_, k) => parameters[`p${k}`] as Local);
    this.#strides = operands.map((_, k) => range.map((level) => parameters[strideName(k, level)]));
  }

  /** Bytes from one element of an operand to the next along a loop; undefined where it stays. */
  stride(operand: number, level: number): Code | undefined {
    const { walks, dtype } = this.operands[operand] as Operand;
    if (walks[level] === "1") return i32.const(byteSize(dtype));
    const stride = this.#strides[operand]?.[level];
    return stride && get(stride);
  }

  /** Moves pointers on by some elements (a power of two) along a loop. */
  advance(pointers: readonly Local[], level: number, elements = 1): Code {
    return pointers.map((pointer, k) => {
      const stride = this.stride(k, level);
      if (stride === undefined) return [];
      const by =
        this.operands[k]?.walks[level] === "1"
          ? i32.const(byteSize((this.operands[k] as Operand).dtype) * elements)
          : elements === 1
            ? stride
            : i32.shl(stride, i32.const(Math.log2(elements)));
      return set(pointer, i32.add(get(pointer), by));
    });
  }

  /** Pointers of their own for the operands that move along a loop, and the code that sets them. */
  fork(from: readonly Local[], level: number): { readonly pointers: Local[]; readonly code: Code } {
    const pointers = from.map((pointer, k) =>
      this.stride(k, level) === undefined ? pointer : this.fn.local("i32"),
    );
    return {
      pointers,
      code: pointers.map((pointer, k) => (pointer === from[k] ? [] : set(pointer, get(from[k] as Local)))),
    };
  }

  /**
   * Loops, the outermost first, around `body`, which must leave its pointers as they are. Lengths are not zero.
   * @param turns of the outermost one, where they are not its length
   */
  around(
    levels: readonly number[],
    from: readonly Local[],
    body: (pointers: readonly Local[]) => Code,
    turns?: Local,
  ): Code {
    const [level, ...inner] = levels;
    if (level === undefined) return body(from);
    const { pointers, code } = this.fork(from, level);
    const left = this.fn.local("i32");
    return [
      code,
      set(left, get(turns ?? (this.lengths[level] as Local))),
      repeat(
        [this.around(inner, pointers, body), this.advance(pointers, level)],
        tee(left, i32.sub(get(left), i32.const(1))),
      ),
    ];
  }
}
