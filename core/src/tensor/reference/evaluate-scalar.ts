import { castScalar } from "../cast.js";
import type { DType } from "../dtype.js";
import type { Scalar } from "../ndarray.js";
import type { BinaryName, UnaryName } from "../primitives.js";
import { stored } from "./elements.js";
import { scalarFunction } from "./scalar-functions.js";

/** The primitives that map numbers to a number. */
export type ScalarName = UnaryName | BinaryName | "where" | "cast";

/**
 * An elementwise primitive on single numbers, without arrays: gives exactly what the kernel gives for 0-d
 * operands.
 *
 * @param operandDType of the operands (of `where`: of the two choices)
 * @param resultDType of the result, to which it is wrapped or rounded
 * @param operands elements: bigints for 64-bit integers, bool as 0 and 1
 * @throws BitaleTypeError BAD_OPERAND where the primitive is not defined for the dtype
 */
export function evaluateScalar(
  op: ScalarName,
  operandDType: DType,
  resultDType: DType,
  operands: readonly Scalar[],
): Scalar {
  if (op === "cast") return stored(castScalar(operands[0] as Scalar, resultDType), resultDType);
  if (op === "where") return operands[operands[0] ? 1 : 2] as Scalar;
  return stored(scalarFunction(op, operandDType)(...operands), resultDType);
}
