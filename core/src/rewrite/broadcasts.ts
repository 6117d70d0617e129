/** Broadcasting kept implicit: what is stretched is used as it is wherever its user stretches it anyway. */
import { isConstant, type Variable } from "../graph/nodes.js";
import { isFloat } from "../tensor/dtype.js";
import { mul } from "../tensor/ops/elementwise.js";
import { cast, type TensorVariable } from "../tensor/ops/operands.js";
import {
  broadcastTo,
  expandDims,
  type Length as GraphLength,
  productOf,
  squeeze,
} from "../tensor/ops/shaping.js";
import { primitive } from "../tensor/primitive-op.js";
import { binaryNames, type DimSpec, type PrimitiveName, unaryNames } from "../tensor/primitives.js";
import { broadcastsTo, lengthsOf, sameLengths } from "./lengths.js";
import { filledWith, madeBy, operand, typeOf } from "./match.js";
import { joined, type LocalRule, type LocalRules, type PrimitiveApply, rulesFor } from "./rule.js";

type Elementwise = Extract<
  PrimitiveName,
  (typeof unaryNames)[number] | (typeof binaryNames)[number] | "where" | "cast"
>;
const elementwise: readonly Elementwise[] = [...unaryNames, ...binaryNames, "where", "cast"];

const again = (node: PrimitiveApply<Elementwise>, inputs: readonly Variable[]): TensorVariable =>
  primitive(node.op.name, node.op.params, inputs);

/** A stretched operand beside one that has the full shape. */
const besideFull: LocalRule<Elementwise> = (node) => {
  const result = lengthsOf(node.output);
  const spread = node.inputs.map((input) => madeBy(input, "broadcastTo"));
  if (spread.every((found) => found === undefined)) return undefined;
  const full = node.inputs.findIndex(
    (input, i) => spread[i] === undefined && sameLengths(lengthsOf(input), result),
  );
  if (full === -1) return undefined;
  const inputs = node.inputs.map((input, i) => {
    const source = spread[i];
    return source !== undefined && broadcastsTo(lengthsOf(input), result) ? operand(source) : input;
  });
  return inputs.every((input, i) => input === node.inputs[i]) ? undefined : again(node, inputs);
};

/** f(stretched x) is f(x), stretched; also with other operands that one number fills, or stretched likewise. */
const stretchedLate: LocalRule<Elementwise> = (node) => {
  const result = lengthsOf(node.output);
  const spread = node.inputs.map((input) => madeBy(input, "broadcastTo"));
  const first = spread.find((found) => found !== undefined && sameLengths(lengthsOf(found.output), result));
  if (first === undefined) return undefined;
  const inner = node.inputs.map((input, i) => {
    const found = spread[i];
    if (found !== undefined) return sameLengths(lengthsOf(found.output), result) ? operand(found) : undefined;
    return typeOf(input).ndim === 0 ? input : undefined;
  });
  if (inner.includes(undefined)) return undefined;
  const small = again(node, inner as Variable[]);
  return primitive("broadcastTo", first.op.params, [small, ...first.inputs.slice(1)]);
};

/** The operand of a broadcast with the axes in front of it that the broadcast adds. */
function aligned(spread: PrimitiveApply<"broadcastTo">): TensorVariable {
  const [x, missing] = [operand(spread), typeOf(spread.output).ndim - typeOf(operand(spread)).ndim];
  return missing === 0
    ? x
    : expandDims(
        x,
        Array.from({ length: missing }, (_, i) => i),
      );
}

/** Axes of a reduction along which all elements are the same, and how many there are. */
function constantAxes(spread: PrimitiveApply<"broadcastTo">, axes: readonly number[]): number[] {
  const [from, to] = [typeOf(operand(spread)).shape, typeOf(spread.output).shape];
  const missing = to.length - from.length;
  return axes.filter((axis) => axis < missing || (from[axis - missing] === 1 && to[axis] !== 1));
}

/** A broadcast without the axes that are reduced, which all are axes that it stretches. */
function unstretched(spread: PrimitiveApply<"broadcastTo">, axes: readonly number[]): TensorVariable {
  const all = typeOf(spread.output).shape.map((_, axis) => lengthIn(spread, axis));
  const x = squeeze(aligned(spread), axes);
  return broadcastTo(
    x,
    all.filter((_, axis) => !axes.includes(axis)),
  );
}

/** A length that a broadcast stretches to. */
function lengthIn(spread: PrimitiveApply<"broadcastTo">, axis: number): GraphLength {
  const { shape } = spread.op.params;
  const length = shape[axis] as DimSpec;
  if (length !== "dynamic") return length;
  const before = shape.slice(0, axis).filter((dim) => dim === "dynamic").length;
  return spread.inputs[1 + before] as Variable;
}

/** sum(x stretched) is x times how often it stands there; rounded once. */
const sumOfStretched: LocalRule<"sum"> = (node) => {
  const spread = madeBy(operand(node), "broadcastTo");
  if (spread === undefined) return undefined;
  const { axes } = node.op.params;
  if (axes.length === 0 || constantAxes(spread, axes).length !== axes.length) return undefined;
  const { dtype } = typeOf(node.output);
  const { shape } = typeOf(spread.output);
  // None of infinity is 0, but 0 * infinity is not a number.
  const some = axes.every((axis) => (shape[axis] ?? 0) > 0);
  const filling = filledWith(operand(spread));
  const finite = !isFloat(dtype) || (filling !== undefined && Number.isFinite(Number(filling)));
  if (dtype === "bool" || (!some && !finite)) return undefined;
  const count = productOf(axes.map((axis) => lengthIn(spread, axis)));
  return mul(unstretched(spread, axes), cast(typeof count === "number" ? BigInt(count) : count, dtype));
};

/** The largest of equal elements. */
const extremeOfStretched: LocalRule<"max" | "min" | "any" | "all"> = (node) => {
  const spread = madeBy(operand(node), "broadcastTo");
  if (spread === undefined) return undefined;
  const { axes } = node.op.params;
  const { shape } = typeOf(spread.output);
  const some = axes.every((axis) => (shape[axis] ?? 0) > 0);
  if (!some || axes.length === 0 || constantAxes(spread, axes).length !== axes.length) return undefined;
  return unstretched(spread, axes);
};

/** A constant with the same number everywhere, beside an operand of the full shape, is that number. */
const filledConstant: LocalRule<Elementwise> = (node) => {
  const result = lengthsOf(node.output);
  const large = node.inputs.map(
    (input) => isConstant(input) && typeOf(input).ndim > 0 && filledWith(input) !== undefined,
  );
  if (!large.includes(true)) return undefined;
  if (!node.inputs.some((input, i) => large[i] !== true && sameLengths(lengthsOf(input), result)))
    return undefined;
  return again(
    node,
    node.inputs.map((input, i) =>
      large[i] === true ? cast(filledWith(input) as number, typeOf(input).dtype) : input,
    ),
  );
};

export const broadcasts: LocalRules = joined(
  rulesFor(elementwise, [besideFull, filledConstant, stretchedLate]),
  {
    sum: [sumOfStretched],
    max: [extremeOfStretched],
    min: [extremeOfStretched],
    any: [extremeOfStretched],
    all: [extremeOfStretched],
  },
);
