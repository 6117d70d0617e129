/**
 * Calls are atomic on every backend: programs of several updates that fail at each place in turn leave variables,
 * private state, arguments and borrowed arrays bit for bit as they were, and the next call computes what it should.
 */
import {
  concatenate,
  createRuntime,
  dot,
  exp,
  gt,
  In,
  lscalar,
  matrix,
  NDArray,
  narrow,
  type Plugin,
  type Runtime,
  SharedVariable,
  specifyShape,
  TensorType,
  type TensorVariable,
  vector,
  where,
} from "@bitale/core";
import { CsrMatrix, type SparseMatrix, plugin as sparse } from "@bitale/sparse";
import { plugin as cpu } from "@bitale/tensor-cpu";
import { plugin as gpu } from "@bitale/tensor-gpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newTrip, type Trip, trip, tripper } from "./tripping.js";

type Shared = SharedVariable<TensorType>;
const numbers = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(seed * 3 + i * 1.7));
const square = (n: number, seed: number): NDArray =>
  new NDArray({ data: numbers(n * n, seed), shape: [n, n], dtype: "float32" });
/** The same numbers in every second element, backwards. */
function strided(n: number, seed: number): NDArray {
  const data = new Float32Array(2 * n * n + 1);
  numbers(n * n, seed).forEach((value, i) => {
    data[2 * (n * n - 1 - i) + 1] = value;
  });
  return new NDArray({
    ...{ data, shape: [n, n], dtype: "float32" },
    ...{ strides: [-2 * n, -2], offset: n === 0 ? 0 : 2 * (n * n - 1) + 1 },
  });
}
const bytesOf = (memory: ArrayBufferView): string =>
  Buffer.from(memory.buffer, memory.byteOffset, memory.byteLength).toString("hex");
const bytes = (array: NDArray): string => `${array.shape}:${bytesOf(array.copy().data)}`;

/** What a new value may be made of: three variables and an argument. */
type Operands = readonly [TensorVariable, TensorVariable, TensorVariable, TensorVariable];
const formulas: Record<string, (operands: Operands) => TensorVariable> = {
  "own, in place": ([a]) => a.mul(0.5).add(1),
  "own and argument": ([a, , , x]) => a.sub(x),
  "another one": ([, b]) => b,
  "another one, changed": ([, b, , x]) => exp(b.mul(0.1)).add(x),
  turned: ([a]) => a.add(a.T),
  product: ([a, b]) => dot(a, b).mul(0.5),
  chosen: ([a, b, c]) => where(gt(a, 0), b, c),
  argument: ([, , , x]) => x,
  "rows taken": ([a, , c]) => a.mul(2).add(c.sum({ axis: 0 })),
  itself: ([a]) => a,
};
const formula = fc.constantFrom(...Object.keys(formulas));
const places = fc.constantFrom("none", "around", "inside", "both");
const program = fc.record({
  n: fc.constantFrom(0, 1, 3),
  updates: fc.array(fc.record({ formula, place: places }), { minLength: 1, maxLength: 3 }),
  output: fc.record({ formula, place: places }),
  borrowed: fc.boolean(),
});
type Formula = (typeof formulas)[string];
type Program = typeof program extends fc.Arbitrary<infer P> ? P : never;

interface Host {
  readonly runtime: Runtime;
  /** Makes a variable of the backend. */
  readonly make: (value: NDArray, name: string, borrow: boolean) => Shared;
}

/** A function of a program, with failures in it or not, and all that a call may see or change. */
function build({ n, updates, output, borrowed }: Program, { runtime, make }: Host, by: Trip | undefined) {
  const mine = [1, 2, 3].map((seed) => (borrowed ? strided(n, seed) : square(n, seed)));
  const shareds = mine.map((value, i) => make(value, "abc"[i] as string, borrowed));
  const [x, total] = [matrix("x", "float32"), vector("total", "float32")];
  const value = (chosen: Program["output"], turn: number): TensorVariable => {
    const tripping = (v: TensorVariable, there: string): TensorVariable =>
      by !== undefined && [there, "both"].includes(chosen.place) ? trip(v, by) : v;
    const rotated = [0, 1, 2].map((i) => shareds[(i + turn) % 3] as unknown as TensorVariable);
    const operands = [...rotated, x].map((v) => tripping(v, "inside")) as unknown as Operands;
    return tripping((formulas[chosen.formula] as Formula)(operands), "around");
  };
  const state = new In(total, { value: numbers(2, 5), update: total.add(x.sum()) });
  const outputs = { out: value(output, 1), state: total };
  const f = runtime.compile([new In(x, { mutable: true }), state], outputs, {
    updates: updates.map((chosen, i) => [shareds[i] as never, value(chosen, i)]),
  });
  /** Values of variables and state, memory of the user. */
  const observe = async (argument: NDArray): Promise<string[]> => {
    const values = await Promise.all(shareds.map((s) => s.getValueAsync()));
    const memory = [...mine, argument].map(({ data }) => bytesOf(data));
    return [...[...values, f.value("total") as NDArray].map(bytes), ...memory];
  };
  return { f, shareds, observe };
}

