/** Expressions: a table from the language's ops to bitale's functions. */
import {
  asVariable,
  type DType,
  type IndexItem,
  isNDArray,
  isVariable,
  type Operand,
  promote,
  type TensorVariable,
  type Variable,
} from "@bitale/core";
import { exists, invoke, invokeMethod } from "./api.js";
import type { Expression, JsonNumber, Literal } from "./case-file.js";
import { checkAttributes } from "./expression-attributes.js";
import { indexItems } from "./index-items.js";
import {
  floatLiteralDType,
  integerLiteralDType,
  type LiteralNames,
  literalKind,
  operandOf,
  plainValue,
} from "./literals.js";
import { NotImplemented } from "./outcome.js";

export type Attributes = { readonly [name: string]: unknown };

/** What expressions are built in. */
export interface Scope extends LiteralNames {
  readonly floatX: DType;
}

/** One `[op, arg.., {attributes}]`. */
export interface OpCall {
  readonly scope: Scope;
  readonly args: readonly Expression[];
  readonly attributes: Attributes;
}

/** The variable that an expression stands for. */
export function variableOf(expression: Expression, scope: Scope): Variable {
  if (typeof expression === "string") return scope.variable(expression) as Variable;
  if (typeof expression === "number") {
    const kind = Number.isInteger(expression) ? "int" : "float";
    return operandOf({ [kind]: expression }, scope, scope.floatX);
  }
  if (!Array.isArray(expression)) return operandOf(expression as Literal, scope, scope.floatX);
  const [op, ...rest] = expression as [string, ...Expression[]];
  const last = rest.at(-1);
  const attributes = isAttributes(last) ? last : {};
  const args = isAttributes(last) ? rest.slice(0, -1) : rest;
  const build = table[op];
  if (build === undefined) throw new NotImplemented(`expression ${op}`);
  if (op !== "method") checkAttributes(op, attributes);
  return asVariable(build({ scope, args, attributes }) as Operand);
}

const isAttributes = (value: unknown): value is Attributes =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  literalKind(value) === undefined &&
  !isNDArray(value);

/** A length, start or axis: a number where it is one, else a variable. */
export function lengthOf(expression: Expression, scope: Scope): number | Variable {
  if (typeof expression === "number") return expression;
  if (literalKind(expression) === "int") return Number((expression as Literal).int as JsonNumber);
  return variableOf(expression, scope);
}

/** Lengths one by one, or an expression for a vector of them, whose own length is static. */
function lengthsOf(shape: unknown, scope: Scope): (number | Variable)[] {
  const isList = Array.isArray(shape) && !(typeof shape[0] === "string" && shape[0] in table);
  if (isList) return shape.map((length) => lengthOf(length as Expression, scope));
  const vector = lengthOf(shape as Expression, scope);
  if (typeof vector === "number" || (vector as TensorVariable).type.ndim === 0) return [vector];
  const [count] = (vector as TensorVariable).type.shape;
  return Array.from({ length: count as number }, (_, i) => invoke("index", vector, i) as Variable);
}

/** A dtype by its name; "floatX" is the configured one. */
const dtypeOf = ({ attributes, scope }: OpCall): DType | undefined =>
  attributes.dtype === "floatX" ? scope.floatX : ((attributes.dtype ?? undefined) as DType | undefined);

const operands = ({ args, scope }: OpCall): Variable[] => args.map((arg) => variableOf(arg, scope));
const first = (call: OpCall): Variable => operands({ ...call, args: call.args.slice(0, 1) })[0] as Variable;

/** Attributes under bitale's names. */
function optionsOf(call: OpCall): Attributes {
  const { keepdims, acc_dtype: _, dtype, ...rest } = call.attributes;
  return {
    ...rest,
    ...(keepdims === undefined ? {} : { keepDims: keepdims }),
    ...(dtype === undefined ? {} : { dtype: dtypeOf(call) }),
  };
}

type Build = (call: OpCall) => unknown;
/** All operands, nothing else. */
const plain =
  (name: string): Build =>
  (call) =>
    invoke(name, ...operands(call));
/** One operand and options: axis, keepDims, dtype. */
const withOptions =
  (name: string): Build =>
  (call) =>
    invoke(name, first(call), optionsOf(call));
/** As `withOptions`; `acc_dtype` is the dtype in which the numbers are added up or multiplied. */
const accumulating =
  (name: string): Build =>
  (call) => {
    const wide = call.attributes.acc_dtype;
    if (wide === undefined || wide === null) return withOptions(name)(call);
    const { dtype } = (invoke(name, first(call), optionsOf(call)) as TensorVariable).type;
    const accumulated = invoke(name, invoke("cast", first(call), wide), { ...optionsOf(call), dtype: wide });
    return invoke("cast", accumulated, dtype);
  };
