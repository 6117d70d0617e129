/** Lengths in prints: `x.shape[0] * 2` in place of a tree of nodes. */
import { isConstant, type Variable } from "./nodes.js";

/** Levels of arithmetic that are written in one expression. */
const deepest = 5;

/** Whether a variable is computed from lengths and constants alone, so that it is better written than drawn. */
export function isLength(variable: Variable, depth = 0): boolean {
  const node = variable.owner;
  if (node === undefined || depth > deepest) return false;
  const { lengthRole } = node.op;
  if (lengthRole === "length") return true;
  if (lengthRole !== "arithmetic") return false;
  const open = node.inputs.filter((input) => !isConstant(input));
  return open.length > 0 && open.every((input) => isLength(input, depth + 1));
}

/**
 * A number as an expression of what it is computed from.
 * @param reference how a variable is named that is not written out
 */
export function lengthText(variable: Variable, reference: (variable: Variable) => string, depth = 0): string {
  if (isConstant(variable)) return variable.toString();
  const node = variable.owner;
  const role = node?.op.lengthRole;
  if (node === undefined || role === undefined || depth > deepest || variable.name !== undefined)
    return reference(variable);
  const operand =
    role === "length" ? reference : (input: Variable) => lengthText(input, reference, depth + 1);
  return node.op.inline(node.inputs.map(operand));
}
