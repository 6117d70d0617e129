/** Gradients of a scalar cost. */
import { BitaleTypeError, describeValue } from "../errors.js";
import { isVariable, type Variable } from "../graph/nodes.js";
import { onesLike, zerosLike } from "../tensor/ops/creation.js";
import { mul } from "../tensor/ops/elementwise.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import { isTensorType } from "../tensor/tensor-type.js";
import { type Arrived, backpropagate } from "./backpropagate.js";
import { gradientDType } from "./elementwise.js";

export interface GradOptions {
  /** Variables to treat as if they did not depend on anything. */
  readonly considerConstant?: readonly Variable[] | undefined;
  /** What to do for a variable that the cost does not depend on: an error (default), a warning and zeros, or zeros. */
  readonly disconnectedInputs?: "raise" | "warn" | "ignore" | undefined;
  /**
   * Variables whose gradients are known (of a cost that is computed elsewhere): pairs of a variable and its whole
   * gradient, of the variable's shape. What the cost given here would send to such a variable does not count.
   */
  readonly knownGrads?: Iterable<readonly [Variable, Variable]> | undefined;
}

/** One variable gives one result, a list gives a list. */
export type PerVariable<W extends Variable | readonly Variable[]> = W extends readonly Variable[]
  ? { -readonly [K in keyof W]: TensorVariable }
  : TensorVariable;

/**
 * Gradients of a 0-d cost. Each has the shape and dtype of its variable (`floatX` for integer variables; the wider
 * dtype where the variable only entered promoted). The result of discrete ops does not move: their operands get zeros.
 * @param cost a 0-d tensor; null: only what `knownGrads` says
 * @throws BitaleTypeError BAD_COST (not a 0-d tensor), DISCONNECTED_INPUT, NOT_DIFFERENTIABLE, BAD_OPTION
 *
 * @example
 * ```ts
 * import { compile, grad, scalar } from "@bitale/core";
 * const x = scalar("x");
 * const slope = compile([x], grad(x.mul(x), x));
 * console.log(slope(3).item()); // 6
 * ```
 */
export function grad<const W extends Variable | readonly Variable[]>(
  cost: Variable | null,
  wrt: W,
  options: GradOptions = {},
): PerVariable<W> {
  const known = new Map(options.knownGrads ?? []);
  for (const [variable, g] of known) checkGradient("grad", variable, g);
  if (cost === null && known.size === 0)
    badCost("without a cost, knownGrads must say some gradients", "null");
  const seeds = cost === null ? [] : [[cost, slopeOfCost(cost)] as const];
  const subject = cost === null ? "the known gradients" : `the cost ${cost}`;
  const targets = listOf(wrt);
  const walk = { seeds, known, constants: options.considerConstant };
  return shapedAs(wrt, settle(backpropagate(walk, targets), targets, subject, options));
}

/**
 * A cost and its gradients, for `compile([x], valueAndGrad(cost, W))`: the graph that both share is computed once.
 * @returns the cost itself, and what `grad` gives: one gradient, or a list for a list of variables
 * @throws as `grad`
 *
 * @example
 * ```ts
 * import { compile, scalar, valueAndGrad } from "@bitale/core";
 * const x = scalar("x");
 * const both = compile([x], valueAndGrad(x.mul(x), x));
 * console.log(both(3).map((value) => value.item())); // [9, 6]
 * ```
 */
export const valueAndGrad = <C extends Variable, const W extends Variable | readonly Variable[]>(
  cost: C,
  wrt: W,
  options: GradOptions = {},
): [cost: C, gradients: PerVariable<W>] => [cost, grad(cost, wrt, options)];

function slopeOfCost(cost: Variable): Variable {
  if (!isTensorType(cost.type) || cost.type.ndim !== 0)
    badCost("the cost must be a 0-d tensor", `${cost.type}`);
  return onesLike(cost, gradientDType(cost as TensorVariable));
}

function badCost(problem: string, got: string): never {
  throw new BitaleTypeError("BAD_COST", {
    subject: "grad",
    problem,
    got,
    cure: "reduce it first: sum(cost) or mean(cost); for a tensor of outputs use jacobian or lop",
  });
}

/** @throws BitaleTypeError BAD_OPERAND where a gradient cannot belong to the variable */
export function checkGradient(op: string, variable: Variable, g: Variable): void {
  const [type, given] = [variable.type, isVariable(g) ? g.type : undefined];
  const fits = isTensorType(type)
    ? given !== undefined && isTensorType(given) && given.ndim === type.ndim
    : given?.kind === type.kind;
  if (fits) return;
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: `${op}: gradient of ${variable}`,
    problem: "it must be a variable of the shape of what it belongs to",
    expected: `as ${type}`,
    got: given === undefined ? describeValue(g) : `${given}`,
  });
}

/** What arrived at the targets as variables; zeros for what is disconnected, where the options allow it. */
export function settle(
  gradients: ReadonlyMap<Variable, Arrived>,
  targets: readonly Variable[],
  subject: string,
  { disconnectedInputs = "raise" }: GradOptions,
): Variable[] {
  if (!["raise", "warn", "ignore"].includes(disconnectedInputs)) {
    throw new BitaleTypeError("BAD_OPTION", {
      subject: "disconnectedInputs",
      problem: `${describeValue(disconnectedInputs)} is no such mode`,
      expected: '"raise", "warn" or "ignore"',
    });
  }
  return targets.map((target) => {
    const g = gradients.get(target);
    if (g !== undefined) return g === "zero" ? zeroGradient(target) : g;
    if (disconnectedInputs !== "ignore") report(subject, target, disconnectedInputs);
    return zeroGradient(target);
  });
}

/** Zeros as a gradient: those of a sparse variable have its pattern. */
export const zeroGradient = (target: Variable): Variable =>
  isTensorType(target.type) ? zerosLike(target, gradientDType(target as TensorVariable)) : mul(target, 0);

function report(subject: string, target: Variable, mode: "raise" | "warn"): void {
  const error = new BitaleTypeError("DISCONNECTED_INPUT", {
    subject: `gradient with respect to ${target}`,
    problem: `${subject} does not depend on it in a differentiable way`,
    cure: 'leave it out, or pass disconnectedInputs: "ignore" to get zeros',
  });
  if (mode === "raise") throw error;
  (globalThis as { console?: { warn(text: string): void } }).console?.warn(error.message);
}

/** A variable or a list of them as a list. */
export const listOf = (one: Variable | readonly Variable[]): readonly Variable[] =>
  Array.isArray(one) ? (one as readonly Variable[]) : [one as Variable];

/** Results in the form in which the variables were given. */
export const shapedAs = <W extends Variable | readonly Variable[]>(
  given: W,
  results: readonly Variable[],
): PerVariable<W> => (Array.isArray(given) ? results : results[0]) as PerVariable<W>;
