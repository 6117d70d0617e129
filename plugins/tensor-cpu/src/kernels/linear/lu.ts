/**
 * Elimination with partial pivoting by halves of the columns (S. Toledo, "Locality of reference in LU decomposition
 * with partial pivoting", 1997): most of it is products.
 */
import type { KernelLibrary } from "../kernel-library.js";
import type { BlockKernels } from "./block-kernels.js";
import { panelColumns } from "./elimination.js";
import {
  type BlockPlace,
  elementBytes,
  halfOf,
  inOrder,
  type Part,
  spreadRow,
  subtractProduct,
} from "./parts.js";
import { solveTriangle } from "./triangular.js";

/** From one row to the next, in elements: whole panels. */
export const paddedRow = (side: number): number => spreadRow(Math.ceil(side / panelColumns) * panelColumns);

/**
 * Replaces the left matrix by its factors: the upper one, and below it the lower one, whose diagonal is 1; its rows are
 * `paddedRow(side)` elements apart. The right one becomes the list of exchanges: for each row in order, the number (32
 * bits) of the one that it changed places with. It cannot be done where a pivot is zero. undefined: no WebAssembly.
 */
export function factorGeneral(
  library: KernelLibrary,
  kernels: BlockKernels,
  side: number,
  start = 0,
  columns = side,
): Part | undefined {
  const row = paddedRow(side);
  const at = start * (row + 1);
  if (columns <= panelColumns) {
    const [panel, wholeRow, bytes] = [at, start * row, row].map((n) => n * elementBytes) as [
      number,
      number,
      number,
    ];
    return (left, pivots) =>
      kernels.eliminate(
        ...[side - start, columns, left + panel, bytes, left + wholeRow, bytes, pivots + start * 4, start],
      ) === 0;
  }
  const first = halfOf(columns, panelColumns);
  const rest = columns - first;
  const place = (down: number, across: number): BlockPlace => ({
    ...{ of: "left", at: at + down * row + across, row, column: 1 },
  });
  const below = side - start - first;
  return inOrder(
    factorGeneral(library, kernels, side, start, first),
    solveTriangle(library, kernels, {
      ...{ side: first, columns: rest, lower: true, unit: true },
      ...{ matrix: place(0, 0), sides: place(0, first) },
    }),
    subtractProduct(library, [below, rest, first], place(first, 0), place(0, first), place(first, first)),
    factorGeneral(library, kernels, side, start + first, rest),
  );
}
