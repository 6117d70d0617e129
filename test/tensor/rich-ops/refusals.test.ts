/** What rich ops refuse, with which code, and when: at the graph, or at the call before anything runs. */
import * as b from "@bitale/core";
import { describe, expect, it } from "vitest";
import { plainRuntime } from "../../plain-runtime.js";

const runtime = plainRuntime("float64");
const [x, m] = [b.vector("x"), b.matrix("m")];
const thrown = (body: () => unknown): string | undefined => {
  try {
    body();
    return undefined;
  } catch (error) {
    if (b.isBitaleError(error)) return error.code;
    throw error;
  }
};

const atTheGraph: readonly (readonly [string, () => unknown, string])[] = [
  ["an einsum of too many axes", () => b.einsum("ij", x), "BAD_OPERAND"],
  ["an einsum of other numbers of operands", () => b.einsum("i,i", x), "BAD_OPERAND"],
  ["an einsum with an unknown result axis", () => b.einsum("i->j", x), "BAD_OPERAND"],
  ["an einsum with an axis twice in the result", () => b.einsum("i->ii", x), "BAD_OPERAND"],
  ["an einsum whose ellipsis gets lost", () => b.einsum("...i->i", m), "BAD_OPERAND"],
  ["an einsum with two arrows", () => b.einsum("i->i->i", x), "BAD_OPERAND"],
  ["an einsum with signs", () => b.einsum("i+j", x), "BAD_OPERAND"],
  ["dimShuffle that drops an axis of unknown length", () => b.dimShuffle(m, [0]), "BAD_OPERAND"],
  ["parts of a fraction", () => b.split(x, 1.5), "BAD_OPERAND"],
  ["equal parts of a length that does not divide", () => b.split(b.zeros([5]), 2), "SHAPE_MISMATCH"],
  ["unstack of an unknown length", () => b.unstack(x), "BAD_OPERAND"],
  ["negative margins", () => b.pad(x, -1), "BAD_OPERAND"],
  ["margins for another rank", () => b.pad(m, [[1, 1]]), "BAD_OPERAND"],
  ["a spectral norm", () => b.norm(m, { ord: 2, axis: [0, 1] }), "BAD_OPERAND"],
  ["a product with a scalar", () => b.matmul(m, 2), "BAD_OPERAND"],
  ["a diagonal of one axis", () => b.diagonal(m, { axis1: 0, axis2: -2 }), "BAD_AXIS"],
  ["an axis moved twice", () => b.moveAxis(m, [0, 0], [0, 1]), "BAD_AXIS"],
  ["a system of integers behind a cast of none", () => b.solve(2, x), "BAD_OPERAND"],
  ["matrices that are not square", () => b.inv(b.zeros([2, 3])), "SHAPE_MISMATCH"],
  [
    "a kernel for other channels",
    () => b.conv2d(b.zeros([1, 4, 4, 3]), b.zeros([2, 2, 2, 1])),
    "BAD_OPERAND",
  ],
  ["a convolution of matrices", () => b.conv2d(m, m), "BAD_OPERAND"],
  ["strides of 0", () => b.maxPool2d(b.zeros([1, 4, 4, 3]), 2, { strides: 0 }), "BAD_OPERAND"],
  ["classes that do not fit", () => b.softmaxCrossentropy(m, m.sum()), "BAD_OPERAND"],
  ["indices of floats", () => b.take(m, x), "BAD_OPERAND"],
];

describe("at the graph", () => {
  it.each(atTheGraph)("%s", (_name, build, code) => {
    expect(thrown(build)).toBe(code);
  });
});

const call = (result: b.TensorVariable, ...values: unknown[]): unknown =>
  runtime.compile([x, m], result, { onUnusedInput: "ignore" })(...(values as [number[], number[][]]));
const atTheCall: readonly (readonly [string, () => b.TensorVariable, number[], number[][], string])[] = [
  [
    "a singular system",
    () => b.solve(m, x),
    [1, 2],
    [
      [1, 2],
      [2, 4],
    ],
    "SINGULAR_MATRIX",
  ],
  [
    "a triangle with 0 on its diagonal",
    () => b.solveTriangular(m, x),
    [1, 2],
    [
      [1, 2],
      [2, 0],
    ],
    "SINGULAR_MATRIX",
  ],
  [
    "a matrix that is not definite",
    () => b.cholesky(m),
    [],
    [
      [1, 2],
      [2, 1],
    ],
    "NOT_POSITIVE_DEFINITE",
  ],
  ["matrices that are not square", () => b.det(m), [], [[1, 2]], "SHAPE_MISMATCH"],
  ["a squeezed axis that is long", () => b.squeeze(m, 1), [], [[1, 2]], "SHAPE_MISMATCH"],
  [
    "a squeezed axis of an empty matrix",
    () => b.squeeze(b.index(m, b.slice(0, 0)), 1),
    [],
    [[1, 2]],
    "SHAPE_MISMATCH",
  ],
  [
    "a count that is negative",
    () => b.bincount(b.cast(x, "int64"), { length: 3 }),
    [1, -1],
    [[1]],
    "INDEX_OUT_OF_BOUNDS",
  ],
  [
    "equal parts that do not exist",
    () => b.split(x, 2)[0] as b.TensorVariable,
    [1, 2, 3],
    [[1]],
    "SHAPE_MISMATCH",
  ],
  [
    "stacks that do not broadcast",
    () => b.matmul(b.expandDims(m, 2), b.broadcastTo(b.expandDims(m, 2), [3, 2, 1])),
    [],
    [
      [1, 2],
      [3, 4],
    ],
    "SHAPE_MISMATCH",
  ],
];

describe("at the call", () => {
  it.each(atTheCall)("%s", (_name, build, vector, matrix, code) => {
    const result = runtime.scope(build);
    expect(thrown(() => call(result, vector, matrix))).toBe(code);
  });
});
