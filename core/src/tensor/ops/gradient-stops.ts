/** Ops that pass a value on and stop its gradient. */
import { primitive } from "../primitive-op.js";
import { asTensor, type Operand, type TensorVariable } from "./operands.js";

/** x with gradient zero. */
export const stopGradient = (x: Operand): TensorVariable =>
  primitive("stopGradient", { as: "zero" }, [asTensor(x)]);
/** x with no gradient path at all: `grad` with respect to what only leads through here is an error. */
export const disconnectedGradient = (x: Operand): TensorVariable =>
  primitive("stopGradient", { as: "disconnected" }, [asTensor(x)]);
