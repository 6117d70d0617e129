import { isBig } from "../dtype.js";
import type { NDArray, Scalar } from "../ndarray.js";
import { sizeOf } from "../shape.js";
import { elementsOf, fillNDArray } from "./elements.js";
import { accumulating } from "./folds.js";
import type { ReferenceKernels } from "./kernel.js";

/** An operand as [batch, free, contracted], row-major. */
interface Rows {
  readonly elements: readonly Scalar[];
  readonly free: number;
  readonly contracted: number;
}

function rowsOf(operand: NDArray, batch: readonly number[], contract: readonly number[]): Rows {
  const free = operand.shape
    .map((_, axis) => axis)
    .filter((a) => !batch.includes(a) && !contract.includes(a));
  const length = (axes: readonly number[]): number => sizeOf(axes.map((axis) => operand.shape[axis]!));
  return {
    elements: elementsOf(operand.transpose([...batch, ...free, ...contract])),
    free: length(free),
    contracted: length(contract),
  };
}

/**
 * The general dot: sums of products over the contracted axes, for each batch and each pair of free positions.
 * Floats accumulate in float64 and are rounded once; integers wrap; bool is "or" of "and"s. An empty sum is
 * 0.
 */
export const dotKernels: ReferenceKernels<"dot"> = {
  dot: ({ params: { contract, batch }, inputs, dtype, shape }) => {
    const left = rowsOf(inputs[0]!, batch[0], contract[0]);
    const right = rowsOf(inputs[1]!, batch[1], contract[1]);
    const add = accumulating("add", dtype);
    const mul = accumulating("mul", dtype);
    return fillNDArray(shape, dtype, (flat) => {
      const leftRow = Math.floor(flat / right.free) * left.contracted;
      const block = Math.floor(flat / (left.free * right.free));
      const rightRow = (block * right.free + (flat % right.free)) * left.contracted;
      let sum: Scalar = isBig(dtype) ? 0n : 0;
      for (let k = 0; k < left.contracted; k++) {
        sum = add(sum, mul(left.elements[leftRow + k]!, right.elements[rightRow + k]!));
      }
      return sum;
    });
  },
};
