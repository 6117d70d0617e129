/** Loops over the same rows in one kernel: every mixture of parts, dtypes and lengths, against the reference kernels. */
import {
  type BinaryName,
  type DType,
  type Instrument,
  isFloat,
  type NDArray,
  type Region,
} from "@bitale/core";
import { ArenaMemory } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRegion } from "../../../plugins/tensor-cpu/dist/compile.js";
import { KernelLibrary } from "../../../plugins/tensor-cpu/dist/kernels/kernel-library.js";
import { exactly, fixed, formats, ulps } from "../../../tools/accuracy/reference.mjs";
import { arrayArbitrary, RegionBuilder, runReference, sameArrays } from "../../region-builder.js";

const memory = new ArenaMemory(1024 * 65_536);
const libraries = {
  fused: new KernelLibrary(memory, { deterministic: false, fewestForFunctions: 0 }),
  deterministic: new KernelLibrary(memory, { deterministic: true, fewestForFunctions: 0 }),
};

/** The kinds of kernels that a region runs, in order. */
function kindsOf(region: Region, inputs: readonly NDArray[]): string[] {
  const kinds: string[] = [];
  const instrument: Instrument = (work, run) => {
    kinds.push(work.kind);
    return run;
  };
  const executable = compileRegion({ ...region, instrument }, memory, {
    codegen: true,
    library: libraries.fused,
  });
  for (const value of executable.run(inputs, []) as NDArray[]) memory.free(value);
  executable.dispose?.();
  return kinds;
}

function agree(region: Region, inputs: readonly NDArray[], tolerance: number): void {
  const expected = runReference(region, inputs);
  for (const [way, library] of Object.entries(libraries)) {
    const executable = compileRegion(region, memory, { codegen: true, library });
    const results = executable.run(inputs, []) as NDArray[];
    results.forEach((value, i) => {
      expect(sameArrays(value, expected[i] as NDArray, tolerance), `output ${i}, ${way}`).toBeUndefined();
      memory.free(value);
    });
    executable.dispose?.();
  }
}

/** Puts the reduced axes back with length 1. */
function keeping(b: RegionBuilder, reduced: number, from: number, axes: readonly number[]): number {
  const shape = b.shapeOf(from).map((length, axis) => (axes.includes(axis) ? 1 : length));
  return b.node("reshape", {}, [reduced], b.dtypeOf(reduced), shape);
}

/** exp(x - max) / sum over the last axes; its parts as well. */
function softmaxParts(b: RegionBuilder, x: number, axes: readonly number[]) {
  const top = keeping(b, b.apply("max", { axes }, [x]), x, axes);
  const moved = b.apply("sub", {}, [x, top]);
  const weights = b.apply("exp", {}, [moved]);
  const total = keeping(b, b.apply("sum", { axes }, [weights]), x, axes);
  return { top, moved, weights, total };
}

const arrayOf = (dtype: DType, shape: readonly number[], element: (i: number) => number): NDArray => {
  const array = memory.allocate(shape, dtype).copy();
  for (let i = 0; i < array.data.length; i++) array.data[i] = element(i) as never;
  return array;
};
const noise = (i: number): number =>
  Math.sin(i * 12.9898) * 43_758.5453 - Math.floor(Math.sin(i * 12.9898) * 43_758.5453);

