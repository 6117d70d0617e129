/** Truth of elements: what is not zero is true, in any dtype. */
import { and, invert, or, xor } from "./elementwise.js";
import { cast, type Operand, type TensorVariable } from "./operands.js";

const truth = (x: Operand): TensorVariable => cast(x, "bool");

/** Whether both are not zero. */
export const logicalAnd = (x: Operand, y: Operand): TensorVariable => and(truth(x), truth(y));
/** Whether one or both are not zero. */
export const logicalOr = (x: Operand, y: Operand): TensorVariable => or(truth(x), truth(y));
/** Whether exactly one is not zero. */
export const logicalXor = (x: Operand, y: Operand): TensorVariable => xor(truth(x), truth(y));
/** Whether x is zero. */
export const logicalNot = (x: Operand): TensorVariable => invert(truth(x));
