/** Dtype and shape of the reductions, and of the general dot. */
import {
  type ArgReductionName,
  argReductionNames,
  type ReductionName,
  reductionNames,
} from "../primitives.js";
import type { Shape } from "../shape.js";
import {
  mismatch,
  refuse,
  sameDType,
  type TensorFacts,
  type TypeRule,
  type TypeRules,
  table,
  without,
} from "./rule.js";

const reductionRule = (op: ReductionName): TypeRule<ReductionName> => ({
  arity: 1,
  infer: ({ axes }, inputs) => {
    const { dtype, shape } = inputs[0] as TensorFacts;
    if ((op === "any" || op === "all") && dtype !== "bool") refuse(op, "the operand must be bool", inputs);
    if ((op === "max" || op === "min") && axes.some((axis) => shape[axis] === 0)) {
      mismatch(op, "an empty axis has no extreme value", [shape]);
    }
    return { dtype, shape: without(shape, axes) };
  },
});

const argReductionRule = (op: ArgReductionName): TypeRule<ArgReductionName> => ({
  arity: 1,
  infer: ({ axis }, inputs) => {
    const { shape } = inputs[0] as TensorFacts;
    if (shape[axis] === 0) mismatch(op, "an empty axis has no extreme value", [shape]);
    return { dtype: "int64", shape: without(shape, [axis]) };
  },
});

export const reductionTypes: TypeRules<ReductionName | ArgReductionName | "dot"> = {
  ...table(reductionNames, reductionRule),
  ...table(argReductionNames, argReductionRule),
  dot: {
    arity: 2,
    infer: ({ contract, batch }, inputs) => {
      const dtype = sameDType("dot", inputs);
      const [left, right] = inputs.map((i) => i.shape) as [Shape, Shape];
      const pairs = [
        ...contract[0].map((a, i) => [a, contract[1][i]]),
        ...batch[0].map((a, i) => [a, batch[1][i]]),
      ];
      for (const [a, b] of pairs as [number, number][]) {
        const [m, n] = [left[a], right[b]];
        if (m === undefined || n === undefined)
          mismatch("dot", `axis ${a} or ${b} is out of range`, [left, right]);
        if (m !== null && n !== null && m !== n)
          mismatch("dot", `axes ${a} and ${b} have different lengths`, [left, right]);
      }
      const shape = [
        ...batch[0].map((a, i) => left[a] ?? right[batch[1][i] as number] ?? null),
        ...without(left, [...contract[0], ...batch[0]]),
        ...without(right, [...contract[1], ...batch[1]]),
      ];
      return { dtype, shape };
    },
  },
};