describe("what runs together", () => {
  const softmaxOf = (shape: readonly number[], axes: readonly number[], dtype: DType = "float32"): Region => {
    const b = new RegionBuilder();
    const { weights, total } = softmaxParts(b, b.input(dtype, shape), axes);
    return b.region(b.apply("div", {}, [weights, total]));
  };
  const kinds = (shape: readonly number[], axes: readonly number[], dtype: DType = "float32"): string[] =>
    kindsOf(softmaxOf(shape, axes, dtype), [arrayOf(dtype, shape, noise)]);

  it("is the softmax over the last axes, of any length", () => {
    expect(kinds([600, 10], [1])).toEqual(["rows"]);
    expect(kinds([40, 333], [1], "float64")).toEqual(["rows"]);
    expect(kinds([5, 6, 7], [2])).toEqual(["rows"]);
    expect(kinds([5, 6, 7], [1, 2])).toEqual(["rows"]);
    expect(kinds([50], [0])).toEqual(["rows"]);
    expect(kinds([2, 1000], [1])).toEqual(["rows"]);
  });

  it("is not that over other axes, in half precision, of rows with one element, of few long rows", () => {
    expect(kinds([600, 10], [0])).not.toContain("rows");
    expect(kinds([600, 10], [1], "float16")).not.toContain("rows");
    expect(kinds([600, 1], [1])).not.toContain("rows");
    expect(kinds([2, 100_000], [1])).not.toContain("rows");
  });

  it("is not the sum of a transposed operand: its rows are no rows of memory", () => {
    const b = new RegionBuilder();
    const x = b.input("float32", [30, 40]);
    const turned = b.apply("transpose", { permutation: [1, 0] }, [x]);
    const total = keeping(b, b.apply("sum", { axes: [1] }, [turned]), turned, [1]);
    const region = b.region(b.apply("sub", {}, [turned, total]));
    expect(kindsOf(region, [arrayOf("float32", [30, 40], noise)])).toEqual(["loop", "loop"]);
  });

  it("ends before what comes once for each row, which is a loop of its own", () => {
    const b = new RegionBuilder();
    const { top, total } = softmaxParts(b, b.input("float32", [100, 30]), [1]);
    const region = b.region(b.apply("add", {}, [b.apply("log", {}, [total]), top]));
    expect(kindsOf(region, [arrayOf("float32", [100, 30], noise)])).toEqual(["rows", "loop"]);
  });

  it("is the log-softmax but for its logarithm, where rows are too short to hide it and too long for lanes", () => {
    const kindsOfLog = (columns: number): string[] => {
      const b = new RegionBuilder();
      const { moved, total } = softmaxParts(b, b.input("float32", [100, columns]), [1]);
      const region = b.region(b.apply("sub", {}, [moved, b.apply("log", {}, [total])]));
      const x = arrayOf("float32", [100, columns], noise);
      agree(region, [x], 1e-6);
      return kindsOf(region, [x]);
    };
    expect(kindsOfLog(10)).toEqual(["rows"]);
    expect(kindsOfLog(30)).toEqual(["rows", "loop", "loop"]);
    expect(kindsOfLog(100)).toEqual(["rows"]);
  });

  it("is cut where short rows would go through too many loops", () => {
    const b = new RegionBuilder();
    let y = b.input("float32", [100, 20]);
    for (let i = 0; i < 6; i++) {
      const { weights, total } = softmaxParts(b, b.apply("tanh", {}, [y]), [1]);
      y = b.apply("div", {}, [weights, total]);
    }
    const x = arrayOf("float32", [100, 20], noise);
    agree(b.region(y), [x], 1e-6);
    const kinds = kindsOf(b.region(y), [x]);
    expect(new Set(kinds)).toEqual(new Set(["rows"]));
    expect(kinds.length).toBeGreaterThan(1);
    expect(kinds.length).toBeLessThan(7);
  });

  it("ends where something else comes between, and where rows of others are read", () => {
    const b = new RegionBuilder();
    const x = b.input("float32", [8, 8]);
    const { weights, total } = softmaxParts(b, x, [1]);
    const y = b.apply("div", {}, [weights, total]);
    const turned = b.apply("transpose", { permutation: [1, 0] }, [y]);
    const region = b.region(b.apply("add", {}, [y, turned]));
    expect(kindsOf(region, [arrayOf("float32", [8, 8], noise)])).toEqual(["rows", "loop"]);
    agree(region, [arrayOf("float32", [8, 8], noise)], 1e-6);
  });
});

/** The rows from the last one to the first. */
const turned = (b: RegionBuilder, x: number): number => {
  const shape = b.shapeOf(x);
  const starts = shape.map((length, axis) => (axis === 0 ? length - 1 : 0));
  const steps = shape.map((_, axis) => (axis === 0 ? -1 : 1));
  return b.node("slice", { starts, steps }, [x], b.dtypeOf(x), shape);
};

