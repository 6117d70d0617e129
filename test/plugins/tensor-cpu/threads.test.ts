/** Kernels on several threads: the same bits as on one, and the whole contract on shared memory. */
import {
  argsort,
  createRuntime,
  cumsum,
  exp,
  logSoftmax,
  NDArray,
  type Runtime,
  sort,
  type TensorVariable,
  tanh,
} from "@bitale/core";
import { caseIds, conformance } from "@bitale/core/conformance";
import { ArenaMemory, plugin } from "@bitale/tensor-cpu";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ThreadPool } from "../../../plugins/tensor-cpu/dist/accelerators/thread-pool.js";
import { compileRegion } from "../../../plugins/tensor-cpu/dist/compile.js";
import { productKernel } from "../../../plugins/tensor-cpu/dist/kernels/gemm/matrix-product.js";
import { KernelLibrary } from "../../../plugins/tensor-cpu/dist/kernels/kernel-library.js";
import { denseShared } from "../../../plugins/tensor-cpu/dist/shared.js";
import { get, when } from "../../../plugins/tensor-cpu/dist/wasm/code.js";
import { i32 } from "../../../plugins/tensor-cpu/dist/wasm/instructions.js";
import { ModuleBuilder } from "../../../plugins/tensor-cpu/dist/wasm/module.js";

const memory = new ArenaMemory(2 ** 29, { shared: true });
const pool = new ThreadPool(memory.arena.memory as WebAssembly.Memory, 3);
beforeAll(() => pool.whenReady());
afterAll(() => pool.dispose());

