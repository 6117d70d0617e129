/** Steps that are no loops over expressions: iota, moves by indices, and the checks of windows. */
import {
  type IndexingStep,
  type ReferenceKernel,
  referenceKernels,
  sizeOf,
  type View,
  type WholeName,
  type WholeStep,
} from "@bitale/core";
import { moveKernel } from "../kernels/gather.js";
import {
  aroundAxis,
  scatter,
  scatterAlongAxis,
  take,
  takeAlongAxis,
  type Window,
} from "../kernels/indexing.js";
import { nativeRandomBits } from "../kernels/random-bits.js";
import { addressOf, arrayOf, dataOf, type Frame, type Step, startOf, type Workshop } from "./frame.js";
import { isLinear, linearStep } from "./linear-step.js";
import { nativeStep } from "./native-call.js";

/** 0, 1, 2, … in the dtype of the result. */
export function iotaStep(out: View): Step {
  const size = sizeOf(out.shape);
  const big = out.dtype === "int64" || out.dtype === "uint64";
  return (frame) => {
    const data = dataOf(frame, out);
    const start = startOf(frame, out);
    if (big) {
      // The two halves of each element: bigints are slow.
      const halves = new Int32Array(data.buffer, data.byteOffset + start * 8, size * 2);
      for (let i = 0; i < size; i++) {
        halves[2 * i] = i;
        halves[2 * i + 1] = 0;
      }
    } else for (let i = 0; i < size; i++) data[start + i] = i;
  };
}

const windowOf = (frame: Frame, view: View): Window => ({
  data: dataOf(frame, view),
  start: startOf(frame, view),
});

/** take, scatter and their kin; operands are row-major, `out` of a scatter holds its base already. */
export function indexingStep(work: IndexingStep, workshop: Workshop): Step {
  const script = scriptStep(work);
  const native = moveStep(work, workshop);
  // What finds an index out of range in JavaScript also says which.
  return native === undefined ? script : (frame) => native(frame) || script(frame);
}

/** The move in WebAssembly, which tells whether all indices were in range. */
function moveStep(
  work: IndexingStep,
  { library, inArena }: Workshop,
): ((frame: Frame) => boolean) | undefined {
  const { op, out, params } = work;
  const [first, indices, value] = work.operands as [View, View, View | undefined];
  if (library === undefined || (indices.dtype !== "int32" && indices.dtype !== "int64")) return undefined;
  const along = op.endsWith("AlongAxis");
  const [table, rows] = value === undefined ? [first, out] : [out, value];
  const kernel = moveKernel(
    library,
    {
      kind: "mode" in params ? params.mode : "take",
      along,
      dtype: out.dtype,
      indices: indices.dtype,
    },
    aroundAxis(first.shape, params.axis),
    along ? (indices.shape[params.axis] as number) : sizeOf(indices.shape),
  );
  if (kernel === undefined) return undefined;
  for (const { slot } of [table, indices, rows]) inArena.add(slot);
  return (frame) => kernel(addressOf(frame, table), addressOf(frame, indices), addressOf(frame, rows));
}

function scriptStep(work: IndexingStep): Step {
  const { out } = work;
  const [first, indices, value] = work.operands as [View, View, View | undefined];
  switch (work.op) {
    case "take": {
      const around = aroundAxis(first.shape, work.params.axis);
      const count = sizeOf(indices.shape);
      return (frame) =>
        take(windowOf(frame, first), around, windowOf(frame, indices), count, windowOf(frame, out));
    }
    case "takeAlongAxis": {
      const around = aroundAxis(first.shape, work.params.axis);
      const count = indices.shape[work.params.axis] as number;
      return (frame) =>
        takeAlongAxis(windowOf(frame, first), around, windowOf(frame, indices), count, windowOf(frame, out));
    }
    case "scatter": {
      const around = aroundAxis(first.shape, work.params.axis);
      const count = sizeOf(indices.shape);
      const { mode } = work.params;
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
      const around = aroundAxis(first.shape, work.params.axis);
      const count = indices.shape[work.params.axis] as number;
      const { mode } = work.params;
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
  }
}

/** A primitive on whole operands: in WebAssembly, else by core's reference kernel. */
export function wholeStep(work: WholeStep, workshop: Workshop): Step {
  const draw = work.op === "randomBits" ? nativeRandomBits(work, workshop) : undefined;
  if (draw !== undefined) return nativeStep([draw]);
  const reference = referenceStep(work);
  const native = isLinear(work) ? linearStep(work, workshop) : undefined;
  // Where there is no result, the reference kernel also says why.
  return native === undefined ? reference : (frame) => native(frame) || reference(frame);
}

function referenceStep({ op, params, operands, out }: WholeStep): Step {
  const kernel = referenceKernels[op] as ReferenceKernel<WholeName>;
  return (frame) => {
    const inputs = operands.map((view) => arrayOf(frame, view));
    const { dtype, shape } = out;
    const result = kernel({ params: params as never, inputs, dtype, shape, scalars: frame.scalars });
    (dataOf(frame, out) as Float64Array).set(result.data as never, startOf(frame, out));
  };
}
