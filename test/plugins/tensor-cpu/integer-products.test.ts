/** Products of integers and of truth values in WebAssembly: bit for bit what the reference kernels compute. */
import { type DType, NDArray, referenceKernels } from "@bitale/core";
import { ArenaMemory } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { productKernel } from "../../../plugins/tensor-cpu/dist/kernels/gemm/matrix-product.js";
import { KernelLibrary } from "../../../plugins/tensor-cpu/dist/kernels/kernel-library.js";
import { acrossBlocks, type ProductPlan, productPlans, stridesOf } from "./product-plan.js";

const memory = new ArenaMemory(2 ** 26);
const libraries = [
  new KernelLibrary(memory, { deterministic: true }),
  new KernelLibrary(memory, { deterministic: false, wide: true }),
];
const dtypes = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"] as const;

let seed = 1;
const next = (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
  return seed;
};
/** Any bits; truth values are mostly false, so that their sums are not all true. */
function filled(length: number, dtype: DType): NDArray {
  const array = memory.allocateDirty([length], dtype);
  if (dtype === "bool") for (let i = 0; i < length; i++) array.data[i] = Number(next() < 2 ** 29);
  else {
    const bytes = new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = next() >>> 24;
  }
  return array;
}

function check(plan: ProductPlan): void {
  const { dtype, m, n, k, gap, add } = plan;
  const alpha = dtype === "bool" ? 1 : plan.alpha;
  const strides = stridesOf(plan);
  const { aRow, aDepth, bDepth, bColumn } = strides;
  const arrays = [m * k * gap, k * n * gap, m * n + 32, m * n].map((length) => filled(length, dtype));
  const [a, b, c, d] = arrays as [NDArray, NDArray, NDArray, NDArray];
  const row = add === "matrix" ? n : 0;
  const addend = add === "nothing" ? undefined : { row };
  const product = referenceKernels.dot({
    params: { contract: [[1], [0]], batch: [[], []] },
    inputs: [
      new NDArray({ data: a.data, dtype, shape: [m, k], strides: [aRow, aDepth] }),
      new NDArray({ data: b.data, dtype, shape: [k, n], strides: [bDepth, bColumn] }),
    ],
    dtype,
    shape: [m, n],
    scalars: [],
  });
  const big = dtype === "int64" || dtype === "uint64";
  const expected = product.data.map(((value: number | bigint, i: number) => {
    const added = add === "nothing" ? 0 : (d.data[Math.floor(i / n) * row + (i % n)] as number | bigint);
    if (dtype === "bool") return Number(value) | Number(added);
    const sum = BigInt(alpha) * BigInt(value) + BigInt(added);
    return big ? sum : Number(BigInt.asIntN(32, sum));
  }) as never);
  const behind = c.data.slice(m * n);
  for (const library of libraries) {
    const run = productKernel(library, dtype, { m, n, k, ...strides }, addend);
    const place = ({ data }: NDArray): number => data.byteOffset;
    run?.(place(a), place(b), place(c), add === "nothing" ? 0 : place(d), alpha);
    expect(run, JSON.stringify(plan)).toBeDefined();
    expect(c.data.slice(0, m * n), JSON.stringify(plan)).toEqual(expected);
    expect(c.data.slice(m * n)).toEqual(behind);
  }
  for (const array of arrays) memory.free(array);
}

describe("products of integers in WebAssembly", () => {
  it.each(dtypes)("%s: any lengths, strides, factors and addends", (dtype) => {
    fc.assert(fc.property(productPlans([dtype], 40, -3), check), { numRuns: 100 });
  });

  it.each(dtypes)("%s: across the edges of blocks", (dtype) => {
    acrossBlocks(dtype, -3).forEach(check);
  });
});
