/** The factor of symmetric positive definite matrices: a = uᵀ u by halves, most of it products. */
import type { KernelLibrary } from "../kernel-library.js";
import type { BlockKernels } from "./block-kernels.js";
import { type BlockPlace, elementBytes, halfOf, inOrder, type Part, subtractProduct } from "./parts.js";
import { solveTriangle } from "./triangular.js";

/** Side up to which rows are factored one by one. */
const smallSide = 32;

/** Side up to which a symmetric product is computed as if it had no symmetry. */
const wholeSide = 64;

/**
 * Factors the left matrix, with rows `row` elements apart, in place of its upper triangle; below it anything may stand,
 * and does so afterwards. It cannot be done where a leading minor is not positive. undefined: no WebAssembly.
 */
export function factorSymmetric(
  library: KernelLibrary,
  kernels: BlockKernels,
  side: number,
  row: number,
  start = 0,
): Part | undefined {
  const at = start * (row + 1);
  if (side <= smallSide) {
    return (left) => kernels.factor(side, left + at * elementBytes, row * elementBytes) === 0;
  }
  const first = halfOf(side, smallSide);
  const rest = side - first;
  const beside: BlockPlace = { of: "left", at: at + first, row, column: 1 };
  return inOrder(
    factorSymmetric(library, kernels, first, row, start),
    solveTriangle(library, kernels, {
      ...{ side: first, columns: rest, lower: true, unit: false },
      matrix: { of: "left", at, row: 1, column: row },
      sides: beside,
    }),
    subtractSquare(library, rest, first, beside, { ...beside, at: at + first * (row + 1) }),
    factorSymmetric(library, kernels, rest, row, start + first),
  );
}

/** c -= uᵀ u in the upper triangle of c [side, side], where u is [depth, side]. */
function subtractSquare(
  library: KernelLibrary,
  side: number,
  depth: number,
  u: BlockPlace,
  c: BlockPlace,
): Part | undefined {
  const turned = { ...u, row: u.column, column: u.row };
  if (side <= wholeSide) return subtractProduct(library, [side, side, depth], turned, u, c);
  const first = halfOf(side, wholeSide / 2);
  const rest = side - first;
  const behind = { ...u, at: u.at + first };
  return inOrder(
    subtractSquare(library, first, depth, u, c),
    subtractProduct(library, [first, rest, depth], turned, behind, { ...c, at: c.at + first }),
    subtractSquare(library, rest, depth, behind, { ...c, at: c.at + first * (c.row + 1) }),
  );
}