describe("rows in another order", () => {
  const x = arrayOf("float32", [9, 30], noise);

  it("are not read before they are there", () => {
    const b = new RegionBuilder();
    const { weights, total } = softmaxParts(b, b.input("float32", x.shape), [1]);
    const y = b.apply("div", {}, [weights, total]);
    const region = b.region(b.apply("add", {}, [y, turned(b, y)]));
    expect(kindsOf(region, [x])).toEqual(["rows", "loop"]);
    agree(region, [x], 1e-6);
  });

  it("may be reduced, but the results are not theirs", () => {
    const b = new RegionBuilder();
    const y = b.input("float32", x.shape);
    const total = keeping(b, b.apply("sum", { axes: [1] }, [y]), y, [1]);
    const region = b.region(b.apply("div", {}, [y, turned(b, total)]));
    expect(kindsOf(region, [x])).toEqual(["loop", "loop"]);
    agree(region, [x], 1e-6);
  });

  it("are read before an operand is written over", () => {
    const b = new RegionBuilder();
    const y = b.input("float32", x.shape);
    const other = b.apply("tanh", {}, [turned(b, y)]);
    const total = keeping(b, b.apply("sum", { axes: [1] }, [other]), y, [1]);
    const region: Region = {
      ...b.region(b.apply("mul", {}, [y, total]), other),
      reuse: { donations: [{ output: 0, input: 0 }], transient: new Set() },
    };
    const expected = runReference(region, [x]);
    const owned = memory.copy(x);
    const executable = compileRegion(region, memory, { codegen: true, library: libraries.fused });
    const results = executable.run([owned], [], [owned]) as NDArray[];
    expect(results[0]).toBe(owned);
    results.forEach((value, i) => {
      expect(sameArrays(value, expected[i] as NDArray, 1e-6)).toBeUndefined();
    });
  });
});

