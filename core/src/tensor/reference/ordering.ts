/** argsort, running sums, products and extremes along one axis. */
import { emptyNDArray, type NDArray, type Scalar, writeElement } from "../ndarray.js";
import type { BinaryName, CumulativeName } from "../primitives.js";
import { elementsOf, stored } from "./elements.js";
import { accumulating, accumulatorOf } from "./folds.js";
import type { ReferenceKernel, ReferenceKernels } from "./kernel.js";

/** Calls `visit` with the row-major positions of every line along an axis. */
function eachLine(
  shape: readonly number[],
  axis: number,
  visit: (positions: readonly number[]) => void,
): void {
  const length = shape[axis] ?? 1;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) visit(Array.from({ length }, (_, j) => (o * length + j) * inner + i));
  }
}

/** Ascending; NaN behind everything. */
function compare(a: Scalar, b: Scalar): number {
  if (Number.isNaN(a as number)) return Number.isNaN(b as number) ? 0 : 1;
  if (Number.isNaN(b as number)) return -1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What a binary function makes of an axis so far; floats are kept in float64 and rounded where they are written. */
const running =
  (op: BinaryName): ReferenceKernel<CumulativeName> =>
  ({ params, inputs, dtype, shape }) => {
    const elements = elementsOf(inputs[0] as NDArray);
    const result = emptyNDArray(shape, dtype);
    const next = accumulating(op, accumulatorOf(dtype));
    eachLine(shape, params.axis, (positions) => {
      let sofar: Scalar | undefined;
      for (const position of positions) {
        const element = elements[position] as Scalar;
        sofar = sofar === undefined ? element : next(sofar, element);
        writeElement(result, position, stored(sofar, dtype));
      }
    });
    return result;
  };

export const orderingKernels: ReferenceKernels<"argsort" | CumulativeName> = {
  argsort: ({ params, inputs, dtype, shape }) => {
    const elements = elementsOf(inputs[0] as NDArray);
    const result = emptyNDArray(shape, dtype);
    eachLine(shape, params.axis, (positions) => {
      const order = positions.map((_, j) => j);
      order.sort(
        (p, q) =>
          compare(elements[positions[p] as number] as Scalar, elements[positions[q] as number] as Scalar) ||
          p - q,
      );
      positions.forEach((position, j) => writeElement(result, position, BigInt(order[j] as number)));
    });
    return result;
  },
  cumsum: running("add"),
  cumprod: running("mul"),
  cummax: running("maximum"),
  cummin: running("minimum"),
};
