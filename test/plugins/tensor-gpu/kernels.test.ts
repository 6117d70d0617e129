/** Every declared op and dtype on a real WebGPU device against the reference kernels, and random fused regions. */
import {
  argReductionNames,
  type BinaryName,
  binaryNames,
  comparisonNames,
  type DType,
  type LoweredName,
  type NDArray,
  type Region,
  reductionNames,
  unaryNames,
} from "@bitale/core";
import { plugin } from "@bitale/tensor-gpu";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compileRegion } from "../../../plugins/tensor-gpu/dist/compile.js";
import type { GpuSession } from "../../../plugins/tensor-gpu/dist/session.js";
import type { GpuTensor } from "../../../plugins/tensor-gpu/dist/storage.js";
import { GpuTensorType } from "../../../plugins/tensor-gpu/dist/type.js";
import {
  arrayArbitrary,
  RegionBuilder,
  runReference,
  sameArrays,
  shapeArbitrary,
} from "../../region-builder.js";
import { openSession } from "./session.js";

let session: GpuSession | undefined;
let missing = "";
beforeAll(async () => {
  ({ session, missing } = await openSession());
});
beforeEach((context) => {
  if (session === undefined) context.skip(missing);
});
afterAll(() => session?.close());

const ops = plugin.supports.ops as { readonly [N in LoweredName]?: readonly DType[] };
const dtypesOf = (op: LoweredName): readonly DType[] =>
  (ops[op] ?? []).filter((d) => d !== "int64" || !["argmax", "argmin"].includes(op));

async function agree(
  region: Region,
  inputs: readonly NDArray[],
  scalars: readonly number[] = [],
  tolerance = 2e-5,
): Promise<void> {
  const open = session as GpuSession;
  const expected = runReference(region, inputs, scalars);
  const executable = compileRegion(region, open);
  const typeOf = (dtype: DType, rank: number) => new GpuTensorType(dtype, new Array(rank).fill(null), open);
  const given = inputs.map((input) => typeOf(input.dtype, input.ndim).fromHost(input));
  for (let round = 0; round < 2; round++) {
    const results = executable.run(given, scalars) as GpuTensor[];
    await executable.settled?.();
    for (const [i, result] of results.entries()) {
      const type = typeOf(result.dtype, result.shape.length);
      const host = await type.toHostAsync(result);
      expect(
        sameArrays(host, expected[i] as NDArray, tolerance),
        `output ${i}, round ${round}`,
      ).toBeUndefined();
      type.release(result);
    }
  }
  for (const tensor of given) open.pool.give(tensor.buffer);
  executable.dispose?.();
}

/** Small finite values: software drivers are inexact at the edges, which have a test of their own. */
const small = (dtype: DType, shape: readonly number[]) => {
  const wide = arrayArbitrary(dtype, shape, true);
  if (dtype === "float32" || dtype === "bool") return wide;
  return wide.map((array) => {
    const copy = array.copy();
    for (let i = 0; i < copy.data.length; i++) {
      const value = Number(copy.data[i]) % 1000;
      copy.data[i] = (dtype === "int64" ? BigInt(value) : value) as never;
    }
    return copy;
  });
};
const declared = (op: LoweredName) => fc.constantFrom(...dtypesOf(op));
const positive = new Set<string>(["log", "log1p", "sqrt"]);
const bounded = new Set<string>(["arcsin", "arccos"]);
const runs = { numRuns: 8 };

