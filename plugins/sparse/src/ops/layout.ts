/** Ops that keep the values and change how they are laid out: transpose, format, dtype. */
import { type Apply, isFloat, type Variable } from "@bitale/core";
import type { SparseDType } from "../formats/dtype.js";
import type { SparseFormat, SparseMatrix } from "../formats/matrix.js";
import { flipFormat, type SparseTypeLike, type SparseVariable, sparseOperand } from "./operand.js";
import { SparseOp } from "./sparse-op.js";

/** (sparse [m, n]) its transpose [n, m], in the other format: the very arrays, copied. */
export class SparseTranspose extends SparseOp {
  override readonly name = "sparseTranspose";
  override infer(inputs: readonly Variable[]): readonly SparseTypeLike[] {
    const type = sparseOperand(this, inputs, 0);
    return [type.like({ format: flipFormat(type.format), shape: [type.shape[1], type.shape[0]] })];
  }
  override outputShapes([matrix]: readonly (readonly number[])[]): readonly (readonly number[])[] {
    return [[...(matrix as readonly number[])].reverse()];
  }
  override gradient(_apply: Apply, [g]: readonly (Variable | undefined)[]) {
    return [g && new SparseTranspose().apply([g]).output];
  }
  override perform([matrix]: readonly [SparseMatrix]): readonly SparseMatrix[] {
    return [matrix.copy().transpose()];
  }
}

/** (sparse) the same matrix in a format. */
export class SparseConvert extends SparseOp {
  override readonly name = "sparseConvert";
  readonly format: SparseFormat;
  constructor(format: SparseFormat) {
    super();
    this.format = format;
  }
  override toString(): string {
    return `${this.name}{${this.format}}`;
  }
  override infer(inputs: readonly Variable[]): readonly SparseTypeLike[] {
    return [sparseOperand(this, inputs, 0).like({ format: this.format })];
  }
  override outputShapes([matrix]: readonly (readonly number[])[]): readonly (readonly number[])[] {
    return [matrix as readonly number[]];
  }
  override gradient(apply: Apply, [g]: readonly (Variable | undefined)[]) {
    const [matrix] = apply.inputs as [SparseVariable];
    return [g && new SparseConvert(matrix.type.format).apply([g]).output];
  }
  override perform([matrix]: readonly [SparseMatrix]): readonly SparseMatrix[] {
    return [matrix.format === this.format ? matrix.copy() : matrix.toFormat(this.format)];
  }
}

/** (sparse) the same matrix in a dtype, cast as in C. */
export class SparseCast extends SparseOp {
  override readonly name = "sparseCast";
  readonly dtype: SparseDType;
  constructor(dtype: SparseDType) {
    super();
    this.dtype = dtype;
  }
  override toString(): string {
    return `${this.name}{${this.dtype}}`;
  }
  override infer(inputs: readonly Variable[]): readonly SparseTypeLike[] {
    return [sparseOperand(this, inputs, 0).like({ dtype: this.dtype })];
  }
  override outputShapes([matrix]: readonly (readonly number[])[]): readonly (readonly number[])[] {
    return [matrix as readonly number[]];
  }
  override gradient(apply: Apply, [g]: readonly (Variable | undefined)[]) {
    const [matrix] = apply.inputs as [SparseVariable];
    const smooth = isFloat(matrix.type.dtype) && isFloat(this.dtype);
    return [g && smooth ? new SparseCast(matrix.type.dtype).apply([g]).output : undefined];
  }
  override perform([matrix]: readonly [SparseMatrix]): readonly SparseMatrix[] {
    return [matrix.dtype === this.dtype ? matrix.copy() : matrix.astype(this.dtype)];
  }
}

/** A sparse variable in a format; itself if it has it. */
export function convert(x: SparseVariable, format: SparseFormat): SparseVariable {
  return x.type.format === format ? x : (new SparseConvert(format).apply([x]).output as SparseVariable);
}

/** A sparse variable in a dtype; itself if it has it. */
export function castSparse(x: SparseVariable, dtype: SparseDType): SparseVariable {
  return x.type.dtype === dtype ? x : (new SparseCast(dtype).apply([x]).output as SparseVariable);
}
