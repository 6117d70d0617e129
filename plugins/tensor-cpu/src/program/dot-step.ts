/** A product of stacks of matrices, prepared. */
import { type DotStep, type MatrixView, rowMajorStrides, sizeOf } from "@bitale/core";
import { type Matrix, productOf } from "../kernels/dot.js";
import { dataOf, type Step, startOf } from "./frame.js";

/** Offsets of every matrix of a batch, in elements. */
function batchOffsets({ lengths, strides }: MatrixView["batch"]): number[] {
  const places = rowMajorStrides(lengths);
  return Array.from({ length: sizeOf(lengths) }, (_, at) =>
    lengths.reduce((sum, length, i) => {
      const index = Math.floor(at / (places[i] as number)) % length;
      return sum + index * (strides[i] as number);
    }, 0),
  );
}

/** Prepares a product; undefined where there is nothing to write. */
export function dotStep({ left, right, out }: DotStep): Step | undefined {
  if (out.shape.includes(0)) return undefined;
  const product = productOf(out.dtype);
  const [m, n, k] = [left.free.length, right.free.length, left.depth.length];
  const [lefts, rights] = [batchOffsets(left.batch), batchOffsets(right.batch)];
  return (frame) => {
    const [x, y, z] = [dataOf(frame, left.view), dataOf(frame, right.view), dataOf(frame, out)];
    const [xs, ys, zs] = [startOf(frame, left.view), startOf(frame, right.view), startOf(frame, out)];
    for (let i = 0; i < lefts.length; i++) {
      const a: Matrix = {
        data: x,
        offset: xs + (lefts[i] as number),
        rowStride: left.free.stride,
        columnStride: left.depth.stride,
      };
      const b: Matrix = {
        data: y,
        offset: ys + (rights[i] as number),
        rowStride: right.depth.stride,
        columnStride: right.free.stride,
      };
      product(m, n, k, a, b, z, zs + i * m * n);
    }
  };
}
