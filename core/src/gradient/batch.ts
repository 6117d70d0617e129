/** Rebuilds a graph for many values of some variables at once, along a new first axis. */
import type { Variable } from "../graph/nodes.js";
import { toposort } from "../graph/walk.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import { broadcastTo, lengthOf, lengthsOf } from "../tensor/ops/shaping.js";
import { isPrimitive, primitive } from "../tensor/primitive-op.js";
import type { PrimitiveName } from "../tensor/primitives.js";
import { type BatchRule, batchRules } from "./batch-rules.js";

/**
 * @param outputs dense tensors
 * @param seed the variable that becomes a batch; its lengths stay those of one entry
 * @param batch [n, ...shape of seed]
 * @returns each output as [n, ...its shape]; undefined: an op on the way has no batch rule
 */
export function batched(
  outputs: readonly TensorVariable[],
  seed: TensorVariable,
  batch: TensorVariable,
): TensorVariable[] | undefined {
  const length = lengthOf(batch, 0);
  const batches = new Map<Variable, TensorVariable>([[seed, batch]]);
  for (const node of toposort(outputs, new Set([seed]))) {
    const { op } = node;
    if (isPrimitive(op, "dimension") || !node.inputs.some((input) => batches.has(input))) continue;
    if (!isPrimitive(op)) return undefined;
    const numbers = node.inputs.slice(op.dataCount(node.inputs.length));
    if (numbers.some((input) => batches.has(input))) return undefined;
    const result = (batchRules[op.name] as BatchRule<PrimitiveName>)({
      params: op.params,
      inputs: node.inputs.map((input) => batches.get(input) ?? (input as TensorVariable)),
      batched: node.inputs.map((input) => batches.has(input)),
      output: node.output as TensorVariable,
      length,
      apply: (params, inputs) => primitive(op.name, params, inputs),
    });
    if (result === undefined) return undefined;
    batches.set(node.output, result);
  }
  return outputs.map((output) => batches.get(output) ?? broadcastTo(output, [length, ...lengthsOf(output)]));
}
