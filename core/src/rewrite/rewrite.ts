/** Step 3 of a compilation: walks over the graph until nothing changes any more, or a limit is reached. */
import type { Variable } from "../graph/nodes.js";
import { toposort } from "../graph/walk.js";
import { pruneLoops } from "./dead-code.js";
import { defaultPlan, type RewritePlan } from "./mode.js";
import { pass } from "./pass.js";
import { rulesOf } from "./rule-sets.js";

/** What stopped the rewrites before they were done. */
export type Stop = "milliseconds" | "nodes" | "rounds";

export interface Rewritten {
  readonly outputs: Variable[];
  /** undefined: nothing is left to do. */
  readonly stopped: Stop | undefined;
}

/**
 * Rewrites a graph. The results compute the same values; types stay as they are but for better known lengths.
 */
export function rewrite(
  outputs: readonly Variable[],
  { names, limits }: RewritePlan = defaultPlan,
): Rewritten {
  const merge = names.includes("merge");
  const rules = rulesOf(names);
  const prune = names.includes("deadCode");
  let now = [...outputs];
  if (names.length === 0) return { outputs: now, stopped: undefined };
  const end = Date.now() + limits.milliseconds;
  const mayGoOn = (): boolean => Date.now() < end;
  for (let round = 0; ; round++) {
    const order = toposort(now);
    if (order.length > limits.nodes) return { outputs: now, stopped: "nodes" };
    if (!mayGoOn()) return { outputs: now, stopped: "milliseconds" };
    if (round >= limits.rounds) return { outputs: now, stopped: "rounds" };
    const passed = pass(now, order, { rules, merge, mayGoOn });
    const next = prune ? pruneLoops(passed) : passed;
    const same = next.every((variable, i) => variable === now[i]);
    now = next;
    if (same) return { outputs: now, stopped: undefined };
  }
}