describe("elementwise", () => {
  it.each(unaryNames.filter((op) => dtypesOf(op).length > 0))("%s", async (op) => {
    const plan = fc
      .tuple(declared(op), shapeArbitrary)
      .chain(([dtype, shape]) => fc.tuple(fc.constant(dtype), small(dtype, shape)));
    await fc.assert(
      fc.asyncProperty(plan, async ([dtype, given]) => {
        if ((op === "isNaN" || op === "isInf") && dtype === "bool") return;
        const x = given.copy();
        if (positive.has(op))
          x.data.forEach((v, i) => {
            x.data[i] = (Math.abs(v as number) + 0.125) as never;
          });
        if (bounded.has(op))
          x.data.forEach((v, i) => {
            x.data[i] = ((v as number) / 5) as never;
          });
        const b = new RegionBuilder();
        await agree(
          b.region(b.apply(op, {}, [b.input(dtype, x.shape)])),
          [x],
          [],
          op === "tan" ? 2e-3 : 3e-4,
        );
      }),
      runs,
    );
  });

  it.each(binaryNames.filter((op) => dtypesOf(op).length > 0))("%s with broadcasting", async (op) => {
    const plan = fc
      .tuple(declared(op), shapeArbitrary, fc.boolean())
      .chain(([dtype, shape, narrow]) =>
        fc.tuple(
          fc.constant(dtype),
          small(dtype, shape),
          small(dtype, narrow ? shape.slice(1) : shape.map((d, i) => (i === 0 ? 1 : d))),
        ),
      );
    await fc.assert(
      fc.asyncProperty(plan, async ([dtype, x, y]) => {
        const b = new RegionBuilder();
        await agree(
          b.region(b.apply(op, {}, [b.input(dtype, x.shape), b.input(dtype, y.shape)])),
          [x, y],
          [],
          op === "pow" ? 1e-3 : 1e-4,
        );
      }),
      { numRuns: 10 },
    );
  });

  it("where and cast", async () => {
    const dtypes = fc.constantFrom(...(ops.cast ?? []));
    const plan = fc
      .tuple(dtypes, dtypes, shapeArbitrary)
      .chain(([from, to, shape]) =>
        fc.tuple(
          fc.constant([from, to] as const),
          small("bool", shape),
          small(from, shape),
          small(from, shape),
        ),
      );
    await fc.assert(
      fc.asyncProperty(plan, async ([[from, to], c, x, y]) => {
        const fits = [x, y].every(
          (array) => array.data.every((v: number | bigint) => Number(v) >= 0) || to !== "uint32",
        );
        if (!fits) return;
        const b = new RegionBuilder();
        const chosen = b.apply("where", {}, [
          b.input("bool", c.shape),
          b.input(from, x.shape),
          b.input(from, y.shape),
        ]);
        await agree(b.region(chosen, b.node("cast", {}, [chosen], to, b.shapeOf(chosen))), [c, x, y]);
      }),
      { numRuns: 25 },
    );
  });
});

describe("reductions", () => {
  it.each([...reductionNames, ...argReductionNames])("%s", async (op) => {
    const plan = fc
      .tuple(declared(op), fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }))
      .chain(([dtype, shape]) =>
        fc.tuple(
          fc.constant(dtype),
          fc.subarray(
            shape.map((_, i) => i),
            { minLength: 1 },
          ),
          small(dtype, shape),
        ),
      );
    await fc.assert(
      fc.asyncProperty(plan, async ([dtype, axes, x]) => {
        const b = new RegionBuilder();
        const id = b.input(dtype, x.shape);
        const out =
          op === "argmax" || op === "argmin"
            ? b.apply(op, { axis: axes[0] as number }, [id])
            : b.apply(op, { axes }, [id]);
        await agree(b.region(out), [x], [], op === "prod" ? 1e-4 : 2e-5);
      }),
      runs,
    );
  });

  it("of long axes, by a workgroup each, the first of equals", async () => {
    for (const op of ["sum", "max", "argmax"] as const) {
      await fc.assert(
        fc.asyncProperty(small("float32", [3, 300]), async (x) => {
          const b = new RegionBuilder();
          const id = b.input("float32", x.shape);
          await agree(
            b.region(op === "argmax" ? b.apply(op, { axis: 1 }, [id]) : b.apply(op, { axes: [1] }, [id])),
            [x],
            [],
            1e-4,
          );
        }),
        { numRuns: 3 },
      );
    }
  });
});

describe("dot", () => {
  it("plain, transposed, batched, with guards at the edges", async () => {
    const plan = fc
      .tuple(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 0, max: 40 }),
        fc.boolean(),
        fc.boolean(),
      )
      .chain(([m, n, k, swap, batch]) => {
        const head = batch ? [2] : [];
        const left = swap ? [...head, k, m] : [...head, m, k];
        return fc.tuple(
          fc.constant({ swap, at: head.length }),
          small("float32", left),
          small("float32", [...head, k, n]),
        );
      });
    await fc.assert(
      fc.asyncProperty(plan, async ([{ swap, at }, x, y]) => {
        const b = new RegionBuilder();
        const heads = at === 1 ? [0] : [];
        const params = { contract: [[swap ? at : at + 1], [at]], batch: [heads, heads] } as const;
        await agree(
          b.region(b.apply("dot", params, [b.input("float32", x.shape), b.input("float32", y.shape)])),
          [x, y],
          [],
          1e-4,
        );
      }),
      { numRuns: 15 },
    );
  });
});

