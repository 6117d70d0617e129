/** Lines of elements along an axis, prepared. */
import { type DType, type LinesStep, type NDArray, referenceKernels } from "@bitale/core";
import { nativeLines } from "../kernels/native-lines.js";
import { arrayOf, dataOf, type Step, startOf, type Workshop } from "./frame.js";
import { nativeStep } from "./native-call.js";

/** Prepares work on lines; undefined where there are none. */
export function linesStep(work: LinesStep, workshop: Workshop): Step | undefined {
  if (work.out.shape.includes(0)) return undefined;
  const call = nativeLines(work, workshop);
  return call === undefined ? referenceStep(work) : nativeStep([call]);
}

/** The same by core's reference kernels. */
function referenceStep({ op, axis, operand, out }: LinesStep): Step {
  const { shape } = out;
  const call = (inputs: readonly NDArray[], dtype: DType) => ({
    ...{ params: { axis }, inputs, dtype, shape, scalars: [] },
  });
  return (frame) => {
    const input = arrayOf(frame, operand);
    const result =
      op === "sort"
        ? referenceKernels.takeAlongAxis(
            call([input, referenceKernels.argsort(call([input], "int64"))], out.dtype),
          )
        : referenceKernels[op](call([input], out.dtype));
    (dataOf(frame, out) as Float64Array).set(result.data as never, startOf(frame, out));
  };
}
