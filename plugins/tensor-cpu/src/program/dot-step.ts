/** A general dot as products of matrices: axes are gathered into batch, rows, columns and depth. */
import { type DotParams, rowMajorStrides, sizeOf } from "@bitale/core";
import { type Matrix, productOf } from "../kernels/dot.js";
import { dataOf, type Frame, type Step, startOf } from "./frame.js";
import { transposed, type View } from "./view.js";

/** Several axes walked as one: their length and stride; undefined where memory does not allow it. */
function grouped(view: View, axes: readonly number[]): { length: number; stride: number } | undefined {
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

const freeAxes = (view: View, taken: readonly (readonly number[])[]): number[] =>
  view.shape.map((_, axis) => axis).filter((axis) => !taken.some((list) => list.includes(axis)));

interface Side {
  readonly view: View;
  readonly batch: readonly number[];
  readonly free: { readonly length: number; readonly stride: number };
  readonly depth: { readonly length: number; readonly stride: number };
}

function sideOf(
  view: View,
  batch: readonly number[],
  contract: readonly number[],
  contiguous: (view: View) => View,
): Side {
  const free = freeAxes(view, [batch, contract]);
  const [rows, depth] = [grouped(view, free), grouped(view, contract)];
  if (rows !== undefined && depth !== undefined) return { view, batch, free: rows, depth };
  const copy = contiguous(transposed(view, [...batch, ...free, ...contract]));
  const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);
  const moved = range(batch.length + free.length, contract.length);
  return sideOf(copy, range(0, batch.length), moved, contiguous);
}

/** Offsets of every pair of matrices of a batch. */
function batchOffsets({ view, batch }: Side): number[] {
  const lengths = batch.map((axis) => view.shape[axis] as number);
  const strides = rowMajorStrides(lengths);
  return Array.from({ length: sizeOf(lengths) }, (_, at) =>
    batch.reduce((sum, axis, i) => {
      const index = Math.floor(at / (strides[i] as number)) % (lengths[i] as number);
      return sum + index * (view.strides[axis] as number);
    }, 0),
  );
}

/** Prepares a dot. @param contiguous makes a row-major copy of a view that cannot be read by strides */
export function dotStep(
  left: View,
  right: View,
  { contract, batch }: DotParams,
  out: View,
  contiguous: (view: View) => View,
): { readonly run: Step | undefined; readonly left: View; readonly right: View } {
  const a = sideOf(left, batch[0], contract[0], contiguous);
  const b = sideOf(right, batch[1], contract[1], contiguous);
  const operands = { left: a.view, right: b.view };
  if (out.shape.includes(0)) return { ...operands, run: undefined };
  const product = productOf(out.dtype);
  const [m, n, k] = [a.free.length, b.free.length, a.depth.length];
  const [aOffsets, bOffsets] = [batchOffsets(a), batchOffsets(b)];
  const run = (frame: Frame): void => {
    const [x, y, z] = [dataOf(frame, a.view), dataOf(frame, b.view), dataOf(frame, out)];
    const [xs, ys, zs] = [startOf(frame, a.view), startOf(frame, b.view), startOf(frame, out)];
    for (let i = 0; i < aOffsets.length; i++) {
      const first: Matrix = {
        data: x,
        offset: xs + (aOffsets[i] as number),
        rowStride: a.free.stride,
        columnStride: a.depth.stride,
      };
      const second: Matrix = {
        data: y,
        offset: ys + (bOffsets[i] as number),
        rowStride: b.depth.stride,
        columnStride: b.free.stride,
      };
      product(m, n, k, first, second, z, zs + i * m * n);
    }
  };
  return { ...operands, run };
}
