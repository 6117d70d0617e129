/** Rich ops that sparse matrices take over, against the reference kernels on the same matrices made dense. */
import * as b from "@bitale/core";
import { CscMatrix, CsrMatrix, SparseTensorType, plugin as sparse, toDense } from "@bitale/sparse";
import { plugin as cpu } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { plainRuntime } from "../../plain-runtime.js";
import { sameArrays } from "../../region-builder.js";
import { arrayOf, length } from "./given.js";

const runtime = b.createRuntime({ plugins: [sparse, cpu] });
const reference = plainRuntime();
afterAll(() => runtime.dispose());

/** On a matrix [m, n] that is sparse, a dense one of the same shape, and a dense one [n, k]. */
type Build = (s: b.TensorVariable, same: b.TensorVariable, fitting: b.TensorVariable) => b.TensorVariable;
const rows: Readonly<Record<string, Build>> = {
  add: (s, x) => b.add(s, x),
  "add of two": (s) => b.add(s, s),
  sub: (s, x) => b.sub(x, s),
  "sub of two": (s) => b.sub(s, b.mul(s, 2)),
  mul: (s, x) => b.mul(s, x),
  "mul of two": (s) => b.mul(s, s),
  "mul by rows": (s, x) => b.mul(s, b.index(x, b.slice(0, 1))),
  neg: (s) => b.neg(s),
  sqrt: (s) => b.sqrt(b.mul(s, s)),
  tanh: (s) => b.tanh(s),
  dot: (s, _x, y) => b.dot(s, y),
  "dot from the left": (s, x) => b.dot(x.T, s),
  "dot of two": (s) => b.dot(s, b.transpose(s)),
  "dot with a vector": (s, _x, y) => b.dot(s, b.sum(y, { axis: 1, dtype: y.type.dtype })),
  matmul: (s, _x, y) => b.matmul(s, y),
  transpose: (s) => b.transpose(s),
  sum: (s) => b.sum(s),
  "sum of columns": (s) => b.sum(s, { axis: 0, keepDims: true }),
  "sum of rows": (s) => b.sum(s, { axis: [1] }),
  cast: (s) => b.cast(s, "float64"),
  narrow: (s, x) => b.narrow(s, 0, 0, b.floorDiv(b.index(b.shapeOf(x), 0), 2n)),
  index: (s) => b.index(s, b.slice(-3, null), b.slice(null, 2)),
};

it("every op that a sparse matrix takes over has a row", () => {
  const exported = new Map<string, unknown>(Object.entries(b));
  const taken = Object.keys(new SparseTensorType("float32", "csr").operators).filter((name) =>
    exported.has(name),
  );
  expect(taken.length).toBeGreaterThan(5);
  expect(taken.filter((name) => !Object.keys(rows).includes(name))).toEqual([]);
});

const example = fc.tuple(length, length, length).chain(([m, n, k]) =>
  fc.constantFrom<b.DType[]>("float32", "float64", "int32").chain((dtype) => {
    const matrix = (rows: number, columns: number, low: number) =>
      arrayOf([rows, columns], [dtype], { special: false }, { low, high: 3 });
    return fc.tuple(matrix(m, n, -1), matrix(m, n, -3), matrix(n, k, -3));
  }),
);

it.each(Object.keys(rows))("%s", (name) => {
  const build = rows[name] as Build;
  const results = (
    on: b.Runtime,
    operands: (values: readonly b.NDArray[]) => b.Variable[],
    values: readonly b.NDArray[],
  ) =>
    on.scope(() => {
      const [s, x, y] = operands(values) as [b.TensorVariable, b.TensorVariable, b.TensorVariable];
      const result: b.Variable = build(s, x, y);
      const dense = b.isTensorType(result.type) ? result : toDense(result);
      const inputs = [s, x, y].filter((v) => !b.isSharedVariable(v));
      const given = values.filter((_, i) => inputs.includes([s, x, y][i] as b.TensorVariable));
      return on.compile(inputs, dense, { onUnusedInput: "ignore" })(...given) as b.NDArray;
    });
  const symbol = (v: b.NDArray): b.Variable => b.tensor(undefined, { dtype: v.dtype, shape: [null, null] });
  fc.assert(
    fc.property(example, fc.boolean(), (values, rowsFirst) => {
      const stored = (rowsFirst ? CsrMatrix : CscMatrix).fromDense(values[0].copy());
      const got = results(
        runtime,
        ([, x, y]) => [runtime.shared(stored), symbol(x as b.NDArray), symbol(y as b.NDArray)],
        values,
      );
      const expected = results(reference, (list) => list.map(symbol), values);
      expect(sameArrays(got, expected, values[0].dtype === "float64" ? 1e-12 : 1e-5)).toBeUndefined();
    }),
    { numRuns: 10 },
  );
});
