/** Reductions as left folds over the elements of the reduced axes, in row-major order. */
import { BitaleRangeError } from "../../errors.js";
import type { NDArray, Scalar } from "../ndarray.js";
import type { ArgReductionName, BinaryName, LoweredName, ReductionName } from "../primitives.js";
import { shapeText, sizeOf } from "../shape.js";
import { elementsOf, fillNDArray } from "./elements.js";
import { accumulating } from "./folds.js";
import type { ReferenceKernel, ReferenceKernels } from "./kernel.js";

/** What a reduction does with two elements, and its result for no element at all. */
interface Fold {
  readonly step: BinaryName;
  readonly empty: 0 | 1 | undefined;
}

const folds: { readonly [N in ReductionName]: Fold } = {
  sum: { step: "add", empty: 0 },
  prod: { step: "mul", empty: 1 },
  max: { step: "maximum", empty: undefined },
  min: { step: "minimum", empty: undefined },
  any: { step: "or", empty: 0 },
  all: { step: "and", empty: 1 },
};

/** The elements in groups of `size`, one group for each element of the result. */
interface Groups {
  readonly elements: readonly Scalar[];
  readonly size: number;
}

/** @throws BitaleRangeError SHAPE_MISMATCH where an axis that must not be empty is */
function grouped(x: NDArray, axes: readonly number[], op: LoweredName, mayBeEmpty: boolean): Groups {
  if (!mayBeEmpty && axes.some((axis) => x.shape[axis] === 0)) {
    throw new BitaleRangeError("SHAPE_MISMATCH", {
      subject: op,
      problem: "an empty axis has no extreme value",
      got: `shape ${shapeText(x.shape)}`,
    });
  }
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
  return {
    elements: elementsOf(x.transpose([...kept, ...axes])),
    size: sizeOf(axes.map((axis) => x.shape[axis]!)),
  };
}

const reduction =
  (op: ReductionName): ReferenceKernel<ReductionName> =>
  ({ params, inputs, dtype, shape }) => {
    const x = inputs[0]!;
    const { step, empty } = folds[op];
    const { elements, size } = grouped(
      x,
      [...params.axes].sort((a, b) => a - b),
      op,
      empty !== undefined,
    );
    const combine = accumulating(step, x.dtype);
    return fillNDArray(shape, dtype, (group) => {
      if (size === 0) return empty as number;
      let result = elements[group * size]!;
      for (let i = 1; i < size; i++) result = combine(result, elements[group * size + i]!);
      return result;
    });
  };

const argReduction =
  (op: ArgReductionName, better: (x: Scalar, y: Scalar) => boolean): ReferenceKernel<ArgReductionName> =>
  ({ params, inputs, dtype, shape }) => {
    const { elements, size } = grouped(inputs[0]!, [params.axis], op, false);
    return fillNDArray(shape, dtype, (group) => {
      let best = 0;
      for (let i = 1; i < size; i++) {
        const champion = elements[group * size + best]!;
        const challenger = elements[group * size + i]!;
        if (Number.isNaN(champion)) break;
        if (Number.isNaN(challenger) || better(challenger, champion)) best = i;
      }
      return best;
    });
  };

/**
 * Kernels of the reductions. float16 and float32 accumulate in float64 and are rounded once; integers wrap;
 * NaN wins in max, min, argmax and argmin, the first one where the position counts; ties go to the first.
 */
export const reductionKernels: ReferenceKernels<ReductionName | ArgReductionName> = {
  sum: reduction("sum"),
  prod: reduction("prod"),
  max: reduction("max"),
  min: reduction("min"),
  any: reduction("any"),
  all: reduction("all"),
  argmax: argReduction("argmax", (x, y) => x > y),
  argmin: argReduction("argmin", (x, y) => x < y),
};
