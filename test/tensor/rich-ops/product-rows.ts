/** Rows for products, linear algebra, convolution, losses of rows, and random numbers. */
import * as b from "@bitale/core";
import fc from "fast-check";
import {
  arrayOf,
  broadcasting,
  type Example,
  floats,
  type Limits,
  length,
  positive,
  type Result,
  type Rows,
  several,
} from "./given.js";

const plain: readonly b.DType[] = ["float32", "float32", "float64", "int32", "int64"];
const exact = { dtypes: plain, finite: true };
const wide: readonly b.DType[] = ["float32", "float64"];

/** Shapes from lengths that are drawn together. */
const shapes = (count: number, of: (...n: number[]) => readonly (readonly number[])[], each = length) =>
  fc.array(each, { minLength: count, maxLength: count }).map((list) => of(...list));
const stacks = fc
  .tuple(broadcasting, length, length, length)
  .map(([[x, y], m, k, n]) => [
    [...(x as number[]), m, k],
    [...(y as number[]), k, n],
  ])
  .filter((list) => list.every((shape) => shape.length < 5));
/** Regular, even positive definite matrices. */
const definite = (x: b.TensorVariable): b.TensorVariable =>
  b.matmul(x, b.matrixTranspose(x)).add(b.eye(b.index(b.shapeOf(x), -1), undefined, 0, "int8").mul(3));
const regular = (rows: number) =>
  shapes(
    3,
    (batch, n, k) =>
      [
        [batch, n, n],
        [batch, n, k],
      ].slice(0, rows),
    positive,
  );

const seed = fc.integer({ min: 0, max: 1000 });
const random =
  (draw: (state: b.TensorVariable, size: readonly b.Length[]) => b.Draw): Rows[string] =>
  () =>
    fc.tuple(seed, fc.array(length, { maxLength: 2 })).map(([n, size]) => ({
      values: [b.randomState(n, 1)],
      build: (state) => draw(state as b.TensorVariable, size),
    }));

/** Probabilities of classes, and classes. */
const classified =
  (op: (scores: b.TensorVariable, classes: b.TensorVariable) => Result): Rows[string] =>
  (limits: Limits): fc.Arbitrary<Example> =>
    fc.tuple(length, positive).chain(([n, k]) =>
      fc
        .tuple(
          arrayOf([n, k], floats, limits, { low: -2, high: 2 }),
          fc.array(fc.nat(k - 1), { minLength: n, maxLength: n }),
        )
        .map(([scores, list]) => ({
          values: [scores, new b.NDArray({ data: Int32Array.from(list), shape: [n], dtype: "int32" })],
          build: (x, classes) => op(x as b.TensorVariable, classes as b.TensorVariable),
        })),
    );
const spread = (x: b.TensorVariable): b.TensorVariable => b.softmax(x);

interface Windowed {
  readonly strides: number;
  readonly dilation: number;
  readonly padding: b.WindowPadding;
}
const windowed: fc.Arbitrary<Windowed> = fc.record({
  strides: fc.integer({ min: 1, max: 2 }),
  dilation: fc.integer({ min: 1, max: 2 }),
  padding: fc.constantFrom<b.WindowPadding[]>("valid", "same", 1),
});
/** Images, a kernel, and how it moves. */
const convolution =
  (
    axes: number,
    op: (x: b.TensorVariable, kernel: b.TensorVariable, options: b.ConvolutionOptions) => Result,
  ): Rows[string] =>
  (limits: Limits) =>
    fc
      .tuple(
        fc.array(fc.integer({ min: 3, max: 5 }), { minLength: axes, maxLength: axes }),
        fc.array(fc.integer({ min: 1, max: 2 }), { minLength: axes, maxLength: axes }),
        fc.record({
          n: fc.integer({ min: 0, max: 2 }),
          each: positive,
          groups: fc.constantFrom(1, 1, 2),
          known: fc.boolean(),
        }),
        windowed,
      )
      .chain(([lengths, sizes, { n, each, groups, known }, options]) =>
        several(
          fc.constant([
            [n, ...lengths, each * groups],
            [...sizes, each, 2 * groups],
          ]),
          (x, kernel) =>
            op(
              x as b.TensorVariable,
              known
                ? b.specifyShape(kernel as b.TensorVariable, [...sizes, null, null])
                : (kernel as b.TensorVariable),
              { ...options, groups },
            ),
          { dtypes: wide, finite: true },
        )(limits),
      );
const pooling =
  (
    axes: number,
    op: (x: b.TensorVariable, window: number, options: b.WindowOptions) => Result,
  ): Rows[string] =>
  (limits: Limits) =>
    fc
      .tuple(
        fc.array(fc.integer({ min: 3, max: 6 }), { minLength: axes, maxLength: axes }),
        positive,
        fc.integer({ min: 1, max: 3 }),
        windowed,
      )
      .chain(([lengths, channels, window, options]) =>
        several(
          fc.constant([[2, ...lengths, channels]]),
          (x) => op(x as b.TensorVariable, window, { ...options, dilation: 1 }),
          {
            dtypes: ["float32", "float64", "int32"],
            finite: true,
          },
        )(limits),
      );

