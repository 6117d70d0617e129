/** What a product of matrices is made for, and how it is called. */

/** Multiplications from which threads share a product: below, sending it to them costs too much. */
export const smallestShared = 2 ** 21;

/** Lengths and strides of a product, strides in elements. */
export interface ProductShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Strides of a[m, k]. */
  readonly aRow: number;
  readonly aDepth: number;
  /** Strides of b[k, n]. */
  readonly bDepth: number;
  readonly bColumn: number;
  /** From one row of c to the next; left out: n. */
  readonly cRow?: number;
}

/** What is computed besides the product itself: c = alpha * a * b + d. */
export interface Addend {
  /** Elements from one row of d to the next; columns are neighbours. */
  readonly row: number;
}

/** c, row-major, at byte addresses; d = 0: nothing is added. */
export type ProductKernel = (a: number, b: number, c: number, d: number, alpha: number) => void;
