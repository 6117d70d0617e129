/** Arithmetic of lengths: done at once where they are known, and in the graph where they are not. */
import { isVariable } from "../../graph/nodes.js";
import { add, floorDiv, maximum, minimum, mul, sub } from "./elementwise.js";
import { cast, type Operand, type TensorVariable } from "./operands.js";
import type { Length } from "./shaping.js";

/** A length as an int64 scalar. */
export const lengthScalar = (value: Length): TensorVariable =>
  cast(isVariable(value) ? value : BigInt(value), "int64");

const arithmetic =
  (known: (a: number, b: number) => number, op: (a: Operand, b: Operand) => TensorVariable) =>
  (a: Length, b: Length): Length =>
    typeof a === "number" && typeof b === "number" ? known(a, b) : op(lengthScalar(a), lengthScalar(b));

export const addLengths = arithmetic((a, b) => a + b, add);
export const subLengths = arithmetic((a, b) => a - b, sub);
export const mulLengths = arithmetic((a, b) => a * b, mul);
/** Toward minus infinity. */
export const floorDivLengths = arithmetic((a, b) => Math.floor(a / b), floorDiv);
export const maxLength = arithmetic(Math.max, maximum);
export const minLength = arithmetic(Math.min, minimum);
