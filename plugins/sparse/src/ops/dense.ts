/** Between sparse and dense: conversions, sums, sampling. Each is in the gradient of another, so they share a file. */
import {
  type Apply,
  type Dim,
  isFloat,
  type NDArray,
  type Shape,
  TensorType,
  type Variable,
} from "@bitale/core";
import { type SparseFormat, type SparseMatrix, sparseFromDense } from "../formats/matrix.js";
import { sampleDense } from "../kernels/sample.js";
import { sumSparse } from "../kernels/sum.js";
import { checkSpread, denseSteps, type VectorPer } from "./broadcast.js";
import {
  denseOperand,
  denseResult,
  type MatrixShape,
  type SparseTypeLike,
  type SparseVariable,
  sharedLength,
  sparseOperand,
} from "./operand.js";
import { SparseOp } from "./sparse-op.js";

/** (sparse [m, n]) the dense matrix. The gradient has the operand's pattern. */
export class DenseFromSparse extends SparseOp {
  override readonly name = "denseFromSparse";
  override infer(inputs: readonly Variable[]): readonly TensorType[] {
    const { dtype, shape } = sparseOperand(this, inputs, 0);
    return [new TensorType(dtype, shape)];
  }
  override outputShapes([matrix]: readonly (readonly number[])[]): readonly (readonly number[])[] {
    return [matrix as readonly number[]];
  }
  override gradient({ inputs }: Apply, [g]: readonly (Variable | undefined)[]) {
    const [matrix] = inputs as [SparseVariable];
    return [g && isFloat(matrix.type.dtype) ? new SampleDense().apply([matrix, g]).output : undefined];
  }
  override perform([matrix]: readonly [SparseMatrix]): readonly NDArray[] {
    return [matrix.toDense()];
  }
}

/** (dense [m, n]) its elements that are not zero, in a format. The gradient is that of the stored elements. */
export class SparseFromDense extends SparseOp {
  override readonly name = "sparseFromDense";
  readonly format: SparseFormat;
  readonly #result: SparseTypeLike;
  /** @param result a plain sparse Type of the dtype and format of the result; its lengths do not matter */
  constructor(result: SparseTypeLike) {
    super();
    this.format = result.format;
    this.#result = result;
  }
  override toString(): string {
    return `${this.name}{${this.format}}`;
  }
  override infer(inputs: readonly Variable[]): readonly SparseTypeLike[] {
    const { shape } = denseOperand(this, inputs, 0, [2], this.#result.dtype);
    return [this.#result.like({ shape: [shape[0] as Dim, shape[1] as Dim] })];
  }
  override outputShapes([dense]: readonly (readonly number[])[]): readonly (readonly number[])[] {
    return [dense as readonly number[]];
  }
  override gradient(_apply: Apply, [g]: readonly (Variable | undefined)[]) {
    return [g && isFloat(this.#result.dtype) ? new DenseFromSparse().apply([g]).output : undefined];
  }
  override perform([dense]: readonly [NDArray]): readonly SparseMatrix[] {
    return [sparseFromDense(dense, this.format)];
  }
}

/**
 * (pattern [m, n], dense) the pattern with the dense values at its positions. Dense is a matrix [m, n], one number
 * for all, or a vector with one for each column or row.
 */
export class SampleDense extends SparseOp {
  override readonly name = "sampleDense";
  readonly per: VectorPer;
  /** @param per what the elements of a dense vector belong to */
  constructor(per: VectorPer = "column") {
    super();
    this.per = per;
  }
  override toString(): string {
    return this.per === "column" ? this.name : `${this.name}{per row}`;
  }
  override infer(inputs: readonly Variable[]): readonly SparseTypeLike[] {
    const pattern = sparseOperand(this, inputs, 0);
    const dense = denseOperand(this, inputs, 1, [0, 1, 2], pattern.dtype);
    this.#check(pattern.shape, dense.shape);
    return [pattern.like({})];
  }
  override outputShapes([pattern, dense]: readonly (readonly number[])[]): readonly (readonly number[])[] {
    this.#check(pattern as unknown as MatrixShape, dense as readonly number[]);
    return [pattern as readonly number[]];
  }
  #check(pattern: MatrixShape, dense: Shape): void {
    checkSpread(this.name, pattern, dense, this.per);
    if (dense.length < 2) return;
    for (const axis of [0, 1] as const)
      sharedLength(this.name, pattern[axis], dense[axis] as Dim, [pattern, dense]);
  }
  override gradient({ inputs }: Apply, [g]: readonly (Variable | undefined)[]) {
    const { ndim, dtype } = (inputs[1] as Variable<TensorType>).type;
    if (g === undefined || !isFloat(dtype)) return [];
    const axis = ndim === 0 ? null : this.per === "column" ? 0 : 1;
    const back = ndim === 2 ? new DenseFromSparse() : new SparseSum(axis);
    return [undefined, back.apply([g]).output];
  }
  override perform([pattern, dense]: readonly [SparseMatrix, NDArray]): readonly SparseMatrix[] {
    return [sampleDense(pattern, denseSteps(dense, this.per))];
  }
}

/** (sparse [m, n]) dense sums over rows (axis 0, [n]), columns (axis 1, [m]) or all (null, 0-d), in its dtype. */
export class SparseSum extends SparseOp {
  override readonly name = "sparseSum";
  readonly axis: 0 | 1 | null;
  constructor(axis: 0 | 1 | null) {
    super();
    this.axis = axis;
  }
  override toString(): string {
    return this.axis === null ? this.name : `${this.name}{axis=${this.axis}}`;
  }
  override infer(inputs: readonly Variable[]): readonly TensorType[] {
    const { dtype, shape } = sparseOperand(this, inputs, 0);
    return [new TensorType(dtype, this.#left(shape))];
  }
  override outputShapes([matrix]: readonly (readonly number[])[]): readonly (readonly number[])[] {
    return [this.#left(matrix as readonly number[])];
  }
  #left<D extends Dim>(shape: readonly D[]): D[] {
    return this.axis === null ? [] : [shape[1 - this.axis] as D];
  }
  override gradient({ inputs }: Apply, [g]: readonly (Variable | undefined)[]) {
    const [matrix] = inputs as [SparseVariable];
    if (g === undefined || !isFloat(matrix.type.dtype)) return [undefined];
    return [new SampleDense(this.axis === 1 ? "row" : "column").apply([matrix, g]).output];
  }
  override perform([matrix]: readonly [SparseMatrix]): readonly NDArray[] {
    return [denseResult(sumSparse(matrix, this.axis), this.#left(matrix.shape), matrix.dtype)];
  }
}
