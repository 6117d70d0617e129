/** Products in WebAssembly: every block and edge size, any strides, addends and factors, against three loops. */
import type { NDArray } from "@bitale/core";
import { ArenaMemory } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadNative } from "../../../plugins/tensor-cpu/dist/accelerators/native.js";
import { productKernel } from "../../../plugins/tensor-cpu/dist/kernels/gemm/matrix-product.js";
import { KernelLibrary } from "../../../plugins/tensor-cpu/dist/kernels/kernel-library.js";
import { acrossBlocks, type ProductPlan, productPlans, stridesOf } from "./product-plan.js";

const memory = new ArenaMemory(2 ** 26);
const native = loadNative(true, memory, 1);
const libraries = [
  new KernelLibrary(memory, { deterministic: true }),
  new KernelLibrary(memory, { deterministic: false }),
  new KernelLibrary(memory, { deterministic: false, wide: true }),
  ...(typeof native === "string" ? [] : [new KernelLibrary(memory, { deterministic: false, native })]),
];
type FloatType = "float32" | "float64";

let seed = 1;
/** Multiples of 1/4 between -2 and 2: products and short sums are exact. */
const next = (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return ((seed >>> 8) % 17) / 4 - 2;
};
const filled = (length: number, dtype: FloatType): NDArray => {
  const array = memory.allocateDirty([length], dtype);
  for (let i = 0; i < length; i++) array.data[i] = next() as never;
  return array;
};

function check(plan: ProductPlan<FloatType>): void {
  const { dtype: type, m, n, k, gap, alpha, add } = plan;
  const strides = stridesOf(plan);
  const { aRow, aDepth, bDepth, bColumn } = strides;
  const arrays = [
    filled(m * k * gap, type),
    filled(k * n * gap, type),
    filled(m * n + 8, type),
    filled(m * n, type),
  ];
  const [a, b, c, d] = arrays as [NDArray, NDArray, NDArray, NDArray];
  const behind = [...c.data.slice(m * n)];
  const row = add === "matrix" ? n : 0;
  const addend = add === "nothing" ? undefined : { row };
  for (const library of libraries) {
    const product = productKernel(library, type, { m, n, k, ...strides }, addend);
    const place = (array: NDArray): number => array.data.byteOffset;
    product?.(place(a), place(b), place(c), add === "nothing" ? 0 : place(d), alpha);
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let l = 0; l < k; l++)
          sum += Number(a.data[i * aRow + l * aDepth]) * Number(b.data[l * bDepth + j * bColumn]);
        const expected = alpha * sum + (add === "nothing" ? 0 : Number(d.data[i * row + j]));
        if (c.data[i * n + j] !== expected)
          expect.fail(`${JSON.stringify({ ...plan, i, j })}: ${c.data[i * n + j]}, expected ${expected}`);
      }
    }
    expect([...c.data.slice(m * n)]).toEqual(behind);
  }
  for (const array of arrays) memory.free(array);
}

describe("products in WebAssembly", () => {
  it("are right for any lengths, strides, factors and addends", () => {
    fc.assert(fc.property(productPlans(["float32", "float64"], 60, -0.5), check), { numRuns: 400 });
  });

  it("are right across the edges of blocks", () => {
    for (const type of ["float32", "float64"] as const) acrossBlocks(type, 0.5).forEach(check);
  });

  it("keep NaN and infinities", () => {
    const [a, b, c] = [filled(8, "float32"), filled(8, "float32"), filled(1, "float32")];
    const shape = { m: 1, n: 1, k: 8, aRow: 8, aDepth: 1, bDepth: 1, bColumn: 1 };
    for (const [value, expected] of [
      [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
      [Number.NaN, Number.NaN],
    ] as const) {
      a.data.fill(1 as never);
      b.data.fill(1 as never);
      a.data[3] = value as never;
      for (const library of libraries) {
        productKernel(library, "float32", shape)?.(
          a.data.byteOffset,
          b.data.byteOffset,
          c.data.byteOffset,
          0,
          1,
        );
        expect(c.data[0]).toBe(expected);
      }
    }
  });
});
