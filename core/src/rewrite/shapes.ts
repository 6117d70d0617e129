/** Moves that cancel or compose, and lengths read where they are known best. Exact. */
import { Constant, isConstant, type Variable } from "../graph/nodes.js";
import { scalarNDArray } from "../tensor/ndarray.js";
import { cast } from "../tensor/ops/operands.js";
import { transpose } from "../tensor/ops/shaping.js";
import { isPrimitive, primitive } from "../tensor/primitive-op.js";
import type { DimSpec, PrimitiveParams } from "../tensor/primitives.js";
import { TensorType } from "../tensor/tensor-type.js";
import { isElementwise, lengthsOf, sameLengths, sameSize } from "./lengths.js";
import { madeBy, operand, typeOf } from "./match.js";
import type { LocalRule, LocalRules, PrimitiveApply } from "./rule.js";

/** A transpose that moves nothing; one of a transpose. */
const composedTranspose: LocalRule<"transpose"> = (node) => {
  const { permutation } = node.op.params;
  const x = operand(node);
  if (permutation.every((axis, i) => axis === i)) return x;
  const inner = madeBy(x, "transpose");
  return (
    inner &&
    transpose(
      operand(inner),
      permutation.map((axis) => inner.op.params.permutation[axis] as number),
    )
  );
};

/** What certainly has the shape already that it is brought to. */
const idle: LocalRule<"reshape" | "broadcastTo" | "sumTo"> = (node) =>
  sameLengths(lengthsOf(operand(node)), lengthsOf(node.output)) ? operand(node) : undefined;

/** A reshape of a reshape that certainly fits: then only the last one counts. */
const composedReshape: LocalRule<"reshape"> = (node) => {
  const inner = madeBy(operand(node), "reshape");
  if (inner === undefined || !fitsAlways(inner)) return undefined;
  return primitive("reshape", node.op.params, [operand(inner), ...node.inputs.slice(1)]);
};

/** Whether a reshape cannot fail at a call. */
function fitsAlways(node: PrimitiveApply<"reshape">): boolean {
  const rest = node.op.params.shape.filter((dim) => dim !== -1);
  const takesAll = rest.length < node.op.params.shape.length && rest.every((dim) => dim === 1);
  return takesAll || sameSize(lengthsOf(operand(node)), lengthsOf(node.output));
}

/** A broadcast of a broadcast that adds no axes to be checked anew. */
const composedBroadcast: LocalRule<"broadcastTo"> = (node) => {
  const inner = madeBy(operand(node), "broadcastTo");
  return inner && primitive("broadcastTo", node.op.params, [operand(inner), ...node.inputs.slice(1)]);
};

/** Lengths that are stated and known. */
const knownShape: LocalRule<"specifyShape"> = (node) => {
  const { shape } = typeOf(operand(node));
  return node.op.params.shape.every((length, axis) => length === null || length === shape[axis])
    ? operand(node)
    : undefined;
};

type SliceParams = PrimitiveParams["slice"];
const allNumbers = (spec: readonly DimSpec[]): spec is readonly number[] => !spec.includes("dynamic");

/** A window of everything. */
const wholeSlice: LocalRule<"slice"> = (node) => {
  const { starts, steps } = node.op.params;
  const everything = starts.every((start) => start === 0) && steps.every((step) => step === 1);
  return everything && sameLengths(lengthsOf(operand(node)), lengthsOf(node.output))
    ? operand(node)
    : undefined;
};

/** A window of a window with known starts is one window. */
const composedSlice: LocalRule<"slice"> = (node) => {
  const inner = madeBy(operand(node), "slice");
  if (inner === undefined) return undefined;
  const [outer, first]: [SliceParams, SliceParams] = [node.op.params, inner.op.params];
  if (!allNumbers(outer.starts) || !allNumbers(first.starts)) return undefined;
  // Of an empty window the start does not count; composed it might leave the operand.
  if (typeOf(node.output).shape.some((length) => length === null || length === 0)) return undefined;
  const begin = first.starts;
  const params: SliceParams = {
    starts: outer.starts.map(
      (start, axis) => (begin[axis] as number) + start * (first.steps[axis] as number),
    ),
    sizes: typeOf(node.output).shape as readonly number[],
    steps: outer.steps.map((step, axis) => step * (first.steps[axis] as number)),
  };
  return primitive("slice", params, [operand(inner)]);
};

const int64 = (value: number): Variable =>
  new Constant(new TensorType("int64", []), scalarNDArray(BigInt(value), "int64"));

/** A length read from where it comes from: then what it is the length of need not be computed. */
const lengthOfKnown: LocalRule<"dimension"> = (node) => {
  const x = operand(node);
  const { axis } = node.op.params;
  const known = typeOf(x).shape[axis];
  if (known !== null && known !== undefined) return int64(known);
  const maker = x.owner;
  if (maker === undefined || !isPrimitive(maker.op)) return undefined;
  const length = lengthsOf(x)[axis];
  const read = (source: Variable, at: number): Variable | undefined =>
    lengthsOf(source)[at] === length ? primitive("dimension", { axis: at }, [source]) : undefined;
  const { op } = maker;
  if (isPrimitive(op, "reshape") || isPrimitive(op, "broadcastTo") || isPrimitive(op, "sumTo")) {
    const { shape } = op.params;
    if (shape[axis] !== "dynamic") return undefined;
    const before = shape.slice(0, axis).filter((dim) => dim === "dynamic").length;
    return cast(maker.inputs[1 + before] as Variable, "int64");
  }
  if (isPrimitive(op, "transpose")) return read(operand(maker), op.params.permutation[axis] as number);
  const data = maker.inputs.slice(0, op.dataCount(maker.inputs.length));
  for (const source of data) {
    if (isConstant(source)) continue;
    const shift = isElementwise(op.name) ? lengthsOf(x).length - lengthsOf(source).length : 0;
    const places = lengthsOf(source).flatMap((l, at) => (l === length ? [at] : []));
    const place = places.includes(axis - shift) ? axis - shift : places[0];
    const found = place === undefined ? undefined : read(source, place);
    if (found !== undefined) return found;
  }
  return undefined;
};

export const shapes: LocalRules = {
  transpose: [composedTranspose],
  reshape: [idle, composedReshape],
  broadcastTo: [idle, composedBroadcast],
  sumTo: [idle],
  specifyShape: [knownShape],
  slice: [wholeSlice, composedSlice],
  dimension: [lengthOfKnown],
};
