/** Every primitive: first and second derivatives against differences, Jacobians, products, and dtypes. */
import * as b from "@bitale/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkBatches, checkDTypes, checkProducts } from "./modes.js";
import {
  arrayOf,
  away,
  type Build,
  check,
  checkSecond,
  distinct,
  oneArray,
  pair,
  runtime,
} from "./numeric.js";

interface Sample {
  readonly values: fc.Arbitrary<readonly b.NDArray[]>;
  readonly build: Build;
}
const one = (build: Build, low = -3, high = 3): Sample => ({
  values: oneArray(away(low, high)).map((x) => [x]),
  build,
});
const two = (build: Build, low = -3, high = 3): Sample => ({
  values: pair.chain(([s, t]) =>
    fc.tuple(arrayOf(s as number[], away(low, high)), arrayOf(t as number[], away(low, high))),
  ),
  build,
});
/** A matrix [2, 3] of distinct elements. */
const matrix = (build: Build): Sample => ({ values: distinct.map((x) => [x]), build });
const matrices = (build: Build, ...shapes: readonly (readonly number[])[]): Sample => ({
  values: fc.tuple(...shapes.map((dims) => arrayOf(dims, away(-2, 2)))),
  build,
});
const apply = <N extends b.PrimitiveName>(
  name: N,
  params: b.PrimitiveParams[N],
  ...inputs: readonly b.Variable[]
): b.TensorVariable => new b.PrimitiveOp(name, params).apply(inputs).output as b.TensorVariable;
const wide = (x: b.TensorVariable): b.TensorVariable => x.astype("float64");
const positive = (x: b.TensorVariable): b.TensorVariable => x.gt(0.0051);
const shift = (y: b.TensorVariable): b.TensorVariable => y.add(0.0051);
/** Symmetric matrices with large diagonals: regular, and positive definite. */
const definite = (x: b.TensorVariable): b.TensorVariable =>
  b.matmul(x, b.matrixTranspose(x)).add(b.eye(3, 3, 0, "int8").mul(3));
const bits = (x: b.TensorVariable): b.TensorVariable => x.astype("int32");
const positions = (data: readonly (readonly number[])[] | readonly number[]) =>
  b.constant(data as never, { dtype: "int64" });
const length = (x: b.TensorVariable, axis: number): b.TensorVariable => apply("dimension", { axis }, x);

