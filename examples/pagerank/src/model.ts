/** PageRank by power iteration: the ranks are a shared vector that each call of one function moves on. */
import { abs, dot, full, type Runtime, sub, sum } from "@bitale/core";
import type { Transitions } from "./transitions.js";

export interface PageRank {
  /** One iteration; how much the ranks change in it (the sum of the sizes of all changes). */
  readonly step: () => Promise<number>;
  /** [n], their sum is 1. */
  readonly ranks: () => Promise<Float32Array>;
}

/**
 * Builds the iteration of Page, Brin, Motwani and Winograd (1999): r ← d (P r + s·r / n) + (1 - d) / n, where the
 * traveller goes on with a flight with probability d, and anywhere at all otherwise and where no flight leaves (s).
 */
export function buildPageRank(
  runtime: Runtime,
  { matrix, stranded }: Transitions,
  damping: number,
): PageRank {
  const [n] = matrix.shape;
  // A sparse value finds its own plugin; the vectors go where the configuration says.
  const P = runtime.shared(matrix, { name: "transitions" });
  const s = runtime.shared(stranded, { name: "stranded" });
  const ranks = runtime.shared(full([n], 1 / n, "float32"), { name: "ranks" });

  const arrived = dot(P, ranks).add(dot(s, ranks).div(n));
  const next = arrived.mul(damping).add((1 - damping) / n);
  const change = sum(abs(sub(next, ranks)));
  const step = runtime.compile([], change, { name: "step", updates: [[ranks, next]] });
  return {
    step: async () => (await step.async()).item(),
    ranks: async () => (await ranks.getValueAsync()).flat() as Float32Array,
  };
}
