/** Sorting, running sums, and positions of what is true. */
import { primitive } from "../primitive-op.js";
import { normalizeAxis } from "../shape.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";
import { flatten } from "./shaping.js";

interface AxisChoice {
  /** Default: the last axis; null: all elements as one vector. */
  readonly axis?: number | null | undefined;
}

function alongAxis(x: Operand, axis: number | null, op: string): { tensor: TensorVariable; at: number } {
  const tensor = axis === null ? flatten(asTensor(x)) : asTensor(x);
  return { tensor, at: normalizeAxis(axis ?? 0, tensor.type.ndim, op) };
}

/** Positions in ascending order along an axis, int64; equal elements keep their order, NaN comes last. */
export function argsort(x: Operand, { axis = -1 }: AxisChoice = {}): TensorVariable {
  const { tensor, at } = alongAxis(x, axis, "argsort");
  return primitive("argsort", { axis: at }, [tensor]);
}

/** Elements in ascending order along an axis; NaN comes last. */
export function sort(x: Operand, { axis = -1 }: AxisChoice = {}): TensorVariable {
  const { tensor, at } = alongAxis(x, axis, "sort");
  const order = primitive("argsort", { axis: at }, [tensor]);
  return primitive("takeAlongAxis", { axis: at }, [tensor, order]);
}

/** Running sums along an axis (null: of all elements in row-major order). The dtype stays (bool: or). */
export function cumsum(x: Operand, { axis = null }: AxisChoice = {}): TensorVariable {
  const { tensor, at } = alongAxis(x, axis, "cumsum");
  return primitive("cumsum", { axis: at }, [tensor]);
}

/** Positions of elements that are not zero, in a flattened x: int64, its length is only known at the call. */
export function flatNonzero(x: Operand): TensorVariable {
  return primitive("nonzero", {}, [cast(flatten(asTensor(x)), "bool")]);
}
