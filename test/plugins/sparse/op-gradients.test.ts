/** Gradients of the ops one by one, against finite differences, without a compiler. */
import {
  type Apply,
  add,
  dot,
  index,
  mul,
  NDArray,
  narrow,
  neg,
  scalar,
  scalarNDArray,
  slice,
  sqrt,
  sub,
  sum,
  TensorType,
  tanh,
  transpose,
  type Variable,
  Variable as VariableClass,
} from "@bitale/core";
import {
  csrFromDense,
  isSparseMatrix,
  type SparseFormat,
  type SparseMatrix,
  sparseMatrix,
  structuredExp,
  structuredSigmoid,
  toDense,
} from "@bitale/sparse";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { untidy } from "./arbitraries.js";
import { evaluate } from "./evaluate.js";

type Value = NDArray | SparseMatrix;
let seed = 1;
/** Numbers without a pattern, the same in every run. */
const random = (): number => {
  seed = (seed * 16807) % 2147483647;
  return seed / 2147483647 + 0.1;
};
const denseValue = (shape: readonly number[]): NDArray =>
  new NDArray({
    data: Float64Array.from({ length: shape.reduce((n, d) => n * d, 1) }, random),
    shape,
    dtype: "float64",
  });
const sparseValue = (
  shape: readonly [number, number],
  format: SparseFormat,
  sample: number,
): SparseMatrix => {
  const [matrix] = fc.sample(untidy(shape, "float64", format), { numRuns: 1, seed: sample }) as [
    SparseMatrix,
  ];
  matrix.data.forEach((_, p) => {
    matrix.data[p] = random();
  });
  return matrix;
};
const denseSymbol = (rank: number): Variable =>
  new VariableClass(new TensorType("float64", Array<null>(rank).fill(null)));
const sparseSymbol = (format: SparseFormat) => sparseMatrix("s", { format, dtype: "float64" });

const flat = (value: Value): Float64Array =>
  (isSparseMatrix(value) ? value.toDense() : value).flat() as Float64Array;
const weighted = (value: Value, weights: NDArray): number => {
  const w = weights.flat();
  return flat(value).reduce((total, v, i) => total + v * (w[i] as number), 0);
};

/**
 * The gradients of sum(weights * output) by the op's own rule against central differences over every stored number.
 * The gradient of a sparse operand must have its positions.
 */
function check(output: Variable, inputs: readonly (readonly [Variable, Value])[]): void {
  const node = output.owner as Apply;
  const given = new Map<Variable, unknown>(inputs);
  const value = evaluate(output, given) as Value;
  const weights = denseValue(value.shape);
  const g = new VariableClass(output.type.plain());
  // At the stored positions only, once each, with what every element of the dense weights would give.
  const arrived = isSparseMatrix(value) ? sampled(value, weights) : weights;
  const gradients = node.op.gradient(node, [g]) ?? [];
  expect(gradients.some((back, i) => back !== undefined && given.has(node.inputs[i] as Variable))).toBe(true);
  node.inputs.forEach((input, i) => {
    const operand = given.get(input) as Value | undefined;
    const gradient = gradients[i];
    if (operand === undefined || gradient === undefined) return;
    const result = evaluate(gradient, new Map([...given, [g, arrived]])) as Value;
    expect(result.shape).toEqual(operand.shape);
    if (isSparseMatrix(operand)) checkSparse(output, given, operand, result as SparseMatrix, weights);
    else checkEntries(output, given, operand.data as Float64Array, flat(result), weights);
  });
}

function sampled(pattern: SparseMatrix, weights: NDArray): SparseMatrix {
  const unique = pattern.sumDuplicates();
  const data = Float64Array.from(positionsOf(unique), ([r, c]) => weights.get(r, c) as number);
  return unique.with({ data, indices: unique.indices, indptr: unique.indptr });
}

function positionsOf(matrix: SparseMatrix): [number, number][] {
  return Array.from({ length: matrix.major }, (_, line) => line).flatMap((line) =>
    [...matrix.indices.subarray(matrix.indptr[line], matrix.indptr[line + 1])].map((i): [number, number] =>
      matrix.format === "csr" ? [line, i] : [i, line],
    ),
  );
}

function difference(
  output: Variable,
  given: ReadonlyMap<Variable, unknown>,
  data: Float64Array,
  p: number,
  weights: NDArray,
): number {
  const before = data[p] as number;
  const [high, low] = [before + 1e-4, before - 1e-4].map((shifted) => {
    data[p] = shifted;
    return weighted(evaluate(output, given) as Value, weights);
  }) as [number, number];
  data[p] = before;
  return (high - low) / 2e-4;
}

function checkEntries(
  output: Variable,
  given: ReadonlyMap<Variable, unknown>,
  data: Float64Array,
  gradient: Float64Array,
  weights: NDArray,
): void {
  for (let p = 0; p < data.length; p++) {
    expect(gradient[p]).toBeCloseTo(difference(output, given, data, p, weights), 6);
  }
}

function checkSparse(
  output: Variable,
  given: ReadonlyMap<Variable, unknown>,
  operand: SparseMatrix,
  gradient: SparseMatrix,
  weights: NDArray,
): void {
  expect(gradient.format).toBe(operand.format);
  const dense = gradient.toDense();
  const places = positionsOf(operand);
  places.forEach(([r, c], p) => {
    expect(dense.get(r, c)).toBeCloseTo(
      difference(output, given, operand.data as Float64Array, p, weights),
      6,
    );
  });
  const stored = new Set(places.map(String));
  for (const [r, c] of positionsOf(gradient)) expect(stored.has(String([r, c]))).toBe(true);
}

