/** The gradient of a loop is a loop the other way round, over the carries that the first one went through. */

import { gradientDType } from "../gradient/elementwise.js";
import type { Apply, Variable } from "../graph/nodes.js";
import { isFloat } from "../tensor/dtype.js";
import { zerosLike } from "../tensor/ops/creation.js";
import { add } from "../tensor/ops/elementwise.js";
import { cast, type TensorVariable } from "../tensor/ops/operands.js";
import { isTensorType } from "../tensor/tensor-type.js";
import { carryBack } from "./inner-gradient.js";
import { instantiate, placeholderOf } from "./inner-graph.js";
import type { ScanOp } from "./scan-op.js";

type Tensor = TensorVariable;
type State = {
  readonly carry: readonly Tensor[];
  readonly sums: readonly Tensor[];
};
type Now = {
  readonly carries: readonly Tensor[];
  readonly elements: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly histories: readonly Tensor[];
};
/** `scan` as it is used here. */
export type Scan = (
  step: (state: State, now: Now) => readonly [State, readonly Tensor[]],
  options: {
    readonly init: State;
    readonly sequences: Now;
    readonly length: Variable;
    readonly reverse: boolean;
  },
) => [State, readonly Tensor[]];

const isFloatTensor = (variable: Variable): variable is TensorVariable =>
  isTensorType(variable.type) && isFloat(variable.type.dtype);
const sumOf = (a: TensorVariable | undefined, b: TensorVariable): TensorVariable =>
  a === undefined ? b : add(a, b);

/**
 * Carried backwards: the gradient of the carry, and the sums of the gradients of what the step reads from around it.
 * At each step the gradients of the outputs and of the stacked carries come in, those of the elements go out.
 * @returns gradients of the operands of `apply`; undefined where no path leads
 */
export function scanGradient(
  op: ScanOp,
  apply: Apply,
  arrived: readonly (Variable | undefined)[],
  scan: Scan,
): readonly (Variable | undefined)[] {
  const { carries, sequences, outputs, reverse } = op.layout;
  const { step } = op;
  const [length, ...operands] = apply.inputs as [Variable, ...Variable[]];
  const series = operands.slice(carries, carries + sequences) as TensorVariable[];
  const outer = operands.slice(carries + sequences);
  const histories = apply.outputs.slice(carries + outputs) as TensorVariable[];
  const arrivedAt = (place: number): TensorVariable | undefined => {
    const g = arrived[place] as TensorVariable | undefined;
    const result = apply.outputs[place] as TensorVariable;
    return g === undefined || !isFloatTensor(result) ? undefined : cast(g, result.type.dtype);
  };

  const cotangents = step.outputs.map((output) => placeholderOf(output));
  const arriving = step.outputs.map((output, i) =>
    i < carries ? isFloatTensor(output) : arrivedAt(i) !== undefined,
  );
  const partials = carryBack(
    step.outputs.filter((_, i) => arriving[i]),
    cotangents.filter((_, i) => arriving[i]),
    step.inputs,
  );
  const reached = (place: number): boolean => partials[place] !== undefined;
  const floatCarries = [...Array(carries).keys()].filter((i) => isFloatTensor(step.inputs[i] as Variable));
  const reachedItems = [...Array(sequences).keys()].filter((i) => reached(carries + i));
  const reachedOuter = outer.flatMap((_, i) => (reached(carries + sequences + i) ? [i] : []));

  const outputGradients = [...Array(outputs).keys()].map((i) => arrivedAt(carries + i));
  const historyGradients = floatCarries.map((i) => arrivedAt(carries + outputs + i));
  const present = <T>(list: readonly (T | undefined)[]): T[] => list.filter((item) => item !== undefined);

  const [final, itemGradients] = scan(
    (state, now) => {
      let next = 0;
      const carryOf = new Map(floatCarries.map((i, k) => [i, state.carry[k] as TensorVariable]));
      const outputOf = outputGradients.map((g) => (g === undefined ? undefined : now.outputs[next++]));
      const incoming = cotangents.map((cotangent, i) =>
        i < carries ? (carryOf.get(i) ?? cotangent) : (outputOf[i - carries] ?? cotangent),
      );
      const inputs = [...now.carries, ...now.elements, ...outer];
      const wanted = present(partials);
      const values = instantiate({ inputs: [...step.inputs, ...cotangents], outputs: wanted }, [
        ...inputs,
        ...incoming,
      ]) as TensorVariable[];
      const at = new Map(wanted.map((partial, i) => [partial, values[i] as TensorVariable]));
      const partial = (place: number): TensorVariable | undefined =>
        at.get(partials[place] as TensorVariable);
      let history = 0;
      const carry = floatCarries.map((i, k) => {
        const through = partial(i) ?? zerosLike(step.inputs[i] as TensorVariable);
        const own = historyGradients[k] === undefined ? undefined : now.histories[history++];
        return sumOf(
          own,
          instantiate({ inputs: step.inputs, outputs: [through] }, inputs)[0] as TensorVariable,
        );
      });
      const sums = reachedOuter.map((i, k) =>
        add(state.sums[k] as TensorVariable, partial(carries + sequences + i) as TensorVariable),
      );
      return [{ carry, sums }, reachedItems.map((i) => partial(carries + i) as TensorVariable)];
    },
    {
      init: {
        carry: floatCarries.map((i) => arrivedAt(i) ?? zerosLike(apply.outputs[i] as TensorVariable)),
        sums: reachedOuter.map((i) => {
          const x = outer[i] as TensorVariable;
          return zerosLike(x, gradientDType(x));
        }),
      },
      sequences: {
        carries: histories,
        elements: series,
        outputs: present(outputGradients),
        histories: present(historyGradients),
      },
      length,
      reverse: !reverse,
    },
  );
  const result = new Array<Variable | undefined>(apply.inputs.length);
  floatCarries.forEach((i, k) => {
    result[1 + i] = final.carry[k];
  });
  reachedItems.forEach((i, k) => {
    result[1 + carries + i] = itemGradients[k];
  });
  reachedOuter.forEach((i, k) => {
    result[1 + carries + sequences + i] = final.sums[k];
  });
  return result;
}
