/** Positions of what is not zero: their number is only known at the call. */
import { primitive } from "../primitive-op.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";
import { flatten } from "./shaping.js";

/** Positions of elements that are not zero, in a flattened x: int64, its length is only known at the call. */
export function flatNonzero(x: Operand): TensorVariable {
  return primitive("nonzero", {}, [cast(flatten(asTensor(x)), "bool")]);
}
