/** Elementwise ops with NumPy's dtype rules and broadcasting. */
import { BitaleTypeError } from "../../errors.js";
import { type DType, floatResult, isDiscrete, isFloat, isInteger } from "../dtype.js";
import { floatX } from "../float-x.js";
import { primitive } from "../primitive-op.js";
import type { BinaryName, UnaryName } from "../primitives.js";
import { isTensorType } from "../tensor-type.js";
import {
  asTensor,
  asVariable,
  cast,
  castOperand,
  commonDType,
  isWeak,
  type Operand,
  overridden,
  type TensorVariable,
  unify,
} from "./operands.js";

function refuseDType(op: string, dtype: string, cure?: string): never {
  throw new BitaleTypeError("BAD_OPERAND", { subject: op, problem: `not defined for ${dtype}`, cure });
}

const binary = (
  name: BinaryName,
  dtypeRule: (common: DType, operands: readonly TensorVariable[]) => DType = (d) => d,
) => {
  return (x: Operand, y: Operand): TensorVariable => {
    const other = overridden(name, [x, y]);
    if (other !== undefined) return other as TensorVariable;
    const operands = [asTensor(x), asTensor(y)];
    const dtype = dtypeRule(commonDType(operands), operands);
    return primitive(
      name,
      {},
      operands.map((operand) => castOperand(operand, dtype)),
    );
  };
};

const noBool = (op: string) => (dtype: DType) =>
  dtype === "bool" ? refuseDType(op, "bool", "cast to an integer dtype first, or use xor") : dtype;

/** x + y (bool: or). */
export const add = binary("add");
/** x - y. @throws BitaleTypeError BAD_OPERAND for bool */
export const sub = binary("sub", noBool("sub"));
/** x * y (bool: and). */
export const mul = binary("mul");
/** x / y; integers and bool give `floatX`. */
export const div = binary("div", (dtype) => (isDiscrete(dtype) ? floatX() : dtype));
/** floor(x / y), toward minus infinity; an integer divided by 0 gives 0. */
export const floorDiv = binary("floorDiv");
/** x - y * floor(x / y): the sign of y. */
export const mod = binary("mod");
/** x ** y; bool ** bool is int8. */
export const pow = binary("pow", (dtype) => (dtype === "bool" ? "int8" : dtype));
/** The larger one; NaN wins. On a tie the gradient goes to x. */
export const maximum = binary("maximum");
/** The smaller one; NaN wins. On a tie the gradient goes to x. */
export const minimum = binary("minimum");
/** Angle of the point (y, x) in radians, -pi to pi. */
export const arctan2 = binary("arctan2", floatResult);
export const eq = binary("eq");
export const neq = binary("neq");
export const lt = binary("lt");
export const le = binary("le");
export const gt = binary("gt");
export const ge = binary("ge");

const logical = (name: "and" | "or" | "xor") => {
  const sameKind = binary(name, (dtype, operands) => {
    if (isFloat(dtype)) refuseDType(name, "floats");
    const mixed =
      operands.some((o) => o.type.dtype === "bool") &&
      operands.some((o) => isInteger(o.type.dtype) && !isWeak(o));
    return mixed ? refuseDType(name, "bool with an integer", "compare or cast one of them") : dtype;
  });
  return (x: Operand, y: Operand): TensorVariable => {
    const [a, b] = [asVariable(x), asVariable(y)];
    const dtypes = [a, b].map((v) => (isTensorType(v.type) ? v.type.dtype : undefined));
    const wide = dtypes.includes("int64") && dtypes.includes("uint64");
    // No integer dtype holds both: the bits are joined as uint64, and the result is float64, as NumPy promotes.
    return wide ? cast(sameKind(cast(a, "uint64"), cast(b, "uint64")), "float64") : sameKind(a, b);
  };
};
/** Logical on bool, bitwise on integers. */
export const and = logical("and");
/** Logical on bool, bitwise on integers. */
export const or = logical("or");
/** Logical on bool, bitwise on integers. */
export const xor = logical("xor");

const unary = (name: UnaryName, dtypeRule: (dtype: DType) => DType) => {
  return (x: Operand): TensorVariable => {
    const other = overridden(name, [x]);
    if (other !== undefined) return other as TensorVariable;
    const operand = asTensor(x);
    return primitive(name, {}, [castOperand(operand, dtypeRule(operand.type.dtype))]);
  };
};
const floatUnary = (name: UnaryName) => unary(name, floatResult);

