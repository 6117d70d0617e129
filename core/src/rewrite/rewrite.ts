import { inheritTrace } from "../graph/creation-trace.js";
import { Apply, type Variable } from "../graph/nodes.js";
import { toposort } from "../graph/walk.js";
import { algebra } from "./algebra.js";
import { foldConstants } from "./constant-folding.js";
import { merge } from "./merge.js";
import type { LocalRule, Rewrite } from "./rule.js";
import { stabilize } from "./stabilisation.js";

/** A pass that tries local rules at every node, operands before users, until one fits. */
export function localRewrite(name: string, rules: readonly LocalRule[]): Rewrite {
  return {
    name,
    apply: (outputs) => {
      const changed = new Map<Variable, Variable>();
      for (const node of toposort(outputs)) {
        const inputs = node.inputs.map((input) => changed.get(input) ?? input);
        const moved = inputs.some((input, i) => input !== node.inputs[i]);
        const current = moved ? inheritTrace(node.trace, () => new Apply(node.op, inputs)) : node;
        const better = inheritTrace(node.trace, () =>
          rules.reduce<Variable | undefined>((found, rule) => found ?? rule(current), undefined),
        );
        if (better !== undefined && better !== current.output) changed.set(node.output, better);
        else if (moved)
          node.outputs.forEach((output, i) =>
            changed.set(output, named(current.outputs[i] as Variable, output)),
          );
      }
      return outputs.map((output) => changed.get(output) ?? output);
    },
  };
}

function named(fresh: Variable, old: Variable): Variable {
  fresh.name ??= old.name;
  return fresh;
}

/** All passes in the order in which `compile` runs them. */
export const rewrites: readonly Rewrite[] = [
  { name: "merge", apply: merge },
  localRewrite("stabilisation", stabilize),
  localRewrite("algebra", algebra),
  localRewrite("constant folding", [foldConstants]),
  { name: "merge again", apply: merge },
];

/** Runs the passes. The results compute the same values; types stay as they are but for better known lengths. */
export function rewrite(outputs: readonly Variable[], passes: readonly Rewrite[] = rewrites): Variable[] {
  return passes.reduce<Variable[]>((current, pass) => pass.apply(current), [...outputs]);
}
