/** Sparse times dense, and its gradient with respect to the sparse operand. */
import { type Apply, type Dim, isFloat, type NDArray, TensorType, type Variable } from "@bitale/core";
import type { SparseMatrix } from "../formats/matrix.js";
import { sparseDot } from "../kernels/dot.js";
import { sampledDot } from "../kernels/sample.js";
import {
  badOperand,
  denseOperand,
  denseResult,
  type MatrixShape,
  type SparseTypeLike,
  shapeMismatch,
  sharedLength,
  sparseOperand,
} from "./operand.js";
import { SparseOp } from "./sparse-op.js";

/**
 * (sparse [m, k], dense [k] or [k, n]) the dense product; `transposed`: of the sparse operand's transpose, which is
 * never made.
 */
export class SparseDot extends SparseOp {
  override readonly name = "sparseDot";
  readonly transposed: boolean;
  constructor(transposed: boolean) {
    super();
    this.transposed = transposed;
  }
  override toString(): string {
    return this.transposed ? "sparseDot{transposed}" : "sparseDot";
  }
  override infer(inputs: readonly Variable[]): readonly TensorType[] {
    const matrix = sparseOperand(this, inputs, 0);
    const dense = denseOperand(this, inputs, 1, [1, 2], matrix.dtype);
    return [new TensorType(matrix.dtype, this.#shape(matrix.shape, dense.shape))];
  }
  override outputShapes(inputShapes: readonly (readonly number[])[]): readonly (readonly number[])[] {
    const [matrix, dense] = inputShapes as [readonly [number, number], readonly number[]];
    return [this.#shape(matrix, dense) as readonly number[]];
  }
  #shape(matrix: MatrixShape, dense: readonly Dim[]): Dim[] {
    const [rows, inner] = this.transposed ? [matrix[1], matrix[0]] : matrix;
    sharedLength(this.toString(), inner, dense[0] as Dim, [matrix, dense]);
    return [rows, ...dense.slice(1)];
  }
  override gradient(apply: Apply, [g]: readonly (Variable | undefined)[]) {
    const [matrix, dense] = apply.inputs as [Variable<SparseTypeLike>, Variable<TensorType>];
    if (g === undefined || !isFloat(matrix.type.dtype)) return [undefined, undefined];
    // The value at (r, c) of `matrix` meets g[r] and dense[c], or g[c] and dense[r] where it is transposed.
    const pair = this.transposed ? [dense, g] : [g, dense];
    return [
      new SampledDot().apply([matrix, ...pair]).output,
      new SparseDot(!this.transposed).apply([matrix, g]).output,
    ];
  }
  override perform([matrix, dense]: readonly [SparseMatrix, NDArray]): readonly NDArray[] {
    const shape = this.#shape(matrix.shape, dense.shape) as number[];
    const out = sparseDot(matrix, dense.flat(), dense.shape[1] ?? 1, this.transposed);
    return [denseResult(out, shape, matrix.dtype)];
  }
}

/**
 * (pattern [m, k], left [m] or [m, n], right [k] or [k, n]) the pattern with the dot product of row r of left and
 * row c of right at each stored (r, c). Floats only.
 */
export class SampledDot extends SparseOp {
  override readonly name = "sampledDot";
  override infer(inputs: readonly Variable[]): readonly SparseTypeLike[] {
    const pattern = sparseOperand(this, inputs, 0);
    if (!isFloat(pattern.dtype)) badOperand(this.name, "gradients exist for floats only", inputs);
    const left = denseOperand(this, inputs, 1, [1, 2], pattern.dtype);
    denseOperand(this, inputs, 2, [left.ndim], pattern.dtype);
    return [pattern.like({})];
  }
  override outputShapes(inputShapes: readonly (readonly number[])[]): readonly (readonly number[])[] {
    const [pattern, left, right] = inputShapes as [number[], number[], number[]];
    const fits = left[0] === pattern[0] && right[0] === pattern[1] && left[1] === right[1];
    if (!fits) shapeMismatch(this.name, "the dense operands do not fit the pattern", [pattern, left, right]);
    return [pattern];
  }
  override gradient(apply: Apply, [g]: readonly (Variable | undefined)[]) {
    const [, left, right] = apply.inputs as [Variable, Variable, Variable];
    if (g === undefined) return [];
    // g has the pattern, so that only stored products count.
    return [
      undefined,
      new SparseDot(false).apply([g, right]).output,
      new SparseDot(true).apply([g, left]).output,
    ];
  }
  override perform([pattern, left, right]: readonly [
    SparseMatrix,
    NDArray,
    NDArray,
  ]): readonly SparseMatrix[] {
    return [sampledDot(pattern, left.flat(), right.flat(), left.shape[1] ?? 1)];
  }
}
