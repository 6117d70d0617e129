/** How primitives read in prints of graphs. */
import { binaryNames, type PrimitiveName, type PrimitiveParams, unaryNames } from "./primitives.js";

/**
 * Name and parameters: `sum{axes=[0]}`.
 * @param dynamic the text of the n-th length or start that is an operand
 */
export function primitiveText<N extends PrimitiveName>(
  name: N,
  params: PrimitiveParams[N],
  dynamic: (position: number) => string = () => "?",
): string {
  let next = 0;
  const text = (value: unknown): string => {
    if (value === "dynamic") return dynamic(next++);
    if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  const shown = Object.entries(params)
    .filter(([key, value]) => key !== "implicit" && typeof value !== "function")
    .map(([key, value]) => `${key}=${text(value)}`);
  return shown.length === 0 ? name : `${name}{${shown.join(", ")}}`;
}

const arithmetic = new Set<PrimitiveName>([...unaryNames, ...binaryNames, "where", "cast"]);

/** See `Op.lengthRole`. */
export function lengthRole(name: PrimitiveName): "length" | "arithmetic" | undefined {
  if (name === "dimension") return "length";
  return arithmetic.has(name) ? "arithmetic" : undefined;
}

const signs: { readonly [N in PrimitiveName]?: string } = {
  add: "+",
  sub: "-",
  mul: "*",
  div: "/",
  floorDiv: "//",
  mod: "%",
  pow: "**",
  eq: "==",
  neq: "!=",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};

/** See `Op.inline`. */
export function inlineText<N extends PrimitiveName>(
  name: N,
  params: PrimitiveParams[N],
  operands: readonly string[],
): string {
  const [first = "", second = ""] = operands;
  if (name === "dimension") return `${first}.shape[${(params as PrimitiveParams["dimension"]).axis}]`;
  if (name === "cast") return `${(params as PrimitiveParams["cast"]).dtype}(${first})`;
  if (name === "neg") return `-${bracketed(first)}`;
  const sign = signs[name];
  if (sign !== undefined) return `${bracketed(first)} ${sign} ${bracketed(second)}`;
  return `${name}(${operands.join(", ")})`;
}

/** An operand that is a sum, a product or the like, in brackets. */
const bracketed = (text: string): string => (/ [^\w\s]+ (?![^(]*\))/.test(text) ? `(${text})` : text);
