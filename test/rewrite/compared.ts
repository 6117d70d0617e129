/** A graph with and without some rewrites: how both read, and that both give the same values. */
import {
  createRuntime,
  type DType,
  isTensorType,
  type Mode,
  type NDArray,
  type RewriteName,
  type TensorLike,
  type Variable,
} from "@bitale/core";
import { plugin as tensorCpu } from "@bitale/tensor-cpu";
import { expect } from "vitest";

export const runtime = createRuntime({ plugins: [tensorCpu] });

export interface Compared {
  /** Largest difference relative to the larger value; 0: the same bits, but for those of NaN. */
  readonly tolerance?: number;
  /** Numbers that fill the inputs in turn; by default those at which floats or integers are special. */
  readonly values?: readonly number[];
  /** Length of the axes that are not fixed. */
  readonly length?: number;
}

const specials = {
  float: [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -0,
    0,
    1,
    -1,
    0.5,
    -2.5,
    3,
    7.25,
    1e30,
    -1e-30,
  ],
  int: [0, 1, -1, 2, 7, -8, 100, -128, 127],
  uint: [0, 1, 2, 7, 100, 255],
  bool: [0, 1, 1, 0, 1],
};

function kindOf(dtype: DType): keyof typeof specials {
  if (dtype === "bool") return "bool";
  return dtype.startsWith("float") ? "float" : dtype.startsWith("uint") ? "uint" : "int";
}

function nested(shape: readonly number[], next: () => TensorLike): TensorLike {
  const [length, ...rest] = shape;
  return length === undefined ? next() : Array.from({ length }, () => nested(rest, next));
}

/** Arguments for inputs, filled with numbers that differ from input to input. */
export function argumentsFor(inputs: readonly Variable[], { values, length = 13 }: Compared): TensorLike[] {
  return inputs.map((input, i) => {
    if (!isTensorType(input.type)) throw new TypeError("dense inputs only");
    const { dtype, shape } = input.type;
    const numbers = values ?? specials[kindOf(dtype)];
    let at = i * 5;
    return nested(
      shape.map((dim) => dim ?? length),
      () => {
        const number = numbers[at++ % numbers.length] as number;
        if (dtype === "bool") return number !== 0;
        return dtype.endsWith("64") && !dtype.startsWith("float") ? BigInt(number) : number;
      },
    );
  });
}

/** Whether two results are the same, or near enough. */
export function expectSame(found: NDArray, wanted: NDArray, tolerance: number): void {
  expect(found.dtype).toBe(wanted.dtype);
  expect(found.shape).toEqual(wanted.shape);
  const [a, b] = [[...found.flat()], [...wanted.flat()]] as (number | bigint)[][];
  b?.forEach((value, i) => {
    const other = a?.[i];
    if (tolerance === 0 || typeof value === "bigint" || !Number.isFinite(value)) expect(other).toBe(value);
    else {
      const scale = Math.max(Math.abs(value), Math.abs(other as number));
      expect(Math.abs((other as number) - value), `${other} for ${value}`).toBeLessThanOrEqual(
        tolerance * scale,
      );
    }
  });
}

/** Computes both, compares them, and shows the graph before and after. */
export function compared(
  inputs: readonly Variable[],
  output: Variable,
  rewrites: RewriteName | readonly RewriteName[],
  options: Compared = {},
): string {
  const list = typeof rewrites === "string" ? [rewrites] : rewrites;
  const functionOf = (mode: Mode) =>
    runtime.compile(inputs, output, { mode, allowInputDowncast: true, onUnusedInput: "ignore" });
  const [before, after] = [functionOf({ rewrites: "none" }), functionOf({ rewrites: list })];
  const args = argumentsFor(inputs, options);
  expectSame(after(...args) as NDArray, before(...args) as NDArray, options.tolerance ?? 0);
  const show = (f: typeof before): string => f.debugPrint({ placement: false });
  return `${show(before)}\n=>\n${show(after)}`.replaceAll("output: ", "");
}
