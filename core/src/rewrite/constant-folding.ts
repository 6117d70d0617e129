/** Nodes of which all operands are constants are computed now, by the reference kernels. Exact. */
import { type Apply, Constant, isConstant, type Variable } from "../graph/nodes.js";
import { evaluatePrimitive } from "../tensor/evaluate.js";
import type { NDArray } from "../tensor/ndarray.js";
import { isPrimitive } from "../tensor/primitive-op.js";
import { loweredNames, type PrimitiveName } from "../tensor/primitives.js";
import { isConcrete, sizeOf } from "../tensor/shape.js";
import type { TensorType } from "../tensor/tensor-type.js";
import { type LocalRules, rulesFor } from "./rule.js";

/** Larger results stay in the graph: a constant takes memory for as long as the function lives. */
const largestResult = 1024;

/** A constant in place of a node that depends on constants alone; errors are left to the call. */
function foldConstants(node: Apply): Variable | undefined {
  if (!isPrimitive(node.op) || !node.inputs.every(isConstant)) return undefined;
  const type = node.output.type as TensorType;
  if (!isConcrete(type.shape) || sizeOf(type.shape) > largestResult) return undefined;
  try {
    const value = evaluatePrimitive(
      node.op,
      node.inputs.map((input) => (input as Constant).value as NDArray),
    );
    return new Constant(type, value, { name: node.output.name });
  } catch {
    return undefined;
  }
}

/** What is stretched stays so: it takes no memory. */
const folded: readonly PrimitiveName[] = loweredNames.filter((name) => name !== "broadcastTo");

export const constantFolding: LocalRules = rulesFor(folded, [foldConstants]);
