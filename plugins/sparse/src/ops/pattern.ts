import type { Apply, Variable } from "@bitale/core";
import { isFloat } from "@bitale/core";
import type { SparseMatrix } from "../formats/matrix.js";
import { sampleSparse } from "../kernels/sample.js";
import {
  badOperand,
  type SparseTypeLike,
  type SparseVariable,
  shapeMismatch,
  sparseOperand,
} from "./operand.js";
import { SparseOp } from "./sparse-op.js";

/** (pattern, values) of one format, dtype and shape: the pattern with the other's values at its positions, else 0. */
export class SampleSparse extends SparseOp {
  override readonly name = "sampleSparse";
  override infer(inputs: readonly Variable[]): readonly SparseTypeLike[] {
    const [pattern, values] = [sparseOperand(this, inputs, 0), sparseOperand(this, inputs, 1)];
    if (pattern.dtype !== values.dtype || pattern.format !== values.format) {
      badOperand(this.name, "operands must have one format and dtype", inputs);
    }
    return [pattern.like({})];
  }
  override outputShapes([pattern, values]: readonly (readonly number[])[]): readonly (readonly number[])[] {
    const [a, b] = [pattern as readonly number[], values as readonly number[]];
    if (a[0] !== b[0] || a[1] !== b[1]) shapeMismatch(this.name, "the shapes differ", [a, b]);
    return [a];
  }
  override gradient({ inputs }: Apply, [g]: readonly (Variable | undefined)[]) {
    const [, values] = inputs as [Variable, SparseVariable];
    return [
      undefined,
      g && isFloat(values.type.dtype) ? new SampleSparse().apply([values, g]).output : undefined,
    ];
  }
  override perform([pattern, values]: readonly [SparseMatrix, SparseMatrix]): readonly SparseMatrix[] {
    return [sampleSparse(pattern, values)];
  }
}
