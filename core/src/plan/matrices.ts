/** Operands of a general dot as stacks of matrices: axes are gathered into batch, free and depth. */
import type { DotParams } from "../tensor/primitives.js";
import { sizeOf } from "../tensor/shape.js";
import type { MatrixView } from "./steps.js";
import { transposed, type View } from "./view.js";

/** Several axes walked as one: their length and stride; undefined where memory does not allow it. */
function grouped(view: View, axes: readonly number[]): { length: number; stride: number } | undefined {
  // Nothing is read of an empty view, whatever its strides.
  if (view.shape.includes(0))
    return { length: sizeOf(axes.map((axis) => view.shape[axis] as number)), stride: 0 };
  let length = 1;
  let stride = 0;
  for (const axis of [...axes].reverse()) {
    const [n, s] = [view.shape[axis] as number, view.strides[axis] as number];
    if (n === 1) continue;
    if (length !== 1 && s !== stride * length) return undefined;
    if (length === 1) stride = s;
    length *= n;
  }
  return { length, stride };
}

/**
 * One operand of a dot. @param side 0: left, 1: right
 * @param contiguous makes a row-major copy of a view that cannot be read by strides
 */
export function matrixView(
  view: View,
  params: DotParams,
  side: 0 | 1,
  contiguous: (view: View) => View,
): MatrixView {
  return gather(view, params.batch[side], params.contract[side], contiguous);
}

function gather(
  view: View,
  batch: readonly number[],
  contract: readonly number[],
  contiguous: (view: View) => View,
): MatrixView {
  const free = view.shape
    .map((_, axis) => axis)
    .filter((axis) => !batch.includes(axis) && !contract.includes(axis));
  const [rows, depth] = [grouped(view, free), grouped(view, contract)];
  if (rows !== undefined && depth !== undefined) {
    const lengths = batch.map((axis) => view.shape[axis] as number);
    const strides = batch.map((axis) => view.strides[axis] as number);
    return { view, batch: { lengths, strides }, free: rows, depth };
  }
  const copy = contiguous(transposed(view, [...batch, ...free, ...contract]));
  const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
  return gather(copy, range(0, batch.length), range(batch.length + free.length, contract.length), contiguous);
}
