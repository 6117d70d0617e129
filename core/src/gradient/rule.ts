import type { TensorVariable } from "../tensor/ops/operands.js";
import type { PrimitiveName, PrimitiveParams } from "../tensor/primitives.js";

/** What a gradient rule sees: one Apply of a primitive with a float result, and the gradient that reaches it. */
export interface GradientCall<N extends PrimitiveName> {
  readonly params: PrimitiveParams[N];
  /** All operands, trailing lengths and starts included. */
  readonly inputs: readonly TensorVariable[];
  readonly output: TensorVariable;
  /** Gradient of the cost with respect to the output: its shape and dtype. */
  readonly gradient: TensorVariable;
}

/**
 * Gradients with respect to the data operands, in order: each with the operand's shape; undefined where no gradient
 * path leads (indices, lengths). Results that are discrete never reach a rule: their operands get zeros.
 */
export type GradientRule<N extends PrimitiveName> = (
  call: GradientCall<N>,
) => readonly (TensorVariable | undefined)[];

/** Rules of a family of primitives. */
export type GradientRules<N extends PrimitiveName> = { readonly [P in N]: GradientRule<P> };
