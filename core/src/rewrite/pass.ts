/** One walk over a graph, operands before users: equal nodes become one, and local rules are tried at every node. */
import { inheritTrace } from "../graph/creation-trace.js";
import { Apply, type Variable } from "../graph/nodes.js";
import { isPrimitive } from "../tensor/primitive-op.js";
import { isTensorType } from "../tensor/tensor-type.js";
import { Constants } from "./constants.js";
import type { LocalRule, LocalRules, RuleContext } from "./rule.js";

export interface PassOptions {
  readonly rules: LocalRules;
  /** Whether equal nodes become one. */
  readonly merge: boolean;
  /** Whether there is time left; without it the rest is kept as it is. */
  readonly mayGoOn: () => boolean;
}

/** Times that rules are tried at one node in a row. */
const mostAtOneNode = 16;
/** Nodes between two looks at the clock. */
const nodesBetween = 256;

/**
 * @param order the nodes of the graph, operands before users
 * @returns the new outputs, one for each given
 */
export function pass(
  outputs: readonly Variable[],
  order: readonly Apply[],
  { rules, merge, mayGoOn }: PassOptions,
): Variable[] {
  const changed = new Map<Variable, Variable>();
  const nodes = new Map<string, Apply>();
  const constants = new Constants();
  const uses = countUses(order, outputs);
  const context: RuleContext = { uses: (variable) => uses.get(variable) ?? 0 };
  const current = (variable: Variable): Variable => {
    const now = changed.get(variable) ?? variable;
    return merge ? constants.of(now) : now;
  };
  const standIn = (old: Variable, fresh: Variable): void => {
    if (fresh === old) return;
    changed.set(old, fresh);
    uses.set(fresh, (uses.get(fresh) ?? 0) + (uses.get(old) ?? 0));
  };
  let going = true;
  order.forEach((node, i) => {
    if (i % nodesBetween === 0 && going) going = mayGoOn();
    const inputs = node.inputs.map(current);
    const key = merge && going ? `${node.op.key()} ${inputs.map((input) => input.id).join()}` : undefined;
    const twin = key === undefined ? undefined : nodes.get(key);
    const moved = inputs.some((input, k) => input !== node.inputs[k]);
    const now = twin ?? (moved ? inheritTrace(node.trace, () => new Apply(node.op, inputs)) : node);
    if (key !== undefined && twin === undefined) nodes.set(key, now);
    node.outputs.forEach((output, k) => {
      const fresh = now.outputs[k] as Variable;
      if (twin !== undefined && changed.has(twin.outputs[k] as Variable)) {
        standIn(output, changed.get(twin.outputs[k] as Variable) as Variable);
        return;
      }
      if (fresh !== output) fresh.name ??= output.name;
      standIn(output, fresh);
    });
    if (twin !== undefined || !going || !isPrimitive(now.op)) return;
    const better = inheritTrace(node.trace, () => improved(now, rules, context));
    if (better === undefined) return;
    if (better.owner !== undefined && better.owner.id > now.id) better.name ??= node.output.name;
    standIn(node.output, better);
    if (now !== node) standIn(now.output, better);
  });
  return outputs.map(current);
}

function countUses(order: readonly Apply[], outputs: readonly Variable[]): Map<Variable, number> {
  const uses = new Map<Variable, number>();
  const count = (variable: Variable): void => {
    uses.set(variable, (uses.get(variable) ?? 0) + 1);
  };
  for (const node of order) node.inputs.forEach(count);
  outputs.forEach(count);
  return uses;
}

/** The result of a node after all rules that fit, one after another; undefined where none does. */
function improved(node: Apply, rules: LocalRules, context: RuleContext): Variable | undefined {
  let found: Variable | undefined;
  let at = node;
  for (let tries = 0; tries < mostAtOneNode; tries++) {
    const next = firstThatFits(at, rules, context);
    if (next === undefined || next === at.output) break;
    checkKind(at, next);
    found = next;
    const { owner } = next;
    // Rules go on at a node that they have just made; anything older has had its turn.
    if (owner === undefined || owner.id <= at.id) break;
    at = owner;
  }
  return found;
}

function firstThatFits(node: Apply, rules: LocalRules, context: RuleContext): Variable | undefined {
  if (!isPrimitive(node.op)) return undefined;
  for (const rule of (rules[node.op.name] ?? []) as readonly LocalRule[]) {
    const better = rule(node as never, context);
    if (better !== undefined) return better;
  }
  return undefined;
}

/** A rule that changes a dtype or rank is a bug of bitale: nothing that is computed from it could be trusted. */
function checkKind(node: Apply, better: Variable): void {
  const [before, after] = [node.output.type, better.type];
  if (!isTensorType(before)) return;
  if (isTensorType(after) && before.dtype === after.dtype && before.ndim === after.ndim) return;
  throw new TypeError(
    `a rewrite made ${after.toString()} of ${node.toString()}, which is ${before.toString()}`,
  );
}
