/** Functions of the stored values; what is not stored stays 0, also where the function of 0 is another number. */
import {
  type Apply,
  evaluateScalar,
  isFloat,
  mul,
  type Scalar,
  type UnaryName,
  type Variable,
} from "@bitale/core";
import { emptyData, type SparseDType } from "../formats/dtype.js";
import type { SparseMatrix } from "../formats/matrix.js";
import { SparseMerge, SparseNeg } from "./elementwise.js";
import { badOperand, type SparseTypeLike, type SparseVariable, sparseOperand } from "./operand.js";
import { SampleSparse } from "./pattern.js";
import { SparseOp } from "./sparse-op.js";

/** Functions that are applied to stored values; "one" gives 1 for each. */
export type StoredName = Extract<UnaryName, "exp" | "sigmoid" | "sqrt" | "tanh"> | "reciprocal" | "one";

const times = (a: Variable, b: Variable): Variable => new SparseMerge("mul").apply([a, b]).output;
const minus = (a: Variable, b: Variable): Variable => new SparseMerge("sub").apply([a, b]).output;
const of = (name: StoredName, x: Variable): Variable => new StoredValues(name).apply([x]).output;

/** f'(x) as an expression of x and f(x), on the pattern of x; undefined: 0 everywhere. */
const slopes: { readonly [N in StoredName]: ((x: Variable, y: Variable) => Variable) | undefined } = {
  exp: (_, y) => y,
  sigmoid: (_, y) => minus(y, times(y, y)),
  sqrt: (_, y) => mul(of("reciprocal", y), 0.5),
  tanh: (x, y) => minus(of("one", x), times(y, y)),
  reciprocal: (_, y) => new SparseNeg().apply([times(y, y)]).output,
  one: undefined,
};

/** (sparse floats) f of each stored value, in the same format. Entries of one position are added up first. */
export class StoredValues extends SparseOp {
  override readonly name = "storedValues";
  readonly of: StoredName;
  constructor(name: StoredName) {
    super();
    this.of = name;
  }
  override toString(): string {
    return `${this.name}{${this.of}}`;
  }
  override infer(inputs: readonly Variable[]): readonly SparseTypeLike[] {
    const type = sparseOperand(this, inputs, 0);
    if (!isFloat(type.dtype)) badOperand(this.of, "the values must be floats", inputs, "x.astype(dtype)");
    return [type.like({})];
  }
  override outputShapes([matrix]: readonly (readonly number[])[]): readonly (readonly number[])[] {
    return [matrix as readonly number[]];
  }
  override gradient({ inputs, output }: Apply, [g]: readonly (Variable | undefined)[]) {
    const [x] = inputs as [SparseVariable];
    const slope = slopes[this.of]?.(x, output);
    if (g === undefined || slope === undefined) return [undefined];
    return [new SampleSparse().apply([x, times(g, slope)]).output];
  }
  override perform([given]: readonly [SparseMatrix]): readonly SparseMatrix[] {
    const matrix = given.sumDuplicates();
    const { data, dtype } = matrix;
    const result = emptyData(data, data.length);
    for (let p = 0; p < data.length; p++) result[p] = this.#valueAt(data[p] as number, dtype) as never;
    return [matrix.with({ data: result, indices: matrix.indices.slice(), indptr: matrix.indptr.slice() })];
  }
  #valueAt(value: number, dtype: SparseDType): Scalar {
    if (this.of === "one") return 1;
    return this.of === "reciprocal" ? 1 / value : evaluateScalar(this.of, dtype, dtype, [value]);
  }
}
