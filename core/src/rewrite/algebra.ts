/** Algebraic rules that never change a value: casts and transposes that cancel, factors of one, double negation. */
import { type Apply, isConstant, type Variable } from "../graph/nodes.js";
import { isFloat } from "../tensor/dtype.js";
import type { NDArray } from "../tensor/ndarray.js";
import { isPrimitive } from "../tensor/primitive-op.js";
import { isConcrete } from "../tensor/shape.js";
import type { TensorType } from "../tensor/tensor-type.js";
import type { LocalRule } from "./rule.js";

const typeOf = (variable: Variable): TensorType => variable.type as TensorType;

/** The number that fills a constant, if it is one number. */
function filledWith(variable: Variable): number | undefined {
  if (!isConstant(variable)) return undefined;
  const value = variable.value as NDArray;
  return value.size === 1 ? value.item() : undefined;
}

/** Whether an operand of an elementwise node has the shape of the result, so that it can stand for it. */
const sameShape = (operand: Variable, result: Variable, other: Variable): boolean =>
  typeOf(other).shape.every((d) => d === 1) && typeOf(operand).ndim === typeOf(result).ndim;

function factorOfOne(node: Apply): Variable | undefined {
  if (!isPrimitive(node.op)) return undefined;
  const [x, y] = node.inputs as [Variable, Variable];
  const { name } = node.op;
  if ((name === "mul" || name === "div") && filledWith(y) === 1 && sameShape(x, node.output, y)) return x;
  if (name === "mul" && filledWith(x) === 1 && sameShape(y, node.output, x)) return y;
  return undefined;
}

function doubleNegation(node: Apply): Variable | undefined {
  const inner = node.inputs[0]?.owner;
  return isPrimitive(node.op, "neg") && isPrimitive(inner?.op, "neg") ? inner?.inputs[0] : undefined;
}

function idleCast(node: Apply): Variable | undefined {
  if (!isPrimitive(node.op, "cast")) return undefined;
  const x = node.inputs[0] as Variable;
  if (typeOf(x).dtype === node.op.params.dtype) return x;
  const inner = x.owner;
  if (inner === undefined || !isPrimitive(inner.op, "cast")) return undefined;
  const source = inner.inputs[0] as Variable;
  const widening = isFloat(typeOf(x).dtype) && typeOf(source).dtype === node.op.params.dtype;
  const exact = typeOf(source).dtype === "float32" && typeOf(x).dtype === "float64";
  return widening && exact ? source : undefined;
}

function cancellingTransposes(node: Apply): Variable | undefined {
  const inner = node.inputs[0]?.owner;
  if (!isPrimitive(node.op, "transpose") || inner === undefined || !isPrimitive(inner.op, "transpose"))
    return undefined;
  const [outer, first] = [node.op.params.permutation, inner.op.params.permutation];
  return outer.every((axis, i) => first[axis] === i) ? inner.inputs[0] : undefined;
}

function idleShape(node: Apply): Variable | undefined {
  if (
    !isPrimitive(node.op, "reshape") &&
    !isPrimitive(node.op, "broadcastTo") &&
    !isPrimitive(node.op, "sumTo")
  )
    return undefined;
  const [from, to] = [typeOf(node.inputs[0] as Variable).shape, typeOf(node.output).shape];
  return isConcrete(from) && from.length === to.length && from.every((d, i) => d === to[i])
    ? node.inputs[0]
    : undefined;
}

export const algebra: readonly LocalRule[] = [
  factorOfOne,
  doubleNegation,
  idleCast,
  cancellingTransposes,
  idleShape,
];
