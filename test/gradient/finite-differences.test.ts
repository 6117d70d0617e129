/** Gradients of the rich ops against central differences in float64, over random shapes. */

import * as b from "@bitale/core";
import fc from "fast-check";
import { describe, it } from "vitest";

import {
  arrayOf,
  away,
  type Build,
  check,
  checkSecond,
  checkThird,
  distinct,
  oneArray,
  pair,
} from "./numeric.js";

const unary: readonly [string, Build, number, number][] = [
  ["neg", b.neg, -3, 3],
  ["abs", b.abs, -3, 3],
  ["sign", b.sign, -3, 3],
  ["exp", b.exp, -2, 2],
  ["expm1", b.expm1, -2, 2],
  ["log", b.log, 1, 3],
  ["log1p", b.log1p, 0, 3],
  ["log2", b.log2, 1, 3],
  ["log10", b.log10, 1, 3],
  ["sqrt", b.sqrt, 1, 4],
  ["sqr", b.sqr, -3, 3],
  ["reciprocal", b.reciprocal, 1, 3],
  ["sin", b.sin, -3, 3],
  ["cos", b.cos, -3, 3],
  ["tan", b.tan, -1, 1],
  ["arcsin", (x) => b.arcsin(x.mul(0.9)), -1, 1],
  ["arccos", (x) => b.arccos(x.mul(0.9)), -1, 1],
  ["arctan", b.arctan, -3, 3],
  ["sinh", b.sinh, -2, 2],
  ["cosh", b.cosh, -2, 2],
  ["tanh", b.tanh, -2, 2],
  ["sigmoid", b.sigmoid, -3, 3],
  ["softplus", b.softplus, -3, 3],
  ["relu", b.relu, -3, 3],
  ["erf", b.erf, -2, 2],
  ["floor", b.floor, -3, 3],
  ["ceil", b.ceil, -3, 3],
  ["trunc", b.trunc, -3, 3],
  ["clip", (x) => b.clip(x, -1.5, 1.5), -3, 3],
  ["log(sigmoid)", (x) => b.log(b.sigmoid(x)), -3, 3],
  ["cast to float32 and back", (x) => b.cast(b.cast(x, "float32"), "float64").mul(0).add(x), -3, 3],
  ["zeroGrad times x", (x) => b.zeroGrad(x.mul(0).add(2)).mul(x), -3, 3],
];

describe("unary ops", () => {
  it.each(unary)("%s", (_name, build, low, high) => {
    fc.assert(
      fc.property(oneArray(away(low, high)), (x) => check(build, [x])),
      { numRuns: 12 },
    );
  });
});

const binary: readonly [string, Build, number, number][] = [
  ["add", b.add, -3, 3],
  ["sub", b.sub, -3, 3],
  ["mul", b.mul, -3, 3],
  ["div", b.div, 1, 3],
  ["pow", b.pow, 1, 3],
  ["maximum", (x, y) => b.maximum(x, y.add(0.0051)), -3, 3],
  ["minimum", (x, y) => b.minimum(x, y.add(0.0051)), -3, 3],
  ["arctan2", b.arctan2, 1, 3],
  ["mod", (x, y) => b.mod(x.add(0.0037), y.add(10)), 1, 3],
  ["where", (x, y) => b.where(b.gt(x, y.add(0.0051)), x.mul(2), y.mul(3)), -3, 3],
];

describe("binary ops, broadcasting summed", () => {
  it.each(binary)("%s", (_name, build, low, high) => {
    const values = pair.chain(([s, t]) =>
      fc.tuple(arrayOf(s as number[], away(low, high)), arrayOf(t as number[], away(low, high))),
    );
    fc.assert(
      fc.property(values, ([x, y]) => check(build, [x, y])),
      { numRuns: 15 },
    );
  });
});

