/** Windows that move over axes, as convolution and pooling have them: how many there are, and what each tap reads. */
import { BitaleTypeError } from "../../errors.js";
import { primitive } from "../primitive-op.js";
import { addLengths, floorDivLengths, maxLength, mulLengths, subLengths } from "./lengths.js";
import type { TensorVariable } from "./operands.js";
import type { Margin } from "./padding.js";
import { type Length, lengths, lengthsOf } from "./shaping.js";

/** One number for each axis, or one for all. */
export type PerAxis = number | readonly number[];
/**
 * Margins around the axes: none ("valid"), so many that the result has ceil(length / stride) entries ("same", the odd
 * one behind, as in TensorFlow), one number, or [before, behind] for each axis.
 */
export type WindowPadding = "valid" | "same" | number | readonly Margin[];

export interface WindowOptions {
  /** Steps between windows. */
  readonly strides?: PerAxis | undefined;
  /** Distance between neighbours in a window (default 1). */
  readonly dilation?: PerAxis | undefined;
  /** Default: "valid". */
  readonly padding?: WindowPadding | undefined;
  /** Where the channels stand: behind the axes that windows move over ("last", default), or before them ("first"). */
  readonly channels?: "last" | "first" | undefined;
}

/** The windows along one axis. */
export interface WindowAxis {
  /** Entries of a window. */
  readonly size: Length;
  readonly stride: number;
  readonly dilation: number;
  readonly margin: Margin;
  /** How many windows there are. */
  readonly count: Length;
}

/** A number for each of so many axes. @throws BitaleTypeError BAD_OPERAND */
export function perAxis(value: PerAxis, axes: number, what: string): readonly number[] {
  const list = typeof value === "number" ? new Array<number>(axes).fill(value) : value;
  if (list.length === axes && list.every((n) => Number.isInteger(n) && n > 0)) return list;
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: what,
    problem: "positive integers are needed",
    expected: `one, or one for each of ${axes} axes`,
    got: JSON.stringify(value),
  });
}

/** @throws BitaleTypeError BAD_OPERAND */
function marginOf(padding: WindowPadding, axis: number, total: Length): Margin {
  if (padding === "valid") return [0, 0];
  if (padding === "same") {
    const before = floorDivLengths(total, 2);
    return [before, subLengths(total, before)];
  }
  if (typeof padding === "number") return [padding, padding];
  const margin = padding[axis];
  if (Array.isArray(margin) && margin.length === 2) return margin as unknown as Margin;
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: "padding",
    problem: `no margins for axis ${axis} of those that windows move over`,
    expected: '"valid", "same", a number, or [before, behind] for each axis',
    got: JSON.stringify(padding),
  });
}

/** Windows of these sizes on axes of these lengths. */
export function windowAxes(
  axisLengths: readonly Length[],
  sizes: readonly Length[],
  { strides = 1, dilation = 1, padding = "valid" }: WindowOptions,
): WindowAxis[] {
  const [steps, gaps] = [
    perAxis(strides, sizes.length, "strides"),
    perAxis(dilation, sizes.length, "dilation"),
  ];
  return sizes.map((size, axis): WindowAxis => {
    const [stride, gap, length] = [steps[axis] as number, gaps[axis] as number, axisLengths[axis] as Length];
    const extent = addLengths(mulLengths(subLengths(size, 1), gap), 1);
    const wanted = floorDivLengths(addLengths(length, stride - 1), stride);
    const reach = addLengths(mulLengths(subLengths(wanted, 1), stride), extent);
    const margin = marginOf(padding, axis, maxLength(subLengths(reach, length), 0));
    const free = subLengths(addLengths(length, addLengths(...margin)), extent);
    const count = maxLength(addLengths(floorDivLengths(free, stride), 1), 0);
    return { size, stride, dilation: gap, margin, count };
  });
}

/**
 * What entry `offsets` of every window reads: a strided slice.
 * @param axes of windows, from axis 1 of x on; the others are taken whole
 */
export function tap(
  x: TensorVariable,
  axes: readonly WindowAxis[],
  offsets: readonly number[],
): TensorVariable {
  const whole = lengthsOf(x);
  const inside = (axis: number): boolean => axis >= 1 && axis <= axes.length;
  const starts = whole.map((_, axis) =>
    inside(axis) ? (offsets[axis - 1] as number) * (axes[axis - 1] as WindowAxis).dilation : 0,
  );
  const steps = whole.map((_, axis) => (inside(axis) ? (axes[axis - 1] as WindowAxis).stride : 1));
  const counts = whole.map((length, axis) => (inside(axis) ? (axes[axis - 1] as WindowAxis).count : length));
  const sizes = lengths(counts);
  return primitive("slice", { starts, sizes: sizes.spec, steps }, [x, ...sizes.operands]);
}

/** Margins for `pad`: those of the windows, none around the first axis and the channels. */
export const marginsAround = (axes: readonly WindowAxis[]): readonly Margin[] => [
  [0, 0],
  ...axes.map(({ margin }) => margin),
  [0, 0],
];
