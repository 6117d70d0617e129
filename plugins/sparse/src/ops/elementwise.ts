/** Elementwise arithmetic with a sparse result. */
import { type Apply, isFloat, type Variable } from "@bitale/core";
import type { SparseMatrix } from "../formats/matrix.js";
import { negate } from "../kernels/elementwise.js";
import { type MergeName, mergeSparse } from "../kernels/merge.js";
import {
  badOperand,
  type SparseTypeLike,
  type SparseVariable,
  sharedLength,
  sparseOperand,
} from "./operand.js";
import { SampleSparse } from "./pattern.js";
import { SparseOp } from "./sparse-op.js";

/** (sparse) -x; unsigned integers wrap. */
export class SparseNeg extends SparseOp {
  override readonly name = "sparseNeg";
  override infer(inputs: readonly Variable[]): readonly SparseTypeLike[] {
    return [sparseOperand(this, inputs, 0).like({})];
  }
  override outputShapes([matrix]: readonly (readonly number[])[]): readonly (readonly number[])[] {
    return [matrix as readonly number[]];
  }
  override gradient({ inputs }: Apply, [g]: readonly (Variable | undefined)[]) {
    const [matrix] = inputs as [SparseVariable];
    return [g && isFloat(matrix.type.dtype) ? new SparseNeg().apply([g]).output : undefined];
  }
  override perform([matrix]: readonly [SparseMatrix]): readonly SparseMatrix[] {
    return [negate(matrix)];
  }
}

/**
 * (left, right) of one format, dtype and shape: the sum, difference or product, elementwise. Zeros that result are
 * not stored, so that no gradient reaches a position where the operands cancel out.
 */
export class SparseMerge extends SparseOp {
  override readonly name: `sparse${Capitalize<MergeName>}`;
  readonly merge: MergeName;
  constructor(merge: MergeName) {
    super();
    this.merge = merge;
    this.name = ({ add: "sparseAdd", sub: "sparseSub", mul: "sparseMul" } as const)[merge];
  }
  override infer(inputs: readonly Variable[]): readonly SparseTypeLike[] {
    const [left, right] = [sparseOperand(this, inputs, 0), sparseOperand(this, inputs, 1)];
    if (left.dtype !== right.dtype || left.format !== right.format) {
      badOperand(this.name, "operands must have one format and dtype", inputs);
    }
    const shapes = [left.shape, right.shape];
    const length = (axis: 0 | 1) => sharedLength(this.name, left.shape[axis], right.shape[axis], shapes);
    return [left.like({ shape: [length(0), length(1)] })];
  }
  override outputShapes(inputShapes: readonly (readonly number[])[]): readonly (readonly number[])[] {
    const [left, right] = inputShapes as [readonly number[], readonly number[]];
    left.forEach((length, axis) => {
      sharedLength(this.name, length, right[axis] as number, inputShapes);
    });
    return [left];
  }
  override gradient({ inputs }: Apply, [g]: readonly (Variable | undefined)[]) {
    const [left, right] = inputs as [SparseVariable, SparseVariable];
    if (g === undefined || !isFloat(left.type.dtype)) return [undefined, undefined];
    const at = (pattern: Variable, values: Variable): Variable =>
      new SampleSparse().apply([pattern, values]).output;
    const times = (a: Variable, b: Variable): Variable => new SparseMerge("mul").apply([a, b]).output;
    switch (this.merge) {
      case "add":
        return [at(left, g), at(right, g)];
      case "sub":
        return [at(left, g), new SparseNeg().apply([at(right, g)]).output];
      case "mul":
        return [at(left, times(g, right)), at(right, times(g, left))];
    }
  }
  override perform([left, right]: readonly [SparseMatrix, SparseMatrix]): readonly SparseMatrix[] {
    this.outputShapes([left.shape, right.shape]);
    return [mergeSparse(this.merge, left, right)];
  }
}