/** Lets a program fail at each of its places in turn, then succeed. */
async function check(program: Program, on: Host): Promise<number> {
  const by = newTrip();
  await build(program, on, by).f.async(square(program.n, 9));
  const places = by.ran;
  const { f, shareds, observe } = build(program, on, by);
  const argument = square(program.n, 9);
  const before = await observe(argument);
  for (let n = 0; n < places; n++) {
    by.left = n;
    await expect(f.async(argument), `place ${n}`).rejects.toThrow("tripped");
    expect(await observe(argument), `after a failure at place ${n}`).toEqual(before);
  }
  by.left = Number.POSITIVE_INFINITY;
  const twin = build(program, reference, undefined);
  const [got, wanted] = [await f.async(argument), await twin.f.async(square(program.n, 9))];
  const results = [got.out, got.state, ...(await Promise.all(shareds.map((s) => s.getValueAsync())))];
  const expected = [wanted.out, wanted.state, ...twin.shareds.map((s) => s.getValue())];
  results.forEach((array, i) => {
    expect(array.shape).toEqual(expected[i]?.shape);
    const [ours, theirs] = [array.flat() as Float32Array, expected[i]?.flat() as Float32Array];
    for (let p = 0; p < ours.length; p++) expect(ours[p]).toBeCloseTo(theirs[p] as number, 4);
  });
  return places;
}

const plainHost: Host = {
  runtime: createRuntime({ plugins: [tripper] }),
  make: (value, name, borrow) =>
    new SharedVariable(name, new TensorType("float32", [null, null]), value, false, { borrow }),
};
const reference = plainHost;
const backendHost = (plugins: readonly Plugin[], backend: string, options: object = {}): Host => {
  const runtime = createRuntime({
    plugins: [...plugins, tripper],
    pluginOptions: { [backend]: options as Record<string, unknown> },
    warn: () => {},
  });
  return {
    runtime,
    make: (value, name, borrow) =>
      runtime.shared(value, { name, backend, ...(borrow ? { borrow } : {}) } as never) as unknown as Shared,
  };
};

describe("a program that fails at any of its places", () => {
  const hosts: [string, Host][] = [
    ["core's own values", plainHost],
    ["tensor-cpu", backendHost([cpu], "tensor-cpu")],
    ["tensor-cpu in JavaScript", backendHost([cpu], "tensor-cpu", { wasm: false })],
    ["tensor-cpu without generated code", backendHost([cpu], "tensor-cpu", { wasm: false, codegen: false })],
  ];
  it.each(hosts)("%s", async (_, on) => {
    let places = 0;
    await fc.assert(
      fc.asyncProperty(program, async (chosen) => {
        places += await check(chosen, on);
      }),
      { numRuns: 60 },
    );
    expect(places).toBeGreaterThan(60);
  });

  it("tensor-gpu", async (context) => {
    const on = backendHost([gpu, cpu], "tensor-gpu");
    await on.runtime.ready();
    const missing = on.runtime.failures[0]?.error.message;
    if (missing !== undefined) context.skip(`no WebGPU adapter: ${missing}`);
    const withMemory = program.map((chosen) => ({ ...chosen, borrowed: false }));
    await fc.assert(
      fc.asyncProperty(withMemory, (chosen) => check(chosen, on).then(() => undefined)),
      { numRuns: 12 },
    );
    await on.runtime.dispose();
  }, 60_000);
});

