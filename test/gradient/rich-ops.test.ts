/** Gradients of composed ops against central differences in float64: first ones, and for smooth ops second ones. */
import * as b from "@bitale/core";
import fc from "fast-check";
import { describe, it } from "vitest";
import { arrayOf, away, type Build, check, checkSecond, distinct, oneArray, pair } from "./numeric.js";

const arrays = (low: number, high: number, ...shapes: readonly (readonly number[])[]) =>
  fc.tuple(...shapes.map((shape) => arrayOf(shape, away(low, high))));
type Case = readonly [name: string, build: Build, values: fc.Arbitrary<readonly b.NDArray[]>];

/** A function of numbers between low and high (-3 and 3 by default). */
type Scalar = readonly [name: string, build: Build, low?: number, high?: number];
const ranged = (list: readonly Scalar[]) =>
  list.map(([name, build, low = -3, high = 3]) => ({ name, build, low, high }));

const elementwise: readonly Scalar[] = [
  ["exp2", b.exp2],
  ["cbrt", b.cbrt, 1, 3],
  ["arcsinh", b.arcsinh],
  ["arccosh", b.arccosh, 2, 4],
  ["arctanh", (x) => b.arctanh(x.mul(0.3)), -2, 2],
  ["degrees", b.degrees],
  ["radians", b.radians],
  ["sinc", b.sinc],
  ["elu", (x) => b.elu(x, 1.3)],
  ["celu", (x) => b.celu(x, 1.3)],
  ["selu", b.selu],
  ["silu", b.silu],
  ["mish", b.mish],
  ["gelu", (x) => b.gelu(x)],
  ["gelu by tanh", (x) => b.gelu(x, { approximate: "tanh" })],
  ["logSigmoid", b.logSigmoid],
  ["softSign", b.softSign],
  ["hardSigmoid", (x) => b.hardSigmoid(x.mul(1.3))],
  ["hardSilu", (x) => b.hardSilu(x.mul(1.3))],
  ["leakyRelu", (x) => b.leakyRelu(x, 0.1)],
  ["relu6", b.relu6],
  ["hardTanh", (x) => b.hardTanh(x.add(0.0051))],
  ["nanToNum", (x) => b.nanToNum(x)],
  ["softplus at 0", (x) => b.softplus(x.mul(0)).add(x)],
];

describe("functions of numbers", () => {
  it.each(ranged(elementwise))("$name", ({ build, low, high }) => {
    fc.assert(
      fc.property(oneArray(away(low, high)), (x) => {
        check(build, [x]);
        checkSecond(build, [x]);
      }),
      { numRuns: 3 },
    );
  });
});

const binary: readonly Scalar[] = [
  ["hypot", b.hypot],
  ["logAddExp", b.logAddExp],
  ["logAddExp of equals", (x, y) => b.logAddExp(x, x).add(y)],
  ["logAddExp2", b.logAddExp2],
  ["copySign", b.copySign],
  ["fmax", (x, y) => b.fmax(x, y.add(0.0051))],
  ["fmin", (x, y) => b.fmin(x, y.add(0.0051))],
  ["xlogy", (x, y) => b.xlogy(x, y), 1, 3],
  ["lerp", (x, y) => b.lerp(x, y, x.mul(0.1))],
  ["clip", (x, y) => b.clip(x, y.sub(1.0051), y.add(1.0051))],
  ["squaredError", b.squaredError],
  ["absoluteError", (x, y) => b.absoluteError(x, y.add(0.0051))],
  ["huber", (x, y) => b.huber(x, y.add(0.0051), 0.8)],
  ["hinge", (x, y) => b.hinge(x, b.sign(y))],
  ["binaryCrossentropy", (x, y) => b.binaryCrossentropy(b.sigmoid(x), b.sigmoid(y))],
  ["sigmoidCrossentropy", b.sigmoidCrossentropy],
];

describe("functions of two numbers, broadcasting summed", () => {
  it.each(ranged(binary))("$name", ({ build, low, high }) => {
    const values = pair.chain(([s, t]) => arrays(low, high, s as number[], t as number[]));
    fc.assert(
      fc.property(values, (x) => check(build, x)),
      { numRuns: 4 },
    );
  });
});

const one = distinct.map((x) => [x]);
const definite = (x: b.TensorVariable): b.TensorVariable =>
  b.matmul(x, b.matrixTranspose(x)).add(b.eye(3, 3, 0, "float64").mul(3));
