/** Slices as windows: Python's clamping, on lengths that are known now or at the call. */
import { BitaleTypeError } from "../../errors.js";
import { isVariable, type Variable } from "../../graph/nodes.js";
import { primitive } from "../primitive-op.js";
import { iota } from "./creation.js";
import { add, floorDiv, gt, lt, maximum, minimum, mul, neg, sub, where } from "./elementwise.js";
import { lengthScalar } from "./lengths.js";
import { cast, type TensorVariable } from "./operands.js";
import type { Length } from "./shaping.js";

/** Python's `start:stop:step`; null or missing: from the first, to the last. */
export interface Slice {
  readonly start?: Length | null | undefined;
  readonly stop?: Length | null | undefined;
  readonly step?: Length | null | undefined;
}
/** A slice for `index`. */
export const slice = (start?: Length | null, stop?: Length | null, step?: Length | null): Slice => ({
  start,
  stop,
  step,
});

const sliceKeys = ["start", "stop", "step"];
/** Whether an entry of an index is a slice. */
export const isSlice = (item: unknown): item is Slice =>
  typeof item === "object" &&
  item !== null &&
  !isVariable(item) &&
  !Array.isArray(item) &&
  !ArrayBuffer.isView(item) &&
  Object.keys(item).every((key) => sliceKeys.includes(key));
/** A strided part of one axis. */
export interface Window {
  readonly start: Length;
  readonly size: Length;
  readonly step: number;
}

/** A bound as a position: negative ones count from the end, then it is limited to [low, high]. */
function bound(value: Length, length: Length, low: Length, high: Length): Length {
  if (
    typeof value === "number" &&
    typeof length === "number" &&
    typeof low === "number" &&
    typeof high === "number"
  ) {
    return Math.min(Math.max(value < 0 ? value + length : value, low), high);
  }
  const at = lengthScalar(value);
  const positive =
    typeof value === "number" && value >= 0 ? at : where(lt(at, 0n), add(at, lengthScalar(length)), at);
  return minimum(maximum(positive, lengthScalar(low)), lengthScalar(high));
}

/** A slice as start, size and step on an axis of this length (Python's clamping). */
export function windowOf(item: SteppedSlice, length: Length): Window {
  const step = item.step ?? 1;
  if (!Number.isInteger(step) || step === 0) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "index",
      problem: `a step must be an integer other than 0, got ${step}`,
    });
  }
  const whole = (item.start ?? null) === null && (item.stop ?? null) === null;
  if (whole && step === 1) return { start: 0, size: length, step };
  const minus = (a: Length, b: number): Length => (typeof a === "number" ? a - b : sub(a, BigInt(b)));
  const start =
    step > 0
      ? bound(item.start ?? 0, length, 0, length)
      : (item.start ?? null) === null
        ? minus(length, 1)
        : bound(item.start as Length, length, -1, minus(length, 1));
  const stop =
    step > 0
      ? (item.stop ?? null) === null
        ? length
        : bound(item.stop as Length, length, 0, length)
      : (item.stop ?? null) === null
        ? -1
        : bound(item.stop as Length, length, -1, minus(length, 1));
  if (typeof start === "number" && typeof stop === "number") {
    return { start, size: Math.max(0, Math.ceil((stop - start) / step)), step };
  }
  const span =
    step > 0 ? sub(lengthScalar(stop), lengthScalar(start)) : sub(lengthScalar(start), lengthScalar(stop));
  const size = maximum(span, 0n);
  const stride = Math.abs(step);
  const count =
    stride === 1
      ? size
      : primitive("floorDiv", {}, [add(size, BigInt(stride - 1)), cast(BigInt(stride), "int64")]);
  return { start, size: count, step };
}

/** A slice whose step is known now: its sign decides the defaults of the bounds. */
export type SteppedSlice = Slice & { readonly step?: number | null | undefined };
/** A slice whose step is an integer scalar of the graph. */
export type SymbolicSlice = Slice & { readonly step: Variable };

/** Whether the step of a slice is only known at the call. */
export const hasSymbolicStep = (item: unknown): item is SymbolicSlice =>
  isSlice(item) && isVariable(item.step);

/** The positions that a slice selects, as an int64 vector; a step of 0 selects nothing. */
export function slicePositions(item: SymbolicSlice, length: Length): TensorVariable {
  const step = cast(item.step, "int64");
  const forward = gt(step, 0n);
  const [low, high] = [
    where(forward, 0n, -1n),
    where(forward, lengthScalar(length), sub(lengthScalar(length), 1n)),
  ] as [TensorVariable, TensorVariable];
  const limited = (value: Length): TensorVariable => {
    const at = lengthScalar(value);
    return minimum(maximum(where(lt(at, 0n), add(at, lengthScalar(length)), at), low), high);
  };
  const { start, stop } = item;
  const from = (start ?? null) === null ? where(forward, low, high) : limited(start as Length);
  const to = (stop ?? null) === null ? where(forward, high, low) : limited(stop as Length);
  const count = maximum(neg(floorDiv(sub(from, to), step)), 0n);
  return add(from, mul(iota(count), step));
}
