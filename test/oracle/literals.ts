/**
 * Literals: Python values as JS values. What bitale is handed depends on the place, because a bare JS number stands for
 * a Python number only where values are compared by value; where Aesara would choose a dtype (rules 7 and 73), the
 * chosen dtype is handed over explicitly (deviation D).
 */
import { type DType, float16ToNumber, isDType, numberToFloat16, type Variable } from "@bitale/core";
import { CscMatrix, CsrMatrix } from "@bitale/sparse";
import { invoke } from "./api.js";
import { arrayOf, toNumber } from "./arrays.js";
import type { JsonNumber, Literal } from "./case-file.js";
import { DeviationError } from "./outcome.js";

const kinds = [
  "int",
  "float",
  "bool",
  "complex",
  "str",
  "none",
  "list",
  "tuple",
  "dict",
  "opaque",
  "np",
  "nd",
  "sparse",
  "rng",
  "ref",
  "var",
] as const;
export type LiteralKind = (typeof kinds)[number];

/** Which form of literal this is; undefined: something else (attributes of an op, a list of outputs). */
export function literalKind(value: unknown): LiteralKind | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const kind = kinds.find((name) => name in value);
  return kind === "list" && !("of" in value) ? undefined : kind;
}

/** A JS value of no type that bitale knows: Python's `object()`. */
export class OpaqueValue {
  readonly label = "opaque";
}

/** Names that literals may refer to. */
export interface LiteralNames {
  user(name: string): unknown;
  variable(name: string): unknown;
}

/** The plain JS value: numbers and lists bare, arrays as NDArray. For values that are set, passed, or held by the user. */
export function plainValue(literal: Literal, names: LiteralNames): unknown {
  const kind = literalKind(literal);
  switch (kind) {
    case "int":
      return BigInt(literal.int as JsonNumber);
    case "float":
      return toNumber(literal.float as JsonNumber);
    case "bool":
      return literal.bool;
    case "str":
      return literal.str;
    case "none":
      return null;
    case "complex":
      return arrayOf([literal.complex], [], "complex128");
    case "opaque":
      return new OpaqueValue();
    case "list":
      return nested(literal.list as unknown[], literal.of as string);
    case "tuple":
    case "dict":
      return pythonValue(literal[kind], names);
    case "np":
      return numpyScalar(literal);
    case "nd":
      return ndarray(literal);
    case "sparse":
      return sparseMatrixOf(literal);
    case "rng":
      return invoke("randomState", Number(literal.rng));
    case "ref":
      return names.user(literal.ref as string);
    case "var":
      return names.variable(literal.var as string);
    default:
      throw new Error(`unknown literal ${JSON.stringify(literal)}`);
  }
}

/** The value for `shared(value)`: as `plainValue`, with the dtype of rule 7 where a bare number would get another. */
export function sharedValue(literal: Literal, names: LiteralNames, floatX: DType): unknown {
  switch (literalKind(literal)) {
    case "int": {
      const value = BigInt(literal.int as JsonNumber);
      return value >= 1n << 63n && value < 1n << 64n ? arrayOf([`${value}`], [], "uint64") : value;
    }
    case "float":
      return floatX === "float64"
        ? toNumber(literal.float as JsonNumber)
        : arrayOf([literal.float], [], "float64");
    case "np":
      return literal.dtype === "bool" ? literal.np : arrayOf([literal.np], [], literal.dtype as string);
    default:
      return plainValue(literal, names);
  }
}

/**
 * The constant that a literal is as an operand: rule 73.
 * @param options.inConstant `constant(True)` is legal (an int), `x + True` is not
 */
export function operandOf(
  literal: Literal,
  names: LiteralNames,
  floatX: DType,
  options: { readonly dtype?: string; readonly name?: string; readonly inConstant?: boolean } = {},
): Variable {
  const kind = literalKind(literal);
  const make = (value: unknown, dtype?: string): Variable =>
    invoke("constant", value, { dtype: options.dtype ?? dtype, name: options.name }) as Variable;
  switch (kind) {
    case "int":
      return make(BigInt(literal.int as JsonNumber), integerLiteralDType(BigInt(literal.int as JsonNumber)));
    case "float":
      return make(
        toNumber(literal.float as JsonNumber),
        floatLiteralDType(toNumber(literal.float as JsonNumber), floatX),
      );
    case "bool":
      if (options.inConstant) return make(literal.bool ? 1n : 0n, "int8");
      throw new DeviationError("typed-literals", "Python's True and False are no operands");
    case "list":
      return make(plainValue(literal, names), { int: "int64", float: "float64" }[literal.of as string]);
    case "np":
      return make(arrayOf([literal.np], [], literal.dtype as string));
    case "var":
      return names.variable(literal.var as string) as Variable;
    case "sparse":
      return invoke("sparseConstant", plainValue(literal, names)) as Variable;
    default:
      return make(plainValue(literal, names));
  }
}

/** The smallest dtype that holds a Python int. */
export function integerLiteralDType(value: bigint): DType {
  for (const bits of [8, 16, 32, 64] as const) {
    const half = 1n << BigInt(bits - 1);
    if (value >= -half && value < half) return `int${bits}`;
  }
  return "uint64";
}

/** `floatX` where it is narrow; else float32 for what it holds exactly, and float64. */
export function floatLiteralDType(value: number, floatX: DType): DType {
  if (floatX !== "float64") return floatX;
  return Math.fround(value) === value ? "float32" : "float64";
}

function nested(list: readonly unknown[], of: string): unknown[] {
  return list.map((item) => {
    if (Array.isArray(item)) return nested(item, of);
    if (of === "int") return BigInt(item as JsonNumber);
    return of === "bool" ? item : toNumber(item as JsonNumber);
  });
}

/** Contents of a tuple or dict: literals, or bare JSON (whole numbers are ints there). */
function pythonValue(value: unknown, names: LiteralNames): unknown {
  if (Array.isArray(value)) return value.map((item) => pythonValue(item, names));
  if (literalKind(value) !== undefined) return plainValue(value as Literal, names);
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pythonValue(item, names)]));
}

/** A NumPy scalar is compared by value, as a Python number is: a bare JS value of the same value. */
function numpyScalar({ np, dtype }: Literal): unknown {
  if (dtype === "bool") return np;
  if (!isDType(dtype)) return arrayOf([np], [], dtype as string);
  if (!dtype.startsWith("float")) return BigInt(np as JsonNumber);
  const value = toNumber(np as JsonNumber);
  if (dtype === "float64") return value;
  return dtype === "float32" ? Math.fround(value) : float16ToNumber(numberToFloat16(value));
}

const ndarray = ({ nd, shape, dtype, order }: Literal): unknown =>
  arrayOf(nd as unknown[], shape as number[], dtype as string, order as string | undefined);

/** csr and csc as the plugin's matrices; other formats and dtypes as another library would hand them over. */
function sparseMatrixOf(literal: Literal): unknown {
  const { sparse: format, shape, dtype } = literal;
  const numbers = literal.data as unknown[];
  const values = arrayOf(numbers, [numbers.length], dtype as string) as { data: Float64Array };
  const fields = {
    data: values.data,
    indices: Int32Array.from(literal.indices as number[]),
    indptr: Int32Array.from(literal.indptr as number[]),
    shape: shape as [number, number],
  };
  const foreign = { ...fields, format, dtype };
  if (!isDType(dtype) || dtype === "bool" || (format !== "csr" && format !== "csc")) return foreign;
  const Matrix = format === "csr" ? CsrMatrix : CscMatrix;
  return new Matrix({ ...fields, dtype: dtype as "float64" });
}