const samples = [1, 2, 3, 4, 5];
const formats = ["csr", "csc"] as const;
const each = formats.flatMap((format) => samples.map((sample) => [format, sample] as const));

describe.each(each)("gradients in %s, sample %i", (format, sample) => {
  const s = sparseSymbol(format);
  const a = sparseValue([4, 3], format, sample);

  it("dot with matrices and vectors, transposed and not", () => {
    for (const rank of [1, 2]) {
      const x = denseSymbol(rank);
      check(dot(s, x), [
        [s, a],
        [x, denseValue([3, 5].slice(0, rank))],
      ]);
      check(dot(transpose(s), x), [
        [s, a],
        [x, denseValue([4, 5].slice(0, rank))],
      ]);
    }
  });

  it("sampledDot, the gradient of dot", () => {
    const x = denseSymbol(2);
    const node = dot(s, x).owner as Apply;
    const g = denseSymbol(2);
    const back = node.op.gradient(node, [g])?.[0] as Variable;
    check(back, [
      [s, a],
      [x, denseValue([3, 5])],
      [g, denseValue([4, 5])],
    ]);
  });

  it("dot of two sparse matrices", () => {
    const t = sparseSymbol(format);
    check(dot(s, t), [
      [s, a],
      [t, sparseValue([3, 4], format, sample + 9)],
    ]);
  });

  it("add, sub, mul, neg", () => {
    const t = sparseSymbol(format);
    const b = sparseValue([4, 3], format, sample + 9);
    for (const op of [add, sub, mul])
      check(op(s, t), [
        [s, a],
        [t, b],
      ]);
    check(neg(s), [[s, a]]);
  });

  it("functions of the stored values, and their slopes", () => {
    for (const op of [structuredExp, structuredSigmoid, sqrt, tanh] as ((x: Variable) => Variable)[]) {
      check(op(s), [[s, a]]);
      const node = op(s).owner as Apply;
      const back = node.op.gradient(node, [s])?.[0] as Variable;
      expect(evaluate(back, new Map([[s as Variable, a]]))).toBeDefined();
    }
    // The slope of sqrt is made of 1 / y, which has a slope of its own.
    const root = sqrt(s).owner as Apply;
    const slope = root.op.gradient(root, [sparseSymbol(format)])?.[0]?.owner?.inputs[1]?.owner?.inputs[1];
    const inverse = slope?.owner?.inputs[0] as Variable;
    const away = a.with({ ...a, data: Float64Array.from(a.data as Float64Array, (v) => v + 1) });
    check(inverse, [[inverse.owner?.inputs[0] as Variable, away]]);
  });

  it("mul by dense operands of every rank", () => {
    for (const shape of [[], [3], [1], [4, 3], [4, 1], [1, 3], [1, 1]]) {
      const x = denseSymbol(shape.length);
      check(mul(s, x), [
        [s, a],
        [x, denseValue(shape)],
      ]);
    }
  });

  it("the gradient of mul with respect to the dense operand has a gradient too", () => {
    const x = denseSymbol(1);
    const node = mul(s, x).owner as Apply;
    const g = sparseSymbol(format);
    const back = node.op.gradient(node, [g])?.[1] as Variable;
    check(back, [
      [s, a],
      [g, sparseValue([4, 3], format, sample + 5)],
      [x, denseValue([3])],
    ]);
  });

  it("transpose, toDense, sums and their ways back", () => {
    check(transpose(s), [[s, a]]);
    const x = denseSymbol(2);
    for (const output of [toDense(s), sum(s), sum(s, { axis: 0 }), sum(s, { axis: 1 })]) {
      check(output, [[s, a]]);
      const node = output.owner as Apply;
      const g = new VariableClass(output.type);
      const back = node.op.gradient(node, [g])?.[0] as Variable;
      check(back, [
        [s, a],
        [g, denseValue((evaluate(output, new Map([[s, a]])) as Value).shape)],
      ]);
    }
    check(csrFromDense(x), [[x, denseValue([4, 3])]]);
  });

  it("windows with fixed and late bounds", () => {
    const i = scalar("i", "int32");
    const start = scalarNDArray(1, "int32");
    for (const axis of [0, 1]) {
      for (const output of [narrow(s, axis, 1, 2), narrow(s, axis, i, 2)]) {
        check(output, [
          [s, a],
          [i, start as Value],
        ]);
      }
    }
    for (const item of [slice(-2), slice(i), slice(0, -9)])
      check(index(s, item), [
        [s, a],
        [i, start as Value],
      ]);
  });
});

describe("where no gradient leads", () => {
  it("integers", () => {
    const [s, x] = [
      sparseMatrix("s", { dtype: "int32" }),
      new VariableClass(new TensorType("int32", [null, null])),
    ];
    for (const output of [
      dot(s, x),
      mul(s, x),
      add(s, s),
      neg(s),
      toDense(s),
      narrow(s, 0, 0, 1),
      dot(s, s),
    ]) {
      const node = output.owner as Apply;
      const g = new VariableClass(output.type.plain());
      expect((node.op.gradient(node, [g]) ?? []).every((back) => back === undefined)).toBe(true);
    }
  });
});
