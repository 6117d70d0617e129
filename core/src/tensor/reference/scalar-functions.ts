/** The scalar function behind each elementwise primitive, by the dtype of its operands. */
import { BitaleTypeError } from "../../errors.js";
import { type DType, isBig, kindOf } from "../dtype.js";
import type { Scalar } from "../ndarray.js";
import type { BinaryName, UnaryName } from "../primitives.js";
import { bigBinary, bigUnary } from "./big-functions.js";
import { floatBinary, floatUnary } from "./float-functions.js";
import { boolBinary, boolUnary, integerBinary, integerUnary } from "./integer-functions.js";

/**
 * A function of elements: bigints for int64 and uint64, numbers for the rest, bool as 0 and 1. What it
 * returns is not wrapped or rounded yet: writing it into an array of the result's dtype does that (see
 * `stored`).
 */
export type ScalarFunction = (...operands: readonly Scalar[]) => Scalar;

const tables = {
  float: { ...floatUnary, ...floatBinary },
  integer: { ...integerUnary, ...integerBinary },
  big: { ...bigUnary, ...bigBinary },
  bool: { ...boolUnary, ...boolBinary },
};

function tableOf(dtype: DType): keyof typeof tables {
  if (isBig(dtype)) return "big";
  const kind = kindOf(dtype);
  return kind === "int" || kind === "uint" ? "integer" : kind;
}

/**
 * @param dtype of the operands: all have the same
 * @throws BitaleTypeError BAD_OPERAND where the primitive is not defined for the dtype
 */
export function scalarFunction(op: UnaryName | BinaryName, dtype: DType): ScalarFunction {
  const table: { readonly [N in UnaryName | BinaryName]?: (...operands: never[]) => Scalar } =
    tables[tableOf(dtype)];
  const found = table[op];
  if (found !== undefined) return found as ScalarFunction;
  throw new BitaleTypeError("BAD_OPERAND", { subject: op, problem: `not defined for ${dtype}` });
}
