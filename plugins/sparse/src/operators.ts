/**
 * The rich operations that sparse Types take over: what core's `dot`, `add`, … mean where an operand is sparse. Here
 * numbers and arrays become variables, dtypes are unified and formats agree; the ops below take it for granted.
 */
import {
  add,
  asTensor,
  BitaleTypeError,
  cast,
  type DimSpec,
  type DType,
  index as element,
  expandDims,
  floatResult,
  integerRange,
  isConstant,
  isFloat,
  isVariable,
  type NDArray,
  normalizeAxes,
  normalizeAxis,
  type Operand,
  type Operator,
  promote,
  shapeOf,
  stack,
  sub,
  sumResult,
  type TensorVariable,
  transpose,
  type Variable,
} from "@bitale/core";
import { asSparseDType, isSparseDType, type SparseDType } from "./formats/dtype.js";
import type { MergeName } from "./kernels/merge.js";
import { DenseFromSparse, SparseSum } from "./ops/dense.js";
import { SparseDot } from "./ops/dot.js";
import { SparseMerge, SparseNeg } from "./ops/elementwise.js";
import { castSparse, convert, SparseTranspose } from "./ops/layout.js";
import { badOperand, isSparseVariable, type SparseVariable } from "./ops/operand.js";
import { SparseProduct } from "./ops/product.js";
import { SparseScale } from "./ops/scale.js";
import { type StoredName, StoredValues } from "./ops/stored.js";
import { type Bounds, SparseWindow } from "./ops/window.js";

const isSparse = (x: unknown): x is SparseVariable => isVariable(x) && isSparseVariable(x);
const dense = (x: unknown): TensorVariable => asTensor(x as Operand);

/** The dtype of a sparse operand and a dense one together; JS numbers follow the sparse one where they fit. */
function commonDType(op: string, matrix: SparseDType, x: TensorVariable): SparseDType {
  if (isConstant(x) && x.weak) {
    if (isFloat(matrix)) return matrix;
    const value = (x.value as NDArray).get();
    const { min, max } = integerRange(matrix);
    if (Number.isInteger(Number(value)) && BigInt(value) >= min && BigInt(value) <= max) return matrix;
  }
  return asSparseDType(promote(matrix, x.type.dtype), op);
}

/** A sparse and a dense operand in their common dtype. */
function unify(op: string, a: SparseVariable, b: unknown): [SparseVariable, TensorVariable] {
  const x = dense(b);
  const dtype = commonDType(op, a.type.dtype, x);
  return [castSparse(a, dtype), cast(x, dtype)];
}

/** Two sparse operands in their common dtype and the format of the first. */
function agree(op: string, a: SparseVariable, b: SparseVariable): [SparseVariable, SparseVariable] {
  const dtype = asSparseDType(promote(a.type.dtype, b.type.dtype), op);
  return [castSparse(a, dtype), convert(castSparse(b, dtype), a.type.format)];
}

/** The dense matrix of a sparse variable. The gradient has the sparse variable's pattern. */
export function toDense(x: Variable): TensorVariable {
  if (!isSparse(x)) badOperand("toDense", "a sparse matrix is needed", [x]);
  return new DenseFromSparse().apply([x]).output as TensorVariable;
}

/** sparse @ dense, the sparse operand transposed or not; a transpose that was asked for is not made. */
function sparseTimesDense(a: SparseVariable, b: unknown, transposed: boolean): TensorVariable {
  if (a.owner?.op instanceof SparseTranspose) {
    return sparseTimesDense(a.owner.inputs[0] as SparseVariable, b, !transposed);
  }
  return new SparseDot(transposed).apply(unify("dot", a, b)).output as TensorVariable;
}

/**
 * Sparse [m, k] times a dense matrix [k, n]: the dense product [m, n], or a dense matrix times a sparse one. The
 * gradient with respect to the sparse operand has its pattern.
 * @throws BitaleTypeError BAD_OPERAND for vectors (`dot` takes them), and where no operand is sparse or both are
 */
