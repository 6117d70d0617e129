/** Gradients kept from growing too large, before an optimizer takes them. */
import { listOf, type PerVariable, shapedAs } from "../gradient/grad.js";
import type { Variable } from "../graph/nodes.js";
import { add, clip, div, maximum, mul, sqr, sqrt } from "../tensor/ops/elementwise.js";
import { cast, constant, type TensorVariable } from "../tensor/ops/operands.js";
import { sum } from "../tensor/ops/reductions.js";
import { checkNumber, positive } from "./options.js";

/** √Σ g² over the elements of all tensors, 0-d. */
export const globalNorm = (gradients: readonly Variable[]): TensorVariable =>
  sqrt(
    gradients
      .map((g) => sum(sqr(g)))
      .reduce((total, square) => add(total, square), constant(0, { dtype: "float32" })),
  );

/**
 * Gradients, scaled down together where their common norm is above a limit: g ← g · limit / max(norm, limit)
 * (Pascanu et al. 2013, algorithm 1). Directions stay.
 * @param gradients one tensor or a list; a list gives a list
 * @throws BitaleTypeError BAD_OPTION for a limit that is not positive
 *
 * @example
 * ```ts
 * import { clipByGlobalNorm, compile, vector } from "@bitale/core";
 * const g = vector("g");
 * const clipped = compile([g], clipByGlobalNorm(g, 5));
 * console.log(clipped([6, 8]).toArray()); // [3, 4]
 * ```
 */
export function clipByGlobalNorm<const G extends Variable | readonly Variable[]>(
  gradients: G,
  limit: number,
): PerVariable<G> {
  positive("clipByGlobalNorm", "limit", limit);
  const list = listOf(gradients) as readonly TensorVariable[];
  const scale = div(limit, maximum(globalNorm(list), limit));
  return shapedAs(
    gradients,
    list.map((g) => cast(mul(g, scale), g.type.dtype)),
  );
}

/**
 * Gradients with every element limited to [low, high].
 * @param gradients one tensor or a list; a list gives a list
 * @throws BitaleTypeError BAD_OPTION where low is above high
 */
export function clipByValue<const G extends Variable | readonly Variable[]>(
  gradients: G,
  low: number,
  high: number,
): PerVariable<G> {
  checkNumber("clipByValue", "low", low, (n) => n <= high, `at most ${high}`);
  const list = listOf(gradients) as readonly TensorVariable[];
  return shapedAs(
    gradients,
    list.map((g) => cast(clip(g, low, high), g.type.dtype)),
  );
}
