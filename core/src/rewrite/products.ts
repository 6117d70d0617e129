/**
 * Transposes that become axes of a general dot, and sums of products that are one. A dot adds in another order than a
 * sum: last bits may differ.
 */
import { isConstant, type Variable } from "../graph/nodes.js";
import { isFloat } from "../tensor/dtype.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import { lengthsOf as graphLengths, reshape, transpose } from "../tensor/ops/shaping.js";
import { isPrimitive, primitive } from "../tensor/primitive-op.js";
import type { DotParams } from "../tensor/primitives.js";
import { isElementwise, type Length, lengthsOf } from "./lengths.js";
import { madeBy, operand, typeOf } from "./match.js";
import type { LocalRule, LocalRules, RuleContext } from "./rule.js";

type Pair = readonly [readonly number[], readonly number[]];
const withSide = (pair: Pair, side: 0 | 1, axes: readonly number[]): Pair =>
  side === 0 ? [axes, pair[1]] : [pair[0], axes];

const freeAxes = (params: DotParams, side: 0 | 1, rank: number): number[] =>
  Array.from({ length: rank }, (_, axis) => axis).filter(
    (axis) => !params.contract[side].includes(axis) && !params.batch[side].includes(axis),
  );

/** dot(x transposed, y) reads x itself by other axes, where the axes that are left keep their order. */
const transposedOperand: LocalRule<"dot"> = (node) => {
  for (const side of [0, 1] as const) {
    const inner = madeBy(operand(node, side), "transpose");
    if (inner === undefined) continue;
    const { permutation } = inner.op.params;
    const params: DotParams = node.op.params;
    const free = freeAxes(params, side, permutation.length).map((axis) => permutation[axis] as number);
    if (free.some((axis, i) => i > 0 && axis < (free[i - 1] as number))) continue;
    const renamed = (pair: Pair): Pair =>
      withSide(
        pair,
        side,
        pair[side].map((axis) => permutation[axis] as number),
      );
    const operands = [operand(node), operand(node, 1)];
    operands[side] = operand(inner);
    return primitive("dot", { contract: renamed(params.contract), batch: renamed(params.batch) }, operands);
  }
  return undefined;
};

/** The transpose of dot(x, y) is dot(y, x), where it exchanges what is left of both. */
const transposedDot: LocalRule<"transpose"> = (node, { uses }) => {
  const inner = madeBy(operand(node), "dot");
  if (inner === undefined || uses(inner.output) > 1) return undefined;
  const { contract, batch } = inner.op.params;
  const [x, y] = [operand(inner), operand(inner, 1)];
  const batches = batch[0].length;
  const [left, right] = [
    freeAxes(inner.op.params, 0, typeOf(x).ndim).length,
    freeAxes(inner.op.params, 1, typeOf(y).ndim).length,
  ];
  const swapped = [
    ...Array.from({ length: batches }, (_, i) => i),
    ...Array.from({ length: right }, (_, i) => batches + left + i),
    ...Array.from({ length: left }, (_, i) => batches + i),
  ];
  if (!swapped.every((axis, i) => axis === node.op.params.permutation[i])) return undefined;
  return primitive("dot", { contract: [contract[1], contract[0]], batch: [batch[1], batch[0]] }, [y, x]);
};

/** Whether a value lies in memory anyway, and would not be computed inside the loop of the sum. */
function isStored(variable: Variable, { uses }: RuleContext): boolean {
  const node = variable.owner;
  return node === undefined || uses(variable) > 1 || !isPrimitive(node.op) || !isElementwise(node.op.name);
}

/** What an axis of a product is for its sum. */
type Role = "contract" | "left" | "right" | "none";

/**
 * sum(x * y) over all axes that both have is a dot where that pays: a product of matrices or of a matrix and a vector.
 * The product of all elements is never built then. It does not pay for whole vectors (their product is summed in one
 * loop), nor where x or y is itself computed inside that loop, nor for axes that both keep (a stack of short dots).
 */
const sumOfProduct: LocalRule<"sum"> = (node, context) => {
  const product = madeBy(operand(node), "mul");
  const { axes } = node.op.params;
  if (product === undefined || axes.length === 0 || context.uses(product.output) > 1) return undefined;
  const [x, y] = [operand(product), operand(product, 1)];
  if (!isFloat(typeOf(x).dtype) || isConstant(x) || isConstant(y)) return undefined;
  if (!isStored(x, context) || !isStored(y, context)) return undefined;
  const lengths = lengthsOf(product.output);
  const roles = lengths.map((length, axis): Role | undefined => {
    const [a, b] = [lengthAt(x, axis, lengths), lengthAt(y, axis, lengths)];
    if (axes.includes(axis)) return a === length && b === length && length !== 1 ? "contract" : undefined;
    if (length === 1) return a === 1 && b === 1 ? "none" : undefined;
    if (a === length && b === 1) return "left";
    return a === 1 && b === length ? "right" : undefined;
  });
  if (roles.includes(undefined) || !(roles.includes("left") || roles.includes("right"))) return undefined;
  return asDot(x, y, roles as Role[], node.output as TensorVariable);
};

/** The length of an operand at an axis of the product; 1 where it has no such axis. */
function lengthAt(x: Variable, axis: number, lengths: readonly Length[]): Length {
  const own = lengthsOf(x);
  return own[axis - lengths.length + own.length] ?? 1;
}

function asDot(
  x: TensorVariable,
  y: TensorVariable,
  roles: readonly Role[],
  result: TensorVariable,
): Variable {
  const places = (wanted: Role): number[] => roles.flatMap((role, axis) => (role === wanted ? [axis] : []));
  const [contracted, left, right] = [places("contract"), places("left"), places("right")];
  const sides = [x, y].map((operandOf, side) => {
    const shift = roles.length - typeOf(operandOf).ndim;
    const kept = [...contracted, ...(side === 0 ? left : right)].sort((a, b) => a - b);
    const all = graphLengths(operandOf);
    const dropped =
      kept.length === all.length
        ? operandOf
        : reshape(
            operandOf,
            kept.map((axis) => all[axis - shift] ?? 1),
          );
    return { operand: dropped, contract: contracted.map((axis) => kept.indexOf(axis)) };
  });
  const [first, second] = sides as [(typeof sides)[0], (typeof sides)[0]];
  const dot = primitive("dot", { contract: [first.contract, second.contract], batch: [[], []] }, [
    first.operand,
    second.operand,
  ]);
  const order = [...left, ...right];
  const sorted = [...order].sort((a, b) => a - b);
  const ordered = transpose(
    dot,
    sorted.map((axis) => order.indexOf(axis)),
  );
  return typeOf(ordered).ndim === typeOf(result).ndim ? ordered : reshape(ordered, graphLengths(result));
}

export const products: LocalRules = {
  dot: [transposedOperand],
  transpose: [transposedDot],
  sum: [sumOfProduct],
};