export function structuredDot(a: Operand, b: Operand): TensorVariable {
  if (isSparse(a) === isSparse(b)) {
    badOperand("structuredDot", "one operand must be sparse, the other dense", [a, b].filter(isVariable));
  }
  const other = dense(isSparse(a) ? b : a);
  if (other.type.ndim !== 2) {
    badOperand("structuredDot", "the dense operand must be a matrix", [other], "use dot for vectors");
  }
  return dot(isSparse(a) ? a : other, isSparse(b) ? b : other) as TensorVariable;
}

function dot(a: unknown, b: unknown): Variable {
  if (isSparse(a)) {
    if (isSparse(b)) return new SparseProduct().apply(agree("dot", a, b)).output;
    const x = dense(b);
    return x.type.ndim === 0 ? scale(a, x) : sparseTimesDense(a, x, false);
  }
  const x = dense(a);
  if (x.type.ndim === 0) return scale(b as SparseVariable, x);
  const left = x.type.ndim === 2 ? transpose(x) : x;
  const product = sparseTimesDense(b as SparseVariable, left, true);
  return x.type.ndim === 2 ? transpose(product) : product;
}

/** Sparse times dense, elementwise: the dense operand broadcasts to the sparse one, which keeps its pattern. */
function scale(a: SparseVariable, b: unknown): Variable {
  return new SparseScale().apply(unify("mul", a, b)).output;
}

function merge(name: MergeName): Operator {
  return (a, b) => {
    if (isSparse(a) && isSparse(b)) return new SparseMerge(name).apply(agree(name, a, b)).output;
    if (name === "mul") return isSparse(a) ? scale(a, b) : scale(b as SparseVariable, a);
    // The sum of a sparse and a dense operand is dense.
    const [x, y] = [a, b].map((side) => (isSparse(side) ? toDense(side) : dense(side))) as [
      TensorVariable,
      TensorVariable,
    ];
    return name === "add" ? add(x, y) : sub(x, y);
  };
}

function turn(x: SparseVariable, permutation?: readonly number[]): Variable {
  const [first, second] = (permutation ?? [1, 0]).map((axis) => normalizeAxis(axis, 2, "transpose"));
  if (permutation?.length !== undefined && (permutation.length !== 2 || first === second)) {
    throw new BitaleTypeError("BAD_AXIS", {
      subject: "transpose",
      problem: `[${permutation.join(", ")}] is no permutation of the two axes`,
    });
  }
  return first === 0 ? x : new SparseTranspose().apply([x]).output;
}

interface SumOptions {
  readonly axis?: number | readonly number[] | null | undefined;
  readonly keepDims?: boolean | undefined;
  readonly dtype?: DType | undefined;
}

/** Sums are dense; integers are summed in 64 bits, as those of dense tensors. */
function sum(x: SparseVariable, options: SumOptions = {}): TensorVariable {
  const axes = normalizeAxes(options.axis, 2, "sum");
  const dtype = options.dtype ?? sumResult(x.type.dtype);
  const wide = isSparseDType(dtype) ? castSparse(x, dtype) : x;
  if (axes.length === 0) return cast(toDense(wide), dtype);
  const axis = axes.length === 2 ? null : (axes[0] as 0 | 1);
  const result = cast(new SparseSum(axis).apply([wide]).output as TensorVariable, dtype);
  return options.keepDims === true ? expandDims(result, axes) : result;
}

/** The two lengths as an int64 vector. An unknown one is that of a dense window without elements. */
function shape(x: SparseVariable): TensorVariable {
  const lengths = ([0, 1] as const).map((axis) => {
    const length = x.type.shape[axis];
    if (length !== null) return BigInt(length);
    const empty = window(x, axis === 0 ? 1 : 0, "narrow", [0, 0]);
    return element(shapeOf(toDense(empty)), axis);
  });
  return stack(lengths);
}

/** A function of the stored values; integers become floats, as those of dense tensors. */
function ofStored(name: StoredName, x: SparseVariable): SparseVariable {
  const { dtype } = x.type;
  const floats = isFloat(dtype) ? x : castSparse(x, asSparseDType(floatResult(dtype), name));
  return new StoredValues(name).apply([floats]).output as SparseVariable;
}

