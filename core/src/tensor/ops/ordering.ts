/** Sorting, and running sums, products and extremes. */
import { BitaleTypeError } from "../../errors.js";
import type { DType } from "../dtype.js";
import { primitive } from "../primitive-op.js";
import type { CumulativeName } from "../primitives.js";
import { normalizeAxis } from "../shape.js";
import { le, lt, sub } from "./elementwise.js";
import { type IndexItem, index, narrow } from "./indexing.js";
import { lengthScalar } from "./lengths.js";
import { asTensor, cast, type Operand, type TensorVariable, unify } from "./operands.js";
import { sum } from "./reductions.js";
import { expandDims, flatten, type Length, lengthOf } from "./shaping.js";
import { slice } from "./slices.js";

export interface AxisChoice {
  /** Default: the last axis; null: all elements as one vector. */
  readonly axis?: number | null | undefined;
}

function alongAxis(x: Operand, axis: number | null, op: string): { tensor: TensorVariable; at: number } {
  const tensor = axis === null ? flatten(asTensor(x)) : asTensor(x);
  return { tensor, at: normalizeAxis(axis ?? 0, tensor.type.ndim, op) };
}

export interface SortOptions extends AxisChoice {
  /** From the largest to the smallest, NaN first (default false); equal elements keep their order. */
  readonly descending?: boolean | undefined;
}

/** One axis in the opposite direction. */
function reversed(tensor: TensorVariable, at: number): TensorVariable {
  const items = tensor.type.shape.map((_, i): IndexItem => (i === at ? slice(null, null, -1) : slice()));
  return index(tensor, ...items);
}

function order(tensor: TensorVariable, at: number, descending: boolean): TensorVariable {
  if (!descending) return primitive("argsort", { axis: at }, [tensor]);
  // Sorted backwards from the last one on, so that equal elements keep their order.
  const backwards = reversed(primitive("argsort", { axis: at }, [reversed(tensor, at)]), at);
  return sub(sub(lengthScalar(lengthOf(tensor, at)), 1n), backwards);
}

/** Positions in ascending order along an axis, int64; equal elements keep their order, NaN comes last. */
export function argsort(x: Operand, { axis = -1, descending = false }: SortOptions = {}): TensorVariable {
  const { tensor, at } = alongAxis(x, axis, "argsort");
  return order(tensor, at, descending);
}

/** Elements in ascending order along an axis; NaN comes last. */
export function sort(x: Operand, { axis = -1, descending = false }: SortOptions = {}): TensorVariable {
  const { tensor, at } = alongAxis(x, axis, "sort");
  const ascending = primitive("takeAlongAxis", { axis: at }, [tensor, order(tensor, at, false)]);
  return descending ? reversed(ascending, at) : ascending;
}

/**
 * The k largest elements along an axis (the last by default), the largest first, and where they stand.
 * @returns [values, indices]; indices are int64; of equal elements the first ones are taken, NaN counts as the largest
 */
export function topK(x: Operand, k: Length, axis = -1): [TensorVariable, TensorVariable] {
  const { tensor, at } = alongAxis(x, axis, "topK");
  const indices = narrow(order(tensor, at, true), at, 0, k);
  return [primitive("takeAlongAxis", { axis: at }, [tensor, indices]), indices];
}

/**
 * For each value the position in a sorted vector where it fits in: before ("left") or behind ("right") equal elements.
 * @returns int64, in the shape of the values
 */
export function searchSorted(
  sorted: Operand,
  values: Operand,
  { side = "left" }: { readonly side?: "left" | "right" } = {},
): TensorVariable {
  const [line, wanted] = unify([sorted, values]) as [TensorVariable, TensorVariable];
  if (line.type.ndim !== 1) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "searchSorted",
      problem: "a sorted vector is needed",
      got: line.type.toString(),
    });
  }
  const below = (side === "left" ? lt : le)(line, expandDims(wanted, wanted.type.ndim));
  return sum(below, { axis: -1 });
}

/** Differences of neighbours along an axis, `times` over. bool is refused, as in `sub`. */
export function diff(x: Operand, times = 1, axis = -1): TensorVariable {
  const tensor = asTensor(x);
  const at = normalizeAxis(axis, tensor.type.ndim, "diff");
  const without = (y: TensorVariable, item: IndexItem): TensorVariable =>
    index(y, ...y.type.shape.map((_, i): IndexItem => (i === at ? item : slice())));
  let result = tensor;
  for (let i = 0; i < times; i++) result = sub(without(result, slice(1)), without(result, slice(0, -1)));
  return result;
}

const running =
  (name: CumulativeName) =>
  (
    x: Operand,
    { axis = null, dtype }: AxisChoice & { readonly dtype?: DType | undefined } = {},
  ): TensorVariable => {
    const { tensor, at } = alongAxis(x, axis, name);
    return primitive(name, { axis: at }, [cast(tensor, dtype ?? tensor.type.dtype)]);
  };

/** Running sums along an axis (null: of all elements in row-major order). The dtype stays by default (bool: or). */
export const cumsum = running("cumsum");
/** Running products along an axis (null: of all elements in row-major order). The dtype stays by default (bool: and). */
export const cumprod = running("cumprod");
/** The largest element so far along an axis (null: of all elements in row-major order); NaN stays. */
export const cummax = running("cummax");
/** The smallest element so far along an axis (null: of all elements in row-major order); NaN stays. */
export const cummin = running("cummin");
