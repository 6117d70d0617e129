/** The JavaScript text that computes one element of an expression. */
import type { DType, Expression, ScalarOp } from "@bitale/core";

const small: ReadonlySet<DType> = new Set(["int8", "int16", "int32", "uint8", "uint16", "uint32"]);

/** Text that brings a number into a dtype: what storing it and loading it again would give. */
export function stored(text: string, dtype: DType): string {
  switch (dtype) {
    case "float32":
      return `fround(${text})`;
    case "int8":
      return `((${text}) << 24 >> 24)`;
    case "int16":
      return `((${text}) << 16 >> 16)`;
    case "int32":
      return `((${text}) | 0)`;
    case "uint8":
      return `((${text}) & 255)`;
    case "uint16":
      return `((${text}) & 65535)`;
    case "uint32":
      return `((${text}) >>> 0)`;
    case "int64":
      return `BigInt.asIntN(64, ${text})`;
    case "uint64":
      return `BigInt.asUintN(64, ${text})`;
    case "float16":
      return `round16(${text})`;
    default:
      return `(${text})`;
  }
}

const comparisons: Readonly<Record<string, string>> = {
  eq: "===",
  neq: "!==",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};
const arithmetic: Readonly<Record<string, string>> = { add: "+", sub: "-", mul: "*" };
const bitwise: Readonly<Record<string, string>> = { and: "&", or: "|", xor: "^" };
const mathUnary = new Set([
  "exp",
  "expm1",
  "log",
  "log1p",
  "sqrt",
  "sin",
  "cos",
  "tan",
  "sinh",
  "cosh",
  "tanh",
  "floor",
  "ceil",
  "trunc",
]);
const isFloat = (dtype: DType): boolean => dtype === "float32" || dtype === "float64" || dtype === "float16";

/**
 * Text for an op, or undefined where the scalar function of core is called instead. Agrees with core's reference
 * kernels: every intermediate result is stored in its dtype.
 */
function inline(op: ScalarOp, from: DType, dtype: DType, a: readonly string[]): string | undefined {
  const [x, y, z] = a as [string, string, string];
  if (op === "where") return `(${x} ? ${y} : ${z})`;
  if (op === "cast") return castText(x, from, dtype);
  const comparison = comparisons[op];
  if (comparison !== undefined) return `(${x} ${comparison} ${y} ? 1 : 0)`;
  const operator = arithmetic[op];
  if (from === "bool") {
    if (op === "add" || op === "or" || op === "maximum") return `(${x} | ${y})`;
    if (op === "mul" || op === "and" || op === "minimum") return `(${x} & ${y})`;
    if (op === "xor") return `(${x} ^ ${y})`;
    return op === "invert" ? `(${x} ^ 1)` : undefined;
  }
  if (operator !== undefined) {
    if (op === "mul" && (from === "int32" || from === "uint32"))
      return stored(`Math.imul(${x}, ${y})`, dtype);
    return stored(`${x} ${operator} ${y}`, dtype);
  }
  const bits = bitwise[op];
  if (bits !== undefined) return stored(`${x} ${bits} ${y}`, dtype);
  if (!isFloat(from)) return op === "neg" ? stored(`-${x}`, dtype) : undefined;
  if (op === "div") return stored(`${x} / ${y}`, dtype);
  if (op === "neg") return `(-${x})`;
  if (op === "abs") return `Math.abs(${x})`;
  if (op === "isNaN") return `(${x} !== ${x} ? 1 : 0)`;
  if (op === "maximum" || op === "minimum") return `Math.${op === "maximum" ? "max" : "min"}(${x}, ${y})`;
  if (mathUnary.has(op)) return stored(`Math.${op}(${x})`, dtype);
  return undefined;
}

function castText(x: string, from: DType, to: DType): string | undefined {
  if (from === to) return x;
  if (to === "bool")
    return isFloat(from) || from === "bool" || small.has(from)
      ? `(${x} !== 0 ? 1 : 0)`
      : `(${x} !== 0n ? 1 : 0)`;
  const number = isFloat(from) || from === "bool" || small.has(from);
  if (isFloat(to)) return number ? stored(x, to) : undefined;
  if (small.has(to) && (from === "bool" || small.has(from))) return stored(x, to);
  if ((to === "int64" || to === "uint64") && (from === "bool" || small.has(from)))
    return stored(`BigInt(${x})`, to);
  return undefined;
}

/** What the text of an expression calls by name: functions of core for ops that have no text of their own. */
export interface CalledFunction {
  readonly op: ScalarOp;
  readonly from: DType;
  readonly dtype: DType;
}

/**
 * Text of expressions.
 * @param leaf text of a leaf
 * @param call registers a scalar function and returns its name
 * @param named the name of a part that stands elsewhere
 */
export function expressionText(
  leaf: (index: number) => string,
  call: (called: CalledFunction) => string,
  named: (part: Expression) => string | undefined,
): { readonly of: (expression: Expression) => string; readonly within: (expression: Expression) => string } {
  const of = (expression: Expression): string => {
    if (expression.kind === "leaf") return leaf(expression.index);
    const { op, from, dtype, args } = expression;
    const texts = args.map(within);
    return inline(op, from, dtype, texts) ?? `${call({ op, from, dtype })}(${texts.join(", ")})`;
  };
  const within = (expression: Expression): string => named(expression) ?? of(expression);
  return { of, within };
}

/** Parts that occur several times in some expressions, numbered; each comes behind those that it has in itself. */
export function sharedParts(expressions: readonly Expression[]): ReadonlyMap<Expression, number> {
  const times = new Map<Expression, number>();
  const order: Expression[] = [];
  const visit = (expression: Expression): void => {
    if (expression.kind === "leaf") return;
    const known = times.get(expression) ?? 0;
    times.set(expression, known + 1);
    if (known > 0) return;
    expression.args.forEach(visit);
    order.push(expression);
  };
  expressions.forEach(visit);
  return new Map(order.filter((part) => (times.get(part) as number) > 1).map((part, i) => [part, i]));
}

/** A key of the structure: equal for expressions that compute the same and share the same parts. */
export function keyOf(expressions: readonly Expression[]): string {
  const seen = new Map<Expression, number>();
  const text = (expression: Expression): string => {
    if (expression.kind === "leaf") return `${expression.index}:${expression.dtype}`;
    const place = seen.get(expression);
    if (place !== undefined) return `#${place}`;
    seen.set(expression, seen.size);
    const { op, from, dtype, args } = expression;
    return `${op}<${from},${dtype}>(${args.map(text).join()})`;
  };
  return expressions.map(text).join(";");
}
