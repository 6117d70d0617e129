/** Lengths of tensors: static ones may be unknown (null), concrete ones are all known. */
import { BitaleRangeError, BitaleTypeError } from "../errors.js";

/** A static length: known, or not known before the call. */
export type Dim = number | null;
/** A static shape. */
export type Shape = readonly Dim[];

/** Number of elements of a concrete shape (1 for 0-d). */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const length of shape) size *= length;
  return size;
}

/** Row-major strides in elements. */
export function rowMajorStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis] as number;
  }
  return strides;
}

/** `[2, ?]` */
export const shapeText = (shape: Shape): string => `[${shape.map((d) => d ?? "?").join(", ")}]`;

/**
 * The length that two lengths broadcast to. An unknown length stays unknown unless the other one decides.
 * @returns undefined where they do not fit
 */
export function broadcastDim(a: Dim, b: Dim): Dim | undefined {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (a === null) return b;
  if (b === null) return a;
  return undefined;
}

/**
 * The shape that shapes broadcast to, aligned at the last axis (NumPy's rule).
 * @throws BitaleRangeError SHAPE_MISMATCH
 */
export function broadcastShapes(shapes: readonly Shape[], subject = "operands"): Dim[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  const result: Dim[] = new Array<Dim>(rank).fill(1);
  for (const shape of shapes) {
    const skip = rank - shape.length;
    for (let axis = 0; axis < shape.length; axis++) {
      const dim = broadcastDim(result[axis + skip] as Dim, shape[axis] as Dim);
      if (dim === undefined) {
        throw new BitaleRangeError("SHAPE_MISMATCH", {
          subject,
          problem: `shapes ${shapes.map(shapeText).join(" and ")} do not broadcast`,
          expected: "equal lengths, or 1, at each axis counted from the last",
        });
      }
      result[axis + skip] = dim;
    }
  }
  return result;
}

/** Whether the shape is known in full. */
export const isConcrete = (shape: Shape): shape is readonly number[] => shape.every((d) => d !== null);

/**
 * An axis as 0..rank-1; negative ones count from the end.
 * @throws BitaleRangeError BAD_AXIS
 */
export function normalizeAxis(axis: number, rank: number, subject = "axis"): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(axis) && positive >= 0 && positive < rank) return positive;
  throw new BitaleRangeError("BAD_AXIS", {
    subject,
    problem: `axis ${axis} is out of range for ${rank} dimension${rank === 1 ? "" : "s"}`,
    expected: rank === 0 ? "no axis: a scalar has none" : `-${rank} to ${rank - 1}`,
  });
}

/** Several axes, sorted; undefined or null: all. @throws BitaleRangeError BAD_AXIS, also for one given twice */
export function normalizeAxes(
  axis: number | readonly number[] | null | undefined,
  rank: number,
  subject: string,
): number[] {
  if (axis === undefined || axis === null) return Array.from({ length: rank }, (_, i) => i);
  const list = (typeof axis === "number" ? [axis] : axis).map((a) => normalizeAxis(a, rank, subject));
  const axes = [...new Set(list)].sort((a, b) => a - b);
  if (axes.length !== list.length) {
    throw new BitaleRangeError("BAD_AXIS", {
      subject,
      problem: `an axis is given twice in [${list.join(", ")}]`,
    });
  }
  return axes;
}

/** @throws BitaleTypeError BAD_VALUE for anything but an array of lengths (and null where `unknown` is allowed) */
export function checkShape(shape: unknown, subject: string, options: { unknown?: boolean } = {}): Dim[] {
  const fits = (d: unknown): d is Dim =>
    (d === null && options.unknown === true) || (typeof d === "number" && Number.isInteger(d) && d >= 0);
  if (Array.isArray(shape) && shape.every(fits)) return [...shape];
  throw new BitaleTypeError("BAD_VALUE", {
    subject,
    problem: "a shape is needed",
    expected: `an array of non-negative integers${options.unknown ? " and nulls (unknown)" : ""}`,
    got: JSON.stringify(shape) ?? String(shape),
  });
}
