/** Products that end in a sum are one step: c + alpha * a * b, in place where c is replaced. */
import { type DType, NDArray, planRegion, type Region, rowMajorStrides, sizeOf } from "@bitale/core";
import { ArenaMemory } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRegion } from "../../../plugins/tensor-cpu/dist/compile.js";
import { KernelLibrary } from "../../../plugins/tensor-cpu/dist/kernels/kernel-library.js";
import { RegionBuilder, runReference, sameArrays } from "../../region-builder.js";

const memory = new ArenaMemory(256 * 65_536);
const library = new KernelLibrary(memory, { deterministic: true });
const ways = {
  "generated code": { codegen: true, library },
  closures: { codegen: false, library },
  "no WebAssembly": { codegen: true },
};

const numbers = (dtype: DType, shape: readonly number[], seed: number): NDArray => {
  const data = dtype === "float32" ? new Float32Array(sizeOf(shape)) : new Float64Array(sizeOf(shape));
  return new NDArray({ data: data.map((_, i) => (((seed + 3) * 7 + i * 5) % 13) - 6), shape, dtype });
};

interface Shape {
  readonly dtype: "float32" | "float64";
  readonly batch: readonly number[];
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** What is done to the product, one after another. */
  readonly scales: readonly ("constant" | "operand" | "neg")[];
  readonly sum: "add" | "add to" | "sub" | "sub from";
  readonly transposed: boolean;
}

/** addend (+ or -) scales(dot(left, right)); operands: addend, left, right, and a number for each "operand". */
function regionOf({ dtype, batch, m, n, k, scales, sum, transposed }: Shape): Region {
  const b = new RegionBuilder();
  const addend = b.input(dtype, [...batch, m, n]);
  const left = b.input(dtype, transposed ? [...batch, k, m] : [...batch, m, k]);
  const right = b.input(dtype, [...batch, k, n]);
  const axes = batch.map((_, axis) => axis);
  const rank = batch.length;
  const contract = [[transposed ? rank : rank + 1], [rank]] as const;
  let value = b.node("dot", { contract, batch: [axes, axes] }, [left, right], dtype, [...batch, m, n]);
  scales.forEach((scale, i) => {
    if (scale === "neg") value = b.apply("neg", {}, [value]);
    else {
      const factor = scale === "operand" ? b.input(dtype, []) : b.constant(numbers(dtype, [], i));
      value = b.apply("mul", {}, i % 2 === 0 ? [value, factor] : [factor, value]);
    }
  });
  const operands = sum === "add" || sum === "sub from" ? [addend, value] : [value, addend];
  return b.region(b.apply(sum.startsWith("add") ? "add" : "sub", {}, operands));
}

const operandsOf = (region: Region): NDArray[] =>
  region.inputs.map((id, i) => {
    const { dtype, shape } = region.values[id] as Region["values"][number];
    return numbers(dtype, shape, i);
  });
const planOf = (region: Region, accumulates: boolean) =>
  planRegion(
    region,
    region.inputs.map((id) => rowMajorStrides(region.values[id]?.shape ?? [])),
    { accumulates: () => accumulates },
  );

const shapes: fc.Arbitrary<Shape> = fc.record({
  dtype: fc.constantFrom("float32", "float64"),
  batch: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 1 }),
  m: fc.integer({ min: 0, max: 9 }),
  n: fc.integer({ min: 0, max: 18 }),
  k: fc.integer({ min: 0, max: 7 }),
  scales: fc.array(fc.constantFrom("constant", "operand", "neg"), { maxLength: 3 }),
  sum: fc.constantFrom("add", "add to", "sub", "sub from"),
  transposed: fc.boolean(),
});

describe("a product that ends in a sum", () => {
  it.each(Object.entries(ways))("is what its nodes are: %s", (_way, options) => {
    fc.assert(
      fc.property(shapes, fc.boolean(), (shape, inPlace) => {
        const region: Region = {
          ...regionOf(shape),
          reuse: { donations: [{ output: 0, input: 0 }], transient: new Set() },
        };
        const executable = compileRegion(region, memory, options);
        const inputs = operandsOf(region);
        const [expected] = runReference(region, inputs);
        const own = inputs.map((input) => memory.copy(input));
        const [got] = executable.run(own, [], [inPlace ? own[0] : undefined]) as [NDArray];
        expect(sameArrays(got, expected as NDArray, 1e-5)).toBeUndefined();
        if (got !== own[0]) {
          expect(sameArrays(own[0] as NDArray, inputs[0] as NDArray, 0)).toBeUndefined();
          memory.free(got);
        }
        for (const array of own) memory.free(array);
        executable.dispose?.();
      }),
      { numRuns: 120 },
    );
  });

  it("is one step where the backend asks for it, and as before where it does not", () => {
    const shape: Shape = {
      ...{ dtype: "float32", batch: [], m: 4, n: 5, k: 3, scales: ["operand", "constant"] },
      ...{ sum: "sub from", transposed: true },
    };
    const region = regionOf(shape);
    expect(planOf(region, true).steps.map(({ kind }) => kind)).toEqual(["dot"]);
    expect(planOf(region, false).steps.map(({ kind }) => kind)).toEqual(["dot", "loop"]);
    expect(planOf(regionOf({ ...shape, sum: "sub" }), true).steps.length).toBe(2);
  });

  it("is left alone where somebody else needs it, and one of two is added to the other", () => {
    const b = new RegionBuilder();
    const [c, x, y] = [b.input("float32", [3, 3]), b.input("float32", [3, 3]), b.input("float32", [3, 3])];
    const dot = b.node("dot", { contract: [[1], [0]], batch: [[], []] }, [x, y], "float32", [3, 3]);
    const kept = b.region(b.apply("add", {}, [c, dot]), dot);
    expect(planOf(kept, true).steps.map(({ kind }) => kind)).toEqual(["dot", "loop"]);
    const two = new RegionBuilder();
    const [u, v] = [two.input("float32", [3, 3]), two.input("float32", [3, 3])];
    const products = [0, 1].map(() =>
      two.node("dot", { contract: [[1], [0]], batch: [[], []] }, [u, v], "float32", [3, 3]),
    );
    const steps = planOf(two.region(two.apply("add", {}, products)), true).steps;
    expect(steps.map((step) => step.kind === "dot" && step.accumulation !== undefined)).toEqual([
      false,
      true,
    ]);
  });
});
