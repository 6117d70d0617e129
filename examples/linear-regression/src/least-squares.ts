/** The same coefficients without a step of descent, to compare with: the normal equations, solved directly. */
import { Matrix, solve } from "ml-matrix";
import type { Coefficients, Table } from "./model.js";

/** Least squares of a table, in float64. */
export function leastSquares({ features, targets }: Table): Coefficients {
  const columns = features.length / targets.length;
  const design = new Matrix(
    Array.from(targets, (_, row) => [1, ...features.subarray(row * columns, (row + 1) * columns)]),
  );
  const transposed = design.transpose();
  const solved = solve(transposed.mmul(design), transposed.mmul(Matrix.columnVector([...targets])));
  const [intercept = Number.NaN, ...slopes] = solved.to1DArray();
  return { intercept, slopes };
}
