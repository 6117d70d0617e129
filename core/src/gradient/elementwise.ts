/** Gradients of the elementwise primitives. */

import { type FloatDType, isFloat } from "../tensor/dtype.js";
import { floatX } from "../tensor/float-x.js";
import { zerosLike } from "../tensor/ops/creation.js";
import {
  add,
  cos,
  cosh,
  div,
  eq,
  exp,
  floorDiv,
  ge,
  gt,
  le,
  log,
  lt,
  mul,
  neg,
  pow,
  sign,
  sin,
  sinh,
  sqr,
  sqrt,
  sub,
  where,
} from "../tensor/ops/elementwise.js";
import { cast, type TensorVariable } from "../tensor/ops/operands.js";
import { sumToShapeOf } from "../tensor/ops/shaping.js";
import type { BinaryName, UnaryName } from "../tensor/primitives.js";
import type { GradientRule, GradientRules } from "./rule.js";

type Unary = (x: TensorVariable, y: TensorVariable, g: TensorVariable) => TensorVariable;
const unary =
  (rule: Unary): GradientRule<UnaryName> =>
  ({ inputs, output, gradient }) => [rule(inputs[0] as TensorVariable, output, gradient)];
const flat: Unary = (x) => zerosLike(x);

export const unaryGradients: GradientRules<UnaryName> = {
  neg: unary((_x, _y, g) => neg(g)),
  abs: unary((x, _y, g) => mul(g, sign(x))),
  sign: unary(flat),
  exp: unary((_x, y, g) => mul(g, y)),
  expm1: unary((_x, y, g) => mul(g, add(y, 1))),
  log: unary((x, _y, g) => div(g, x)),
  log1p: unary((x, _y, g) => div(g, add(x, 1))),
  sqrt: unary((_x, y, g) => div(mul(g, 0.5), y)),
  sin: unary((x, _y, g) => mul(g, cos(x))),
  cos: unary((x, _y, g) => neg(mul(g, sin(x)))),
  tan: unary((_x, y, g) => mul(g, add(sqr(y), 1))),
  arcsin: unary((x, _y, g) => div(g, sqrt(sub(1, sqr(x))))),
  arccos: unary((x, _y, g) => neg(div(g, sqrt(sub(1, sqr(x)))))),
  arctan: unary((x, _y, g) => div(g, add(sqr(x), 1))),
  sinh: unary((x, _y, g) => mul(g, cosh(x))),
  cosh: unary((x, _y, g) => mul(g, sinh(x))),
  tanh: unary((_x, y, g) => mul(g, sub(1, sqr(y)))),
  sigmoid: unary((_x, y, g) => mul(g, mul(y, sub(1, y)))),
  erf: unary((x, _y, g) => mul(g, mul(exp(neg(sqr(x))), 2 / Math.sqrt(Math.PI)))),
  floor: unary(flat),
  ceil: unary(flat),
  round: unary(flat),
  trunc: unary(flat),
  invert: unary(flat),
  isNaN: unary(flat),
  isInf: unary(flat),
};

type Binary = (
  x: TensorVariable,
  y: TensorVariable,
  z: TensorVariable,
  g: TensorVariable,
) => [TensorVariable, TensorVariable];
/** Gradients of run-time broadcasting are summed back to the operands' shapes. */
const binary =
  (rule: Binary): GradientRule<BinaryName> =>
  ({ inputs, output, gradient }) => {
    const [x, y] = inputs as [TensorVariable, TensorVariable];
    const [gx, gy] = rule(x, y, output, gradient);
    return [sumToShapeOf(gx, x), sumToShapeOf(gy, y)];
  };
const masked = (g: TensorVariable, condition: TensorVariable): TensorVariable => where(condition, g, 0);
const discrete: Binary = (x, y) => [zerosLike(x), zerosLike(y)];

export const binaryGradients: GradientRules<BinaryName> = {
  add: binary((_x, _y, _z, g) => [g, g]),
  sub: binary((_x, _y, _z, g) => [g, neg(g)]),
  mul: binary((x, y, _z, g) => [mul(g, y), mul(g, x)]),
  div: binary((_x, y, z, g) => [div(g, y), neg(div(mul(g, z), y))]),
  floorDiv: binary(discrete),
  mod: binary((x, y, _z, g) => [g, neg(mul(g, floorDiv(x, y)))]),
  pow: binary((x, y, z, g) => [
    mul(g, mul(y, pow(x, sub(y, 1)))),
    mul(g, where(eq(x, 0), 0, mul(z, log(x)))),
  ]),
  maximum: binary((x, y, _z, g) => [masked(g, ge(x, y)), masked(g, lt(x, y))]),
  minimum: binary((x, y, _z, g) => [masked(g, le(x, y)), masked(g, gt(x, y))]),
  arctan2: binary((x, y, _z, g) => {
    const square = add(sqr(x), sqr(y));
    return [div(mul(g, y), square), neg(div(mul(g, x), square))];
  }),
  and: binary(discrete),
  or: binary(discrete),
  xor: binary(discrete),
  eq: binary(discrete),
  neq: binary(discrete),
  lt: binary(discrete),
  le: binary(discrete),
  gt: binary(discrete),
  ge: binary(discrete),
};

/** The dtype of gradients with respect to a variable: its own, `floatX` for discrete ones. */
export const gradientDType = (x: TensorVariable): FloatDType =>
  isFloat(x.type.dtype) ? x.type.dtype : floatX();

export const otherElementwiseGradients: GradientRules<
  "where" | "cast" | "stopGradient" | "mapGradient" | "specifyShape"
> = {
  where: ({ inputs, gradient }) => {
    const [condition, x, y] = inputs as [TensorVariable, TensorVariable, TensorVariable];
    return [
      zerosLike(condition, floatX()),
      sumToShapeOf(where(condition, gradient, 0), x),
      sumToShapeOf(where(condition, 0, gradient), y),
    ];
  },
  cast: ({ inputs, gradient }) => {
    const x = inputs[0] as TensorVariable;
    // Between floats the gradient stays in the dtype in which the op computed, as in Aesara.
    return [isFloat(x.type.dtype) ? gradient : cast(gradient, gradientDType(x))];
  },
  stopGradient: ({ params, inputs }) => [
    params.as === "zero" ? zerosLike(inputs[0] as TensorVariable) : undefined,
  ],
  mapGradient: ({ params, gradient }) => [params.change(gradient) as TensorVariable],
  specifyShape: ({ gradient }) => [gradient],
};
