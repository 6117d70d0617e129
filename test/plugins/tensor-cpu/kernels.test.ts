/** Every primitive and random fused regions against the reference kernels: all dtypes, any strides, empty and 0-d. */
import {
  argReductionNames,
  type BinaryName,
  binaryNames,
  comparisonNames,
  type DType,
  dtypes,
  emptyNDArray,
  isFloat,
  type NDArray,
  type Region,
  reductionNames,
  unaryNames,
  writeElement,
} from "@bitale/core";
import { ArenaMemory } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRegion } from "../../../plugins/tensor-cpu/dist/compile.js";
import { KernelLibrary } from "../../../plugins/tensor-cpu/dist/kernels/kernel-library.js";
import {
  arrayArbitrary,
  RegionBuilder,
  runReference,
  sameArrays,
  shapeArbitrary,
} from "../../region-builder.js";

const memory = new ArenaMemory(128 * 65_536);
const ways = {
  wasm: {
    codegen: true,
    library: new KernelLibrary(memory, { deterministic: false, fewestForFunctions: 0 }),
  },
  deterministic: {
    codegen: false,
    library: new KernelLibrary(memory, { deterministic: true, fewestForFunctions: 0 }),
  },
  "generated code": { codegen: true },
  closures: { codegen: false },
};

function agree(region: Region, inputs: readonly NDArray[], scalars: readonly number[] = []): void {
  const expected = runReference(region, inputs, scalars);
  const before = inputs.map((input) => input.copy());
  for (const [way, options] of Object.entries(ways)) {
    const executable = compileRegion(region, memory, options);
    for (let round = 0; round < 2; round++) {
      const got = executable.run(inputs, scalars) as NDArray[];
      got.forEach((value, i) => {
        expect(
          sameArrays(value, expected[i] as NDArray),
          `output ${i}, ${way}, round ${round}`,
        ).toBeUndefined();
        expect(value.isContiguous).toBe(true);
        memory.free(value);
      });
    }
    executable.dispose?.();
  }
  inputs.forEach((input, i) => {
    expect(sameArrays(input, before[i] as NDArray, 0)).toBeUndefined();
  });
}

const allowed = (build: (b: RegionBuilder) => number): Region | undefined => {
  try {
    const builder = new RegionBuilder();
    return builder.region(build(builder));
  } catch {
    return undefined;
  }
};
const anyDType = fc.constantFrom(...dtypes);
const runs = { numRuns: 25 };

/** Two shapes that broadcast. */
const broadcastPair = shapeArbitrary.chain((shape) =>
  fc
    .tuple(
      fc.integer({ min: 0, max: shape.length }),
      fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
    )
    .map(([skip, ones]): [number[], number[]] => [shape, shape.map((d, i) => (ones[i] ? 1 : d)).slice(skip)]),
);

describe("elementwise", () => {
  it.each(unaryNames)("%s", (op) => {
    fc.assert(
      fc.property(
        fc
          .tuple(anyDType, shapeArbitrary)
          .chain(([dtype, shape]) => fc.tuple(fc.constant(dtype), arrayArbitrary(dtype, shape))),
        ([dtype, x]) => {
          const region = allowed((b) => b.apply(op, {}, [b.input(dtype, x.shape)]));
          if (region !== undefined) agree(region, [x]);
        },
      ),
      runs,
    );
  });

  it.each(binaryNames)("%s with broadcasting", (op) => {
    const operands = fc
      .tuple(anyDType, broadcastPair)
      .chain(([dtype, [s, t]]) =>
        fc.tuple(fc.constant(dtype), arrayArbitrary(dtype, s), arrayArbitrary(dtype, t)),
      );
    fc.assert(
      fc.property(operands, ([dtype, x, y]) => {
        const region = allowed((b) => b.apply(op, {}, [b.input(dtype, x.shape), b.input(dtype, y.shape)]));
        if (region !== undefined) agree(region, [x, y]);
      }),
      { numRuns: 40 },
    );
  });

  it("where and cast", () => {
    const operands = fc
      .tuple(anyDType, anyDType, broadcastPair)
      .chain(([from, to, [s, t]]) =>
        fc.tuple(
          fc.constant([from, to] as const),
          arrayArbitrary("bool", s),
          arrayArbitrary(from, t),
          arrayArbitrary(from, s),
        ),
      );
    fc.assert(
      fc.property(operands, ([[from, to], c, x, y]) => {
        const b = new RegionBuilder();
        const ids = [b.input("bool", c.shape), b.input(from, x.shape), b.input(from, y.shape)];
        const chosen = b.apply("where", {}, ids);
        const cast = b.node("cast", {}, [chosen], to, b.shapeOf(chosen));
        agree(b.region(chosen, cast), [c, x, y]);
      }),
      { numRuns: 120 },
    );
  });
});

