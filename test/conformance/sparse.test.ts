import { type DType, NDArray, neg } from "@bitale/core";
import { conformance, type Fixture } from "@bitale/core/conformance";
import { CsrMatrix, plugin } from "@bitale/sparse";
import { describe, it } from "vitest";

const dense = (dtype: DType, numbers: readonly number[], shape: readonly number[]): NDArray => {
  const array = new NDArray({ data: new Float64Array(numbers), shape, dtype: "float64" });
  const target = CsrMatrix.fromDense(array).astype(dtype as never);
  return target.toDense();
};
const csr = (dtype: DType, numbers: readonly number[], shape: readonly number[]) =>
  CsrMatrix.fromDense(dense(dtype, numbers, shape));
const cast = (from: DType, to: DType, numbers: readonly number[]) => {
  const given = csr(from, numbers, [2, 3]);
  return { given, stored: given.astype(to as never) };
};

const fixture: Partial<Fixture> = {
  make: (dtype, variant) => csr(dtype, [0, 1 + variant, 0, 2, 0, 3 + variant], [2, 3]),
  resized: (dtype) => csr(dtype, [1, 0, 0, 2, 3, 0, 0, 4], [4, 2]),
  same: (a, b) =>
    a instanceof CsrMatrix &&
    b instanceof CsrMatrix &&
    a.dtype === b.dtype &&
    a.shape.join() === b.shape.join() &&
    JSON.stringify(a.toDense().toArray(), text) === JSON.stringify(b.toDense().toArray(), text),
  mutate: (value) => {
    const { data } = value as CsrMatrix;
    for (let i = 0; i < data.length; i++)
      data[i] = (typeof data[i] === "bigint" ? (data[i] as bigint) + 17n : (data[i] as number) + 17) as never;
  },
  foreign: ["a string", 3, [1, 2], new Float32Array(3), { indices: [1], indptr: [0] }],
  flip: (variable) => neg(variable),
  literal: () => [
    [0, 1, 0],
    [2, 0, 3],
  ],
  lossless: (dtype) => cast("int8", dtype, [0, 5, 0, 6, 0, 7]),
  lossy: (dtype) => cast("float64", dtype, [0, 0.1, 0, 6, 0, 7]),
  wrongRank: () => new Float32Array(6),
};
const text = (_key: string, value: unknown) => (typeof value === "bigint" ? `${value}n` : value);

describe("sparse keeps the contract", () => {
  for (const { id, title, run } of conformance(plugin, fixture)) it(`${id}: ${title}`, run);
});
