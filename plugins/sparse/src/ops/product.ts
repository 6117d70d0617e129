/** Sparse times sparse. */
import { type Apply, isFloat, type Variable } from "@bitale/core";
import type { SparseMatrix } from "../formats/matrix.js";
import { sparseProduct } from "../kernels/product.js";
import { SparseConvert, SparseTranspose } from "./layout.js";
import {
  badOperand,
  type SparseTypeLike,
  type SparseVariable,
  sharedLength,
  sparseOperand,
} from "./operand.js";
import { SampleSparse } from "./pattern.js";
import { SparseOp } from "./sparse-op.js";

/** (left [m, k], right [k, n]) of one format and dtype: the sparse product. */
export class SparseProduct extends SparseOp {
  override readonly name = "sparseProduct";
  override infer(inputs: readonly Variable[]): readonly SparseTypeLike[] {
    const [left, right] = [sparseOperand(this, inputs, 0), sparseOperand(this, inputs, 1)];
    if (left.dtype !== right.dtype || left.format !== right.format) {
      badOperand(this.name, "operands must have one format and dtype", inputs);
    }
    sharedLength(this.name, left.shape[1], right.shape[0], [left.shape, right.shape]);
    return [left.like({ shape: [left.shape[0], right.shape[1]] })];
  }
  override outputShapes(inputShapes: readonly (readonly number[])[]): readonly (readonly number[])[] {
    const [left, right] = inputShapes as [[number, number], [number, number]];
    sharedLength(this.name, left[1], right[0], [left, right]);
    return [[left[0], right[1]]];
  }
  override gradient(apply: Apply, [g]: readonly (Variable | undefined)[]) {
    const [left, right] = apply.inputs as [SparseVariable, SparseVariable];
    if (g === undefined || !isFloat(left.type.dtype)) return [undefined, undefined];
    const { format } = left.type;
    const turned = (x: Variable): Variable =>
      new SparseConvert(format).apply([new SparseTranspose().apply([x]).output]).output;
    const times = (a: Variable, b: Variable): Variable => new SparseProduct().apply([a, b]).output;
    return [
      new SampleSparse().apply([left, times(g, turned(right))]).output,
      new SampleSparse().apply([right, times(turned(left), g)]).output,
    ];
  }
  override perform([left, right]: readonly [SparseMatrix, SparseMatrix]): readonly SparseMatrix[] {
    this.outputShapes([left.shape, right.shape]);
    return [sparseProduct(left, right)];
  }
}
