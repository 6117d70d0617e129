/** The walk from costs back to variables: what reaches each variable is added up. */
import { BitaleTypeError } from "../errors.js";
import { type Apply, isConstant, type Variable } from "../graph/nodes.js";
import { toposort } from "../graph/walk.js";
import { isDiscrete } from "../tensor/dtype.js";
import { add } from "../tensor/ops/elementwise.js";
import { cast, type TensorVariable } from "../tensor/ops/operands.js";
import { isPrimitive, type PrimitiveOp } from "../tensor/primitive-op.js";
import type { PrimitiveName } from "../tensor/primitives.js";
import { gradientDType } from "./elementwise.js";
import type { GradientRule } from "./rule.js";
import { stableLogGradients } from "./stable-log.js";
import { gradientRules } from "./table.js";

/** A gradient that reached a variable; "zero": every path multiplies by zero, which costs no graph. */
export type Arrived = Variable | "zero";

/** Where a walk starts and what it does not look behind. */
export interface Walk {
  /** Variables and the gradients that start at them, added to what comes from elsewhere. */
  readonly seeds: readonly (readonly [Variable, Variable])[];
  /** Variables whose whole gradient is known: what comes from elsewhere does not count. */
  readonly known?: ReadonlyMap<Variable, Variable>;
  /** Variables that do not depend on anything. */
  readonly constants?: readonly Variable[] | undefined;
}

/** The gradients of everything between the seeds and the targets; a target that is missing is disconnected. */
export function backpropagate(
  { seeds, known = new Map(), constants = [] }: Walk,
  targets: readonly Variable[],
): Map<Variable, Arrived> {
  const stop = new Set(constants);
  const needed = new Set(targets);
  const roots = [...seeds.map(([variable]) => variable), ...known.keys()];
  const nodes = toposort(roots, stop);
  const path = pathTo(nodes, targets, stop);
  const gradients = new Map<Variable, Arrived>(known);
  const accumulate = (variable: Variable, g: Arrived): void => {
    const before = gradients.get(variable);
    if (before === undefined || before === "zero") gradients.set(variable, g);
    else if (g !== "zero") gradients.set(variable, add(before, g));
  };
  const arrive = (variable: Variable, g: Arrived | undefined): void => {
    if (g === undefined || isConstant(variable) || stop.has(variable)) return;
    if (path.has(variable) && !known.has(variable)) accumulate(variable, g);
  };
  for (const [variable, g] of seeds) accumulate(variable, g);
  for (const node of nodes.reverse()) {
    const arrived = node.outputs.map((output) => gradients.get(output));
    if (arrived.every((g) => g === undefined) || !node.inputs.some((input) => path.has(input))) continue;
    if (arrived.every((g) => g === undefined || g === "zero") || isZeroGradient(node)) {
      for (const input of differentiableInputs(node)) arrive(input, "zero");
      continue;
    }
    const around = stableLogGradients(node, arrived[0] as TensorVariable, needed);
    if (around !== undefined) for (const [variable, g] of around) arrive(variable, g);
    else
      nodeGradients(
        node,
        arrived.map((g) => (g === "zero" ? undefined : g)),
      ).forEach((g, i) => arrive(node.inputs[i] as Variable, g));
  }
  return gradients;
}

/** The variables between the seeds and the targets: others need no gradient. */
function pathTo(
  nodes: readonly Apply[],
  targets: readonly Variable[],
  stop: ReadonlySet<Variable>,
): Set<Variable> {
  const path = new Set<Variable>(targets);
  for (const node of nodes) {
    if (node.inputs.some((input) => path.has(input) && !stop.has(input))) {
      for (const output of node.outputs) path.add(output);
    }
  }
  return path;
}

/** Whether the result does not move with the operands: discrete values, and gradients stopped as zeros. */
function isZeroGradient(node: Apply): boolean {
  if (!isPrimitive(node.op)) return false;
  if (isPrimitive(node.op, "stopGradient")) return node.op.params.as === "zero";
  return isDiscrete((node.output as TensorVariable).type.dtype);
}

/** Operands that a gradient, be it zero, can reach: not lengths, starts and indices. */
function differentiableInputs(node: Apply): readonly Variable[] {
  const { op, inputs } = node;
  if (!isPrimitive(op)) return inputs;
  if (isPrimitive(op, "dimension") || isPrimitive(op, "iota")) return [];
  if (isPrimitive(op, "stopGradient") && op.params.as === "disconnected") return [];
  const indexed = ["take", "takeAlongAxis", "scatter", "scatterAlongAxis"].includes(op.name);
  return inputs.slice(0, op.dataCount(inputs.length)).filter((_, i) => !(indexed && i === 1));
}

function nodeGradients(
  node: Apply,
  arrived: readonly (Variable | undefined)[],
): readonly (Variable | undefined)[] {
  if (!isPrimitive(node.op)) {
    const passed = node.op.gradient(node, arrived);
    if (passed !== undefined) return passed;
    throw new BitaleTypeError("NOT_DIFFERENTIABLE", {
      subject: node.op.name,
      problem: "this op has no gradient rule",
      cure: "give the Op a gradient method, cut it off with zeroGrad, or list its result in considerConstant",
    });
  }
  const inputs = node.inputs as readonly TensorVariable[];
  const output = node.output as TensorVariable;
  const rule = gradientRules[node.op.name] as GradientRule<PrimitiveName>;
  const op: PrimitiveOp = node.op;
  const gradient = cast(arrived[0] as TensorVariable, output.type.dtype);
  const passed = rule({ params: op.params, inputs, output, gradient });
  return passed.map((g, i) => {
    const x = inputs[i] as TensorVariable;
    return g !== undefined && isDiscrete(x.type.dtype) ? cast(g, gradientDType(x)) : g;
  });
}
