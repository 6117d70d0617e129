/** Reductions of reductions, and of what only moves elements. Sums may differ in the last bits. */
import type { Variable } from "../graph/nodes.js";
import { neg } from "../tensor/ops/elementwise.js";
import { lengthsOf as graphLengths, reshape } from "../tensor/ops/shaping.js";
import { primitive } from "../tensor/primitive-op.js";
import { type ReductionName, reductionNames } from "../tensor/primitives.js";
import { lengthsOf, sameSize } from "./lengths.js";
import { madeBy, operand, typeOf } from "./match.js";
import { joined, type LocalRule, type LocalRules, type PrimitiveApply, rulesFor } from "./rule.js";

const reduced = (node: PrimitiveApply<ReductionName>, x: Variable, axes: readonly number[]): Variable =>
  primitive(node.op.name, { axes }, [x]);
const isWhole = (node: PrimitiveApply<ReductionName>): boolean => typeOf(node.output).ndim === 0;
const allAxes = (x: Variable): number[] => typeOf(x).shape.map((_, axis) => axis);

/** Over no axes. */
const overNothing: LocalRule<ReductionName> = (node) =>
  node.op.params.axes.length === 0 ? operand(node) : undefined;

/** Of a reduction by the same op. */
const nested =
  (name: ReductionName): LocalRule<ReductionName> =>
  (node, { uses }) => {
    const inner = madeBy(operand(node), name);
    if (inner === undefined || uses(inner.output) > 1) return undefined;
    const { axes } = inner.op.params;
    const left = allAxes(operand(inner)).filter((axis) => !axes.includes(axis));
    const outer = node.op.params.axes.map((axis) => left[axis] as number);
    return reduced(
      node,
      operand(inner),
      [...axes, ...outer].sort((a, b) => a - b),
    );
  };

/** Of a transpose, where the axes that are left keep their order. */
const ofTransposed: LocalRule<ReductionName> = (node) => {
  const inner = madeBy(operand(node), "transpose");
  if (inner === undefined) return undefined;
  const { permutation } = inner.op.params;
  const { axes } = node.op.params;
  const left = permutation.filter((_, axis) => !axes.includes(axis));
  if (left.some((axis, i) => i > 0 && axis < (left[i - 1] as number))) return undefined;
  return reduced(
    node,
    operand(inner),
    axes.map((axis) => permutation[axis] as number).sort((a, b) => a - b),
  );
};

/** Of a reshape, over everything. */
const ofReshaped: LocalRule<ReductionName> = (node) => {
  const inner = isWhole(node) ? madeBy(operand(node), "reshape") : undefined;
  if (inner === undefined || !sameSize(lengthsOf(operand(inner)), lengthsOf(inner.output))) return undefined;
  return reduced(node, operand(inner), allAxes(operand(inner)));
};

/** Over axes of length 1. */
const overOnes: LocalRule<ReductionName> = (node) => {
  const { shape } = typeOf(operand(node));
  const { axes } = node.op.params;
  if (axes.length === 0 || axes.some((axis) => shape[axis] !== 1)) return undefined;
  return reshape(
    operand(node),
    graphLengths(operand(node)).filter((_, axis) => !axes.includes(axis)),
  );
};

/** sum(-x) */
const ofNegative: LocalRule<"sum"> = (node) => {
  const inner = madeBy(operand(node), "neg");
  return inner && neg(reduced(node, operand(inner), node.op.params.axes));
};

export const sums: LocalRules = joined(
  ...reductionNames.map((name) =>
    rulesFor([name], [overNothing, overOnes, nested(name), ofTransposed, ofReshaped]),
  ),
  { sum: [ofNegative] },
);
