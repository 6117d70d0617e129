/** How a dense operand of any rank up to 2 is spread over a matrix. */
import type { Dim, NDArray, Shape } from "@bitale/core";
import type { DenseSteps } from "../kernels/sample.js";
import { type MatrixShape, shapeMismatch } from "./operand.js";

/** What the elements of a vector belong to: NumPy's broadcasting puts one on each column. */
export type VectorPer = "column" | "row";

/** The lengths of a dense operand as a matrix, ones where it is spread. */
function asMatrix(shape: Shape, per: VectorPer): MatrixShape {
  if (shape.length === 2) return [shape[0] as Dim, shape[1] as Dim];
  const length = shape[0] ?? null;
  if (shape.length === 0) return [1, 1];
  return per === "column" ? [1, length] : [length, 1];
}

/** The dense operand must spread to the shape of the matrix, not beyond. @throws BitaleRangeError SHAPE_MISMATCH */
export function checkSpread(op: string, matrix: MatrixShape, dense: Shape, per: VectorPer): void {
  const fits = asMatrix(dense, per).every((length, axis) => {
    const wanted = matrix[axis] as Dim;
    return length === 1 || length === null || wanted === null || length === wanted;
  });
  if (!fits) shapeMismatch(op, "the dense operand does not broadcast to the sparse one", [matrix, dense]);
}

/** Steps of a row-major array of this shape, 0 along an axis where one element serves all. */
export function spreadSteps(shape: readonly number[], per: VectorPer): Omit<DenseSteps, "data"> {
  const [rows, columns] = asMatrix(shape, per) as [number, number];
  return { rowStep: rows === 1 ? 0 : columns, columnStep: columns === 1 ? 0 : 1 };
}

/** The elements of a dense operand and their steps. */
export const denseSteps = (dense: NDArray, per: VectorPer = "column"): DenseSteps => ({
  data: dense.flat(),
  ...spreadSteps(dense.shape, per),
});