const matrixShaped = arrayOf([2, 3], away(-2, 2));
const shaping: readonly [string, Build][] = [
  ["sum of an axis", (x) => b.sum(x, { axis: 0 })],
  ["sum keeping axes", (x) => b.sum(x, { axis: [0, 1], keepDims: true })],
  ["prod", (x) => b.prod(x, { axis: 1 })],
  ["mean", (x) => b.mean(x, { axis: 1 })],
  ["variance", (x) => b.variance(x, { axis: 0 })],
  ["logSumExp", (x) => b.logSumExp(x, { axis: 1 })],
  ["max", (x) => b.max(x, { axis: 1 })],
  ["min", (x) => b.min(x)],
  ["softmax", (x) => b.softmax(x)],
  ["logSoftmax", (x) => b.logSoftmax(x, { axis: 0 })],
  ["log of softmax", (x) => b.log(b.softmax(x))],
  ["transpose", (x) => b.transpose(x)],
  ["reshape", (x) => b.reshape(x, [3, -1])],
  ["expandDims and broadcastTo", (x) => b.broadcastTo(b.expandDims(x, 1), [2, 4, 3])],
  ["squeeze", (x) => b.squeeze(b.expandDims(x, 0), 0)],
  ["dimShuffle", (x) => b.dimShuffle(x, [1, "x", 0])],
  ["slice", (x) => b.index(x, b.slice(0, 2), b.slice(2, null, -2))],
  ["position", (x) => b.index(x, -1)],
  ["narrow", (x) => b.narrow(x, 1, b.size(x).sub(5), 2)],
  ["setIndex", (x) => b.setIndex(x, [0], b.index(x, 1).mul(2))],
  ["addIndex", (x) => b.addIndex(x, [b.slice(), 1], b.index(x, b.slice(), 0).mul(3))],
  ["concatenate", (x) => b.concatenate([x, x.mul(2), b.index(x, b.slice(0, 1))], 0)],
  ["stack", (x) => b.stack([x, x.sqr()], 1)],
  ["take", (x) => b.take(x, new Int32Array([1, 0, 1, -1]), 1)],
  [
    "takeAlongAxis",
    (x) =>
      b.takeAlongAxis(
        x,
        [
          [2, 0],
          [1, 1],
        ],
        1,
      ),
  ],
  ["pick", (x) => b.pick(x, new Int32Array([2, 0]))],
  ["dot with itself", (x) => b.dot(x, x.T)],
  ["outer", (x) => b.outer(b.flatten(x), b.index(x, 0))],
];

describe("reductions, shapes, indexing", () => {
  it.each(shaping)("%s", (_name, build) => {
    fc.assert(
      fc.property(distinct, (x) => check(build, [x])),
      { numRuns: 6 },
    );
  });

  it("prod where elements are zero", () => {
    for (const data of [
      [0, 2, 3, 4, 5, 6],
      [0, 0, 3, 4, 5, 6],
    ]) {
      const x = new b.NDArray({ data: Float64Array.from(data), shape: [2, 3], dtype: "float64" });
      check((v) => b.prod(v, { axis: 1 }), [x], 1e-4);
      checkSecond((v) => b.prod(v, { axis: 1 }), [x], 1e-4);
    }
  });
});

describe("dot", () => {
  const dims: readonly [number[], number[]][] = [
    [
      [2, 3],
      [3, 2],
    ],
    [[3], [3]],
    [[2, 3], [3]],
    [[3], [3, 2]],
    [
      [2, 2, 3],
      [3, 2],
    ],
    [
      [2, 3],
      [2, 3, 2],
    ],
  ];
  it.each(dims)("%j with %j", (s, t) => {
    fc.assert(
      fc.property(arrayOf(s, away(-2, 2)), arrayOf(t, away(-2, 2)), (x, y) => check(b.dot, [x, y])),
      { numRuns: 4 },
    );
  });
  it("batched and over several axes", () => {
    fc.assert(
      fc.property(arrayOf([2, 3, 2], away(-2, 2)), arrayOf([2, 2, 3], away(-2, 2)), (x, y) => {
        check(b.batchedDot, [x, y]);
        check(
          (p, q) =>
            b.tensorDot(p, q, [
              [0, 2],
              [1, 0],
            ]),
          [x, y],
        );
        check((p, q) => b.tensorDot(p, q, [[1], [2]]), [x, y]);
      }),
      { numRuns: 3 },
    );
  });
});

describe("third derivatives", () => {
  it.each<[string, Build]>([
    ["a tanh layer", (x) => b.tanh(b.dot(x, x.T))],
    ["softmax", (x) => b.softmax(x)],
    ["a power", (x) => b.pow(b.sigmoid(x), 2.5)],
    ["a quotient", (x) => b.div(x, b.add(b.sqr(x), 2))],
  ])("of %s", (_name, build) => {
    fc.assert(
      fc.property(matrixShaped, (x) => checkThird(build, [x])),
      { numRuns: 3 },
    );
  });
});
