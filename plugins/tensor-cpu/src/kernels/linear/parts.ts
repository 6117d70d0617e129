/** Work on matrices in double precision as a tree of parts, each a call of a kernel. */
import { productKernel } from "../gemm/matrix-product.js";
import type { KernelLibrary } from "../kernel-library.js";

/** Bytes of an element. */
export const elementBytes = 8;

/** From one row of so many elements to the next: rows that are 4 KiB apart would meet in one place of the caches. */
export const spreadRow = (columns: number): number => (columns % 512 === 0 ? columns + 8 : columns);

/** Runs on two matrices at byte addresses; false: it cannot be done, and what is in them does not matter. */
export type Part = (left: number, right: number) => boolean;

/** Parts one after the other; undefined where one of them is. */
export function inOrder(...parts: readonly (Part | undefined)[]): Part | undefined {
  if (parts.includes(undefined)) return undefined;
  const all = parts as readonly Part[];
  return (left, right) => {
    for (const part of all) if (!part(left, right)) return false;
    return true;
  };
}

/** A block of one of the two matrices. Strides and distances in elements. */
export interface BlockPlace {
  readonly of: "left" | "right";
  /** From the matrix' first element to that of the block. */
  readonly at: number;
  readonly row: number;
  readonly column: number;
}

/** c -= a b for blocks a [m, k], b [k, n] and c [m, n], where elements of a row of c are neighbours. */
export function subtractProduct(
  library: KernelLibrary,
  [m, n, k]: readonly [number, number, number],
  a: BlockPlace,
  b: BlockPlace,
  c: BlockPlace,
): Part | undefined {
  const shape = {
    ...{ m, n, k, aRow: a.row, aDepth: a.column },
    ...{ bDepth: b.row, bColumn: b.column, cRow: c.row },
  };
  const product = productKernel(library, "float64", shape, { row: c.row });
  if (product === undefined) return undefined;
  const place = ({ of, at }: BlockPlace, left: number, right: number): number =>
    (of === "left" ? left : right) + at * elementBytes;
  return (left, right) => {
    const target = place(c, left, right);
    product(place(a, left, right), place(b, left, right), target, target, -1);
    return true;
  };
}

/** Half of a length in whole units, the larger one. */
export const halfOf = (length: number, unit: number): number => Math.ceil(length / (2 * unit)) * unit;
