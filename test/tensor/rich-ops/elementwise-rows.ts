/** Rows for ops that work element by element. */
import * as b from "@bitale/core";
import fc from "fast-check";
import {
  type Build,
  everything,
  floats,
  fullShape,
  integers,
  numbers,
  one,
  optional,
  type Rows,
  three,
  two,
} from "./given.js";

const bits: readonly b.DType[] = [...integers, "bool"];
const wide: readonly b.DType[] = ["float32", "float64"];
const all = (names: readonly string[], row: (op: Build) => Rows[string]): Rows =>
  Object.fromEntries(
    names.map((name) => [
      name,
      row((b as unknown as Record<string, (...x: unknown[]) => b.TensorVariable>)[name] as Build),
    ]),
  );
/** The op without what a caller might add behind its operands. */
const single =
  (op: Build): Build =>
  (x) =>
    op(x as b.TensorVariable);
const pair =
  (op: Build): Build =>
  (x, y) =>
    op(x as b.TensorVariable, y as b.TensorVariable);

export const elementwiseRows: Rows = {
  ...all(
    [
      "exp",
      "expm1",
      "sin",
      "cos",
      "tan",
      "arctan",
      "sinh",
      "cosh",
      "tanh",
      "sigmoid",
      "erf",
      "softplus",
      "exp2",
      "cbrt",
      "square",
      "sqr",
      "arcsinh",
      "sinc",
      "degrees",
      "radians",
      "elu",
      "celu",
      "gelu",
      "selu",
      "silu",
      "mish",
      "logSigmoid",
      "softSign",
      "hardSigmoid",
      "hardSilu",
      "leakyRelu",
    ],
    (op) => one(single(op), { dtypes: numbers }),
  ),
  ...all(["log", "log1p", "sqrt", "log2", "log10", "reciprocal"], (op) =>
    one(single(op), { low: 0.25, high: 5 }),
  ),
  ...all(["arcsin", "arccos"], (op) => one(single(op), { dtypes: floats, low: -1, high: 1 })),
  arctanh: one((x) => b.arctanh(x), { dtypes: floats, low: -0.75, high: 0.75 }),
  arccosh: one((x) => b.arccosh(x), { dtypes: floats, low: 1, high: 9 }),
  ...all(["neg", "sign"], (op) => one(single(op))),
  ...all(
    [
      "abs",
      "relu",
      "relu6",
      "hardTanh",
      "isNaN",
      "isInf",
      "isFinite",
      "isPosInf",
      "isNegInf",
      "logicalNot",
      "floor",
      "ceil",
      "round",
      "trunc",
      "nanToNum",
      "size",
      "shapeOf",
    ],
    (op) => one(single(op), { dtypes: everything }),
  ),
  signBit: one((x) => b.signBit(b.where(b.eq(x, 0), 1, x))),
  invert: one(b.invert, { dtypes: bits }),
  ...all(
    [
      "add",
      "mul",
      "maximum",
      "minimum",
      "eq",
      "neq",
      "lt",
      "le",
      "gt",
      "ge",
      "logicalAnd",
      "logicalOr",
      "logicalXor",
    ],
    (op) => two(pair(op), { dtypes: everything }),
  ),
  ...all(["sub", "fmax", "fmin", "squaredError", "absoluteError", "hinge"], (op) => two(pair(op))),
  "isClose of any": two((x, y) => b.isClose(x, y, { rtol: 0.3, atol: 0.26, equalNaN: true })),
  allClose: two((x, y) => b.allClose(x, y, { rtol: 1 })),
  ...all(["div", "floorDiv", "mod"], (op) =>
    two(
      (x, y) => op(x as b.TensorVariable, b.where(b.eq(y as b.TensorVariable, 0), 1, y as b.TensorVariable)),
      {},
    ),
  ),
  pow: two((x, y) => b.pow(x, y), { low: 0.25, high: 3 }),
  ...all(["hypot", "logAddExp", "logAddExp2"], (op) => two(pair(op), { dtypes: floats })),
  arctan2: two(b.arctan2, { low: 0.25, high: 3 }),
  copySign: two((x, y) => b.copySign(x, b.where(b.eq(y, 0), 1, y))),
  ...all(["and", "or", "xor"], (op) =>
    two((x, y) => op(b.cast(x as b.TensorVariable, "int32"), b.cast(y as b.TensorVariable, "int32")), {
      dtypes: bits,
    }),
  ),
  heaviside: two(b.heaviside),
  xlogy: two((x, y) => b.xlogy(x, b.abs(y).add(0.5)), { finite: true }),
  where: three((c, x, y) => b.where(b.gt(c, 0), x, y), { dtypes: everything }),
  clip: three((x, low, high) => b.clip(x, low, b.maximum(low, high))),
  "clip with one bound": one((x) => [b.clip(x, null, 1), b.clip(x, -1, null)]),
  lerp: three(b.lerp, { dtypes: wide, finite: true }),
  cast: optional(
    () => fc.constantFrom(...everything),
    (x, dtype) => b.cast(x, dtype),
    { dtypes: everything, finite: true, low: 0, high: 3 },
  ),
  huber: two((x, y) => b.huber(x, y, 0.75)),
  binaryCrossentropy: two((x, y) => b.binaryCrossentropy(x, y), { dtypes: floats, low: 0.25, high: 0.75 }),
  sigmoidCrossentropy: two(b.sigmoidCrossentropy, { dtypes: floats }),
  "gelu by tanh": one((x) => b.gelu(x, { approximate: "tanh" })),
  zeroGrad: one(b.zeroGrad, { dtypes: everything }),
  disconnectedGrad: one(b.disconnectedGrad, { dtypes: everything }),
  mapGrad: one((x) => b.mapGrad(x, (g) => g)),
  gradClip: one((x) => b.gradClip(x, -1, 1)),
  gradScale: one((x) => b.gradScale(x, 2)),
  specifyShape: optional(
    (shape) => fc.constant(shape),
    (x, shape) => b.specifyShape(x, shape),
    { dtypes: everything, shape: fullShape },
  ),
};