const samples: { readonly [P in b.PrimitiveName]: Sample } = {
  neg: one(b.neg),
  abs: one(b.abs),
  sign: one(b.sign),
  exp: one(b.exp, -2, 2),
  expm1: one(b.expm1, -2, 2),
  log: one(b.log, 1, 3),
  log1p: one(b.log1p, 0, 3),
  sqrt: one(b.sqrt, 1, 4),
  sin: one(b.sin),
  cos: one(b.cos),
  tan: one(b.tan, -1, 1),
  arcsin: one((x) => b.arcsin(x.mul(0.8)), -1, 1),
  arccos: one((x) => b.arccos(x.mul(0.8)), -1, 1),
  arctan: one(b.arctan),
  sinh: one(b.sinh, -2, 2),
  cosh: one(b.cosh, -2, 2),
  tanh: one(b.tanh, -2, 2),
  sigmoid: one(b.sigmoid),
  erf: one(b.erf, -2, 2),
  floor: one(b.floor),
  ceil: one(b.ceil),
  round: one(b.round),
  trunc: one(b.trunc),
  invert: one((x) => wide(b.invert(bits(x)))),
  isNaN: one((x) => wide(b.isNaN(x))),
  isInf: one((x) => wide(b.isInf(x))),
  add: two(b.add),
  sub: two(b.sub),
  mul: two(b.mul),
  div: two(b.div, 1, 3),
  floorDiv: two((x, y) => b.floorDiv(x.add(0.0037), y.add(10))),
  mod: two((x, y) => b.mod(x.add(0.0037), y.add(10))),
  pow: two(b.pow, 1, 3),
  maximum: two((x, y) => b.maximum(x, shift(y))),
  minimum: two((x, y) => b.minimum(x, shift(y))),
  arctan2: two(b.arctan2, 1, 3),
  and: two((x, y) => wide(b.and(bits(x), bits(y)))),
  or: two((x, y) => wide(b.or(bits(x), bits(y)))),
  xor: two((x, y) => wide(b.xor(bits(x), bits(y)))),
  eq: two((x, y) => wide(b.eq(x, shift(y)))),
  neq: two((x, y) => wide(b.neq(x, shift(y)))),
  lt: two((x, y) => wide(b.lt(x, shift(y)))),
  le: two((x, y) => wide(b.le(x, shift(y)))),
  gt: two((x, y) => wide(b.gt(x, shift(y)))),
  ge: two((x, y) => wide(b.ge(x, shift(y)))),
  where: two((x, y) => b.where(b.gt(x, shift(y)), x.mul(2), y.mul(3))),
  cast: one((x) => wide(x.astype("int16")).add(x)),
  sum: matrix((x) => b.sum(x, { axis: 1 })),
  prod: matrix((x) => b.prod(x, { axis: 1 })),
  max: matrix((x) => b.max(x, { axis: 1 })),
  min: matrix((x) => b.min(x, { axis: 0 })),
  any: matrix((x) => wide(b.any(positive(x), { axis: 0 }))),
  all: matrix((x) => wide(b.all(positive(x), { axis: 1 }))),
  argmax: matrix((x) => wide(b.argmax(x, { axis: 1 }))),
  argmin: matrix((x) => wide(b.argmin(x, { axis: 0 }))),
  dimension: matrix((x) => x.mul(wide(length(x, 0)))),
  reshape: matrix((x) => apply("reshape", { shape: ["dynamic", -1] }, x, length(x, 1))),
  broadcastTo: matrix((x) =>
    apply("broadcastTo", { shape: [2, "dynamic", 3] }, b.sum(x, { axis: 1, keepDims: true }), length(x, 0)),
  ),
  sumTo: matrix((x) => apply("sumTo", { shape: ["dynamic", 1] }, b.stack([x, x.sqr()]), length(x, 0))),
  transpose: matrix((x) => apply("transpose", { permutation: [1, 0] }, x)),
  slice: matrix((x) =>
    apply(
      "slice",
      { starts: [0, "dynamic"], sizes: ["dynamic", 2], steps: [1, -2] },
      x,
      length(x, 0),
      length(x, 0),
    ),
  ),
  updateSlice: matrices(
    (x, y) =>
      b.add(
        apply(
          "updateSlice",
          { starts: [0, "dynamic"], steps: [1, 2], mode: "set" },
          x,
          y,
          length(x, 0).sub(2),
        ),
        apply("updateSlice", { starts: [0, 1], steps: [1, 1], mode: "add" }, x.sqr(), y),
      ),
    [2, 3],
    [2, 2],
  ),
  concatenate: matrices((x, y) => apply("concatenate", { axis: 1 }, x, y.sqr(), x), [2, 3], [2, 1]),
  take: matrix((x) => apply("take", { axis: 1 }, x, positions([1, 0, 1, -1]))),
  scatter: matrices(
    (x, y) =>
      b.add(
        apply("scatter", { axis: 0, mode: "add" }, x, positions([0, 0, -1]), y.sqr()),
        apply("scatter", { axis: 0, mode: "set" }, x.sqr(), positions([1]), y.narrow(0, 0, 1)),
      ),
    [2, 2],
    [3, 2],
  ),
  takeAlongAxis: matrix((x) =>
    apply(
      "takeAlongAxis",
      { axis: 1 },
      x,
      positions([
        [2, 0],
        [1, 1],
      ]),
    ),
  ),
  scatterAlongAxis: matrices(
    (x, y) => {
      const at = positions([
        [2, 0],
        [1, 1],
      ]);
      const other = positions([
        [2, 0],
        [1, 0],
      ]);
      return b.add(
        apply("scatterAlongAxis", { axis: 1, mode: "add" }, x, at, y.sqr()),
        apply("scatterAlongAxis", { axis: 1, mode: "set" }, x.sqr(), other, y),
      );
    },
    [2, 3],
    [2, 2],
  ),
  dot: matrices(
    (x, y) =>
      apply(
        "dot",
        {
          contract: [[2], [0]],
          batch: [[1], [2]],
        },
        x,
        y,
      ),
    [2, 2, 3],
    [3, 1, 2],
  ),
  iota: matrix((x) => x.mul(wide(apply("iota", { length: "dynamic" }, length(x, 1))))),
  argsort: matrix((x) => wide(apply("argsort", { axis: 1 }, x)).mul(x)),
  cumsum: matrix((x) => apply("cumsum", { axis: 0 }, x)),
  cumprod: matrix((x) => apply("cumprod", { axis: 1 }, x)),
  cummax: matrix((x) => apply("cummax", { axis: 1 }, x)),
  cummin: matrix((x) => apply("cummin", { axis: 0 }, x)),
  cholesky: matrices((x) => apply("cholesky", {}, definite(x)), [2, 3, 3]),
  solve: matrices(
    (x, y) =>
      b.add(
        apply("solve", { transpose: false }, definite(x), y),
        apply("solve", { transpose: true }, definite(x), y),
      ),
    [2, 3, 3],
    [2, 3, 2],
  ),
  solveTriangular: matrices(
    (x, y) =>
      b.add(
        apply("solveTriangular", { lower: true, transpose: false, unit: false }, definite(x), y),
        apply("solveTriangular", { lower: false, transpose: true, unit: true }, x, y),
      ),
    [3, 3],
    [3, 2],
  ),
  determinant: matrices(
    (x) =>
      b.add(
        apply("determinant", { part: "value" }, definite(x)).mul(0.1),
        apply("determinant", { part: "logarithm" }, definite(x)),
      ),
    [2, 3, 3],
  ),
  randomBits: matrix((x) =>
    x.mul(wide(apply("randomBits", { length: 3 }, b.constant(b.randomState(1, 0)))).mul(2 ** -32)),
  ),
  nonzero: matrix((x) => b.take(b.flatten(x), apply("nonzero", {}, positive(b.flatten(x))))),
  specifyShape: matrix((x) => apply("specifyShape", { shape: [2, null] }, x)),
  stopGradient: one((x) => b.zeroGrad(x.mul(0).add(2)).mul(x)),
  mapGradient: one((x) => b.mapGrad(x, (g) => g)),
};