describe("reductions", () => {
  it.each([...reductionNames, ...argReductionNames])("%s", (op) => {
    const operands = fc
      .tuple(anyDType, shapeArbitrary)
      .chain(([dtype, shape]) =>
        fc.tuple(
          fc.constant(op === "any" || op === "all" ? ("bool" as DType) : dtype),
          fc.subarray(shape.map((_, i) => i)),
          arrayArbitrary(op === "any" || op === "all" ? "bool" : dtype, shape, op === "sum" || op === "prod"),
        ),
      );
    fc.assert(
      fc.property(operands, ([dtype, axes, x]) => {
        const region = allowed((b) => {
          const id = b.input(dtype, x.shape);
          if (op === "argmax" || op === "argmin") return b.apply(op, { axis: axes[0] ?? 99 }, [id]);
          return b.apply(op, { axes }, [id]);
        });
        if (region !== undefined && !(op.startsWith("arg") && axes.length === 0)) agree(region, [x]);
      }),
      { numRuns: 60 },
    );
  });

  it.each(["float16", "float32"] as const)("products and sums of %s are rounded once", (dtype) => {
    const x = emptyNDArray([40], dtype);
    for (let i = 0; i < 40; i++) writeElement(x, i, 1 + (((i * 37) % 41) - 20) / 128);
    for (const op of ["prod", "sum"] as const) {
      const b = new RegionBuilder();
      agree(b.region(b.apply(op, { axes: [0] }, [b.input(dtype, x.shape)])), [x]);
    }
  });
});

describe("dot", () => {
  it("of any axes, dtypes and strides", () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 5, maxLength: 5 });
    const plan = fc
      .tuple(anyDType, lengths, fc.boolean(), fc.boolean(), fc.boolean())
      .chain(([dtype, [m, n, k, l, q], batch, two, swap]) => {
        const head = batch ? [(q as number) % 3] : [];
        const depth = two ? [(k as number) % 4, (l as number) % 3] : [k as number];
        const left = swap ? [...head, ...depth, m as number] : [...head, m as number, ...depth];
        const right = [...head, ...depth, n as number];
        const at = head.length;
        const axes = depth.map((_, i) => i + at);
        const contract = [swap ? axes : axes.map((a) => a + 1), axes] as const;
        const params = { contract, batch: [head.map(() => 0), head.map(() => 0)] as const };
        return fc.tuple(
          fc.constant({ dtype, params }),
          arrayArbitrary(dtype, left, true),
          arrayArbitrary(dtype, right, true),
        );
      });
    fc.assert(
      fc.property(plan, ([{ dtype, params }, x, y]) => {
        const b = new RegionBuilder();
        agree(b.region(b.apply("dot", params, [b.input(dtype, x.shape), b.input(dtype, y.shape)])), [x, y]);
      }),
      { numRuns: 150 },
    );
  });

  it("with vectors and larger matrices", () => {
    for (const [m, k, n] of [
      [17, 33, 1],
      [1, 50, 9],
      [13, 21, 18],
    ] as const) {
      fc.assert(
        fc.property(
          arrayArbitrary("float32", [m, k], true),
          arrayArbitrary("float32", [k, n], true),
          (x, y) => {
            const b = new RegionBuilder();
            const params = { contract: [[1], [0]], batch: [[], []] } as const;
            agree(
              b.region(b.apply("dot", params, [b.input("float32", [m, k]), b.input("float32", [k, n])])),
              [x, y],
            );
          },
        ),
        { numRuns: 3 },
      );
    }
  });
});