describe("a step that cannot be done", () => {
  const hosts: [string, Host][] = [
    ["core's own values", plainHost],
    ["tensor-cpu", backendHost([cpu], "tensor-cpu")],
    ["tensor-cpu without generated code", backendHost([cpu], "tensor-cpu", { wasm: false, codegen: false })],
  ];
  /** Every step reads rows by an argument of its own: one of them points outside. */
  it.each(hosts)(
    "an index out of bounds in any of the updates, or in the output: %s",
    (_, { runtime, make }) => {
      const mine = [1, 2, 3].map((seed) => square(3, seed));
      const [a, b, c] = mine.map((value, i) => make(value, "abc"[i] as string, i === 1)) as [
        Shared,
        Shared,
        Shared,
      ];
      const at = ["i", "j", "k", "l"].map((name) => vector(name, "int64"));
      const rows = (v: unknown, i: number) => (v as TensorVariable).take(at[i] as TensorVariable);
      const f = runtime.compile(at, rows(b, 3).sum(), {
        updates: [
          [a, a.add(1).add(rows(b, 0))],
          [b, rows(b.mul(2), 1)],
          [c, c.sub(a).mul(rows(c, 2))],
        ] as never,
      });
      const good = BigInt64Array.of(2n, 0n, 1n);
      const state = () =>
        [a, b, c].map((s) => bytes(s.getValue())).concat(mine.map(({ data }) => bytesOf(data)));
      for (let round = 0; round < 2; round++) {
        const before = state();
        for (let bad = 0; bad < 4; bad++) {
          for (const index of [3n, -4n]) {
            const args = at.map((__, i) => (i === bad ? BigInt64Array.of(0n, 1n, index) : good));
            const kept = args.map(bytesOf);
            expect(() => f(...(args as never[])), `argument ${bad}`).toThrow(
              expect.objectContaining({ code: "INDEX_OUT_OF_BOUNDS" }),
            );
            expect(state(), `argument ${bad}`).toEqual(before);
            expect(args.map(bytesOf)).toEqual(kept);
          }
        }
        f(...([good, good, good, good] as never[]));
        expect(state()).not.toEqual(before);
      }
    },
  );

  it.each(hosts)("lengths that do not fit in any of the updates: %s", (_, { runtime, make }) => {
    const [a, b, c] = [1, 2, 3].map((seed, i) => make(square(3, seed), "abc"[i] as string, false)) as [
      Shared,
      Shared,
      Shared,
    ];
    const xs = ["x", "y", "z"].map((name) => matrix(name, "float32"));
    const updates = [a, b, c].map((s, i) => [s, s.mul(2).add(xs[i] as TensorVariable)]);
    const f = runtime.compile(xs, [a.sum(), dot(b, xs[1] as TensorVariable)], { updates: updates as never });
    const state = () => [a, b, c].map((s) => bytes(s.getValue()));
    const before = state();
    for (let bad = 0; bad < 3; bad++) {
      const args = xs.map((__, i) => square(i === bad ? 2 : 3, 4));
      expect(() => f(...(args as never[]))).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
      expect(state()).toEqual(before);
    }
  });

  it.each(hosts)("a given that is checked at the call, and a length that a variable pins: %s", (_, host) => {
    const { runtime, make } = host;
    const [a, b] = [make(square(2, 1), "a", false), make(square(2, 2), "b", false)];
    const pinned = new SharedVariable("p", new TensorType("float32", [2, null]), square(2, 3), false);
    const [x, y] = [matrix("x", "float32"), matrix("y", "float32")];
    const f = runtime.compile([y], b.sum(), {
      updates: [
        [a, a.mul(3)],
        [pinned as never, y.mul(1)],
        [b, b.add(specifyShape(x, [2, 2]).sum())],
      ] as never,
      givens: [[x, y.mul(2)]],
    });
    const state = () => [a, b, pinned].map((s) => bytes(s.getValue()));
    const before = state();
    for (const n of [0, 1, 3]) {
      expect(() => f(square(n, 4))).toThrow();
      expect(state()).toEqual(before);
    }
    f(square(2, 4));
    expect(state()).not.toEqual(before);
  });

  it("no memory for a result in the middle of a call: tensor-cpu", () => {
    const { runtime, make } = backendHost([cpu], "tensor-cpu", { arenaBytes: 1 << 20 });
    const n = 128; // 64 KiB each
    const [a, b] = [make(square(n, 1), "a", false), make(square(n, 2), "b", false)];
    const count = lscalar("count");
    const f = runtime.compile([count], dot(a, b).sum(), {
      updates: [
        [a, a.mul(2)],
        [b, narrow(concatenate([b, b, b, b], 0), 0, 0, count)],
      ] as never,
    });
    const state = () => [a, b].map((s) => bytes(s.getValue()));
    const before = state();
    const hoard: Shared[] = [];
    expect(() => {
      for (;;) hoard.push(make(square(64, 3), "hoard", false));
    }).toThrow(expect.objectContaining({ code: "OUT_OF_MEMORY" }));
    expect(() => f(4 * n)).toThrow(expect.objectContaining({ code: "OUT_OF_MEMORY" }));
    expect(state()).toEqual(before);
    for (const s of hoard) s.dispose();
    f(n);
    expect(state()).not.toEqual(before);
  });
});