/** One operand and attributes by position. */
const withAttributes =
  (name: string, ...keys: readonly string[]): Build =>
  (call) => {
    const value = (key: string): unknown => (key === "dtype" ? dtypeOf(call) : call.attributes[key]);
    return invoke(name, first(call), ...trimmed(keys.map(value)));
  };

function trimmed(list: readonly unknown[]): unknown[] {
  const last = list.findLastIndex((item) => item !== undefined && item !== null);
  return list.slice(0, last + 1).map((item) => item ?? undefined);
}

const plainNames: Readonly<Record<string, string>> = {
  floordiv: "floorDiv",
  isnan: "isNaN",
  isinf: "isInf",
  switch: "where",
  zero_grad: "zeroGrad",
  disconnected_grad: "disconnectedGrad",
  batched_dot: "batchedDot",
  shape: "shapeOf",
  sp_structured_dot: "structuredDot",
  sp_dot: "dot",
  sp_true_dot: "dot",
  sp_add: "add",
  sp_sub: "sub",
  sp_mul: "mul",
  sp_neg: "neg",
  sp_transpose: "transpose",
  sp_to_dense: "toDense",
  sp_csr_from_dense: "csrFromDense",
  sp_csc_from_dense: "cscFromDense",
  sp_structured_exp: "structuredExp",
  sp_structured_sigmoid: "structuredSigmoid",
  sp_sqrt: "sqrt",
  sp_tanh: "tanh",
};
const sameNames =
  "add sub mul div mod pow neg exp log log1p expm1 log2 log10 tanh sigmoid softplus sqrt sqr abs sign sin cos tan " +
  "arcsin arccos arctan arctan2 sinh cosh erf floor ceil round trunc minimum maximum reciprocal eq neq lt le gt ge " +
  "and or xor invert clip dot outer size";
const optionNames: Readonly<Record<string, string>> = {
  max: "max",
  min: "min",
  argmax: "argmax",
  argmin: "argmin",
  all: "all",
  any: "any",
  var: "variance",
  std: "std",
  logsumexp: "logSumExp",
  softmax: "softmax",
  log_softmax: "logSoftmax",
  sort: "sort",
  argsort: "argsort",
  cumsum: "cumsum",
  sp_sum: "sum",
};

const table: Readonly<Record<string, Build>> = {
  ...Object.fromEntries(sameNames.split(" ").map((name) => [name, plain(name)])),
  ...Object.fromEntries(Object.entries(plainNames).map(([op, name]) => [op, plain(name)])),
  ...Object.fromEntries(Object.entries(optionNames).map(([op, name]) => [op, withOptions(name)])),
  sum: accumulating("sum"),
  mean: accumulating("mean"),
  prod: accumulating("prod"),
  cast: withAttributes("cast", "dtype"),
  zeros_like: withAttributes("zerosLike", "dtype"),
  ones_like: withAttributes("onesLike", "dtype"),
  flatten: withAttributes("flatten", "ndim"),
  transpose: withAttributes("transpose", "axes"),
  dimshuffle: withAttributes("dimShuffle", "pattern"),
  specify_shape: withAttributes("specifyShape", "shape"),
  diag: withAttributes("diag", "k"),
  roll: (call) => {
    const shift = lengthOf(call.attributes.shift as Expression, call.scope);
    return invoke("roll", first(call), shift, ...trimmed([call.attributes.axis]));
  },
  tensordot: (call) => invoke("tensorDot", ...operands(call), ...trimmed([call.attributes.axes])),
  reshape: (call) => invoke("reshape", first(call), lengthsOf(call.attributes.shape, call.scope)),
  tile: (call) => invoke("tile", first(call), lengthsOf(call.attributes.reps, call.scope)),
  repeat: (call) =>
    invoke(
      "repeat",
      first(call),
      countsOf(call.attributes.repeats, call.scope),
      ...trimmed([call.attributes.axis]),
    ),
  concatenate: (call) => invoke("concatenate", operands(call), ...trimmed([call.attributes.axis])),
  stack: (call) => invoke("stack", operands(call), ...trimmed([call.attributes.axis])),
  zeros: (call) => filled("zeros", call),
  ones: (call) => filled("ones", call),
  eye: (call) => {
    const [rows, columns, k] = lengthsOf(call.args, call.scope);
    return invoke("eye", rows, columns, k ?? 0, dtypeOf(call));
  },
  arange,
  constant: ({ args, attributes, scope }) =>
    operandOf(args[0] as Literal, scope, scope.floatX, { ...attributes, inConstant: true }),
  method,
  subtensor: (call) => invoke("index", first(call), ...indexOf(call)),
  set_subtensor: (call) => updated("setIndex", call),
  inc_subtensor: (call) => updated("addIndex", call),
  grad: gradient,
  sp_shape: (call) => first(call).shape,
  sp_row_scale: (call) => scaled("rowScale", 1, call),
  sp_col_scale: (call) => scaled("colScale", 0, call),
  rng_uniform: (call) => {
    const draw = invoke("randomUniform", first(call), {
      size: lengthsOf(call.attributes.size ?? [], call.scope),
    }) as Variable[];
    return draw[Number(call.attributes.out ?? 1)];
  },
};

