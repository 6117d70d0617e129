/** Chainable methods of every Variable: each calls the op of the same name, so plugins' Types may take it over. */
import { Variable } from "../graph/nodes.js";
import type { DType } from "./dtype.js";
import * as diagonals from "./ops/diagonals.js";
import * as elementwise from "./ops/elementwise.js";
import * as floatingPoint from "./ops/floating-point.js";
import * as gathering from "./ops/gathering.js";
import { addIndex, type IndexItem, index, narrow, setIndex } from "./ops/indexing.js";
import * as joining from "./ops/joining.js";
import * as linearAlgebra from "./ops/linear-algebra.js";
import * as norms from "./ops/norms.js";
import { cast, type Operand, overridden, type TensorVariable } from "./ops/operands.js";
import * as ordering from "./ops/ordering.js";
import * as padding from "./ops/padding.js";
import * as rearranging from "./ops/rearranging.js";
import * as reductions from "./ops/reductions.js";
import * as shaping from "./ops/shaping.js";
import { broadcastTo, dimShuffle, type Length, reshape, shapeOf, transpose } from "./ops/shaping.js";
import * as softmaxes from "./ops/softmax.js";
import * as statistics from "./ops/statistics.js";

const unaryMethods = [
  "neg",
  "abs",
  "sign",
  "exp",
  "log",
  "log1p",
  "expm1",
  "sqrt",
  "sqr",
  "reciprocal",
  "log2",
  "log10",
  "sin",
  "cos",
  "tan",
  "arcsin",
  "arccos",
  "arctan",
  "sinh",
  "cosh",
  "tanh",
  "sigmoid",
  "softplus",
  "relu",
  "erf",
  "floor",
  "ceil",
  "round",
  "trunc",
  "invert",
  "isNaN",
  "isInf",
] as const;
const binaryMethods = [
  "add",
  "sub",
  "mul",
  "div",
  "floorDiv",
  "mod",
  "pow",
  "maximum",
  "minimum",
  "arctan2",
  "eq",
  "neq",
  "lt",
  "le",
  "gt",
  "ge",
  "and",
  "or",
  "xor",
] as const;
const reductionMethods = [
  "sum",
  "prod",
  "max",
  "min",
  "mean",
  "any",
  "all",
  "argmax",
  "argmin",
  "variance",
  "std",
  "logSumExp",
] as const;
/** Ops whose first operand is the variable; what follows stays in its order. */
const furtherMethods = [
  "clip",
  "isFinite",
  "ptp",
  "countNonzero",
  "median",
  "quantile",
  "norm",
  "argsort",
  "sort",
  "topK",
  "cumsum",
  "cumprod",
  "cummax",
  "cummin",
  "diff",
  "take",
  "takeAlongAxis",
  "putAlongAxis",
  "narrow",
  "repeat",
  "tile",
  "roll",
  "flip",
  "pad",
  "split",
  "arraySplit",
  "unstack",
  "diag",
  "diagonal",
  "trace",
  "tril",
  "triu",
  "swapAxes",
  "moveAxis",
  "expandDims",
  "squeeze",
  "flatten",
  "dot",
  "matmul",
  "inner",
  "outer",
  "tensorDot",
  "softmax",
  "logSoftmax",
] as const;

const furtherOps = {
  ...diagonals,
  ...elementwise,
  ...floatingPoint,
  ...gathering,
  narrow,
  ...joining,
  ...linearAlgebra,
  ...norms,
  ...ordering,
  ...padding,
  ...rearranging,
  ...shaping,
  ...softmaxes,
  ...statistics,
};
type FurtherOps = typeof furtherOps;

type UnaryMethods = { [N in (typeof unaryMethods)[number]]: () => TensorVariable };
type BinaryMethods = { [N in (typeof binaryMethods)[number]]: (other: Operand) => TensorVariable };
type ReductionMethods = {
  [N in (typeof reductionMethods)[number]]: (
    options?: Parameters<(typeof reductions)[N]>[1],
  ) => TensorVariable;
};

type Further<F> = F extends (x: Operand, ...rest: infer R) => infer O ? (...rest: R) => O : never;
type FurtherMethods = { [N in (typeof furtherMethods)[number]]: Further<FurtherOps[N]> };

/** The methods; see the ops of the same names. */
export interface VariableMethods extends UnaryMethods, BinaryMethods, ReductionMethods, FurtherMethods {
  /** The same values in another dtype. */
  astype(dtype: DType): TensorVariable;
  reshape(...shape: readonly Length[]): TensorVariable;
  transpose(...permutation: readonly number[]): TensorVariable;
  /** Axes reversed. */
  readonly T: TensorVariable;
  dimShuffle(...pattern: readonly (number | "x")[]): TensorVariable;
  broadcastTo(...shape: readonly Length[]): TensorVariable;
  /** The shape as an int64 vector. */
  readonly shape: TensorVariable;
  index(...items: readonly IndexItem[]): TensorVariable;
  setIndex(items: readonly IndexItem[], value: Operand): TensorVariable;
  addIndex(items: readonly IndexItem[], value: Operand): TensorVariable;
}

declare module "../graph/nodes.js" {
  interface Variable<T> extends VariableMethods {}
}

type Method = (this: Variable, ...args: never[]) => unknown;
const methods: Record<string, Method> = {
  astype(this: Variable, dtype: DType) {
    return cast(this, dtype);
  },
  reshape(this: Variable, ...shape: Length[]) {
    return reshape(this, shape);
  },
  transpose(this: Variable, ...permutation: number[]) {
    return transpose(this, permutation.length === 0 ? undefined : permutation);
  },
  dimShuffle(this: Variable, ...pattern: (number | "x")[]) {
    return dimShuffle(this, pattern);
  },
  broadcastTo(this: Variable, ...shape: Length[]) {
    return broadcastTo(this, shape);
  },
  index(this: Variable, ...items: IndexItem[]) {
    return index(this, ...items);
  },
  setIndex(this: Variable, items: readonly IndexItem[], value: Operand) {
    return setIndex(this, items, value);
  },
  addIndex(this: Variable, items: readonly IndexItem[], value: Operand) {
    return addIndex(this, items, value);
  },
};
for (const name of unaryMethods) {
  methods[name] = function (this: Variable) {
    return elementwise[name](this);
  };
}
for (const name of binaryMethods) {
  methods[name] = function (this: Variable, other: Operand) {
    return elementwise[name](this, other);
  };
}
for (const name of reductionMethods) {
  methods[name] = function (this: Variable, options?: object) {
    return (reductions[name] as (x: Operand, options?: object) => TensorVariable)(this, options);
  };
}
for (const name of furtherMethods) {
  methods[name] = function (this: Variable, ...rest: unknown[]) {
    return (furtherOps[name] as (x: Operand, ...rest: unknown[]) => unknown)(this, ...rest);
  };
}

/** Puts the methods on Variable; the entry points call it once. */
export function installMethods(): void {
  for (const [name, method] of Object.entries(methods)) {
    Object.defineProperty(Variable.prototype, name, { value: method, writable: true, configurable: true });
  }
  const getters: Record<string, (x: Variable) => unknown> = {
    T: (x) => transpose(x),
    shape: (x) => overridden("shape", [x]) ?? shapeOf(x),
  };
  for (const [name, get] of Object.entries(getters)) {
    Object.defineProperty(Variable.prototype, name, {
      get(this: Variable) {
        return get(this);
      },
      configurable: true,
    });
  }
}
