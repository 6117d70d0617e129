/** Steps that are no loops over expressions: iota, moves by indices, and the checks of windows. */
import { BitaleRangeError, type PrimitiveNode, type StartSpec, sizeOf } from "@bitale/core";
import {
  aroundAxis,
  scatter,
  scatterAlongAxis,
  take,
  takeAlongAxis,
  type Window,
} from "../kernels/indexing.js";
import { dataOf, type Frame, type Step, startOf } from "./frame.js";
import type { View } from "./view.js";

/** 0, 1, 2, … in the dtype of the result. */
export function iotaStep(out: View): Step {
  const size = sizeOf(out.shape);
  const big = out.dtype === "int64" || out.dtype === "uint64";
  return (frame) => {
    const data = dataOf(frame, out);
    const start = startOf(frame, out);
    for (let i = 0; i < size; i++) data[start + i] = (big ? BigInt(i) : i) as never;
  };
}

const windowOf = (frame: Frame, view: View): Window => ({
  data: dataOf(frame, view),
  start: startOf(frame, view),
});

/** take, scatter and their kin; operands are row-major, `out` of a scatter holds its base already. */
export function indexingStep(node: PrimitiveNode, operands: readonly View[], out: View): Step {
  const [first, indices, value] = operands as [View, View, View | undefined];
  switch (node.op) {
    case "take": {
      const around = aroundAxis(first.shape, node.params.axis);
      const count = sizeOf(indices.shape);
      return (frame) =>
        take(windowOf(frame, first), around, windowOf(frame, indices), count, windowOf(frame, out));
    }
    case "takeAlongAxis": {
      const around = aroundAxis(first.shape, node.params.axis);
      const count = indices.shape[node.params.axis] as number;
      return (frame) =>
        takeAlongAxis(windowOf(frame, first), around, windowOf(frame, indices), count, windowOf(frame, out));
    }
    case "scatter": {
      const around = aroundAxis(first.shape, node.params.axis);
      const count = sizeOf(indices.shape);
      const { mode } = node.params;
      return (frame) =>
        scatter(
          windowOf(frame, out),
          around,
          windowOf(frame, indices),
          count,
          windowOf(frame, value as View),
          out.dtype,
          mode,
        );
    }
    case "scatterAlongAxis": {
      const around = aroundAxis(first.shape, node.params.axis);
      const count = indices.shape[node.params.axis] as number;
      const { mode } = node.params;
      return (frame) =>
        scatterAlongAxis(
          windowOf(frame, out),
          around,
          windowOf(frame, indices),
          count,
          windowOf(frame, value as View),
          out.dtype,
          mode,
        );
    }
    default:
      throw new TypeError(`${node.op} is no move by indices`);
  }
}

/** Checks of the starts that are only known at the call: the window must stay inside. */
export function windowCheck(
  shape: readonly number[],
  size: readonly number[],
  starts: readonly StartSpec[],
  steps: readonly number[],
): Step[] {
  return starts.flatMap((start, axis): Step[] => {
    const [length, count, step] = [shape[axis] as number, size[axis] as number, steps[axis] as number];
    if (typeof start === "number" || count === 0) return [];
    return [
      (frame) => {
        const first = frame.scalars[start.scalar] as number;
        const last = first + (count - 1) * step;
        if (Math.min(first, last) >= 0 && Math.max(first, last) < length) return;
        throw new BitaleRangeError("INDEX_OUT_OF_BOUNDS", {
          subject: "slice",
          problem: `${count} elements from ${first} in steps of ${step} leave axis ${axis} of length ${length}`,
        });
      },
    ];
  });
}