describe("moves", () => {
  it("views, windows, joins and moves by indices", async () => {
    const plan = fc
      .tuple(
        fc.constantFrom(...(ops.take ?? [])),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 3 }),
        fc.constantFrom("set", "add"),
      )
      .chain(([dtype, shape, mode]) =>
        fc.tuple(
          fc.constant({ dtype, mode }),
          small(dtype, shape),
          fc.nat(shape.length - 1),
          fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
        ),
      );
    await fc.assert(
      fc.asyncProperty(plan, async ([{ dtype, mode }, x, axis, raw]) => {
        if (mode === "add" && dtype === "bool") return;
        const b = new RegionBuilder();
        const base = b.input(dtype, x.shape);
        const length = x.shape[axis] as number;
        const turned = b.apply("transpose", { permutation: [...x.shape.keys()].reverse() }, [base]);
        const joined = b.apply("concatenate", { axis }, [base, base]);
        const starts = x.shape.map((_, i) => (i === axis ? b.scalar() : 0));
        const steps = x.shape.map(() => 1);
        const part = b.node("slice", { starts, steps }, [joined], dtype, x.shape);
        const updated = b.node(
          "updateSlice",
          { starts, steps, mode: mode as "set" },
          [joined, part],
          dtype,
          b.shapeOf(joined),
        );
        const indices = b.input("int32", [raw.length]);
        const taken = b.apply("take", { axis }, [base, indices]);
        const put = b.apply("scatter", { axis, mode: mode as "set" }, [base, indices, taken]);
        const list = raw
          .map((i) => (i % length) - (i % 2 === 0 ? 0 : length))
          .map((i) => (i < -length ? i + length : i));
        const given = new RegionBuilder();
        void given;
        const index = { data: Int32Array.from(list), shape: [list.length], dtype: "int32" as const };
        await agree(
          b.region(turned, joined, part, updated, taken, put, b.node("iota", {}, [], "int64", [5])),
          [x, new (x.constructor as never as new (f: object) => NDArray)(index)],
          [length],
        );
      }),
      { numRuns: 20 },
    );
  });

  it("along an axis, as a gradient of picking needs it", async () => {
    await fc.assert(
      fc.asyncProperty(
        small("float32", [5, 4]),
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 5, maxLength: 5 }),
        async (x, picks) => {
          const b = new RegionBuilder();
          const base = b.input("float32", [5, 4]);
          const indices = b.input("int32", [5, 1]);
          const picked = b.apply("takeAlongAxis", { axis: 1 }, [base, indices]);
          const spread = b.apply("scatterAlongAxis", { axis: 1, mode: "add" }, [base, indices, picked]);
          const index = new (x.constructor as never as new (f: object) => NDArray)({
            data: Int32Array.from(picks),
            shape: [5, 1],
            dtype: "int32",
          });
          await agree(b.region(picked, spread), [x, index]);
        },
      ),
      { numRuns: 5 },
    );
  });

  it("starts out of range are refused before anything runs", () => {
    const b = new RegionBuilder();
    const part = b.node(
      "slice",
      { starts: [b.scalar()], steps: [1] },
      [b.input("float32", [3])],
      "float32",
      [2],
    );
    const executable = compileRegion(b.region(part), session as GpuSession);
    const x = new GpuTensorType("float32", [null], session as GpuSession).fromHost(
      runReference(constantRegion(), [])[0] as NDArray,
    );
    expect(() => executable.run([x], [2])).toThrow(/leave axis 0/);
  });
});

function constantRegion(): Region {
  const b = new RegionBuilder();
  const counted = b.node("iota", {}, [], "int64", [3]);
  return b.region(b.node("cast", {}, [counted], "float32", [3]));
}

