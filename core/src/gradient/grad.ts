import { BitaleTypeError } from "../errors.js";
import { type Apply, isConstant, type Variable } from "../graph/nodes.js";
import { toposort } from "../graph/walk.js";
import { isDiscrete } from "../tensor/dtype.js";
import { onesLike, zerosLike } from "../tensor/ops/creation.js";
import { add } from "../tensor/ops/elementwise.js";
import { cast, type TensorVariable } from "../tensor/ops/operands.js";
import { isPrimitive, type PrimitiveOp } from "../tensor/primitive-op.js";
import type { PrimitiveName } from "../tensor/primitives.js";
import { isTensorType } from "../tensor/tensor-type.js";
import { binaryGradients, gradientDType, otherElementwiseGradients, unaryGradients } from "./elementwise.js";
import { reductionGradients } from "./reductions.js";
import type { GradientRule, GradientRules } from "./rule.js";
import { shapingGradients } from "./shaping.js";
import { stableLogGradients } from "./stable-log.js";

/** Gradient rules of all primitives: a missing one is a compile error. */
export const gradientRules: GradientRules<PrimitiveName> = {
  ...unaryGradients,
  ...binaryGradients,
  ...otherElementwiseGradients,
  ...reductionGradients,
  ...shapingGradients,
};

export interface GradOptions {
  /** Variables to treat as if they did not depend on anything. */
  readonly considerConstant?: readonly Variable[];
  /** What to do for a variable that the cost does not depend on: an error (default), or zeros. */
  readonly disconnectedInputs?: "raise" | "ignore";
}

/**
 * Gradients of a 0-d cost. Each has the shape and dtype of its variable (`floatX` for integer variables; the wider
 * dtype where the variable only entered promoted). The result of discrete ops does not move: their operands get zeros.
 * @throws BitaleTypeError BAD_COST (not a 0-d tensor), DISCONNECTED_INPUT, NOT_DIFFERENTIABLE
 *
 * @example
 * ```ts
 * import { compile, grad, scalar } from "@bitale/core";
 * const x = scalar("x");
 * const slope = compile([x], grad(x.mul(x), x));
 * slope(3).item(); // 6
 * ```
 */
export function grad(cost: Variable, wrt: Variable, options?: GradOptions): TensorVariable;
export function grad<const W extends readonly Variable[]>(
  cost: Variable,
  wrt: W,
  options?: GradOptions,
): { -readonly [K in keyof W]: TensorVariable };
export function grad(
  cost: Variable,
  wrt: Variable | readonly Variable[],
  options: GradOptions = {},
): Variable | Variable[] {
  const targets = Array.isArray(wrt) ? (wrt as readonly Variable[]) : [wrt as Variable];
  const gradients = backpropagate(cost, targets, options);
  const results = targets.map((target) => {
    const g = gradients.get(target);
    if (g === undefined) return disconnected(cost, target, options);
    return g === "zero" ? zeros(target) : g;
  });
  return Array.isArray(wrt) ? results : (results[0] as Variable);
}

const zeros = (target: Variable): Variable =>
  zerosLike(target as TensorVariable, gradientDType(target as TensorVariable));

function disconnected(cost: Variable, target: Variable, options: GradOptions): Variable {
  if (options.disconnectedInputs === "ignore") return zeros(target);
  throw new BitaleTypeError("DISCONNECTED_INPUT", {
    subject: `grad with respect to ${target}`,
    problem: `the cost ${cost} does not depend on it in a differentiable way`,
    cure: 'leave it out, or pass disconnectedInputs: "ignore" to get zeros',
  });
}

/** The variables between the cost and the targets: others need no gradient. */
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

/** Reached, but every path multiplies by zero: costs no graph. */
type Arrived = Variable | "zero";

function backpropagate(
  cost: Variable,
  targets: readonly Variable[],
  options: GradOptions,
): Map<Variable, Arrived> {
  if (!isTensorType(cost.type) || cost.type.ndim !== 0) {
    throw new BitaleTypeError("BAD_COST", {
      subject: "grad",
      problem: "the cost must be a 0-d tensor",
      got: cost.type.toString(),
      cure: "reduce it first: sum(cost) or mean(cost)",
    });
  }
  const stop = new Set(options.considerConstant ?? []);
  const needed = new Set(targets);
  const nodes = toposort([cost], stop);
  const path = pathTo(nodes, targets, stop);
  const gradients = new Map<Variable, Arrived>();
  const tensorCost = cost as TensorVariable;
  gradients.set(cost, onesLike(tensorCost, gradientDType(tensorCost)));
  const arrive = (variable: Variable, g: Arrived | undefined): void => {
    if (g === undefined || !path.has(variable) || isConstant(variable) || stop.has(variable)) return;
    const before = gradients.get(variable);
    if (before === undefined || before === "zero") gradients.set(variable, g);
    else if (g !== "zero") gradients.set(variable, add(before, g));
  };
  for (const node of [...nodes].reverse()) {
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
      cure: "cut it off with stopGradient, or list its result in considerConstant",
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
