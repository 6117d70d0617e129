/** Systems with a triangular matrix: halves of it are solved one after the other, with a product in between. */
import type { KernelLibrary } from "../kernel-library.js";
import type { BlockKernels } from "./block-kernels.js";
import { type BlockPlace, elementBytes, halfOf, inOrder, type Part, subtractProduct } from "./parts.js";

/** Side up to which a matrix is solved by substitution. */
const smallSide = 32;

export interface Triangle {
  readonly side: number;
  /** Of the right sides. */
  readonly columns: number;
  /** Whether it is a lower triangle, which is walked down, or an upper one, which is walked up. */
  readonly lower: boolean;
  /** Whether ones stand for its diagonal. */
  readonly unit: boolean;
  readonly matrix: BlockPlace;
  /** Replaced by the solution; elements of a row are neighbours. */
  readonly sides: BlockPlace;
}

/** a x = b, in place of b; it cannot be done where the diagonal has a zero. undefined: no WebAssembly. */
export function solveTriangle(
  library: KernelLibrary,
  kernels: BlockKernels,
  triangle: Triangle,
): Part | undefined {
  const { side, columns, lower, matrix, sides } = triangle;
  if (side <= smallSide) return substitution(kernels, triangle);
  const first = halfOf(side, smallSide);
  const halves = {
    top: solveTriangle(library, kernels, { ...triangle, side: first }),
    bottom: solveTriangle(library, kernels, {
      ...triangle,
      side: side - first,
      matrix: { ...matrix, at: matrix.at + first * (matrix.row + matrix.column) },
      sides: { ...sides, at: sides.at + first * sides.row },
    }),
  };
  const below = { ...sides, at: sides.at + first * sides.row };
  return lower
    ? inOrder(
        halves.top,
        subtractProduct(
          library,
          [side - first, columns, first],
          { ...matrix, at: matrix.at + first * matrix.row },
          sides,
          below,
        ),
        halves.bottom,
      )
    : inOrder(
        halves.bottom,
        subtractProduct(
          library,
          [first, columns, side - first],
          { ...matrix, at: matrix.at + first * matrix.column },
          below,
          sides,
        ),
        halves.top,
      );
}

function substitution(
  { substitute }: BlockKernels,
  { side, columns, lower, unit, matrix, sides }: Triangle,
): Part {
  // An upper triangle is a lower one from its last element on.
  const sign = lower ? 1 : -1;
  const last = lower ? 0 : side - 1;
  const [aRow, aColumn, bRow] = [matrix.row, matrix.column, sides.row].map(
    (stride) => sign * stride * elementBytes,
  ) as [number, number, number];
  const aStart = (matrix.at + last * (matrix.row + matrix.column)) * elementBytes;
  const bStart = (sides.at + last * sides.row) * elementBytes;
  return (left, right) => {
    const a = (matrix.of === "left" ? left : right) + aStart;
    const b = (sides.of === "left" ? left : right) + bStart;
    return substitute(side, columns, a, aRow, aColumn, b, bRow, unit ? 1 : 0) === 0;
  };
}
