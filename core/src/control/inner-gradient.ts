import { backpropagate } from "../gradient/backpropagate.js";
import { zeroGradient } from "../gradient/grad.js";
import type { Variable } from "../graph/nodes.js";

/**
 * Gradients that arrive at the outputs of an inner graph, carried back to its inputs.
 * @param seeds one for each output, of its shape and dtype
 * @returns one for each target; undefined where no path leads
 */
export function carryBack(
  outputs: readonly Variable[],
  seeds: readonly Variable[],
  targets: readonly Variable[],
): (Variable | undefined)[] {
  const pairs = outputs.map((output, i) => [output, seeds[i] as Variable] as const);
  const arrived = backpropagate({ seeds: pairs }, targets);
  return targets.map((target) => {
    const g = arrived.get(target);
    return g === "zero" ? zeroGradient(target) : g;
  });
}
