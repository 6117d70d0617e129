/** Chainable methods of every Variable: each calls the op of the same name, so plugins' Types may take it over. */
import { Variable } from "../graph/nodes.js";
import type { DType } from "./dtype.js";
import * as elementwise from "./ops/elementwise.js";
import { addIndex, type IndexItem, index, narrow, setIndex, take } from "./ops/indexing.js";
import { dot } from "./ops/linear-algebra.js";
import { cast, type Operand, overridden, type TensorVariable } from "./ops/operands.js";
import * as reductions from "./ops/reductions.js";
import {
  broadcastTo,
  dimShuffle,
  expandDims,
  flatten,
  type Length,
  reshape,
  shapeOf,
  squeeze,
  transpose,
} from "./ops/shaping.js";
import { logSoftmax, softmax } from "./ops/softmax.js";

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
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "relu",
  "erf",
  "floor",
  "ceil",
  "round",
  "trunc",
  "invert",
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
  "std",
] as const;

type UnaryMethods = { [N in (typeof unaryMethods)[number]]: () => TensorVariable };
type BinaryMethods = { [N in (typeof binaryMethods)[number]]: (other: Operand) => TensorVariable };
type ReductionMethods = {
  [N in (typeof reductionMethods)[number]]: (
    options?: Parameters<(typeof reductions)[N]>[1],
  ) => TensorVariable;
};

/** The methods; see the ops of the same names. */
export interface VariableMethods extends UnaryMethods, BinaryMethods, ReductionMethods {
  dot(other: Operand): TensorVariable;
  /** The same values in another dtype. */
  astype(dtype: DType): TensorVariable;
  reshape(...shape: readonly Length[]): TensorVariable;
  flatten(ndim?: number): TensorVariable;
  transpose(...permutation: readonly number[]): TensorVariable;
  /** Axes reversed. */
  readonly T: TensorVariable;
  expandDims(axis: number | readonly number[]): TensorVariable;
  squeeze(axis?: number | readonly number[]): TensorVariable;
  dimShuffle(...pattern: readonly (number | "x")[]): TensorVariable;
  broadcastTo(...shape: readonly Length[]): TensorVariable;
  /** The shape as an int64 vector. */
  readonly shape: TensorVariable;
  index(...items: readonly IndexItem[]): TensorVariable;
  setIndex(items: readonly IndexItem[], value: Operand): TensorVariable;
  addIndex(items: readonly IndexItem[], value: Operand): TensorVariable;
  narrow(axis: number, start: Length, length: Length): TensorVariable;
  take(indices: Operand, axis?: number): TensorVariable;
  softmax(options?: { readonly axis?: number | null }): TensorVariable;
  logSoftmax(options?: { readonly axis?: number | null }): TensorVariable;
}

declare module "../graph/nodes.js" {
  interface Variable<T> extends VariableMethods {}
}

type Method = (this: Variable, ...args: never[]) => unknown;
const methods: Record<string, Method> = {
  dot(this: Variable, other: Operand) {
    return dot(this, other);
  },
  astype(this: Variable, dtype: DType) {
    return cast(this, dtype);
  },
  reshape(this: Variable, ...shape: Length[]) {
    return reshape(this, shape);
  },
  flatten(this: Variable, ndim?: number) {
    return flatten(this, ndim);
  },
  transpose(this: Variable, ...permutation: number[]) {
    return transpose(this, permutation.length === 0 ? undefined : permutation);
  },
  expandDims(this: Variable, axis: number | readonly number[]) {
    return expandDims(this, axis);
  },
  squeeze(this: Variable, axis?: number | readonly number[]) {
    return squeeze(this, axis);
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
  narrow(this: Variable, axis: number, start: Length, length: Length) {
    return narrow(this, axis, start, length);
  },
  take(this: Variable, indices: Operand, axis?: number) {
    return take(this, indices, axis);
  },
  softmax(this: Variable, options?: { readonly axis?: number | null }) {
    return softmax(this, options);
  },
  logSoftmax(this: Variable, options?: { readonly axis?: number | null }) {
    return logSoftmax(this, options);
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
