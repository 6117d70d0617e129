/** Margins around tensors. */
import { BitaleTypeError } from "../../errors.js";
import { primitive } from "../primitive-op.js";
import { iota } from "./creation.js";
import { ge, maximum, minimum, mod, mul, sub, where } from "./elementwise.js";
import { addLengths, lengthScalar } from "./lengths.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";
import { broadcastTo, type Length, lengthOf, lengths, lengthsOf } from "./shaping.js";

/** Margins before and behind an axis. */
export type Margin = readonly [Length, Length];

/**
 * What stands in a margin: one number ("constant"), the nearest element ("edge"), the tensor in the mirror without
 * ("reflect") or with its outermost elements ("symmetric"), or the tensor again ("wrap").
 */
export type PadMode = "constant" | "edge" | "reflect" | "symmetric" | "wrap";

export interface PadOptions {
  /** Default: "constant". */
  readonly mode?: PadMode | undefined;
  /** For "constant": a number or a scalar (default 0). */
  readonly value?: Operand | undefined;
}

/** @throws BitaleTypeError BAD_OPERAND */
function marginsOf(widths: Length | Margin | readonly Margin[], rank: number): readonly Margin[] {
  const list = Array.isArray(widths)
    ? (widths as Margin | readonly Margin[])
    : ([widths, widths] as unknown as Margin);
  const pairs = Array.isArray(list[0])
    ? (list as readonly Margin[])
    : new Array<Margin>(rank).fill(list as Margin);
  const fits = (width: unknown): boolean =>
    typeof width !== "number" || (Number.isInteger(width) && width >= 0);
  if (pairs.length !== rank || pairs.some((pair) => pair.length !== 2 || !pair.every(fits))) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "pad",
      problem: "not the widths of margins",
      expected: `a number, [before, behind], or such a pair for each of ${rank} axes, none negative`,
      got: JSON.stringify(widths),
    });
  }
  return pairs;
}

/**
 * x with margins.
 * @param widths for all axes one number or [before, behind], or a pair for each axis
 *
 * @example
 * ```ts
 * import { compile, pad, vector } from "@bitale/core";
 * const x = vector("x");
 * const f = compile([x], pad(x, [2, 1], { mode: "reflect" }));
 * console.log(f([1, 2, 3]).toArray()); // [3, 2, 1, 2, 3, 2]
 * ```
 */
export function pad(
  x: Operand,
  widths: Length | Margin | readonly Margin[],
  { mode = "constant", value = 0 }: PadOptions = {},
): TensorVariable {
  const tensor = asTensor(x);
  const margins = marginsOf(widths, tensor.type.ndim);
  if (mode === "constant") return surrounded(tensor, margins, value);
  return margins.reduce(
    (padded, [before, behind], axis) =>
      before === 0 && behind === 0 ? padded : extended(padded, axis, before, behind, mode),
    tensor,
  );
}

/** The tensor written into a larger one that is filled with a number. */
function surrounded(tensor: TensorVariable, margins: readonly Margin[], value: Operand): TensorVariable {
  if (margins.every(([before, behind]) => before === 0 && behind === 0)) return tensor;
  const sizes = lengthsOf(tensor).map((length, axis) => (margins[axis] as Margin).reduce(addLengths, length));
  const { spec: starts, operands } = lengths(margins.map(([before]) => before));
  const base = broadcastTo(cast(value, tensor.type.dtype), sizes);
  const steps = starts.map(() => 1);
  return primitive("updateSlice", { starts, steps, mode: "set" }, [base, tensor, ...operands]);
}

/** One axis extended by entries of its own. */
function extended(
  tensor: TensorVariable,
  axis: number,
  before: Length,
  behind: Length,
  mode: Exclude<PadMode, "constant">,
): TensorVariable {
  const length = lengthOf(tensor, axis);
  const n = lengthScalar(length);
  const at = sub(iota([before, behind].reduce(addLengths, length)), lengthScalar(before));
  return primitive("take", { axis }, [tensor, source(at, n as TensorVariable, mode)]);
}

/** Where in an axis of n entries the positions before, in and behind it are read. */
function source(at: TensorVariable, n: TensorVariable, mode: Exclude<PadMode, "constant">): TensorVariable {
  if (mode === "edge") return minimum(maximum(at, 0n), sub(n, 1n));
  if (mode === "wrap") return mod(at, n);
  const shared = mode === "reflect" ? 1n : 0n;
  const period = maximum(mul(sub(n, shared), 2n), 1n);
  const place = mod(at, period);
  return where(ge(place, n), sub(sub(period, place), 1n - shared), place);
}
