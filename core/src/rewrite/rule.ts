import type { Apply, Variable } from "../graph/nodes.js";

/** A rule that looks at one node: a variable to use in place of its output, or undefined to leave it. */
export type LocalRule = (node: Apply) => Variable | undefined;

/** A pass over a whole graph: the new outputs, one for each given. */
export interface Rewrite {
  readonly name: string;
  readonly apply: (outputs: readonly Variable[]) => Variable[];
}
