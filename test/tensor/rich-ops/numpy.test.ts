/** Rich ops against recorded results of NumPy: fixtures/numpy-rich-ops.py writes them. */
import { readFileSync } from "node:fs";
import * as b from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";
import { plainRuntime } from "../../plain-runtime.js";
import { sameArrays } from "../../region-builder.js";
import { buildOf, names } from "./numpy-cases.js";

interface RecordedArray {
  readonly shape: readonly number[];
  readonly dtype: b.DType;
  readonly data: readonly (number | string)[];
}
interface Recorded {
  readonly name: string;
  readonly inputs: readonly RecordedArray[];
  readonly result: RecordedArray | readonly RecordedArray[];
}
const path = new URL("../../fixtures/numpy-rich-ops.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(path, "utf8")) as { cases: Recorded[] };

function decode({ shape, dtype, data }: RecordedArray): b.NDArray {
  const array = b.emptyNDArray(shape, dtype);
  data.forEach((value, i) => {
    b.writeElement(array, i, b.castScalar(Number(value), dtype));
  });
  return array;
}

it("every builder has its case", () => {
  const recorded = cases.map(({ name }) => name);
  expect(names.filter((name) => !recorded.includes(name))).toEqual([]);
});

describe.each([
  ["the reference kernels", plainRuntime("float64")],
  ["tensor-cpu", b.createRuntime({ plugins: [cpu], floatX: "float64" })],
])("on %s", (_name, runtime) => {
  it.each(cases)("$name", ({ name, inputs, result }) => {
    const build = buildOf(name);
    if (build === undefined) throw new Error("no builder for this case");
    const values = inputs.map(decode);
    const expected = (Array.isArray(result) ? result : [result]).map((array) =>
      decode(array as RecordedArray),
    );
    runtime.scope(() => {
      const symbols = values.map((v, i) =>
        b.tensor(`x${i}`, { dtype: v.dtype, shape: v.shape.map(() => null) }),
      );
      const built = build(...symbols);
      const outputs = (Array.isArray(built) ? built : [built]) as b.TensorVariable[];
      const got = runtime.compile(symbols, outputs, { onUnusedInput: "ignore" })(...values) as b.NDArray[];
      got.forEach((array, i) => {
        const wanted = expected[i] ?? expected[0];
        const tolerance = wanted?.dtype === "float16" ? 1e-3 : wanted?.dtype === "float32" ? 1e-6 : 1e-12;
        expect(sameArrays(array, wanted as b.NDArray, tolerance)).toBeUndefined();
      });
      expect(got.length).toBeGreaterThanOrEqual(expected.length);
    });
  });
});