/** -x. @throws BitaleTypeError BAD_OPERAND for bool */
export const neg = unary("neg", noBool("neg"));
export const abs = unary("abs", (dtype) => dtype);
/** -1, 0 or 1. @throws BitaleTypeError BAD_OPERAND for bool */
export const sign = unary("sign", noBool("sign"));
/** not x on bool, bitwise on integers. */
export const invert = unary("invert", (dtype) => (isFloat(dtype) ? refuseDType("invert", dtype) : dtype));
export const exp = floatUnary("exp");
/** exp(x) - 1, exact near 0. */
export const expm1 = floatUnary("expm1");
export const log = floatUnary("log");
/** log(1 + x), exact near 0. */
export const log1p = floatUnary("log1p");
export const sqrt = floatUnary("sqrt");
export const sin = floatUnary("sin");
export const cos = floatUnary("cos");
export const tan = floatUnary("tan");
export const arcsin = floatUnary("arcsin");
export const arccos = floatUnary("arccos");
export const arctan = floatUnary("arctan");
export const sinh = floatUnary("sinh");
export const cosh = floatUnary("cosh");
export const tanh = floatUnary("tanh");
/** 1 / (1 + exp(-x)), stable for both signs. */
export const sigmoid = floatUnary("sigmoid");
/** The Gauss error function. */
export const erf = floatUnary("erf");
export const floor = floatUnary("floor");
export const ceil = floatUnary("ceil");
/** To the nearest integer, ties to the even one. */
export const round = floatUnary("round");
/** Toward zero. */
export const trunc = floatUnary("trunc");
// biome-ignore lint/suspicious/noShadowRestrictedNames: NumPy's name; the global takes numbers only
export const isNaN = floatUnary("isNaN");
export const isInf = floatUnary("isInf");

/** log to base 2. */
export const log2 = (x: Operand): TensorVariable => div(log(x), Math.LN2);
/** log to base 10. */
export const log10 = (x: Operand): TensorVariable => div(log(x), Math.LN10);
/** x * x. */
export const sqr = (x: Operand): TensorVariable => mul(x, x);
/** 1 / x. */
export const reciprocal = (x: Operand): TensorVariable => {
  const operand = asTensor(x);
  return div(cast(1, isDiscrete(operand.type.dtype) ? floatX() : operand.type.dtype), operand);
};
/** log(1 + exp(x)) without overflow: max(x, 0) + log1p(exp(-|x|)), with the slope 1/2 at 0. */
export const softplus = (x: Operand): TensorVariable => {
  const operand = asTensor(x);
  const wide = cast(operand, floatResult(operand.type.dtype));
  const positive = gt(wide, 0);
  return add(where(positive, wide, 0), log1p(exp(where(positive, neg(wide), wide))));
};
/** max(x, 0); the slope at 0 is 1. */
export const relu = (x: Operand): TensorVariable => maximum(x, 0);

/** x where the condition holds, else y. */
export function where(condition: Operand, x: Operand, y: Operand): TensorVariable {
  const other = overridden("where", [condition, x, y]);
  if (other !== undefined) return other as TensorVariable;
  return primitive("where", {}, [cast(condition, "bool"), ...unify([x, y])]);
}

/** x limited to [low, high], numbers or tensors that broadcast (null: no bound); the gradient passes at both bounds. */
export function clip(x: Operand, low: Operand | null, high: Operand | null): TensorVariable {
  const raised = low === null ? asTensor(x) : maximum(x, low);
  return high === null ? raised : minimum(raised, high);
}

/** The ops behind the elementwise primitives, by name: what rebuilds a node on operands of other types. */
export const elementwiseOps: {
  readonly [N in UnaryName | BinaryName | "where"]: (...operands: never[]) => TensorVariable;
} = {
  neg,
  abs,
  sign,
  exp,
  expm1,
  log,
  log1p,
  sqrt,
  sin,
  cos,
  tan,
  arcsin,
  arccos,
  arctan,
  sinh,
  cosh,
  tanh,
  sigmoid,
  erf,
  floor,
  ceil,
  round,
  trunc,
  invert,
  isNaN,
  isInf,
  add,
  sub,
  mul,
  div,
  floorDiv,
  mod,
  pow,
  maximum,
  minimum,
  arctan2,
  and,
  or,
  xor,
  eq,
  neq,
  lt,
  le,
  gt,
  ge,
  where,
};
