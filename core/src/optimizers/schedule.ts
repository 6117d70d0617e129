/** Learning rates that change from call to call, kept in shared scalars. */
import type { UpdatePair } from "../compile/options.js";
import { BitaleTypeError } from "../errors.js";
import { type Constant, isConstant, type Variable } from "../graph/nodes.js";
import { toposort } from "../graph/walk.js";
import type { SharedVariable } from "../shared/shared-variable.js";
import type { FloatDType } from "../tensor/dtype.js";
import { evaluatePrimitive } from "../tensor/evaluate.js";
import { floatX } from "../tensor/float-x.js";
import { type NDArray, scalarNDArray } from "../tensor/ndarray.js";
import { add } from "../tensor/ops/elementwise.js";
import { asTensor, cast, constant, type Operand, type TensorVariable } from "../tensor/ops/operands.js";
import { isPrimitive } from "../tensor/primitive-op.js";
import type { TensorType } from "../tensor/tensor-type.js";
import { hostState } from "./state.js";

/** A learning rate as a function of the number of updates that have been made (0-d float64, from 0 on). */
export type RateRule = (step: TensorVariable) => Operand;

/** A learning rate that the updates of a function move on. */
export interface Schedule {
  /** The rate of the next update: a shared scalar, seen by getValue and saved like any other. */
  readonly rate: SharedVariable<TensorType>;
  /** How many updates have been made: a shared int64 scalar. The rate follows it at the next update. */
  readonly step: SharedVariable<TensorType>;
  /** What a function must be given to move the schedule on; an optimizer that takes the schedule brings them. */
  readonly updates: readonly UpdatePair[];
}

/**
 * Makes a learning rate that follows a rule. Give it to one optimizer as `learningRate`, and its `rate` to others.
 * @param rule one of `constantRate`, `stepDecay`, `exponentialDecay`, `inverseTimeDecay`, `cosineDecay`, `linearWarmup`,
 * or a function of your own that makes a rate of the step with ops
 * @param options.name of the shared rate, "learningRate" by default; the step is "<name>.step"
 * @param options.dtype of the rate: `floatX` by default; it is computed in float64
 * @throws BitaleTypeError BAD_OPTION where the rule does not make a 0-d tensor of the step alone
 *
 * @example
 * ```ts
 * import { compile, exponentialDecay, schedule, sgd, shared } from "@bitale/core";
 * const w = shared(1, { name: "w" });
 * const learningRate = schedule(exponentialDecay({ initial: 0.5, factor: 0.5 }));
 * const train = compile([], w, { updates: sgd(w.mul(w), w, { learningRate }) });
 * train();
 * console.log(learningRate.rate.getValue().item(), learningRate.step.getValue().item()); // 0.25 1
 * ```
 */
export function schedule(
  rule: RateRule,
  options: { readonly name?: string | undefined; readonly dtype?: FloatDType | undefined } = {},
): Schedule {
  const { name = "learningRate", dtype = floatX() } = options;
  const rateAt = (step: TensorVariable): TensorVariable => cast(asTensor(rule(cast(step, "float64"))), dtype);
  const start = scalarNDArray(0n, "int64");
  const step = hostState(`${name}.step`, start);
  const rate = hostState(name, startOf(name, rateAt(constant(start))));
  const next = add(step, 1n);
  const updates = [
    [step, next],
    [rate, rateAt(next)],
  ] as const;
  return { rate, step, updates };
}

/** The value of a 0-d expression of constants. @throws BitaleTypeError BAD_OPTION */
function startOf(name: string, expression: TensorVariable): NDArray {
  const refuse = (got: string): never => {
    throw new BitaleTypeError("BAD_OPTION", {
      subject: `schedule ${name}`,
      problem: "a rule makes a 0-d tensor of the step alone",
      got,
    });
  };
  const values = new Map<Variable, NDArray>();
  const known = (variable: Variable): NDArray =>
    (isConstant(variable) ? (variable as Constant<TensorType, NDArray>).value : values.get(variable)) ??
    refuse(`an expression of ${variable}`);
  if (expression.type.ndim !== 0) refuse(`${expression.type}`);
  for (const { op, inputs, output } of toposort([expression])) {
    if (!isPrimitive(op)) return refuse(`an expression with ${op}`);
    values.set(output, evaluatePrimitive(op, inputs.map(known)));
  }
  return known(expression);
}