describe("moves", () => {
  const operand = fc.tuple(
    anyDType,
    fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  );
  it("transpose, reshape, broadcastTo, slice in chains", () => {
    const plan = operand.chain(([dtype, shape]) =>
      fc.tuple(
        fc.constant(dtype),
        arrayArbitrary(dtype, shape),
        fc.shuffledSubarray(
          shape.map((_, i) => i),
          { minLength: shape.length, maxLength: shape.length },
        ),
        fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 9, maxLength: 9 }),
        fc.boolean(),
      ),
    );
    fc.assert(
      fc.property(plan, ([dtype, x, permutation, dice, dynamic]) => {
        const b = new RegionBuilder();
        const turned = b.apply("transpose", { permutation }, [b.input(dtype, x.shape)]);
        const shape = b.shapeOf(turned);
        const scalars: number[] = [];
        const windows = shape.map((length, axis) => {
          const step = ([1, -1, 2, -2][(dice[axis] as number) % 4] as number) * 1;
          const size = Math.ceil(length / Math.abs(step)) - ((dice[axis + 3] as number) % 5 === 0 ? 1 : 0);
          const start = step > 0 ? 0 : length - 1;
          if (dynamic) scalars.push(start);
          return { step, size, start };
        });
        const starts = windows.map((w) => (dynamic ? b.scalar() : w.start));
        const part = b.node(
          "slice",
          { starts, steps: windows.map((w) => w.step) },
          [turned],
          dtype,
          windows.map((w) => w.size),
        );
        const flat = b.node("reshape", {}, [part], dtype, [b.shapeOf(part).reduce((a, c) => a * c, 1)]);
        const wide = b.node("broadcastTo", {}, [flat], dtype, [2, ...b.shapeOf(flat)]);
        agree(b.region(turned, part, flat, wide), [x], scalars);
      }),
      { numRuns: 80 },
    );
  });

  it("concatenate, updateSlice and iota", () => {
    const plan = operand.chain(([dtype, shape]) =>
      fc.tuple(
        fc.constant(dtype),
        fc.nat(shape.length - 1),
        arrayArbitrary(dtype, shape, true),
        arrayArbitrary(dtype, shape, true),
        fc.constantFrom("set", "add"),
      ),
    );
    fc.assert(
      fc.property(plan, ([dtype, axis, x, y, mode]) => {
        const b = new RegionBuilder();
        const [p, q] = [b.input(dtype, x.shape), b.input(dtype, y.shape)];
        const joined = b.apply("concatenate", { axis }, [p, q, p]);
        const starts = x.shape.map((_, i) => (i === axis ? b.scalar() : 0));
        const updated = b.node(
          "updateSlice",
          { starts, steps: x.shape.map(() => 1), mode: mode as "set" },
          [joined, q],
          dtype,
          b.shapeOf(joined),
        );
        const counted = b.node("iota", {}, [], "int64", [3]);
        agree(b.region(joined, updated, counted), [x, y], [x.shape[axis] as number]);
      }),
      { numRuns: 60 },
    );
  });

  it("take, scatter and their kin along an axis", () => {
    const plan = operand.chain(([dtype, shape]) =>
      fc.nat(shape.length - 1).chain((axis) => {
        const length = shape[axis] as number;
        const index = fc.integer({ min: -length, max: length - 1 });
        const count = fc.array(index, { maxLength: 5 });
        const along = shape.map((d, i) => (i === axis ? 2 : d));
        const size = along.reduce((a, c) => a * c, 1);
        return fc.tuple(
          fc.constant({ dtype, shape, axis, along }),
          arrayArbitrary(dtype, shape, true),
          count,
          fc.array(index, { minLength: size, maxLength: size }),
          fc.constantFrom("int32", "int64"),
          fc.constantFrom("set", "add"),
        );
      }),
    );
    fc.assert(
      fc.property(plan, ([{ dtype, shape, axis, along }, x, list, alongList, indexType, mode]) => {
        const b = new RegionBuilder();
        const base = b.input(dtype, shape);
        const indices = b.input(indexType as DType, [list.length]);
        const beside = b.input(indexType as DType, along);
        const taken = b.apply("take", { axis }, [base, indices]);
        const put = b.apply("scatter", { axis, mode: mode as "set" }, [base, indices, taken]);
        const picked = b.apply("takeAlongAxis", { axis }, [base, beside]);
        const spread = b.apply("scatterAlongAxis", { axis, mode: mode as "set" }, [base, beside, picked]);
        const array = (values: number[], dims: number[]) => arrayFrom(indexType as DType, values, dims);
        agree(b.region(taken, put, picked, spread), [x, array(list, [list.length]), array(alongList, along)]);
      }),
      { numRuns: 80 },
    );
  });

  it("indices and starts out of range are refused, and nothing is kept", () => {
    const b = new RegionBuilder();
    const taken = b.apply("take", { axis: 0 }, [b.input("float32", [3]), b.input("int32", [1])]);
    const executable = compileRegion(b.region(taken), memory, { codegen: true });
    const used = memory.arena.statistics.used;
    const x = arrayFrom("float32", [1, 2, 3], [3]);
    expect(() => executable.run([x, arrayFrom("int32", [3], [1])], [])).toThrow(/index 3 is out of bounds/);
    expect(memory.arena.statistics.used).toBe(used);
    const c = new RegionBuilder();
    const part = c.node(
      "slice",
      { starts: [c.scalar()], steps: [1] },
      [c.input("float32", [3])],
      "float32",
      [2],
    );
    const window = compileRegion(c.region(part), memory, { codegen: true });
    expect(() => window.run([x], [2])).toThrow(/leave axis 0/);
    expect((window.run([x], [1])[0] as NDArray).toArray()).toEqual([2, 3]);
  });
});

