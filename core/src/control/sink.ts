/** Moves what only one branch uses into that branch, so that it is computed only where that branch is chosen. */
import { Apply, isConstant, type Variable } from "../graph/nodes.js";
import { toposort } from "../graph/walk.js";
import { IfElseOp, isIfElseOp } from "./if-else.js";
import { type Captured, capture, instantiate } from "./inner-graph.js";

/** A branch of a choice, or what is used elsewhere too. */
type Claim = { readonly node: Apply; readonly branch: 0 | 1 } | "shared";

/** Rebuilds `outputs` with choices that hold all that is theirs alone. Inner graphs are left for their own turn. */
export function sinkBranches(outputs: readonly Variable[]): Variable[] {
  const nodes = toposort(outputs);
  if (!nodes.some((node) => isIfElseOp(node.op))) return [...outputs];
  const owners = claimNodes(nodes, outputs);
  if (owners.size === 0) return [...outputs];
  const outside = new Set(nodes);
  const winners = new Set([...owners.values()].map(({ node }) => node));
  const now = new Map<Variable, Variable>();
  const current = (variable: Variable): Variable => now.get(variable) ?? variable;
  for (const node of nodes) {
    if (owners.has(node)) continue;
    const inputs = node.inputs.map(current);
    const changed = winners.has(node)
      ? withBranches(node, owners, outside, current)
      : inputs.some((input, i) => input !== node.inputs[i])
        ? new Apply(node.op, inputs)
        : node;
    if (changed === node) continue;
    node.outputs.forEach((output, i) => {
      const fresh = changed.outputs[i] as Variable;
      fresh.name ??= output.name;
      now.set(output, fresh);
    });
  }
  return outputs.map(current);
}

/** A choice with the nodes that it owns inside of its branches. */
function withBranches(
  node: Apply,
  owners: ReadonlyMap<Apply, Exclude<Claim, "shared">>,
  outside: ReadonlySet<Apply>,
  current: (variable: Variable) => Variable,
): Apply {
  const op = node.op as IfElseOp;
  const [first, second] = ([0, 1] as const).map((branch): Captured => {
    const whole = instantiate(op.graphs[branch], op.operandsOf(branch, node.inputs));
    const isInside = ({ owner }: Variable): boolean => {
      if (owner === undefined) return false;
      const claim = owners.get(owner);
      return claim === undefined ? !outside.has(owner) : claim.node === node && claim.branch === branch;
    };
    return capture(whole, [], isInside);
  }) as [Captured, Captured];
  const operands = [node.inputs[0] as Variable, ...first.outer, ...second.outer].map(current);
  return new IfElseOp(first.graph, second.graph).apply(operands);
}

/** The branch that each node belongs to, for nodes that belong to one. */
function claimNodes(
  nodes: readonly Apply[],
  outputs: readonly Variable[],
): Map<Apply, Exclude<Claim, "shared">> {
  const claims = new Map<Variable, Claim>();
  const owners = new Map<Apply, Exclude<Claim, "shared">>();
  const claim = (variable: Variable, by: Claim): void => {
    const before = claims.get(variable);
    const same =
      before === undefined ||
      (before !== "shared" && by !== "shared" && before.node === by.node && before.branch === by.branch);
    claims.set(variable, same ? by : "shared");
  };
  for (const output of outputs) claim(output, "shared");
  for (const node of [...nodes].reverse()) {
    const found = node.outputs.map((output) => claims.get(output)).filter((by) => by !== undefined);
    const first = found[0];
    const one =
      first !== undefined &&
      first !== "shared" &&
      found.every((by) => by !== "shared" && by.node === first.node && by.branch === first.branch);
    if (one) {
      owners.set(node, first);
      for (const input of node.inputs) claim(input, first);
    } else if (isIfElseOp(node.op)) {
      const { op } = node;
      claim(node.inputs[0] as Variable, "shared");
      for (const branch of [0, 1] as const) {
        for (const operand of op.operandsOf(branch, node.inputs)) {
          if (!isConstant(operand)) claim(operand, { node, branch });
        }
      }
    } else for (const input of node.inputs) claim(input, "shared");
  }
  return owners;
}
