/** Ops that pass a value on as it is, and change what becomes of its gradient. */
import { BitaleTypeError } from "../../errors.js";
import { primitive } from "../primitive-op.js";
import { clip, mul } from "./elementwise.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";

/**
 * x with gradient zero (`stop_gradient` in JAX and TensorFlow, `detach` in PyTorch).
 *
 * @example
 * ```ts
 * import { compile, grad, scalar, zeroGrad } from "@bitale/core";
 * const x = scalar("x");
 * const slope = compile([x], grad(x.mul(zeroGrad(x)), x));
 * console.log(slope(3).item()); // 3: the second factor counts as a constant
 * ```
 */
export const zeroGrad = (x: Operand): TensorVariable =>
  primitive("stopGradient", { as: "zero" }, [asTensor(x)]);

/** x with no gradient path at all: `grad` with respect to what only leads through here is an error. */
export const disconnectedGrad = (x: Operand): TensorVariable =>
  primitive("stopGradient", { as: "disconnected" }, [asTensor(x)]);

/**
 * x, whose gradient goes through `change` on its way back: to clip it, to scale it, to turn it around.
 * @param change makes an expression of the shape of x out of the gradient that arrives; it is called by `grad`, once
 * for each gradient that is taken
 * @param name what prints show
 *
 * @example
 * ```ts
 * import { compile, grad, mapGrad, neg, scalar } from "@bitale/core";
 * const x = scalar("x");
 * const reversed = mapGrad(x, (gradient) => neg(gradient)); // a gradient reversal layer
 * const both = compile([x], [reversed, grad(reversed.mul(2), x)]);
 * console.log(both(3).map((value) => value.item())); // [3, -2]
 * ```
 */
export const mapGrad = (
  x: Operand,
  change: (gradient: TensorVariable) => TensorVariable,
  name: string = change.name,
): TensorVariable => primitive("mapGradient", { name, change: change as never }, [asTensor(x)]);

/** x, whose gradient is limited to [low, high], element by element. @throws BitaleTypeError BAD_OPERAND if low > high */
export function gradClip(x: Operand, low: number, high: number): TensorVariable {
  if (!(low <= high)) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "gradClip",
      problem: "the lower bound is above the upper one",
      got: `${low} and ${high}`,
    });
  }
  return mapGrad(x, (g) => cast(clip(g, low, high), g.type.dtype), `clip to [${low}, ${high}]`);
}

/** x, whose gradient is multiplied by a number, or by an expression that broadcasts to it. */
export const gradScale = (x: Operand, factor: Operand): TensorVariable =>
  mapGrad(x, (g) => cast(mul(g, factor), g.type.dtype), "scale");