function arrayFrom(dtype: DType, values: readonly number[], shape: readonly number[]): NDArray {
  const array = emptyNDArray(shape, dtype);
  values.forEach((value, i) => {
    array.data[i] = (dtype === "int64" ? BigInt(value) : value) as never;
  });
  return array;
}

describe("fused regions", () => {
  it("random chains with shared values, broadcasting and reductions", () => {
    const safe: BinaryName[] = ["add", "sub", "mul", "maximum", "minimum"];
    const plan = fc.tuple(
      fc.constantFrom<DType>("float32", "float64", "int32", "float16", "uint8", "int64"),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 2 }),
      fc.array(fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)), { minLength: 3, maxLength: 14 }),
    );
    fc.assert(
      fc.property(
        plan.chain(([dtype, shape, dice]) =>
          fc.tuple(
            fc.constant({ dtype, shape, dice }),
            arrayArbitrary(dtype, shape, true),
            arrayArbitrary(dtype, [1, shape[1] as number], true),
            arrayArbitrary(dtype, [], true),
          ),
        ),
        ([{ dtype, shape, dice }, x, y, z]) => {
          const b = new RegionBuilder();
          const pool = [b.input(dtype, x.shape), b.input(dtype, y.shape), b.input(dtype, z.shape)];
          for (const [kind, p, q] of dice) {
            const [left, right] = [pool[p % pool.length] as number, pool[q % pool.length] as number];
            const choice = kind % 8;
            if (choice < 5) pool.push(b.apply(safe[choice] as BinaryName, {}, [left, right]));
            else if (choice === 5) {
              const condition = b.apply(comparisonNames[q % 6] as "lt", {}, [left, right]);
              pool.push(b.apply("where", {}, [condition, left, right]));
            } else if (choice === 6 && b.shapeOf(left).length === 2) {
              const reduced = b.apply(isFloat(dtype) ? "max" : "sum", { axes: [p % 2] }, [left]);
              const kept = [...b.shapeOf(left)];
              kept[p % 2] = 1;
              pool.push(b.node("reshape", {}, [reduced], dtype, kept));
            } else if (b.shapeOf(left).length === 2 && b.shapeOf(left)[0] === b.shapeOf(left)[1]) {
              pool.push(b.apply("transpose", { permutation: [1, 0] }, [left]));
            }
          }
          void shape;
          const outputs = [...new Set(pool.slice(-3))].filter((id) => id > 2);
          if (outputs.length > 0) agree(b.region(...outputs), [x, y, z]);
        },
      ),
      { numRuns: 200 },
    );
  });
});