describe("products on several threads", () => {
  const one = new KernelLibrary(memory, { deterministic: false });
  const three = new KernelLibrary(memory, { deterministic: false, threads: pool });
  const filled = (length: number, type: "float32" | "float64") => {
    const array = memory.allocateDirty([length], type);
    for (let i = 0; i < length; i++) array.data[i] = Math.sin(i) as never;
    return array;
  };

  for (const type of ["float32", "float64"] as const) {
    for (const [m, n, k] of [
      [301, 97, 128],
      [90, 515, 70],
      [16, 2100, 65],
      [2100, 16, 70],
      [2100, 7, 200],
    ] as const) {
      it(`${type} ${m} x ${k} x ${n} has the same bits, with and without an addend`, () => {
        const arrays = [m * k, k * n, m * n, m * n, m * n].map((size) => filled(size, type));
        const [a, b, c, d, e] = arrays.map(({ data }) => data.byteOffset) as [
          number,
          number,
          number,
          number,
          number,
        ];
        const strides = { aRow: 1, aDepth: m, bDepth: n, bColumn: 1 };
        const [alone, together] = [one, three].map((library) =>
          productKernel(library, type, { m, n, k, ...strides }, { row: n }),
        );
        for (const addend of [0, d]) {
          alone?.(a, b, c, addend, 0.75);
          together?.(a, b, e, addend, 0.75);
          expect(arrays[4]?.data).toEqual(arrays[2]?.data);
        }
        for (const array of arrays) memory.free(array);
      });
    }
  }

  it("fail where a part fails, on whatever thread, and go on afterwards", () => {
    const build = () => {
      const module = new ModuleBuilder();
      const run = module.function({ trap: "i32" }, { name: "run" });
      const unreachable = 0;
      run.body(when(get(run.parameters.trap), unreachable));
      return { module };
    };
    three.module("trap", build);
    const { run } = three.inParallel("trap", "run") ?? expect.unreachable();
    // Where the part was computed decides what is thrown.
    expect(() => run([[1], [0], [0]])).toThrow();
    expect(() => run([[1], [1], [0]])).toThrow();
    expect(() => run([[0], [0], [1]])).toThrow(WebAssembly.RuntimeError);
    expect(() => run([[0], [0], [0]])).not.toThrow();
    expect(one.inParallel("trap", "run")).toBeUndefined();
  });

  it("compute every part once, whether its worker is awake, asleep or late", async () => {
    const build = () => {
      const module = new ModuleBuilder();
      const run = module.function({ at: "i32", turns: "i32" }, { name: "run" });
      const { at, turns } = run.parameters;
      const { i } = run.integers("i");
      run.body(run.countUp(i, get(turns), i32.store(get(at), i32.add(i32.load(get(at)), i32.const(1)))));
      return { module };
    };
    three.module("count", build);
    const { run } = three.inParallel("count", "run") ?? expect.unreachable();
    const counts = memory.allocate([3 * 16], "int32");
    const places = [0, 64, 128].map((by) => counts.data.byteOffset + by);
    const expected = [0, 0, 0];
    for (let round = 0; round < 3000; round++) {
      const turns = places.map((_, part) => 1 + ((round * (part + 3)) % (round % 7 === 0 ? 5000 : 50)));
      run(places.map((at, part) => [at, turns[part] as number]));
      turns.forEach((count, part) => {
        expected[part] = (expected[part] as number) + count;
      });
      // Long enough for the workers to fall asleep.
      if (round % 300 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect([0, 16, 32].map((at) => counts.data[at])).toEqual(expected);
    memory.free(counts);
  });
});

describe("loops on several threads", () => {
  /** A runtime whose regions are compiled with a library of ours, on the memory that the pool's workers see. */
  const runtimeWith = (library: KernelLibrary): Runtime => {
    const { useFactory } = plugin.use as Extract<typeof plugin.use, { useFactory: unknown }>;
    const factory: typeof useFactory = (services, container) => ({
      ...useFactory(services, container),
      hostMemory: memory,
      construct: (value, options) => denseShared(memory, value, options as never),
      compileRegion: (region) => compileRegion(region, memory, { codegen: true, library }),
    });
    return createRuntime({ plugins: [{ ...plugin, use: { useFactory: factory } }] });
  };
  const filled = (rows: number, columns: number): NDArray => {
    const data = new Float32Array(rows * columns);
    for (let i = 0; i < data.length; i++) data[i] = Math.sin(i) * 3;
    return new NDArray({ data, shape: [rows, columns], dtype: "float32" });
  };
  const programs: Readonly<Record<string, (x: TensorVariable, row: TensorVariable) => TensorVariable>> = {
    "a chain with broadcasting": (x, row) => x.mul(0.5).add(row).sub(x.mul(x)),
    functions: (x, row) => exp(x).add(tanh(row)),
    "a transposed operand": (x) => x.T.mul(2).add(1),
    "sums of rows": (x) => exp(x).sum({ axis: 1 }),
    "sums of columns": (x) => x.mul(2).sum({ axis: 0 }),
    "the largest of each row": (x) => x.max({ axis: 1 }),
    "rows that go through several loops": (x, row) => logSoftmax(x.mul(row)),
    "running sums of rows": (x) => cumsum(x, { axis: 1 }),
    "running sums down columns": (x) => cumsum(x, { axis: 0 }),
    "sorted rows": (x) => sort(x),
    "the order of columns": (x) => argsort(x, { axis: 0 }),
  };

  for (const [name, program] of Object.entries(programs)) {
    it.each([
      [900, 600],
      [7, 100_003],
      [100_003, 7],
    ])(`${name}, %i x %i: the same bits as on one`, (rows, columns) => {
      const parallel = vi.spyOn(pool, "run");
      const results = [1, 3].map((threads) => {
        const library = new KernelLibrary(memory, {
          deterministic: false,
          threads: threads === 1 ? undefined : pool,
        });
        const runtime = runtimeWith(library);
        const [x, row] = [runtime.shared(filled(rows, columns)), runtime.shared(filled(1, columns))];
        const f = runtime.compile([], program(x, row.index(0)));
        const { data } = f();
        for (const variable of [x, row]) variable.dispose();
        return data;
      });
      expect(parallel.mock.calls.length).toBeGreaterThan(0);
      parallel.mockRestore();
      expect(results[1]).toEqual(results[0]);
    });
  }
});

describe("tensor-cpu keeps the contract on shared memory", () => {
  const only = caseIds.filter((id) => !id.startsWith("primitive."));
  const cases = conformance(plugin, {}, { only, options: { threads: 2 } });
  for (const { id, title, run } of cases) it(`${id}: ${title}`, run);
});
