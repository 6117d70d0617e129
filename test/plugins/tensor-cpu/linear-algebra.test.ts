/** Factors, systems and determinants by blocks in WebAssembly, against the textbook elimination of the reference. */
import {
  type DType,
  emptyNDArray,
  type LinearName,
  type NDArray,
  numberToFloat16,
  type Region,
  referenceKernels,
} from "@bitale/core";
import { ArenaMemory } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { loadNative } from "../../../plugins/tensor-cpu/dist/accelerators/native.js";
import { compileRegion } from "../../../plugins/tensor-cpu/dist/compile.js";
import { KernelLibrary } from "../../../plugins/tensor-cpu/dist/kernels/kernel-library.js";
import { layoutArbitrary, RegionBuilder, runReference, sameArrays } from "../../region-builder.js";

const memory = new ArenaMemory(2 ** 27);
const native = loadNative(true, memory, 1);
const libraries: Readonly<Record<string, KernelLibrary>> = {
  deterministic: new KernelLibrary(memory, { deterministic: true }),
  fused: new KernelLibrary(memory, { deterministic: false }),
  wide: new KernelLibrary(memory, { deterministic: false, wide: true }),
  ...(typeof native === "string"
    ? {}
    : { native: new KernelLibrary(memory, { deterministic: false, native }) }),
};

const floats = ["float32", "float64"] as const;
const tolerances: Partial<Record<DType, number>> = { float64: 1e-10, float32: 2e-7, float16: 1e-3 };

let seed = 1;
/** Between -1 and 1. */
const next = (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed / 2 ** 31 - 1;
};
/** Matrices of which the elements are given by their places. */
function matrices(
  shape: readonly number[],
  dtype: DType,
  element: (i: number, j: number) => number,
): NDArray {
  const array = emptyNDArray(shape, dtype);
  const [m, n] = shape.slice(-2) as [number, number];
  for (let flat = 0; flat < array.data.length; flat++) {
    const value = element(Math.floor(flat / n) % m, flat % n);
    array.data[flat] = dtype === "float16" ? numberToFloat16(value) : value;
  }
  return array;
}
const random = (shape: readonly number[], dtype: DType): NDArray => matrices(shape, dtype, next);
/** The largest element of a row stands anywhere but on the diagonal: rows are exchanged. */
function permuted(shape: readonly number[], dtype: DType): NDArray {
  const n = shape.at(-1) as number;
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(Math.abs(next()) * i);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return matrices(shape, dtype, (i, j) => next() + (order[i] === j ? n : 0));
}
/** Symmetric and positive definite, with nothing that may be read above the diagonal. */
const positive = (shape: readonly number[], dtype: DType): NDArray =>
  matrices(shape, dtype, (i, j) => {
    if (j > i) return Number.NaN;
    return i === j ? (shape.at(-1) as number) + 1 + next() : next();
  });
/** Only what may be read is a number: one triangle, without its diagonal where ones stand for it. */
const triangle = (
  shape: readonly number[],
  dtype: DType,
  { lower, unit }: { readonly lower: boolean; readonly unit: boolean },
): NDArray =>
  matrices(shape, dtype, (i, j) => {
    if (i === j) return unit ? Number.NaN : 2 + next();
    return i > j === lower ? next() / (shape.at(-1) as number) : Number.NaN;
  });

interface Work {
  readonly op: LinearName;
  readonly params: object;
  readonly inputs: readonly NDArray[];
}

/** A region of one primitive. */
function regionOf({ op, params, inputs }: Work): Region {
  const builder = new RegionBuilder();
  const operands = inputs.map(({ dtype, shape }) => builder.input(dtype, shape));
  return builder.region(builder.apply(op, params as never, operands));
}

/**
 * All libraries give what the reference gives, and change no operand.
 * @param alone whether that is without the help of the reference kernel
 */
function agree(work: Work, alone = true): void {
  const { op, inputs } = work;
  const region = regionOf(work);
  const [expected] = runReference(region, inputs) as [NDArray];
  const before = inputs.map((input) => input.copy());
  const reference = vi.spyOn(referenceKernels, op);
  for (const [way, library] of Object.entries(libraries)) {
    const executable = compileRegion(region, memory, { codegen: true, library });
    for (let round = 0; round < 2; round++) {
      const [got] = executable.run(inputs, []) as [NDArray];
      const differs = sameArrays(got, expected, tolerances[expected.dtype]);
      expect(differs, `${op} ${JSON.stringify(work.params)}, ${way}, round ${round}`).toBeUndefined();
      memory.free(got);
    }
    executable.dispose?.();
  }
  if (alone) expect(reference).not.toHaveBeenCalled();
  reference.mockRestore();
  inputs.forEach((input, i) => {
    expect(sameArrays(input, before[i] as NDArray, 0)).toBeUndefined();
  });
}

/** All libraries refuse as the reference does. */
function refuse(work: Work, code: string): void {
  const region = regionOf(work);
  const caught = (run: () => unknown): Error & { code?: string } => {
    try {
      run();
    } catch (error) {
      return error as Error;
    }
    return new Error("nothing was thrown");
  };
  const expected = caught(() => runReference(region, work.inputs));
  expect(expected.code).toBe(code);
  for (const library of Object.values(libraries)) {
    const executable = compileRegion(region, memory, { codegen: true, library });
    const got = caught(() => executable.run(work.inputs, []));
    expect([got.code, got.message]).toEqual([expected.code, expected.message]);
    executable.dispose?.();
  }
}

