import type { Apply, Variable } from "../graph/nodes.js";
import type { PrimitiveOp } from "../tensor/primitive-op.js";
import type { PrimitiveName } from "../tensor/primitives.js";

/** A node of one primitive. */
export interface PrimitiveApply<N extends PrimitiveName> extends Apply {
  readonly op: PrimitiveOp<N>;
}

/** What a rule may ask about the graph around a node. */
export interface RuleContext {
  /** How often a variable is read, by nodes and as a result: at least this often. */
  readonly uses: (variable: Variable) => number;
}

/**
 * A rule that looks at one node: a variable to use in place of its output, or undefined to leave it. The variable has
 * the dtype and rank of the output, and its shape at every call.
 */
export type LocalRule<N extends PrimitiveName = PrimitiveName> = (
  node: PrimitiveApply<N>,
  context: RuleContext,
) => Variable | undefined;

/** Rules by the primitive at which they look. */
export type LocalRules = { readonly [N in PrimitiveName]?: readonly LocalRule<N>[] };

/** The same rules for several primitives. */
export const rulesFor = <N extends PrimitiveName>(
  names: readonly N[],
  rules: readonly LocalRule<N>[],
): LocalRules => Object.fromEntries(names.map((name) => [name, rules])) as LocalRules;

/** Tables of rules joined: rules of one primitive stand in the order of the tables. */
export function joined(...tables: readonly LocalRules[]): LocalRules {
  const all = new Map<string, LocalRule[]>();
  for (const table of tables)
    for (const [name, rules] of Object.entries(table))
      all.set(name, [...(all.get(name) ?? []), ...(rules as readonly LocalRule[])]);
  return Object.fromEntries(all) as LocalRules;
}
