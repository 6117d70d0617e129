/** What all optimizers share: parameters with their gradients, state beside each, and the step size. */
import type { UpdatePair } from "../compile/options.js";
import { BitaleTypeError, describeValue } from "../errors.js";
import { grad, listOf } from "../gradient/grad.js";
import { isVariable, type Variable } from "../graph/nodes.js";
import { isSharedVariable, type SharedVariable } from "../shared/shared-variable.js";
import { isFloat } from "../tensor/dtype.js";
import { cast, type Operand, type TensorVariable } from "../tensor/ops/operands.js";
import { isTensorType } from "../tensor/tensor-type.js";
import { notNegative } from "./options.js";
import type { Schedule } from "./schedule.js";
import { type DenseShared, stateBeside } from "./state.js";

/** What is minimized: a 0-d cost, or a list of gradients, one for each parameter in order. */
export type CostOrGradients = Variable | readonly Variable[];
/** Dense shared variables of a float dtype: one or several. */
export type Parameters = SharedVariable | readonly SharedVariable[];
/** A step size: a number, a 0-d tensor, or a schedule, which the updates then move on. */
export type LearningRate = number | Variable | Schedule;

/** What every optimizer takes. */
export interface OptimizerOptions {
  /** In the names of the state, "W.<name>.<what>" for a parameter W; by default the optimizer's own. */
  readonly name?: string | undefined;
}

/** One parameter on its way down. */
export interface Slope {
  readonly parameter: DenseShared;
  /** In the parameter's dtype. */
  readonly gradient: TensorVariable;
  /** The step size in the parameter's dtype. */
  readonly rate: Operand;
  /** A new shared variable "<parameter>.<optimizer>.<what>" beside the parameter, filled with a number. */
  readonly state: (what: string, value?: number) => DenseShared;
  /** Any number of the graph in the parameter's dtype. */
  readonly own: (number: TensorVariable) => TensorVariable;
}

/**
 * The updates of an optimizer that treats its parameters one by one.
 * @param move the updates of one parameter and of its state
 * @throws BitaleTypeError BAD_OPERAND for parameters that are not shared, dense and float, or gradients that do not
 * fit them; BAD_OPTION; what `grad` throws
 */
export function updatesOf(
  optimizer: string,
  cost: CostOrGradients,
  parameters: Parameters,
  learningRate: LearningRate,
  move: (slope: Slope) => readonly UpdatePair[],
): UpdatePair[] {
  const list = listOf(parameters).map((parameter) => checkParameter(optimizer, parameter));
  const step = stepSize(optimizer, learningRate);
  const gradients = Array.isArray(cost) ? (cost as readonly Variable[]) : grad(cost as Variable, list);
  if (gradients.length !== list.length) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: optimizer,
      problem: "each parameter needs one gradient",
      expected: `${list.length}`,
      got: `${gradients.length}`,
    });
  }
  const moves = list.flatMap((parameter, i) => {
    const { dtype } = parameter.type;
    const label = parameter.name ?? `parameter ${i}`;
    return move({
      parameter,
      gradient: cast(gradients[i] as Variable, dtype),
      rate: isVariable(step.rate) ? cast(step.rate, dtype) : step.rate,
      state: (what, value = 0) => stateBeside(parameter, `${label}.${optimizer}.${what}`, value),
      own: (number) => cast(number, dtype),
    });
  });
  return [...moves, ...step.updates];
}

function checkParameter(optimizer: string, parameter: Variable): DenseShared {
  const { type } = parameter;
  const shared = isSharedVariable(parameter);
  if (shared && isTensorType(type) && isFloat(type.dtype)) return parameter as DenseShared;
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: `${optimizer}: parameter ${parameter}`,
    problem: "an optimizer moves dense shared variables of a float dtype",
    got: shared ? `${type}` : `a variable of ${type} that is not shared`,
    cure: isTensorType(type)
      ? "make it with shared(value), of floats"
      : "keep it dense, or write the update yourself: [W, W.sub(gradient.mul(rate))]",
  });
}

function stepSize(optimizer: string, given: LearningRate): { rate: Operand; updates: readonly UpdatePair[] } {
  if (typeof given === "number") return { rate: notNegative(optimizer, "learningRate", given), updates: [] };
  if (isVariable(given)) {
    if (isTensorType(given.type) && given.type.ndim === 0) return { rate: given, updates: [] };
  } else if (typeof given === "object" && given !== null && isVariable(given.rate)) {
    return given;
  }
  throw new BitaleTypeError("BAD_OPTION", {
    subject: `${optimizer}: learningRate`,
    problem: "it is no step size",
    expected: "a number, a 0-d tensor, or what schedule(…) makes",
    got: isVariable(given) ? `${given.type}` : describeValue(given),
  });
}
