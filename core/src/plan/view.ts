/** Windows on slots of memory, as a program knows them: strides are fixed, offsets may depend on numbers of the call. */
import type { DType } from "../tensor/dtype.js";
import { rowMajorStrides } from "../tensor/shape.js";

/** A number of the call times a stride. */
export interface OffsetTerm {
  readonly scalar: number;
  readonly times: number;
}

export interface View {
  /** Whose memory it is: an index into the slots of a program. */
  readonly slot: number;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  /** In elements, from the slot's own offset. */
  readonly offset: number;
  readonly terms: readonly OffsetTerm[];
}

export const isContiguous = ({ shape, strides }: View): boolean => {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] === 0) return true;
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis] as number;
  }
  return true;
};

export const transposed = (view: View, permutation: readonly number[]): View => ({
  ...view,
  shape: permutation.map((axis) => view.shape[axis] as number),
  strides: permutation.map((axis) => view.strides[axis] as number),
});

/** Stretched to a shape, aligned at the last axis. */
export function broadcast(view: View, shape: readonly number[]): View {
  const skip = shape.length - view.shape.length;
  const strides = shape.map((length, axis) =>
    axis < skip || (view.shape[axis - skip] === 1 && length !== 1)
      ? 0
      : (view.strides[axis - skip] as number),
  );
  return { ...view, shape, strides };
}

/** The same elements under another shape; undefined where that needs a copy. */
export function reshaped(view: View, shape: readonly number[]): View | undefined {
  if (isContiguous(view)) return { ...view, shape, strides: rowMajorStrides(shape) };
  const kept = view.shape.flatMap((length, axis) => (length === 1 ? [] : [axis]));
  const wanted = shape.flatMap((length, axis) => (length === 1 ? [] : [axis]));
  const same =
    kept.length === wanted.length && kept.every((axis, i) => view.shape[axis] === shape[wanted[i] as number]);
  if (!same) return undefined;
  const strides = shape.map((_, axis) => {
    const place = wanted.indexOf(axis);
    return place === -1 ? 0 : (view.strides[kept[place] as number] as number);
  });
  return { ...view, shape, strides };
}

/** A strided window. */
export function sliced(
  view: View,
  shape: readonly number[],
  starts: readonly (number | { readonly scalar: number })[],
  steps: readonly number[],
): View {
  let { offset } = view;
  const terms = [...view.terms];
  starts.forEach((start, axis) => {
    const stride = view.strides[axis] as number;
    if (typeof start === "number") offset += start * stride;
    else terms.push({ scalar: start.scalar, times: stride });
  });
  const strides = view.strides.map((stride, axis) => stride * (steps[axis] as number));
  return { ...view, shape, strides, offset, terms };
}
