/** WGSL text of one element of an expression. bool is a u32 of 0 or 1, int64 an i32. */
import type { DType, Expression, ScalarOp } from "@bitale/core";

/** The WGSL type of an element. */
export const wgslType = (dtype: DType): "f32" | "i32" | "u32" =>
  dtype === "float32" ? "f32" : dtype === "int32" || dtype === "int64" ? "i32" : "u32";

const suffix = (dtype: DType): string => wgslType(dtype)[0] as string;

const floatUnary: Readonly<Record<string, string>> = {
  exp: "exp_f",
  log: "log_f",
  expm1: "expm1_f",
  log1p: "log1p_f",
  tanh: "tanh_f",
  sigmoid: "sigmoid_f",
  sqrt: "sqrt_f",
  erf: "erf_f",
  sign: "sign_f",
  sin: "sin",
  cos: "cos",
  tan: "tan",
  arcsin: "asin",
  arccos: "acos",
  arctan: "atan",
  sinh: "sinh",
  cosh: "cosh",
  floor: "floor",
  ceil: "ceil",
  round: "round",
  trunc: "trunc",
  abs: "abs",
};
const infix: Readonly<Record<string, string>> = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  and: "&",
  or: "|",
  xor: "^",
};
const compared: Readonly<Record<string, string>> = {
  eq: "==",
  neq: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};

function unaryText(op: ScalarOp, from: DType, x: string): string | undefined {
  if (op === "neg") return from === "float32" ? `(-${x})` : `(${wgslType(from)}(0) - ${x})`;
  if (op === "invert") return from === "bool" ? `(1u - ${x})` : `(~${x})`;
  if (op === "isNaN") return `u32(is_nan(${x}))`;
  if (op === "isInf") return `u32(is_inf(${x}))`;
  if (from === "float32") return floatUnary[op] && `${floatUnary[op]}(${x})`;
  if (op === "abs") return from === "int32" ? `abs(${x})` : x;
  return op === "sign" ? (from === "int32" ? `sign(${x})` : `min(${x}, 1u)`) : undefined;
}

function binaryText(op: ScalarOp, from: DType, x: string, y: string): string | undefined {
  const kind = suffix(from);
  if (compared[op] !== undefined) {
    if (from !== "float32") return `u32(${x} ${compared[op]} ${y})`;
    if (op === "gt" || op === "ge") return `${op === "gt" ? "lt" : "le"}_f(${y}, ${x})`;
    return `${op}_f(${x}, ${y})`;
  }
  if (from === "bool") {
    if (op === "add" || op === "maximum") return `(${x} | ${y})`;
    if (op === "mul" || op === "minimum") return `(${x} & ${y})`;
  }
  if (infix[op] !== undefined) return `(${x} ${infix[op]} ${y})`;
  if (op === "maximum") return from === "float32" ? `max_f(${x}, ${y})` : `max(${x}, ${y})`;
  if (op === "minimum") return from === "float32" ? `min_f(${x}, ${y})` : `min(${x}, ${y})`;
  if (op === "floorDiv") return `floor_div_${kind}(${x}, ${y})`;
  if (op === "mod") return `mod_${kind}(${x}, ${y})`;
  if (op === "pow") return `pow_f(${x}, ${y})`;
  return op === "arctan2" ? `atan2(${x}, ${y})` : undefined;
}

function castText(x: string, from: DType, to: DType): string {
  if (to === "bool")
    return from === "float32" ? `u32(${x} != 0.0 || is_nan(${x}))` : `u32(${x} != ${wgslType(from)}(0))`;
  return `${wgslType(to)}(${x})`;
}

/** Text of an expression. @param leaf text of a leaf's element */
export function expressionText(expression: Expression, leaf: (index: number) => string): string {
  if (expression.kind === "leaf") return leaf(expression.index);
  const { op, from, dtype, args } = expression;
  const [x, y, z] = args.map((arg) => expressionText(arg, leaf)) as [string, string, string];
  const text =
    op === "cast"
      ? castText(x, from, dtype)
      : op === "where"
        ? `select(${z}, ${y}, ${x} != 0u)`
        : args.length === 1
          ? unaryText(op, from, x)
          : binaryText(op, from, x, y);
  if (text === undefined) throw new TypeError(`no WGSL for ${op} of ${from}`);
  return text;
}