describe("whole regions", () => {
  it("random fused chains", async () => {
    const safe: BinaryName[] = ["add", "sub", "mul", "maximum", "minimum"];
    const dice = fc.array(fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)), { minLength: 3, maxLength: 12 });
    const plan = fc.tuple(dice, small("float32", [3, 4]), small("float32", [1, 4]), small("float32", []));
    await fc.assert(
      fc.asyncProperty(plan, async ([throws, x, y, z]) => {
        const b = new RegionBuilder();
        const pool = [b.input("float32", x.shape), b.input("float32", y.shape), b.input("float32", z.shape)];
        for (const [kind, p, q] of throws) {
          const [left, right] = [pool[p % pool.length] as number, pool[q % pool.length] as number];
          const choice = kind % 7;
          if (choice < 5) pool.push(b.apply(safe[choice] as BinaryName, {}, [left, right]));
          else if (choice === 5)
            pool.push(
              b.apply("where", {}, [b.apply(comparisonNames[q % 6] as "lt", {}, [left, right]), left, right]),
            );
          else if (b.shapeOf(left).length === 2) {
            const reduced = b.apply("sum", { axes: [p % 2] }, [left]);
            const kept = [...b.shapeOf(left)];
            kept[p % 2] = 1;
            pool.push(b.node("reshape", {}, [reduced], "float32", kept));
          }
        }
        const outputs = [...new Set(pool.slice(-3))].filter((id) => id > 2);
        if (outputs.length > 0) await agree(b.region(...outputs), [x, y, z], [], 1e-4);
      }),
      { numRuns: 30 },
    );
  });

  it("more elements than one dimension of a grid has threads", async () => {
    const open = session as GpuSession;
    const length = 65_535 * 64 + 1000;
    const b = new RegionBuilder();
    const counted = b.node("cast", {}, [b.node("iota", {}, [], "int64", [length])], "float32", [length]);
    const shifted = b.apply("add", {}, [counted, counted]);
    const [result] = compileRegion(b.region(shifted), open).run([], []) as [GpuTensor];
    const host = await new GpuTensorType("float32", [null], open).toHostAsync(result);
    expect([host.get(0), host.get(100), host.get(length - 1)]).toEqual([0, 200, 2 * (length - 1)]);
    open.pool.give(result.buffer);
  });

  it("special values, where drivers keep them", async () => {
    const open = session as GpuSession;
    const b = new RegionBuilder();
    const x = b.input("float32", [6]);
    const out = [
      b.apply("isNaN", {}, [x]),
      b.apply("log", {}, [x]),
      b.apply("tanh", {}, [x]),
      b.apply("sigmoid", {}, [x]),
      b.apply("maximum", {}, [x, x]),
    ];
    const executable = compileRegion(b.region(...out), open);
    const data = new Float32Array([
      0,
      -1,
      100,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
    const type = new GpuTensorType("float32", [null], open);
    const results = executable.run(
      [
        type.fromHost({
          data,
          shape: [6],
          strides: [1],
          offset: 0,
          dtype: "float32",
          size: 6,
          flat: () => data,
        } as never),
      ],
      [],
    ) as GpuTensor[];
    const hosts = await Promise.all(
      results.map((r) => new GpuTensorType(r.dtype, [null], open).toHostAsync(r)),
    );
    expect(hosts[0]?.toArray()).toEqual([false, false, false, false, false, true]);
    const rounded = (i: number) => (hosts[i] as NDArray).toArray() as number[];
    expect(rounded(1)[0]).toBe(Number.NEGATIVE_INFINITY);
    expect([rounded(1)[1], rounded(1)[5]]).toEqual([Number.NaN, Number.NaN]);
    expect(rounded(2).slice(2, 5)).toEqual([1, 1, -1]);
    expect(rounded(3).slice(2, 5)).toEqual([1, 1, 0]);
    expect(rounded(4)[5]).toBeNaN();
  });
});

describe("memory", () => {
  it("buffers are used again", async () => {
    const open = session as GpuSession;
    const b = new RegionBuilder();
    const out = b.apply("exp", {}, [b.apply("neg", {}, [b.input("float32", [1000])])]);
    const executable = compileRegion(b.region(out), open);
    const type = new GpuTensorType("float32", [null], open);
    const x = type.fromHost(runReference(constantRegion(), []).map((a) => a)[0] as NDArray);
    void x;
    const input = open.pool.take(1000);
    const first = executable.run([{ buffer: input, dtype: "float32", shape: [1000] }], [])[0] as GpuTensor;
    type.release(first);
    const held = open.pool.bytes;
    const second = executable.run([{ buffer: input, dtype: "float32", shape: [1000] }], [])[0] as GpuTensor;
    expect(second.buffer).toBe(first.buffer);
    type.release(second);
    expect(open.pool.bytes).toBe(held);
    await executable.settled?.();
  });

  it("int64 is held in 32 bits, and what does not fit is refused", async () => {
    const open = session as GpuSession;
    const type = new GpuTensorType("int64", [null], open);
    const array = (values: bigint[]): NDArray => runReference(int64Region(values), [])[0] as NDArray;
    const tensor = type.fromHost(array([-5n, 2n ** 31n - 1n]));
    expect((await type.toHostAsync(tensor)).toArray()).toEqual([-5n, 2n ** 31n - 1n]);
    expect(() => type.fromHost(array([2n ** 31n]))).toThrow(/does not fit/);
  });
});

function int64Region(values: readonly bigint[]): Region {
  const b = new RegionBuilder();
  const counted = b.node("iota", {}, [], "int64", [values.length]);
  const parts = values.map((value) => {
    const one = b.node("slice", { starts: [0], steps: [1] }, [counted], "int64", [1]);
    let id = one;
    let rest = value < 0n ? -value : value;
    let power = b.apply("eq", {}, [one, one]);
    power = b.node("cast", {}, [power], "int64", [1]);
    while (rest > 0n) {
      if (rest % 2n === 1n) id = b.apply("add", {}, [id, power]);
      power = b.apply("add", {}, [power, power]);
      rest /= 2n;
    }
    return value < 0n ? b.apply("neg", {}, [id]) : id;
  });
  return b.region(b.apply("concatenate", { axis: 0 }, parts));
}
