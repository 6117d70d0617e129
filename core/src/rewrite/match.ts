/** What rules ask of the variables that they look at. */
import { isConstant, type Variable } from "../graph/nodes.js";
import { isFloat } from "../tensor/dtype.js";
import { isNDArray, type NDArray, type Scalar } from "../tensor/ndarray.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import { isPrimitive } from "../tensor/primitive-op.js";
import type { PrimitiveName } from "../tensor/primitives.js";
import type { TensorType } from "../tensor/tensor-type.js";
import { lengthsOf, sameLengths } from "./lengths.js";
import type { PrimitiveApply } from "./rule.js";

export const typeOf = (variable: Variable): TensorType => variable.type as TensorType;

/** The node that computes a variable, where it is of the given primitive. */
export function madeBy<N extends PrimitiveName>(
  variable: Variable | undefined,
  name: N,
): PrimitiveApply<N> | undefined {
  const node = variable?.owner;
  return isPrimitive(node?.op, name) ? (node as PrimitiveApply<N>) : undefined;
}

/** Operands of a node. */
export const operand = (node: { readonly inputs: readonly Variable[] }, i = 0): TensorVariable =>
  node.inputs[i] as TensorVariable;

/** Larger constants are not looked through for one number that fills them. */
const lookedThrough = 1024;
const fillings = new WeakMap<NDArray, Scalar | null>();

/** The one number that a variable holds everywhere, if that is known. */
export function filledWith(variable: Variable): Scalar | undefined {
  const spread = madeBy(variable, "broadcastTo");
  const value = isConstant(variable) ? variable.value : undefined;
  if (!isNDArray(value)) return spread === undefined ? undefined : filledWith(operand(spread));
  const known = fillings.get(value);
  if (known !== undefined) return known ?? undefined;
  const filling = fillingOf(value);
  fillings.set(value, filling ?? null);
  return filling;
}

function fillingOf(value: NDArray): Scalar | undefined {
  if (value.size === 0 || value.size > lookedThrough) return undefined;
  const elements = value.flat() as ArrayLike<Scalar>;
  const first = elements[0] as Scalar;
  for (let i = 1; i < elements.length; i++) if (!Object.is(elements[i], first)) return undefined;
  return first;
}

/** Whether a variable is a given whole number everywhere; 0 is not -0. */
export function isNumber(variable: Variable, wanted: number): boolean {
  const number = filledWith(variable);
  return typeof number === "bigint" ? number === BigInt(wanted) : Object.is(number, wanted);
}

/**
 * Whether an operand of an elementwise node certainly has the shape of the result, so that it can stand for it.
 * @param others the other operands
 */
export function standsFor(x: Variable, result: Variable, ...others: readonly Variable[]): boolean {
  if (typeOf(x).ndim !== typeOf(result).ndim) return false;
  const neutral = (other: Variable): boolean => typeOf(other).shape.every((length) => length === 1);
  return others.every(neutral) || sameLengths(lengthsOf(x), lengthsOf(result));
}

/**
 * Whether a variable is never negative and never -0 (NaN it may be), as far as a few levels above it tell.
 */
export function isNonNegative(variable: Variable, depth = 0): boolean {
  const number = filledWith(variable);
  if (number !== undefined)
    return typeof number === "bigint" ? number >= 0n : number >= 0 && !Object.is(number, -0);
  const { dtype } = typeOf(variable);
  if (dtype === "bool" || dtype.startsWith("uint")) return true;
  const node = variable.owner;
  if (!isPrimitive(node?.op) || depth > 8) return false;
  const { inputs } = node as { readonly inputs: readonly Variable[] };
  const [x, y] = inputs as [Variable, Variable];
  const rest = (other: Variable): boolean => isNonNegative(other, depth + 1);
  switch (node?.op.name) {
    case "exp":
    case "sigmoid":
      return true;
    case "abs":
      return isFloat(dtype);
    case "mul":
      return isFloat(dtype) && (x === y || (rest(x) && rest(y)));
    case "add":
    case "div":
      return isFloat(dtype) && rest(x) && rest(y);
    case "cast":
      return isFloat(dtype) && rest(x);
    case "minimum":
    case "maximum":
      return rest(x) && rest(y);
    case "sum":
      return isFloat(dtype) && rest(x);
    case "sumTo":
      return isFloat(dtype) && rest(x);
    case "max":
    case "min":
    case "reshape":
    case "transpose":
    case "broadcastTo":
    case "slice":
    case "specifyShape":
    case "stopGradient":
      return rest(x);
    default:
      return false;
  }
}

/** The number that a 0-d constant holds (or one with a single element). */
export function constantOf(variable: Variable): number | undefined {
  if (!isConstant(variable) || !isNDArray(variable.value) || variable.value.size !== 1) return undefined;
  return variable.value.item();
}
