/** What a dtype and shape rule is, and how rules refuse. */
import { BitaleRangeError, BitaleTypeError } from "../../errors.js";
import type { DType } from "../dtype.js";
import type { DimSpec, PrimitiveName, PrimitiveParams } from "../primitives.js";
import { type Dim, type Shape, shapeText } from "../shape.js";

/** What is known of a dense value. */
export interface TensorFacts {
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface TypeRule<N extends PrimitiveName> {
  /** Number of data operands; undefined: one or more. */
  readonly arity: number | undefined;
  /** The lists of lengths in the parameters; "value" lists (starts) do not decide the shape of the result. */
  readonly dims?: (
    params: PrimitiveParams[N],
  ) => readonly { readonly spec: readonly DimSpec[]; readonly role: "shape" | "value" }[];
  /** @param lists the lists of `dims`, with dynamic lengths filled in where they are known */
  readonly infer: (
    params: PrimitiveParams[N],
    inputs: readonly TensorFacts[],
    lists: readonly (readonly Dim[])[],
  ) => TensorFacts;
}

/** Rules of a family of primitives. */
export type TypeRules<N extends PrimitiveName> = { readonly [P in N]: TypeRule<P> };

export function refuse(op: string, problem: string, inputs: readonly TensorFacts[]): never {
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: op,
    problem,
    got: inputs.map((i) => `${i.dtype} ${shapeText(i.shape)}`).join(", "),
  });
}

export function mismatch(op: string, problem: string, shapes: readonly Shape[]): never {
  throw new BitaleRangeError("SHAPE_MISMATCH", {
    subject: op,
    problem,
    got: shapes.map(shapeText).join(", "),
  });
}

export function sameDType(op: string, inputs: readonly TensorFacts[]): DType {
  const dtype = inputs[0]?.dtype ?? refuse(op, "at least one operand is needed", inputs);
  if (inputs.some((input) => input.dtype !== dtype)) refuse(op, "operands must have one dtype", inputs);
  return dtype;
}

export const without = (shape: Shape, axes: readonly number[]): Dim[] =>
  shape.filter((_, axis) => !axes.includes(axis));

export const dimsOf = (spec: readonly DimSpec[]) => [{ spec, role: "shape" as const }];

export function table<N extends PrimitiveName>(
  names: readonly N[],
  rule: (name: N) => TypeRule<N>,
): { [P in N]: TypeRule<P> } {
  return Object.fromEntries(names.map((name) => [name, rule(name)])) as unknown as { [P in N]: TypeRule<P> };
}
