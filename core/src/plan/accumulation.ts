/**
 * Products that end in a sum: p - rate * dot(x, d), as gradients are applied. A backend whose products take a factor
 * and something to add to computes them in one pass over the result.
 */
import type { PrimitiveNode, Region } from "../plugin/region.js";
import { sizeOf } from "../tensor/shape.js";

/** addend + times * (product of factors) * dot, all of them values of the region. */
export interface FoldedProduct {
  readonly dot: Extract<PrimitiveNode, { op: "dot" }>;
  /** The nodes behind the product, in order; the last one is the sum. */
  readonly chain: readonly PrimitiveNode[];
  readonly times: 1 | -1;
  /** Values with one element. */
  readonly factors: readonly number[];
  readonly addend: number;
}

/** The chain of nodes behind a product that ends in a sum; undefined where somebody else needs what is in between. */
export function foldProduct(
  region: Region,
  dot: FoldedProduct["dot"],
  users: ReadonlyMap<number, readonly PrimitiveNode[]>,
): FoldedProduct | undefined {
  const lengths = (id: number): string => region.values[id]?.shape.join() ?? "";
  const wanted = lengths(dot.output);
  const factors: number[] = [];
  const chain: PrimitiveNode[] = [];
  let times: 1 | -1 = 1;
  for (let id = dot.output; ; ) {
    const [user, ...others] = users.get(id) ?? [];
    if (user === undefined || others.length > 0 || region.outputs.includes(id)) return undefined;
    if (lengths(user.output) !== wanted) return undefined;
    chain.push(user);
    const other = user.inputs[0] === id ? user.inputs[1] : user.inputs[0];
    if (user.op === "neg") times = times === 1 ? -1 : 1;
    else if (other === undefined || other === id) return undefined;
    else if (user.op === "mul") {
      if (sizeOf(region.values[other]?.shape ?? []) !== 1 || lengths(other) === wanted) return undefined;
      factors.push(other);
    } else if (user.op === "add" || (user.op === "sub" && user.inputs[1] === id)) {
      if (lengths(other) !== wanted) return undefined;
      return { dot, chain, times: user.op === "sub" ? (-times as 1 | -1) : times, factors, addend: other };
    } else return undefined;
    id = user.output;
  }
}