const square = arrays(-1, 1, [2, 3, 3]);
const image = (...kernel: readonly number[]) => arrays(-2, 2, [1, 4, 4, 2], kernel);
const fixed =
  (sizes: readonly number[], op: Build): Build =>
  (x, kernel) =>
    op(x as b.TensorVariable, b.specifyShape(kernel as b.TensorVariable, sizes));
/** Elements that are all different, so that every window has one largest. */
const shuffled = fc
  .shuffledSubarray(
    Array.from({ length: 16 }, (_, i) => i / 4 - 2.1),
    { minLength: 16 },
  )
  .map((data) => [new b.NDArray({ data: Float64Array.from(data), shape: [1, 4, 4, 1], dtype: "float64" })]);
const classes = [2, 0];

const cases: readonly Case[] = [
  ["mean over axes", (x) => b.mean(x, { axis: [0], keepDims: true }), one],
  ["variance with ddof", (x) => b.variance(x, { axis: 1, ddof: 1 }), one],
  ["std", (x) => b.std(x), one],
  ["ptp", (x) => b.ptp(x, { axis: 1 }), one],
  ["average", (x, w) => b.average(x, { axis: 1, weights: b.exp(w) }), arrays(-2, 2, [2, 3], [3])],
  ["median", (x) => b.median(x, { axis: 1 }), one],
  ["quantile", (x) => b.quantile(x, [0.2, 0.7]), one],
  ["norm 2", (x) => b.norm(x), one],
  ["norm 1", (x) => b.norm(x, { ord: 1, axis: 0 }), one],
  ["norm 3", (x) => b.norm(x, { ord: 3, axis: 1 }), one],
  ["norm of a matrix", (x) => b.norm(x, { ord: Number.POSITIVE_INFINITY, axis: [0, 1] }), one],
  ["cov", (x) => b.cov(x), one],
  ["corrCoef", (x) => b.corrCoef(x), one],
  ["logSumExp over axes", (x) => b.logSumExp(x, { axis: [0, 1] }), one],
  ["cumprod", (x) => b.cumprod(x, { axis: 1 }), one],
  ["cumprod with one zero", (x) => b.cumprod(b.setIndex(x, [0, 1], x.index(0, 1).mul(0)), { axis: 1 }), one],
  ["cummax", (x) => b.cummax(x), one],
  ["cummin", (x) => b.cummin(x, { axis: 0 }), one],
  ["diff", (x) => b.diff(x, 2), one],
  ["sort descending", (x) => b.sort(x, { descending: true }), one],
  ["topK", (x) => b.topK(x, 2)[0], one],
  ["einsum", (x, y) => b.einsum("ij,kj->ki", x, y), arrays(-2, 2, [2, 3], [2, 3])],
  ["einsum of a diagonal", (x, y) => b.einsum("iij,j->i", x, y), arrays(-2, 2, [2, 2, 3], [3])],
  ["einsum of three", (x, y, z) => b.einsum("i,ij,j->", x, y, z), arrays(-2, 2, [2], [2, 3], [3])],
  ["matmul of stacks", b.matmul, arrays(-2, 2, [2, 1, 2, 3], [2, 3, 2])],
  ["matmul of vectors", b.matmul, arrays(-2, 2, [3], [2, 3, 2])],
  ["inner", b.inner, arrays(-2, 2, [2, 3], [3])],
  ["vdot", b.vdot, arrays(-2, 2, [2, 3], [2, 3])],
  ["vecdot", (x, y) => b.vecdot(x, y), arrays(-2, 2, [2, 3], [3])],
  ["kron", b.kron, arrays(-2, 2, [2, 2], [3])],
  ["cross", (x, y) => b.cross(x, y), arrays(-2, 2, [2, 3], [3])],
  ["cholesky", (x) => b.cholesky(definite(x)), square],
  [
    "cholesky of any lower triangle",
    (x) =>
      b.cholesky(
        b
          .tril(x)
          .mul(0.2)
          .add(b.eye(3, 3, 0, "float64").mul(2)),
      ),
    square,
  ],
  ["upper cholesky", (x) => b.cholesky(definite(x), { lower: false }), square],
  ["solve", (x, y) => b.solve(definite(x), y), arrays(-1, 1, [3, 3], [3])],
  ["solve a stack", (x, y) => b.solve(definite(x), y), arrays(-1, 1, [2, 3, 3], [3, 2])],
  [
    "solveTriangular",
    (x, y) => b.solveTriangular(definite(x), y, { lower: false, transpose: true }),
    arrays(-1, 1, [3, 3], [3]),
  ],
  ["solveCholesky", (x, y) => b.solveCholesky(b.cholesky(definite(x)), y), arrays(-1, 1, [3, 3], [3])],
  ["inv", (x) => b.inv(definite(x)), square],
  ["det", (x) => b.det(definite(x)).mul(0.1), square],
  ["slogDet", (x) => b.slogDet(definite(x))[1], square],
  ["pad reflect", (x) => b.pad(x, 1, { mode: "reflect" }), one],
  ["pad wrap", (x) => b.pad(x, 2, { mode: "wrap" }), one],
  [
    "pad constant",
    (x) =>
      b.pad(
        x,
        [
          [1, 0],
          [0, 2],
        ],
        { value: 3 },
      ),
    one,
  ],
  ["repeat each", (x) => b.repeat(x, [2, 0, 1], 1), one],
  ["tile", (x) => b.tile(x, [2, 1]), one],
  ["roll", (x) => b.roll(x, [1, 2], [0, 1]), one],
  ["split", (x) => b.arraySplit(x, 2, 1)[0] as b.TensorVariable, one],
  ["diagonal", (x) => b.diagonal(x, { offset: 1 }), one],
  ["tril", (x) => b.tril(x), one],
  ["a slice with a symbolic step", (x) => b.index(x, b.slice(), b.slice(null, null, b.size(b.iota(2)))), one],
  [
    "setIndex with a symbolic step",
    (x) =>
      b.setIndex(
        x,
        [b.slice(), b.slice(null, null, b.size(b.iota(2)))],
        b.sqr(x.index(b.slice(), b.slice(0, 2))),
      ),
    one,
  ],
  ["take, wrapped", (x) => b.take(x, [4, -7], 1, "wrap"), one],
  [
    "putAlongAxis",
    (x) => b.putAlongAxis(x, [[2], [0]], b.sqr(x.index(b.slice(), b.slice(0, 1))), 1, "add"),
    one,
  ],
  ["linspace", (x) => b.linspace(x, b.sqr(x), 3), one],
  [
    "conv2d",
    fixed([2, 2, 2, 3], (x, k) =>
      b.conv2d(x as b.TensorVariable, k as b.TensorVariable, { padding: "same", strides: 2 }),
    ),
    image(2, 2, 2, 3),
  ],
  ["conv2d, gathered", (x, k) => b.conv2d(x, k, { dilation: 2 }), image(2, 2, 2, 1)],
  [
    "conv2d in groups",
    fixed([2, 2, 1, 2], (x, k) =>
      b.conv2d(x as b.TensorVariable, k as b.TensorVariable, { groups: 2, padding: 1 }),
    ),
    image(2, 2, 1, 2),
  ],
  [
    "conv2dTranspose",
    (x, k) => b.conv2dTranspose(x, k, { strides: 2, padding: "same" }),
    arrays(-2, 2, [1, 2, 2, 2], [3, 3, 1, 2]),
  ],
  ["softmax over axes", (x) => b.softmax(x, { axis: [0, 1] }), one],
  ["softmax with a mask", (x) => b.softmax(x, { where: [true, false, true] }), one],
  ["logSoftmax with a mask", (x) => b.logSoftmax(x, { where: [[true], [false]] }).clip(-9, null), one],
  ["conv1d", (x, k) => b.conv1d(x, k), arrays(-2, 2, [1, 5, 2], [2, 2, 2])],
  ["convolve", (x, y) => b.convolve(x, y, "same"), arrays(-2, 2, [4], [3])],
  ["maxPool2d", (x) => b.maxPool2d(x, 3, { strides: 1, padding: "same" }), shuffled],
  ["avgPool2d", (x) => b.avgPool2d(x, 2, { strides: 1, padding: "same" }), shuffled],
  [
    "categoricalCrossentropy",
    (x) => b.categoricalCrossentropy(b.softmax(x), b.constant(classes, { dtype: "int32" })),
    one,
  ],
  ["softmaxCrossentropy", (x) => b.softmaxCrossentropy(x, b.constant(classes, { dtype: "int32" })), one],
  [
    "softmaxCrossentropy of distributions",
    (x, y) => b.softmaxCrossentropy(x, b.softmax(y)),
    arrays(-2, 2, [2, 3], [2, 3]),
  ],
  ["kullbackLeibler", (x, y) => b.kullbackLeibler(b.softmax(x), b.softmax(y)), arrays(-2, 2, [2, 3], [2, 3])],
];

describe("ops on whole tensors", () => {
  it.each(cases)("%s", (_name, build, values) => {
    fc.assert(
      fc.property(values, (x) => check(build, x)),
      { numRuns: 3 },
    );
  });
});