const runs = (numRuns: number) => ({ numRuns });

describe.each(Object.entries(samples))("%s", (name, { values, build }) => {
  it("stands in the graph that is checked", () => {
    const [first] = fc.sample(values, 1) as [readonly b.NDArray[]];
    const inputs = first.map((v) =>
      b.tensor(undefined, { dtype: "float64", shape: v.shape.map(() => null) }),
    );
    const ops = runtime.scope(() => b.toposort([build(...inputs)])).map(({ op }) => op.name);
    expect(ops).toContain(name);
  });
  it("first derivatives are the differences of values", () => {
    fc.assert(
      fc.property(values, (x) => check(build, x)),
      runs(5),
    );
  });
  it("second derivatives are the differences of first ones", () => {
    fc.assert(
      fc.property(values, (x) => checkSecond(build, x)),
      runs(3),
    );
  });
  it("Jacobian and products agree with the gradients", () => {
    fc.assert(
      fc.property(values, (x) => checkProducts(build, x)),
      runs(3),
    );
  });
  it("works on a batch", () => {
    fc.assert(
      fc.property(values, (x) => checkBatches(build, x, name)),
      runs(3),
    );
  });
  it("gradients have the dtype of their variable; integers get floatX", () => {
    fc.assert(
      fc.property(values, (x) => checkDTypes(build, x)),
      runs(2),
    );
  });
});

it("every name that a backend implements is among the samples", () => {
  expect(Object.keys(samples)).toEqual(expect.arrayContaining([...b.loweredNames]));
});
