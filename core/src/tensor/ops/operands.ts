/** What rich ops take: variables, numbers, arrays; how literals get their dtype; who overrides an op. */
import { BitaleTypeError, describeValue } from "../../errors.js";
import { Constant, isConstant, isVariable, type Variable } from "../../graph/nodes.js";
import { castNDArray } from "../cast.js";
import { type DType, integerRange, isFloat, isInteger, promote } from "../dtype.js";
import { floatX } from "../float-x.js";
import { tryNDArray } from "../host-value.js";
import type { NDArray } from "../ndarray.js";
import { primitive } from "../primitive-op.js";
import { isTensorType, TensorType } from "../tensor-type.js";

/** A dense tensor in a graph. */
export type TensorVariable = Variable<TensorType<unknown>>;
/** What an op takes as an operand: a variable, or any host value (it becomes a constant). */
export type Operand = Variable | TensorLike;
/** A dense host value. */
export type TensorLike =
  | number
  | bigint
  | boolean
  | NDArray
  | ArrayBufferView
  | readonly TensorLike[]
  | { readonly data: ArrayLike<number> | ArrayLike<bigint>; readonly shape: ArrayLike<number> };

/** A constant of an array (copied: later writes to the array do not show). */
export function constant(
  value: TensorLike,
  options: { dtype?: DType; name?: string } = {},
): Constant<TensorType, NDArray> {
  const found = tryNDArray(value, options.name ?? "constant", options.dtype);
  if (found === undefined) throw badOperand(value);
  const array =
    options.dtype === undefined || found.array.dtype === options.dtype
      ? found.array.copy()
      : castNDArray(found.array, options.dtype);
  return new Constant(new TensorType(array.dtype, array.shape), array, { name: options.name });
}

function weakConstant(value: number | bigint): Constant<TensorType, NDArray> {
  const { array } = tryNDArray(value) as { array: NDArray };
  return new Constant(new TensorType(array.dtype, []), array, { weak: true });
}

/**
 * An operand as a variable. Numbers and bigints become weak constants: they take the dtype of the tensor that they
 * meet. Anything else that is dense becomes a constant of its own dtype.
 * @throws BitaleTypeError BAD_OPERAND
 */
export function asVariable(value: Operand): Variable {
  if (isVariable(value)) return value;
  if (typeof value === "number" || typeof value === "bigint") return weakConstant(value);
  return constant(value as TensorLike);
}

/** As `asVariable` for ops that take dense tensors only. @throws BitaleTypeError BAD_OPERAND */
export function asTensor(value: Operand): TensorVariable {
  const variable = asVariable(value);
  if (isTensorType(variable.type)) return variable as TensorVariable;
  const dense = variable.type.operators.toDense;
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: variable.toString(),
    problem: "a dense tensor is needed",
    got: variable.type.toString(),
    cure: dense ? "convert it with toDense()" : "use an op of the plugin that made it",
  });
}

function badOperand(value: unknown): BitaleTypeError {
  return new BitaleTypeError("BAD_OPERAND", {
    subject: "operand",
    problem: "not a variable and not a dense value",
    expected: "a variable, a number, a bigint, a boolean, nested arrays, a typed array or an ndarray",
    got: describeValue(value),
  });
}

/** Whether a variable is a literal that takes the dtype of its neighbours. */
export const isWeak = (variable: Variable): variable is Constant<TensorType, NDArray> =>
  isConstant(variable) && variable.weak;

const isFraction = ({ value }: Constant<TensorType, NDArray>): boolean => {
  const number = value.get();
  return typeof number === "number" && !Number.isInteger(number);
};

/** The dtype of an integer literal beside discrete operands: theirs where it fits, else 64 bits. */
function integerDType({ value }: Constant<TensorType, NDArray>, dtype: DType): DType {
  const big = BigInt(value.get());
  const fits = (d: DType): boolean => big >= integerRange(d).min && big <= integerRange(d).max;
  if (isInteger(dtype) && fits(dtype)) return dtype;
  return fits("int64") ? "int64" : "uint64";
}

/**
 * The one dtype of several operands: strong ones promote, literals follow. A fraction among integers makes the whole
 * `floatX`.
 */
export function commonDType(variables: readonly TensorVariable[]): DType {
  const strong = variables.filter((v) => !isWeak(v)).map((v) => v.type.dtype);
  if (strong.length === 0) return variables.map((v) => v.type.dtype).reduce(promote);
  const base = strong.reduce(promote);
  if (isFloat(base)) return base;
  const literals = variables.filter(isWeak);
  if (literals.some(isFraction)) return floatX();
  return literals.map((literal) => integerDType(literal, base)).reduce(promote, base);
}

/** A variable in another dtype; literals are converted at once. */
export function cast(value: Operand, dtype: DType): TensorVariable {
  const other = overridden("cast", [value, dtype]);
  if (other !== undefined) return other as TensorVariable;
  const variable = asTensor(value);
  if (isWeak(variable)) {
    return new Constant(new TensorType(dtype, []), castNDArray(variable.value, dtype));
  }
  return variable.type.dtype === dtype ? variable : primitive("cast", { dtype }, [variable]);
}

/** As `cast`, for an operand that an op brings to the dtype in which it computes. */
export function castOperand(variable: TensorVariable, dtype: DType): TensorVariable {
  if (isWeak(variable) || variable.type.dtype === dtype) return cast(variable, dtype);
  return primitive("cast", { dtype, implicit: true }, [variable]);
}

/** Operands as tensors of their common dtype. */
export function unify(operands: readonly Operand[]): TensorVariable[] {
  const variables = operands.map(asTensor);
  const dtype = commonDType(variables);
  return variables.map((variable) => castOperand(variable, dtype));
}

/**
 * Lets the Type of an operand take a rich op over (a sparse matrix its `dot`).
 * @returns undefined where no operand's Type does
 */
export function overridden(name: string, operands: readonly unknown[]): Variable | undefined {
  for (const operand of operands) {
    if (!isVariable(operand)) continue;
    const operator = operand.type.operators[name];
    if (operator !== undefined) return operator(...operands) as Variable;
  }
  return undefined;
}
