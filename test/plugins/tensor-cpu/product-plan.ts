/** Products of matrices as tests of kernels vary them: lengths, strides, factors and addends. */
import type { DType } from "@bitale/core";
import fc from "fast-check";

export interface ProductPlan<D extends DType = DType> {
  readonly dtype: D;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly turnA: boolean;
  readonly turnB: boolean;
  /** Elements between neighbours in memory. */
  readonly gap: number;
  readonly alpha: number;
  readonly add: "nothing" | "matrix" | "row";
}

/** Strides of a[m, k] and b[k, n], in elements. */
export const stridesOf = ({ m, n, k, turnA, turnB, gap }: ProductPlan) => {
  const [aRow, aDepth] = turnA ? [gap, m * gap] : [k * gap, gap];
  const [bDepth, bColumn] = turnB ? [gap, k * gap] : [n * gap, gap];
  return { aRow, aDepth, bDepth, bColumn };
};

/** @param factor the other one than 1 */
export function productPlans<D extends DType>(
  dtypes: readonly D[],
  longest: number,
  factor: number,
): fc.Arbitrary<ProductPlan<D>> {
  const length = fc.oneof(
    fc.integer({ min: 1, max: 14 }),
    fc.integer({ min: 1, max: longest }),
    fc.constant(1),
  );
  return fc.record({
    dtype: fc.constantFrom(...dtypes),
    m: length,
    n: length,
    k: length,
    turnA: fc.boolean(),
    turnB: fc.boolean(),
    gap: fc.constantFrom(1, 1, 1, 2),
    alpha: fc.constantFrom(1, factor),
    add: fc.constantFrom("nothing", "matrix", "row"),
  });
}

/** Plans whose lengths go over the edges of blocks, of chunks and of stretches. */
export const acrossBlocks = <D extends DType>(dtype: D, alpha: number): ProductPlan<D>[] =>
  (
    [
      [193, 17, 257],
      [5, 2051, 9],
      [390, 3, 820],
      [3000, 3, 17],
      [1, 40, 600],
      [40, 1, 600],
    ] as const
  ).flatMap(([m, n, k]) =>
    [false, true].map((turned) => ({
      ...{ dtype, m, n, k, turnA: turned, turnB: turned, gap: 1, alpha },
      add: turned ? "matrix" : "row",
    })),
  );
