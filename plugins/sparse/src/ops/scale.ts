/** Sparse times dense, elementwise: the result is sparse. */
import { type Apply, emptyNDArray, isFloat, type NDArray, TensorType, type Variable } from "@bitale/core";
import type { SparseMatrix } from "../formats/matrix.js";
import { addProducts, timesDense } from "../kernels/elementwise.js";
import { sampleSparse } from "../kernels/sample.js";
import { checkSpread, denseSteps, spreadSteps } from "./broadcast.js";
import {
  badOperand,
  denseOperand,
  type MatrixShape,
  type SparseTypeLike,
  type SparseVariable,
  sparseOperand,
} from "./operand.js";
import { SampleSparse } from "./pattern.js";
import { SparseOp } from "./sparse-op.js";

/** (sparse [m, n], dense that broadcasts to it) the stored values times the dense ones at their positions. */
export class SparseScale extends SparseOp {
  override readonly name = "sparseScale";
  override infer(inputs: readonly Variable[]): readonly SparseTypeLike[] {
    const matrix = sparseOperand(this, inputs, 0);
    const dense = denseOperand(this, inputs, 1, [0, 1, 2], matrix.dtype);
    checkSpread(this.name, matrix.shape, dense.shape, "column");
    return [matrix.like({})];
  }
  override outputShapes([matrix, dense]: readonly (readonly number[])[]): readonly (readonly number[])[] {
    checkSpread(this.name, matrix as unknown as MatrixShape, dense as readonly number[], "column");
    return [matrix as readonly number[]];
  }
  override gradient({ inputs }: Apply, [g]: readonly (Variable | undefined)[]) {
    const [matrix, dense] = inputs as [SparseVariable, Variable<TensorType>];
    if (g === undefined || !isFloat(matrix.type.dtype)) return [undefined, undefined];
    const atPattern = new SampleSparse().apply([matrix, g]).output;
    return [
      new SparseScale().apply([atPattern, dense]).output,
      new ScaleGradient().apply([matrix, g, dense]).output,
    ];
  }
  override perform([matrix, dense]: readonly [SparseMatrix, NDArray]): readonly SparseMatrix[] {
    checkSpread(this.name, matrix.shape, dense.shape, "column");
    return [timesDense(matrix, denseSteps(dense))];
  }
}

/**
 * (matrix, values of one format and shape, dense) the elementwise product of the first two, summed to the shape of
 * the third, whose elements do not matter. Floats only.
 */
class ScaleGradient extends SparseOp {
  override readonly name = "sparseScaleGradient";
  override infer(inputs: readonly Variable[]): readonly TensorType[] {
    const [matrix, values] = [sparseOperand(this, inputs, 0), sparseOperand(this, inputs, 1)];
    const fits = matrix.dtype === values.dtype && matrix.format === values.format && isFloat(matrix.dtype);
    if (!fits) badOperand(this.name, "operands must have one format and float dtype", inputs);
    return [new TensorType(matrix.dtype, denseOperand(this, inputs, 2, [0, 1, 2]).shape)];
  }
  override outputShapes(inputShapes: readonly (readonly number[])[]): readonly (readonly number[])[] {
    return [inputShapes[2] as readonly number[]];
  }
  override gradient({ inputs }: Apply, [g]: readonly (Variable | undefined)[]) {
    const [matrix, values] = inputs as [SparseVariable, SparseVariable];
    if (g === undefined) return [];
    const at = (pattern: Variable, x: Variable): Variable =>
      new SparseScale().apply([new SampleSparse().apply([pattern, x]).output, g]).output;
    return [at(matrix, values), at(values, matrix), undefined];
  }
  override perform(inputs: readonly [SparseMatrix, SparseMatrix, NDArray]): readonly NDArray[] {
    const [matrix, values, dense] = inputs;
    const unique = matrix.sumDuplicates();
    const sums = emptyNDArray(dense.shape, "float64");
    const steps = spreadSteps(dense.shape, "column");
    addProducts(unique, sampleSparse(unique, values), sums.data as Float64Array, steps);
    if (matrix.dtype === "float64") return [sums];
    const result = emptyNDArray(dense.shape, matrix.dtype);
    result.data.set(sums.data as never);
    return [result];
  }
}