const either = [false, true] as const;
const triangles = either.flatMap((lower) =>
  either.flatMap((transpose) => either.map((unit) => ({ lower, transpose, unit }))),
);
const parts = ["value", "sign", "logarithm"] as const;
/** Around the edges of panels, of substitutions and of their halves. */
const sides = [1, 2, 3, 7, 8, 9, 16, 17, 31, 32, 33, 63, 65, 97, 130] as const;

describe.each(floats)("linear algebra of %s in WebAssembly", (dtype) => {
  const stacks = (n: number): number[][] => (n < 20 ? [[], [3], [2, 2]] : [[]]);

  it.each(sides)("agrees for side %i", (n) => {
    for (const stack of stacks(n)) {
      const square = [...stack, n, n];
      agree({ op: "cholesky", params: {}, inputs: [positive(square, dtype)] });
      // Scaled, so that large determinants are no infinities.
      const scaled = matrices(square, dtype, () => next() / Math.sqrt(n));
      for (const part of parts) agree({ op: "determinant", params: { part }, inputs: [scaled] });
      for (const columns of [1, 2, 3, 8, 19]) {
        const right = random([...stack, n, columns], dtype);
        for (const transpose of either)
          agree({ op: "solve", params: { transpose }, inputs: [permuted(square, dtype), right] });
        for (const params of triangles)
          agree({ op: "solveTriangular", params, inputs: [triangle(square, dtype, params), right] });
      }
    }
  });

  it("agrees where products of symmetric matrices are halved", () => {
    agree({ op: "cholesky", params: {}, inputs: [positive([230, 230], dtype)] });
  });

  it("agrees where rows meet in one place of the caches", () => {
    const right = random([9, 512], dtype);
    agree({ op: "solve", params: { transpose: false }, inputs: [permuted([9, 9], dtype), right] });
    const params = { lower: true, transpose: false, unit: false };
    agree({ op: "solveTriangular", params, inputs: [triangle([9, 9], dtype, params), right] });
    const x = permuted([512, 512], dtype);
    agree({ op: "determinant", params: { part: "sign" }, inputs: [x] });
  });

  it("solves large systems", () => {
    const [n, columns] = [300, 40];
    const [a, x] = [permuted([n, n], dtype), random([n, columns], dtype)];
    const b = matrices([n, columns], dtype, (i, j) => {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += (a.get(i, k) as number) * (x.get(k, j) as number);
      return sum;
    });
    const region = regionOf({ op: "solve", params: { transpose: false }, inputs: [a, b] });
    for (const library of Object.values(libraries)) {
      const [got] = compileRegion(region, memory, { codegen: true, library }).run([a, b], []) as [NDArray];
      expect(sameArrays(got, x, dtype === "float64" ? 1e-12 : 1e-5)).toBeUndefined();
    }
  });

  it("agrees for operands in any layout, and for elements that are no numbers", () => {
    const element = fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: -40, max: 40 }).map((k) => k / 8) },
      { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, 0) },
    );
    const operands = fc
      .tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 2 }))
      .chain(([n, columns, count]) =>
        fc.tuple(
          layoutArbitrary(dtype, [count, n, n], element),
          layoutArbitrary(dtype, [count, n, columns], element),
          fc.constantFrom(...triangles),
          fc.constantFrom(...parts),
        ),
      );
    fc.assert(
      fc.property(operands, ([a, b, params, part]) => {
        for (const work of [
          { op: "solve", params: { transpose: params.transpose }, inputs: [a, b] },
          { op: "solveTriangular", params, inputs: [a, b] },
          { op: "determinant", params: { part }, inputs: [a] },
          { op: "cholesky", params: {}, inputs: [a] },
        ] as const) {
          let code: string | undefined;
          try {
            runReference(regionOf(work), work.inputs);
          } catch (error) {
            code = (error as { code?: string }).code ?? "";
          }
          if (code === undefined) agree(work, false);
          else refuse(work, code);
        }
      }),
      { numRuns: 150 },
    );
  });

  it.each([3, 40, 100])("refuses what has no result, for side %i", (n) => {
    const dependent = permuted([2, n, n], dtype);
    for (let j = 0; j < n; j++) dependent.set(0, 1, n - 1, j);
    const right = random([2, n, 2], dtype);
    for (const transpose of either)
      refuse({ op: "solve", params: { transpose }, inputs: [dependent, right] }, "SINGULAR_MATRIX");
    for (const part of parts) agree({ op: "determinant", params: { part }, inputs: [dependent] }, false);

    const indefinite = positive([2, n, n], dtype);
    indefinite.set(-1, 1, n - 2, n - 2);
    refuse({ op: "cholesky", params: {}, inputs: [indefinite] }, "NOT_POSITIVE_DEFINITE");

    for (const params of triangles) {
      const matrix = triangle([2, n, n], dtype, params);
      matrix.set(0, 1, n - 2, n - 2);
      const work: Work = { op: "solveTriangular", params, inputs: [matrix, right] };
      if (params.unit) agree(work);
      else refuse(work, "SINGULAR_MATRIX");
    }
  });
});

it("linear algebra of float16 is the reference's", () => {
  const inputs = [permuted([2, 5, 5], "float16"), random([2, 5, 3], "float16")];
  agree({ op: "solve", params: { transpose: false }, inputs }, false);
});
