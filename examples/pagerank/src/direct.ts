/** The same ranks without an iteration, to compare with: they solve a system of linear equations. */
import { Matrix, solve } from "ml-matrix";
import type { Transitions } from "./transitions.js";

/** The ranks r with (1 - d (P + s / n)) r = (1 - d) / n, in float64. */
export function solveRanks({ matrix, stranded }: Transitions, damping: number): number[] {
  const [n] = matrix.shape;
  const system = Matrix.eye(n, n);
  const { data, indices, indptr } = matrix;
  for (let to = 0; to < n; to++) {
    for (let from = 0; from < n; from++) {
      system.set(to, from, system.get(to, from) - (damping * Number(stranded[from])) / n);
    }
    for (let at = Number(indptr[to]); at < Number(indptr[to + 1]); at++) {
      const from = Number(indices[at]);
      system.set(to, from, system.get(to, from) - damping * Number(data[at]));
    }
  }
  return solve(system, Matrix.columnVector(new Array<number>(n).fill((1 - damping) / n))).to1DArray();
}
