/** A product of stacks of matrices, prepared. */
import {
  type Accumulation,
  arrayConstructor,
  type DotStep,
  type MatrixView,
  rowMajorStrides,
  sizeOf,
  type View,
} from "@bitale/core";
import { type Matrix, productOf } from "../kernels/dot.js";
import { productKernel } from "../kernels/gemm/matrix-product.js";
import { dataOf, numberOf, type Step, startOf, type Workshop } from "./frame.js";
import { nativeStep } from "./native-call.js";

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
export function dotStep(work: DotStep, workshop: Workshop): Step | undefined {
  if (work.out.shape.includes(0)) return undefined;
  return wasmStep(work, workshop) ?? scriptStep(work);
}

/** The product in WebAssembly. */
function wasmStep(
  { left, right, out, accumulation }: DotStep,
  { library, inArena }: Workshop,
): Step | undefined {
  const { dtype } = out;
  if (library === undefined) return undefined;
  const [m, n, k] = [left.free.length, right.free.length, left.depth.length];
  const product = productKernel(
    library,
    dtype,
    {
      ...{ m, n, k, aRow: left.free.stride, aDepth: left.depth.stride },
      ...{ bDepth: right.depth.stride, bColumn: right.free.stride },
    },
    accumulation && { row: n },
  );
  if (product === undefined) return undefined;
  const addend = accumulation?.addend;
  for (const view of [left.view, right.view, out, addend]) if (view !== undefined) inArena.add(view.slot);
  const shifted = (view: View, by: number): View => ({ ...view, offset: view.offset + by });
  const rights = batchOffsets(right.batch);
  return nativeStep(
    batchOffsets(left.batch).map((offset, i) => ({
      kernel: product,
      args: [
        shifted(left.view, offset),
        shifted(right.view, rights[i] as number),
        shifted(out, i * m * n),
        addend === undefined ? 0 : shifted(addend, i * m * n),
        accumulation ?? 1,
      ],
    })),
  );
}

/** The product in JavaScript, for every dtype. */
function scriptStep(work: DotStep): Step {
  const { left, right, out, accumulation } = work;
  if (accumulation !== undefined) return accumulatingStep(work, accumulation);
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

/** A product of floats in memory of its own first: the result may lie where the addend does. */
function accumulatingStep(work: DotStep, accumulation: Accumulation): Step {
  const { out } = work;
  const size = sizeOf(out.shape);
  const slot = out.slot;
  const alone = scriptStep({ ...work, out: { ...out, offset: 0, terms: [] }, accumulation: undefined });
  const product = new (arrayConstructor(out.dtype))(size) as Float64Array;
  return (frame) => {
    const [target, start] = [dataOf(frame, out), startOf(frame, out)];
    const [d, from] = [dataOf(frame, accumulation.addend), startOf(frame, accumulation.addend)];
    const scale = numberOf(frame, accumulation);
    const before = frame.offsets[slot] as number;
    frame.arrays[slot] = product;
    frame.offsets[slot] = 0;
    alone(frame);
    frame.arrays[slot] = target;
    frame.offsets[slot] = before;
    for (let i = 0; i < size; i++) {
      target[start + i] = (scale * (product[i] as number) + (d[from + i] as number)) as never;
    }
  };
}