describe("rows", () => {
  it("of any mixture of parts, dtypes, lengths and layouts are what the reference kernels say", () => {
    const safe: BinaryName[] = ["add", "sub", "mul", "maximum", "minimum"];
    const lengths = fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(2, 3, 4, 10, 16, 64, 65, 100));
    let grouped = 0;
    const plan = fc
      .record({
        dtype: fc.constantFrom<DType>("float32", "float64", "int32", "uint8", "int16", "int64", "bool"),
        outer: fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 2 }),
        inner: fc.array(lengths, { minLength: 1, maxLength: 1 }),
        dice: fc.array(fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)), { minLength: 3, maxLength: 10 }),
        outputs: fc.integer({ min: 1, max: 4 }),
      })
      .chain((given) => {
        const shape = [...given.outer, ...given.inner];
        const once = [...given.outer, 1];
        const shapes = [shape, given.inner, once, [], shape];
        return fc.tuple(
          fc.constant({ ...given, shape }),
          fc.tuple(...shapes.map((one) => arrayArbitrary(given.dtype, one, true))),
        );
      });
    fc.assert(
      fc.property(plan, ([{ dtype, shape, dice, outputs }, inputs]) => {
        const b = new RegionBuilder();
        const pool = inputs.map((input) => b.input(dtype, input.shape));
        const axis = shape.length - 1;
        for (const [kind, p, q] of dice) {
          const [left, right] = [pool.at(-1 - (p % 3)) as number, pool[q % pool.length] as number];
          const choice = kind % 9;
          if (choice < 4) {
            const op = dtype === "bool" ? "or" : (safe[q % safe.length] as BinaryName);
            pool.push(b.apply(op, {}, [left, right]));
          } else if (choice === 4 && isFloat(dtype)) {
            pool.push(b.apply("tanh", {}, [left]));
          } else if (b.shapeOf(left).join() === shape.join()) {
            const name = (["sum", "max", "min", "sum", "max", "argmax", "prod"] as const)[q % 7] as "sum";
            if (name === ("argmax" as string)) {
              const found = keeping(b, b.apply("argmax", { axis }, [left]), left, [axis]);
              pool.push(b.node("cast", {}, [found], dtype, b.shapeOf(found)));
            } else pool.push(keeping(b, b.apply(name, { axes: [axis] }, [left]), left, [axis]));
          }
        }
        const made = [...new Set(pool.slice(-outputs))].filter((id) => id >= inputs.length);
        if (made.length === 0) return;
        const region = b.region(...made);
        grouped += kindsOf(region, inputs).filter((kind) => kind === "rows").length;
        // Products and differences of such numbers lose digits in float32, wherever they are summed.
        if (!isFloat(dtype)) agree(region, inputs, 0);
        else {
          const scale = runReference(region, inputs).every((value) =>
            [...(value.data as Float64Array)].every((x) => Math.abs(x) < 1e6),
          );
          if (scale) agree(region, inputs, dtype === "float32" ? 2e-3 : 1e-9);
        }
      }),
      { numRuns: 500 },
    );
    expect(grouped).toBeGreaterThan(100);
  });

  it.each(["float32", "float64"] as const)(
    "exponentials of %s below the largest element have the bits of exp, over the whole range",
    (dtype) => {
      const special = [Number.NEGATIVE_INFINITY, 0, -0, -87.34, -103.98, -708.4, -745.2, -1e300];
      for (const [rows, columns] of [
        [50, 10],
        [40, 97],
      ] as const) {
        const x = arrayOf(dtype, [rows, columns], (i) =>
          i % 11 === 0
            ? (special[(i / 11) % special.length] as number)
            : -noise(i) * (dtype === "float32" ? 110 : 760),
        );
        const b = new RegionBuilder();
        const { moved, weights, total } = softmaxParts(b, b.input(dtype, [rows, columns]), [1]);
        const region = b.region(moved, weights, b.apply("div", {}, [weights, total]));
        expect(kindsOf(region, [x])).toEqual(["rows"]);
        const alone = new RegionBuilder();
        const exp = alone.region(alone.apply("exp", {}, [alone.input(dtype, [rows, columns])]));
        for (const library of Object.values(libraries)) {
          const together = compileRegion(region, memory, { codegen: true, library });
          const single = compileRegion(exp, memory, { codegen: true, library });
          const [difference, got] = together.run([x], []) as [NDArray, NDArray];
          const [expected] = single.run([difference], []) as [NDArray];
          expect([...(got.data as Float64Array)]).toEqual([...(expected.data as Float64Array)]);
        }
      }
    },
  );

  it.each(["float32", "float64"] as const)(
    "of a softmax of %s are within a few units of the last place, down to what is barely not zero",
    (dtype) => {
      const precise = 1400;
      for (const [rows, columns, spread] of [
        [200, 10, 8],
        [200, 3, 220],
        [40, 257, 8],
        [40, 100, 210],
        [10, 30, 1500],
      ] as const) {
        const x = arrayOf(dtype, [rows, columns], (i) => noise(i) * spread);
        const b = new RegionBuilder();
        const { weights, total } = softmaxParts(b, b.input(dtype, [rows, columns]), [1]);
        const region = b.region(b.apply("div", {}, [weights, total]));
        for (const library of Object.values(libraries)) {
          const executable = compileRegion(region, memory, { codegen: true, library });
          const [got] = executable.run([x], []) as [NDArray];
          for (let row = 0; row < rows; row++) {
            const elements = Array.from({ length: columns }, (_, i) => x.get(row, i) as number);
            const top = Math.max(...elements);
            const moved = elements.map((value) =>
              dtype === "float32" ? Math.fround(value - top) : value - top,
            );
            const exact = moved.map((value) => {
              const { count, bits } = exactly.exp?.(value, 0) ?? expect.unreachable();
              return bits > precise ? count >> BigInt(bits - precise) : count << BigInt(precise - bits);
            });
            const sum = exact.reduce((all, one) => all + one);
            exact.forEach((weight, i) => {
              const wanted = { count: (weight << BigInt(precise)) / sum, bits: precise };
              expect(ulps(got.get(row, i) as number, wanted, formats[dtype]), `${moved[i]}`).toBeLessThan(
                3.5,
              );
            });
          }
        }
      }
    },
  );

  it("with infinities and NaN are what they are in the reference kernels", () => {
    const { NaN: nan, POSITIVE_INFINITY: above, NEGATIVE_INFINITY: below } = Number;
    const rows = [
      [1, 2, nan, 4],
      [above, 1, 2, 3],
      [above, above, 0, 1],
      [below, below, below, below],
      [below, 0, 1, below],
      [nan, nan, nan, nan],
      [above, below, nan, 0],
      [0, -0, 0, -0],
      [-1e30, 1e30, 0, 3e38],
    ];
    for (const dtype of ["float32", "float64"] as const) {
      for (const columns of [3, 4, 9, 25, 70]) {
        const x = arrayOf(dtype, [rows.length, columns], (i) => {
          const row = rows[Math.floor(i / columns)] as number[];
          return row[(i % columns) % row.length] as number;
        });
        // What nobody else reads may be computed in another way: each region has no nodes but those of its results.
        for (const wanted of ["softmax", "log", "moved", "top", "total", "weights", "left"]) {
          const b = new RegionBuilder();
          const parts = softmaxParts(b, b.input(dtype, [rows.length, columns]), [1]);
          const { top, moved, weights, total } = parts;
          const softmax = wanted === "log" ? [] : [b.apply("div", {}, [weights, total])];
          const beside =
            wanted === "log"
              ? [b.apply("sub", {}, [moved, b.apply("log", {}, [total])])]
              : wanted === "left"
                ? [b.apply("sub", {}, [moved, top])]
                : wanted === "softmax"
                  ? []
                  : [parts[wanted as "moved"]];
          agree(b.region(...softmax, ...beside), [x], dtype === "float32" ? 1e-6 : 1e-14);
        }
      }
    }
  });

  it("are summed as exactly as by a loop of their own", () => {
    const [rows, columns] = [5, 20_000];
    const x = arrayOf("float64", [rows, columns], (i) => noise(i) * 10 ** (noise(i + 0.5) * 12 - 6));
    const b = new RegionBuilder();
    const y = b.input("float64", [rows, columns]);
    const sum = b.apply("sum", { axes: [1] }, [y]);
    const region = b.region(sum, b.apply("div", {}, [y, keeping(b, sum, y, [1])]));
    expect(kindsOf(region, [x])).toEqual(["rows"]);
    const executable = compileRegion(region, memory, { codegen: true, library: libraries.deterministic });
    const [sums] = executable.run([x], []) as [NDArray];
    for (let row = 0; row < rows; row++) {
      let count = 0n;
      for (let i = 0; i < columns; i++) count += fixed(x.get(row, i) as number, 200);
      expect(ulps(sums.get(row) as number, { count, bits: 200 }, formats.float64)).toBeLessThanOrEqual(1);
    }
  });

  it("may be written over the operand, also where it is read by several parts", () => {
    for (const dtype of ["float32", "float64"] as const) {
      for (const [rows, columns] of [
        [1, 30],
        [7, 3],
        [9, 10],
        [6, 45],
        [3, 200],
      ] as const) {
        const b = new RegionBuilder();
        const x = b.input(dtype, [rows, columns]);
        const { weights, total } = softmaxParts(b, x, [1]);
        const y = b.apply("mul", {}, [b.apply("div", {}, [weights, total]), x]);
        const largest = keeping(b, b.apply("max", { axes: [1] }, [y]), y, [1]);
        const region: Region = {
          ...b.region(y, largest),
          reuse: { donations: [{ output: 0, input: 0 }], transient: new Set() },
        };
        const given = arrayOf(dtype, [rows, columns], (i) => noise(i) * 6 - 3);
        const expected = runReference(region, [given]);
        const owned = memory.copy(given);
        const executable = compileRegion(region, memory, { codegen: true, library: libraries.fused });
        const results = executable.run([owned], [], [owned]) as NDArray[];
        expect(results[0]).toBe(owned);
        results.forEach((value, i) => {
          expect(sameArrays(value, expected[i] as NDArray, 1e-6)).toBeUndefined();
        });
        for (const value of results) memory.free(value);
        executable.dispose?.();
      }
    }
  });

  it("keep intermediates of one row only: the softmax of a large array needs little memory", () => {
    const small = new ArenaMemory(512 * 65_536);
    const library = new KernelLibrary(small, { deterministic: true });
    const b = new RegionBuilder();
    const shape = [2000, 1000];
    const { weights, total } = softmaxParts(b, b.input("float32", shape), [1]);
    const region = b.region(b.apply("div", {}, [weights, total]));
    const executable = compileRegion(region, small, { codegen: true, library });
    const x = small.allocate(shape, "float32");
    executable.run([x], []);
    // The operand and the result take eight megabytes each, in blocks of the next power of two.
    expect(small.arena.statistics.used).toBeLessThan(2.5 * 2 ** 23);
  });
});