const filled = (name: string, call: OpCall): unknown =>
  invoke(name, lengthsOf(call.attributes.shape, call.scope), dtypeOf(call));

/** One count for all, or one for each. */
const countsOf = (counts: unknown, scope: Scope): unknown =>
  Array.isArray(counts) && typeof counts[0] === "number" ? counts : lengthOf(counts as Expression, scope);

const indexOf = ({ attributes, scope }: OpCall): IndexItem[] =>
  indexItems(attributes.index, {
    length: (expression) => lengthOf(expression, scope),
    variable: (expression) => variableOf(expression, scope),
  });

function updated(name: string, call: OpCall): unknown {
  const [target, value] = operands(call);
  return invoke(name, target, indexOf(call), value);
}

/** Rows or columns of a sparse matrix times a vector: a product that broadcasts, where there is no op of its own. */
function scaled(name: string, axis: number, call: OpCall): unknown {
  const [matrix, scale] = operands(call);
  if (exists(name)) return invoke(name, matrix, scale);
  return invoke("mul", matrix, invoke("expandDims", scale, axis));
}

/** Bare numbers stay numbers; where a fraction is among them, the dtype is that of rule 73. */
function arange(call: OpCall): unknown {
  const { args, scope } = call;
  const numbers = args.every(
    (arg) => typeof arg === "number" || ["int", "float"].includes(literalKind(arg) ?? ""),
  );
  if (!numbers) {
    const [start, stop, step] = args.map((arg, i) =>
      i === 2 ? lengthOf(arg, scope) : variableOf(arg, scope),
    );
    return invoke("arange", start, stop, step, dtypeOf(call));
  }
  const literals = args.map((arg) => (typeof arg === "number" ? { int: arg } : (arg as Literal)));
  const [start, stop, step] = literals.map((literal) => Number(plainValue(literal, scope)));
  const dtypes = literals.map((literal): DType => {
    const value = plainValue(literal, scope) as number | bigint;
    return typeof value === "bigint" ? integerLiteralDType(value) : floatLiteralDType(value, scope.floatX);
  });
  const fraction = literals.some((literal) => "float" in literal);
  return invoke(
    "arange",
    start,
    stop,
    step,
    dtypeOf(call) ?? (fraction ? dtypes.reduce(promote) : undefined),
  );
}

function gradient({ args, attributes, scope }: OpCall): unknown {
  const cost = variableOf(args[0] as Expression, scope);
  const names = attributes.wrt as string | string[];
  const wrt = Array.isArray(names) ? names.map((name) => variableOf(name, scope)) : variableOf(names, scope);
  const constants = attributes.consider_constant as Expression[] | undefined;
  const result = invoke("grad", cost, wrt, {
    considerConstant: constants?.map((constant) => variableOf(constant, scope)),
    disconnectedInputs: attributes.disconnected_inputs,
  });
  return Array.isArray(result) ? result[Number(attributes.index ?? 0)] : result;
}

/** Python's names of methods and properties that have another one among the ops. */
const methodOps: Readonly<Record<string, string>> = {
  T: "transpose",
  astype: "cast",
  ravel: "flatten",
  __add__: "add",
  __sub__: "sub",
  __mul__: "mul",
  __truediv__: "div",
  __floordiv__: "floordiv",
  __mod__: "mod",
  __pow__: "pow",
  __neg__: "neg",
  __abs__: "abs",
  __invert__: "invert",
  __and__: "and",
  __or__: "or",
  __xor__: "xor",
  __eq__: "eq",
  __ne__: "neq",
  __lt__: "lt",
  __le__: "le",
  __gt__: "gt",
  __ge__: "ge",
  __getitem__: "subtensor",
};

/** `x.name(...)`: the method where bitale has one without options, else the op that it stands for. */
function method(call: OpCall): unknown {
  const { name, ...attributes } = call.attributes as { name: string };
  const [self, ...others] = operands(call) as [Variable, ...Variable[]];
  if (name === "copy") return self;
  if (name === "ndim")
    return operandOf({ int: (self as TensorVariable).type.ndim }, call.scope, call.scope.floatX);
  if (Object.keys(attributes).length === 0) {
    const member: unknown = (self as unknown as Record<string, unknown>)[name];
    if (isVariable(member)) return member;
    if (typeof member === "function") return invokeMethod(self, name, ...others);
  }
  const op = methodOps[name] ?? name;
  const build = table[op];
  if (build === undefined) throw new NotImplemented(`method ${name}`);
  checkAttributes(op, attributes);
  return build({ ...call, attributes });
}