export const productRows: Rows = {
  dot: several(
    shapes(3, (m, k, n) => [
      [m, k],
      [k, n],
    ]),
    (x, y) => [b.dot(x, y), b.dot(x, b.index(y, b.slice(), b.slice()).T.T)],
    exact,
  ),
  "dot of vectors": several(
    shapes(2, (m, k) => [[m, k], [k]]),
    (x, y) => [b.dot(x, y), b.dot(y, x.T), b.dot(y, y)],
    exact,
  ),
  matmul: several(stacks, b.matmul, exact),
  batchedDot: several(
    shapes(4, (n, m, k, p) => [
      [n, m, k],
      [n, k, p],
    ]),
    b.batchedDot,
    exact,
  ),
  tensorDot: several(
    shapes(4, (m, j, k, n) => [
      [m, j, k],
      [k, n, j],
    ]),
    (x, y) =>
      b.tensorDot(x, y, [
        [1, 2],
        [2, 0],
      ]),
    exact,
  ),
  inner: several(
    shapes(3, (m, n, k) => [
      [m, k],
      [n, k],
    ]),
    b.inner,
    exact,
  ),
  outer: several(
    shapes(2, (m, n) => [[m], [n]]),
    b.outer,
    exact,
  ),
  vdot: several(
    shapes(2, (m, n) => [
      [m, n],
      [m, n],
    ]),
    b.vdot,
    exact,
  ),
  vecdot: several(
    shapes(2, (m, n) => [[m, n], [n]]),
    (x, y) => b.vecdot(x, y),
    exact,
  ),
  kron: several(
    shapes(3, (m, n, k) => [[m, n], [k]]),
    b.kron,
    exact,
  ),
  cross: several(
    length.map((n) => [[n, 3], [3]]),
    (x, y) => b.cross(x, y),
    exact,
  ),
  einsum: several(
    shapes(4, (n, h, q, d) => [
      [n, q, h, d],
      [n, 2, h, d],
    ]),
    (x, y) => [
      b.einsum("nqhd,nkhd->nhqk", x, y),
      b.einsum("nqhd,nkhd", x, y),
      b.einsum("n...d,n...d->d...", x, x),
    ],
    exact,
  ),
  "einsum of diagonals": several(
    shapes(2, (n, k) => [[n, n, k], [k]]),
    (x, y) => [b.einsum("iik,k", x, y), b.einsum("iik->ki", x)],
    exact,
  ),
  cholesky: several(regular(1), (x) => b.cholesky(definite(x)), { dtypes: wide, finite: true }),
  solve: several(regular(2), (x, y) => b.solve(definite(x), y), { dtypes: wide, finite: true }),
  solveTriangular: several(
    regular(2),
    (x, y) => [
      b.solveTriangular(definite(x), y),
      b.solveTriangular(definite(x), y, { lower: false, transpose: true }),
    ],
    { dtypes: wide, finite: true },
  ),
  solveCholesky: several(regular(2), (x, y) => b.solveCholesky(b.cholesky(definite(x)), y), {
    dtypes: wide,
    finite: true,
  }),
  inv: several(regular(1), (x) => b.inv(definite(x)), { dtypes: wide, finite: true }),
  det: several(regular(1), (x) => b.det(definite(x)), { dtypes: ["float64"], finite: true }),
  slogDet: several(regular(1), (x) => b.slogDet(definite(x)), { dtypes: wide, finite: true }),
  conv1d: convolution(1, b.conv1d),
  conv2d: convolution(2, b.conv2d),
  conv3d: convolution(3, (x, kernel, options) => b.conv3d(x, kernel, { ...options, dilation: 1 })),
  convolve: several(
    shapes(2, (m, n) => [[m], [n]], positive),
    (x, y) => [b.convolve(x, y), b.convolve(x, y, "same"), b.convolve(x, y, "valid")],
    { dtypes: wide, finite: true },
  ),
  conv2dTranspose: several(
    fc.tuple(positive, positive, positive, fc.integer({ min: 1, max: 3 })).map(([h, w, c, k]) => [
      [2, h, w, c],
      [k, k, 2, c],
    ]),
    (x, kernel) => [
      b.conv2dTranspose(x, kernel, { strides: 2, padding: "same" }),
      b.conv2dTranspose(x, kernel, { strides: [1, 2] }),
    ],
    { dtypes: wide, finite: true },
  ),
  maxPool1d: pooling(1, b.maxPool1d),
  maxPool2d: pooling(2, b.maxPool2d),
  avgPool1d: pooling(1, b.avgPool1d),
  avgPool2d: pooling(2, (x, window, options) => [
    b.avgPool2d(x, window, options),
    b.avgPool2d(x, window, { ...options, countMargins: true }),
  ]),
  categoricalCrossentropy: classified((x, y) => [
    b.categoricalCrossentropy(spread(x), y),
    b.categoricalCrossentropy(spread(x), spread(b.neg(x))),
  ]),
  softmaxCrossentropy: classified((x, y) => [
    b.softmaxCrossentropy(x, y),
    b.softmaxCrossentropy(x, spread(b.neg(x))),
  ]),
  kullbackLeibler: classified((x) => b.kullbackLeibler(spread(x), spread(b.neg(x)))),
  randomUniform: random((state, size) => b.randomUniform(state, { size })),
  "randomUniform float64": random((state, size) =>
    b.randomUniform(state, { size, dtype: "float64", low: -1 }),
  ),
  randomNormal: random((state, size) => b.randomNormal(state, { size })),
  randomBernoulli: random((state, size) => b.randomBernoulli(state, { size, p: 0.3 })),
  randomIntegers: random((state, size) => b.randomIntegers(state, { size, high: 9 })),
  randomPermutation: random((state) => b.randomPermutation(state, 6)),
  randomExponential: random((state, size) => b.randomExponential(state, { size })),
};