describe("sparse and opaque values", () => {
  const csr = (values: readonly number[]): CsrMatrix =>
    new CsrMatrix({
      data: Float64Array.from(values),
      indices: Int32Array.of(0, 2, 1),
      indptr: Int32Array.of(0, 2, 3),
      shape: [2, 3],
    });
  const parts = (m: SparseMatrix): string => [m.data, m.indices, m.indptr].map(bytesOf).join();

  it("sparse: at any place, with borrowed matrices", () => {
    const runtime = createRuntime({ plugins: [cpu, sparse, tripper], floatX: "float64" });
    const by = newTrip();
    const mine = [csr([1, 2, 3]), csr([4, 5, 6])];
    const [s, t] = mine.map((matrixOf, i) =>
      runtime.shared(matrixOf, { name: "st"[i] as string, borrow: true } as never),
    ) as unknown as [Shared, Shared];
    const d = runtime.shared(Float64Array.of(1, 2, 3), { name: "d" }) as unknown as Shared;
    const [p, q] = [s, t].map((v) => trip(v as unknown as TensorVariable, by)) as [
      TensorVariable,
      TensorVariable,
    ];
    const f = runtime.compile([], trip(dot(p, d as never), by), {
      updates: [
        [s, trip(p.add(q), by)],
        [t, s],
        [d, trip(d.mul(2).add(dot(q, d as never).sum()), by)],
      ] as never,
    });
    const state = () => [
      ...[s, t].map((v) => parts(v.getValue() as unknown as SparseMatrix)),
      ...mine.map(parts),
      bytes(d.getValue()),
    ];
    const before = state();
    const trial = f.copy({ deleteUpdates: true });
    trial();
    for (let n = 0; ; n++) {
      by.left = n;
      try {
        f();
      } catch (error) {
        expect(String(error)).toContain("tripped");
        expect(state(), `place ${n}`).toEqual(before);
        continue;
      }
      expect(n).toBe(5);
      break;
    }
    expect((t.getValue() as unknown as SparseMatrix).toArray()).toEqual(csr([1, 2, 3]).toArray());
    expect((s.getValue() as unknown as SparseMatrix).toArray()).toEqual(csr([5, 7, 9]).toArray());
  });

  it("opaque values: the same objects stay", () => {
    const runtime = createRuntime({ plugins: [tripper] });
    const by = newTrip();
    const [a, b] = [{ name: "a" }, { name: "b" }].map((value) =>
      runtime.shared(value, { backend: "generic" }),
    ) as unknown as [SharedVariable, SharedVariable];
    const n = new SharedVariable("n", new TensorType("float32", []), 1, false);
    const f = runtime.compile([], trip(n.add(1), by), {
      updates: [
        [a, b],
        [b, a],
        [n, n.add(1)],
      ] as never,
    });
    const stored = () => [a, b].map((v) => v.getValue({ borrow: true, returnInternalType: true }));
    const before = stored();
    by.left = 0;
    expect(() => f()).toThrow("tripped");
    expect(stored()[0]).toBe(before[0]);
    expect(stored()[1]).toBe(before[1]);
    expect(n.getValue().item()).toBe(1);
    by.left = 1;
    f();
    expect(stored().map((value) => (value as { name: string }).name)).toEqual(["b", "a"]);
  });
});
