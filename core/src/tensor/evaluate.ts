/** One primitive on arrays, by the reference kernels: for folding, and for numbers that decide shapes. */
import type { DType } from "./dtype.js";
import { lower } from "./lower.js";
import { NDArray, positions } from "./ndarray.js";
import { fillDims, inferFacts, type PrimitiveOp } from "./primitive-op.js";
import type { LoweredName } from "./primitives.js";
import { type ReferenceKernel, referenceKernels } from "./reference/kernels.js";

/**
 * @param inputs all operands, the trailing lengths and starts included; never changed
 * @returns a fresh array, or the first operand itself where the primitive only passes it on
 */
export function evaluatePrimitive(op: PrimitiveOp, inputs: readonly NDArray[]): NDArray {
  if (op.name === "nonzero") return nonzero(inputs[0] as NDArray);
  const count = op.dataCount(inputs.length);
  const data = inputs.slice(0, count);
  const dims = inputs.slice(count).map((input) => input.item());
  const { dtype, shape } = inferFacts(op, data, dims);
  const to = shape as readonly number[];
  const lowering = lower(op.name, op.params, fillDims(op, dims), data[0]?.shape ?? [], to);
  if (lowering.kind === "alias") return data[0] as NDArray;
  let operands: readonly NDArray[] = data;
  for (const step of lowering.steps) {
    operands = [runKernel(step.op, step.params, operands, dtype, step.shape)];
  }
  return operands[0] as NDArray;
}

/** Positions of what is true in a bool vector. */
function nonzero(x: NDArray): NDArray {
  const found: bigint[] = [];
  let at = 0n;
  for (const position of positions(x)) {
    if (x.data[position]) found.push(at);
    at++;
  }
  return new NDArray({ data: BigInt64Array.from(found), shape: [found.length], dtype: "int64" });
}

function runKernel(
  op: LoweredName,
  params: object,
  inputs: readonly NDArray[],
  dtype: DType,
  shape: readonly number[],
): NDArray {
  const kernel = referenceKernels[op] as ReferenceKernel<LoweredName>;
  return kernel({ params: params as never, inputs, dtype, shape, scalars: [] });
}
