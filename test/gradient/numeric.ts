/** Derivatives by central differences, and what the tests of gradients compare with them. */
import * as b from "@bitale/core";
import fc from "fast-check";
import { expect } from "vitest";

export type Build = (...inputs: b.TensorVariable[]) => b.TensorVariable;
export const runtime = b.createRuntime({ plugins: [], floatX: "float64" });

/** Sum of the result with fixed weights, so that no symmetry hides an error. */
export function weighed(y: b.TensorVariable): b.TensorVariable {
  const flat = b.flatten(y);
  const { dtype } = y.type;
  const weights = b.sin(
    b
      .iota(b.size(flat))
      .astype(b.isFloat(dtype) ? dtype : "float64")
      .add(1),
  );
  return b.sum(flat.mul(weights));
}

export const symbols = (values: readonly b.NDArray[], dtype: b.DType = "float64"): b.TensorVariable[] =>
  values.map((v, i) => b.tensor(`x${i}`, { dtype, shape: v.shape.map(() => null) }));

const lenient = { disconnectedInputs: "ignore" } as const;

/** Compares the gradients of a cost with the central differences of its values, element by element. */
function compare(cost: Build, values: readonly b.NDArray[], tolerance: number): void {
  const inputs = symbols(values);
  const output = cost(...inputs);
  const unused = { onUnusedInput: "ignore" } as const;
  const f = runtime.compile(inputs, output, unused);
  const slope = runtime.compile(inputs, b.grad(output, inputs, lenient), unused);
  const gradients = slope(...values) as b.NDArray[];
  const step = 1e-5;
  values.forEach((value, i) => {
    expect(gradients[i]?.shape).toEqual(value.shape);
    expect(gradients[i]?.dtype).toBe("float64");
    for (let at = 0; at < value.size; at++) {
      const moved = (by: number): number => {
        const copy = value.copy();
        copy.data[at] = (copy.data[at] as number) + by;
        return f(...values.map((v, j) => (j === i ? copy : v))).item();
      };
      const numeric = (moved(step) - moved(-step)) / (2 * step);
      const analytic = (gradients[i] as b.NDArray).data[at] as number;
      expect(Math.abs(numeric - analytic)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(numeric)));
    }
  });
}

/** First derivatives of a function of any shape. */
export const check = (build: Build, values: readonly b.NDArray[], tolerance = 1e-6): void =>
  runtime.scope(() => compare((...x) => weighed(build(...x)), values, tolerance));

/** The cost whose derivatives are mixed second derivatives of a function. */
const slopes =
  (build: Build): Build =>
  (...x) =>
    b
      .grad(weighed(build(...x)), x, lenient)
      .map((g) => weighed(b.cos(g)))
      .reduce((sum, g) => sum.add(g));

/** Second derivatives against the differences of the first. */
export const checkSecond = (build: Build, values: readonly b.NDArray[], tolerance = 1e-5): void =>
  runtime.scope(() => compare(slopes(build), values, tolerance));

/** Third derivatives against the differences of the second. */
export const checkThird = (build: Build, values: readonly b.NDArray[], tolerance = 1e-4): void =>
  runtime.scope(() => compare(slopes(slopes(build)), values, tolerance));

/** Lengths of up to three axes; products of them stay small. */
export const shape = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 });
/** Values away from kinks: multiples of 0.01 that are no multiples of 0.5. */
export const away = (low: number, high: number): fc.Arbitrary<number> =>
  fc.integer({ min: low * 100, max: high * 100 }).map((n) => (n % 50 === 0 ? n + 3 : n) / 100);
export const arrayOf = (dims: readonly number[], element: fc.Arbitrary<number>): fc.Arbitrary<b.NDArray> =>
  fc
    .array(element, { minLength: b.sizeOf(dims), maxLength: b.sizeOf(dims) })
    .map((data) => new b.NDArray({ data: Float64Array.from(data), shape: dims, dtype: "float64" }));
export const oneArray = (element: fc.Arbitrary<number>): fc.Arbitrary<b.NDArray> =>
  shape.chain((dims) => arrayOf(dims, element));

/** Two shapes that broadcast: lengths of either may be 1 or missing. */
export const pair = shape.chain((dims) => {
  const part = fc.tuple(
    fc.integer({ min: 0, max: dims.length }),
    fc.array(fc.boolean(), { minLength: dims.length, maxLength: dims.length }),
  );
  return fc
    .tuple(part, part)
    .map((parts) => parts.map(([skip, ones]) => dims.map((d, i) => (ones[i] ? 1 : d)).slice(skip)));
});

/** Six distinct values in two rows, so that extremes and orders are unique. */
export const distinct = fc
  .shuffledSubarray([-1.7, -1.1, -0.6, 0.3, 0.8, 1.9], { minLength: 6, maxLength: 6 })
  .map((data) => new b.NDArray({ data: Float64Array.from(data), shape: [2, 3], dtype: "float64" }));
