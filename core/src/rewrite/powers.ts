/**
 * Powers with a constant exponent. Of integers exact; of floats a product or a root is within the last two bits of
 * what `pow` gives (and nearer to the truth for 2, 0.5 and -1).
 */
import type { Variable } from "../graph/nodes.js";
import { isFloat } from "../tensor/dtype.js";
import { fullLike } from "../tensor/ops/creation.js";
import { div, mul, reciprocal, sqrt } from "../tensor/ops/elementwise.js";
import { cast, type TensorVariable } from "../tensor/ops/operands.js";
import { filledWith, isNonNegative, operand, standsFor, typeOf } from "./match.js";
import type { LocalRule, LocalRules } from "./rule.js";

/** x ** n for a small whole number n. */
function product(x: TensorVariable, n: number): Variable {
  if (n === 0) return fullLike(x, 1);
  if (n === 1) return x;
  const square = mul(x, x);
  return n === 2 ? square : n === 3 ? mul(square, x) : mul(square, square);
}

const constantExponent: LocalRule<"pow"> = (node) => {
  const [x, y] = [operand(node), operand(node, 1)];
  const exponent = filledWith(y);
  if (exponent === undefined || !standsFor(x, node.output, y)) return undefined;
  const n = Number(exponent);
  if ([0, 1, 2, 3, 4].includes(n)) return product(x, n);
  if (!isFloat(typeOf(x).dtype)) return undefined;
  if (n === -1) return reciprocal(x);
  // The root of -infinity and of -0 is another than their power of 0.5.
  if (n === 0.5 && isNonNegative(x)) return sqrt(x);
  if (n === -0.5 && isNonNegative(x)) return div(cast(1, typeOf(x).dtype), sqrt(x));
  return undefined;
};

/** 1 ** y of integers and floats: NaN exponents give 1 too. */
const ofOne: LocalRule<"pow"> = (node) => {
  const [x, y] = [operand(node), operand(node, 1)];
  return Number(filledWith(x) ?? 0) === 1 && standsFor(y, node.output, x) ? fullLike(y, 1) : undefined;
};

export const powers: LocalRules = { pow: [constantExponent, ofOne] };