/**
 * The exponentials of the stored values of a sparse matrix; what is not stored stays 0.
 * @throws BitaleTypeError BAD_OPERAND for a dense operand
 */
export function structuredExp(x: Variable): SparseVariable {
  if (!isSparse(x)) badOperand("structuredExp", "a sparse matrix is needed", [x]);
  return ofStored("exp", x);
}
/**
 * 1 / (1 + exp(-x)) of the stored values of a sparse matrix; what is not stored stays 0.
 * @throws BitaleTypeError BAD_OPERAND for a dense operand
 */
export function structuredSigmoid(x: Variable): SparseVariable {
  if (!isSparse(x)) badOperand("structuredSigmoid", "a sparse matrix is needed", [x]);
  return ofStored("sigmoid", x);
}

type Bound = number | Variable | null | undefined;

function window(
  x: SparseVariable,
  axis: 0 | 1,
  kind: Bounds["kind"],
  bounds: readonly [Bound, Bound],
): Variable {
  const spec = bounds.map((bound): DimSpec | null => {
    if (isVariable(bound)) return "dynamic";
    if (bound === null || bound === undefined) return null;
    if (Number.isInteger(bound) && (kind === "slice" || bound >= 0)) return bound;
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: kind === "slice" ? "index" : "narrow",
      problem: `${bound} is no ${kind === "slice" ? "integer" : "start or length"}`,
    });
  });
  const [first, second] = spec as [DimSpec | null, DimSpec | null];
  return new SparseWindow({ axis, kind, first, second }).apply([x, ...bounds.filter(isVariable)]).output;
}

/** Slices in steps of 1 for rows and columns; all else would need another kind of result. */
function index(x: SparseVariable, items: readonly unknown[]): Variable {
  const refuse = (): never =>
    badOperand(
      "index",
      "only slices in steps of 1 select rows and columns of a sparse matrix",
      [x],
      "use slice(start, stop) or narrow, or make it dense first: toDense(x)",
    );
  const dots = items.indexOf("...");
  const rest = Array.from({ length: Math.max(0, 3 - items.length) }, () => ({}));
  const given = dots === -1 ? items : [...items.slice(0, dots), ...rest, ...items.slice(dots + 1)];
  if (given.length > 2) refuse();
  let matrix = x;
  for (const [axis, item] of given.entries()) {
    if (typeof item !== "object" || item === null || isVariable(item)) return refuse();
    const { start = null, stop = null, step = 1 } = item as { start?: Bound; stop?: Bound; step?: number };
    if (step !== 1) refuse();
    if (start === null && stop === null) continue;
    matrix = window(matrix, axis as 0 | 1, "slice", [start, stop]) as SparseVariable;
  }
  return matrix;
}

/** What core's functions of these names do with a sparse operand. */
export const sparseOperators: Readonly<Record<string, Operator>> = {
  dot,
  add: merge("add"),
  sub: merge("sub"),
  mul: merge("mul"),
  neg: (x) => new SparseNeg().apply([x as SparseVariable]).output,
  transpose: (x, permutation) => turn(x as SparseVariable, permutation as readonly number[] | undefined),
  sum: (x, options) => sum(x as SparseVariable, options as SumOptions),
  narrow: (x, axis, start, length) =>
    window(x as SparseVariable, normalizeAxis(axis as number, 2, "narrow") as 0 | 1, "narrow", [
      start as Bound,
      length as Bound,
    ]),
  index: (x, items) => index(x as SparseVariable, items as readonly unknown[]),
  shape: (x) => shape(x as SparseVariable),
  sqrt: (x) => ofStored("sqrt", x as SparseVariable),
  tanh: (x) => ofStored("tanh", x as SparseVariable),
  cast: (x, dtype) => castSparse(x as SparseVariable, asSparseDType(dtype, "cast")),
  toDense: (x) => toDense(x as Variable),
};
