/** Loops in WebAssembly: long ones, all layouts and mixtures of dtypes, against the reference kernels. */
import {
  argReductionNames,
  type BinaryName,
  binaryNames,
  castScalar,
  type DType,
  dtypes,
  emptyNDArray,
  isFloat,
  NDArray,
  planRegion,
  type Region,
  reductionNames,
  rowMajorStrides,
  type UnaryName,
  unaryNames,
  writeElement,
} from "@bitale/core";
import { ArenaMemory } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classOf } from "../../../plugins/tensor-cpu/dist/arena/arena.js";
import { compileRegion } from "../../../plugins/tensor-cpu/dist/compile.js";
import { KernelLibrary } from "../../../plugins/tensor-cpu/dist/kernels/kernel-library.js";
import { nativeLoop } from "../../../plugins/tensor-cpu/dist/kernels/native-loop.js";
import { floatFunctions } from "../../../plugins/tensor-cpu/dist/kernels/vector/float-functions.js";
import { arrayArbitrary, RegionBuilder, runReference, sameArrays } from "../../region-builder.js";

const memory = new ArenaMemory(1024 * 65_536);
const libraries = {
  fused: new KernelLibrary(memory, { deterministic: false, fewestForFunctions: 0 }),
  deterministic: new KernelLibrary(memory, { deterministic: true, fewestForFunctions: 0 }),
};

/** The same window on the same numbers, in the arena. */
function inArena({ data, shape, strides, offset, dtype }: NDArray): NDArray {
  const home = memory.allocateDirty([data.length], dtype);
  home.data.set(data as never);
  return new NDArray({ data: home.data, shape, strides, offset, dtype });
}

/** Runs a region in WebAssembly, on operands outside and inside of the arena; only the results may be written. */
function agree(region: Region, inputs: readonly NDArray[], tolerance = 0): void {
  const expected = runReference(region, inputs);
  const bytes = new Uint8Array(memory.arena.buffer);
  const around = ({ data: { byteOffset, byteLength } }: NDArray): Uint8Array =>
    bytes.subarray(byteOffset + byteLength, byteOffset + classOf(byteLength));
  const inside = inputs.map(inArena);
  for (const [way, library] of Object.entries(libraries)) {
    const executable = compileRegion(region, memory, { codegen: true, library });
    for (const operands of [inputs, inside, inside]) {
      const results = executable.run(operands, []) as NDArray[];
      results.forEach((value, i) => {
        expect(sameArrays(value, expected[i] as NDArray, tolerance), `output ${i}, ${way}`).toBeUndefined();
      });
      for (const value of results) around(value).fill(0xab);
      for (const value of [...results].reverse()) memory.free(value);
      // The next run gets the same blocks, where nothing is brought into the arena between.
      if (operands === inputs) continue;
      const again = executable.run(operands, []) as NDArray[];
      again.forEach((value, i) => {
        expect(value.data.byteOffset).toBe(results[i]?.data.byteOffset);
        expect(around(value).every((byte) => byte === 0xab)).toBe(true);
      });
      for (const value of again) memory.free(value);
    }
    executable.dispose?.();
  }
  inside.forEach((array, i) => {
    expect(sameArrays(array, inputs[i] as NDArray, 0)).toBeUndefined();
  });
}

/** How many loops of a region run in WebAssembly. */
function nativeLoops(region: Region): number {
  const strides = region.inputs.map((id) => {
    const { shape } = region.values[id] as { shape: readonly number[] };
    return shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  });
  const workshop = { codegen: true, library: libraries.fused, inArena: new Set<number>() };
  return planRegion(region, strides).steps.filter(
    (step) => step.kind === "loop" && nativeLoop(step, workshop) !== undefined,
  ).length;
}

const vectorDTypes = dtypes.filter((dtype) => dtype !== "float16");
const lengths = fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(3, 4, 5, 15, 16, 17, 32, 64));

describe("maps", () => {
  it("every op in vectors has them for the dtypes that it is defined for", () => {
    const found: string[] = [];
    const missing: string[] = [];
    const defined = (op: UnaryName | BinaryName, dtype: DType, operands: number): Region | undefined => {
      try {
        const b = new RegionBuilder();
        const inputs = Array.from({ length: operands }, () => b.input(dtype, [9]));
        return b.region(b.apply(op, {}, inputs));
      } catch {
        return undefined;
      }
    };
    for (const dtype of vectorDTypes) {
      for (const op of [...unaryNames, ...binaryNames]) {
        const region = defined(op, dtype, (unaryNames as readonly string[]).includes(op) ? 1 : 2);
        if (region !== undefined) (nativeLoops(region) === 1 ? found : missing).push(`${op} ${dtype}`);
      }
    }
    expect(missing).toEqual([]);
    expect(found.length).toBeGreaterThan(200);
  });

  it("of any length, layout and dtype, with mixtures of dtypes in one loop", () => {
    const plan = fc
      .tuple(
        fc.integer({ min: 1, max: 3 }),
        lengths,
        fc.array(fc.constantFrom<DType>(...vectorDTypes), { minLength: 4, maxLength: 4 }),
        fc.array(fc.tuple(fc.nat(999), fc.nat(99), fc.nat(99)), { minLength: 1, maxLength: 9 }),
      )
      .chain(([rows, columns, types, dice]) => {
        const shapes = [[rows, columns], [columns], [rows, 1], []];
        return fc.tuple(
          fc.constant(dice),
          fc.tuple(...shapes.map((shape, i) => arrayArbitrary(types[i] as DType, shape, true))),
        );
      });
    const ops = [...unaryNames, ...binaryNames].filter((op) => !(op in floatFunctions));
    fc.assert(
      fc.property(plan, ([dice, inputs]) => {
        const b = new RegionBuilder();
        const pool = inputs.map((input) => b.input(input.dtype, input.shape));
        let last = pool[0] as number;
        for (const [kind, p, q] of dice) {
          const [left, other] = [last, pool[p % pool.length] as number];
          try {
            if (kind % 4 === 0) {
              const to = vectorDTypes[q % vectorDTypes.length] as DType;
              last = b.node("cast", {}, [left], to, b.shapeOf(left));
            } else {
              const op = ops[q % ops.length] as UnaryName | BinaryName;
              const dtype = b.dtypeOf(left);
              const right =
                b.dtypeOf(other) === dtype ? other : b.node("cast", {}, [other], dtype, b.shapeOf(other));
              const unary = (unaryNames as readonly string[]).includes(op);
              last = b.apply(op as "add", {}, unary ? [left] : [left, right]);
            }
            pool.push(last);
          } catch {
            // Not defined for the dtype.
          }
        }
        if (last > 3) agree(b.region(last), inputs);
      }),
      { numRuns: 250 },
    );
  });

  /** Numbers of all sizes, whole ones and others, up to the last bit of a mantissa, and what is not a number. */
  const ordinary = [
    fc.integer({ min: -40, max: 40 }),
    fc.integer().map((n) => n / 8),
    fc.maxSafeInteger(),
    fc
      .tuple(fc.double({ min: -2, max: 2, noNaN: true }), fc.integer({ min: -80, max: 80 }))
      .map(([x, exponent]) => x * 2 ** exponent),
  ];
  const extreme = [
    fc.double(),
    fc.constantFrom(Number.MAX_VALUE, 0.6 * 2 ** 1022, -0.7 * 2 ** 1021),
    fc.constantFrom(0, -0, 0.1, 1, -1, 5e-324, -5e-324, 2 ** -149, 2 ** -1022, Number.MAX_VALUE),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
    fc.constantFrom(
      ...[24, 31, 32, 49, 50, 51, 52, 53, 62, 63, 64, 65, 127, 1022, 1023]
        .map((n) => 2 ** n)
        .flatMap((x) => [x, -x, x * (1 - 2 ** -53), x * (1 - 2 ** -24), x + 1, x - 0.5, 1.5 * x]),
    ),
  ];
  const edges = [7n, 8n, 15n, 16n, 31n, 32n, 49n, 50n, 51n, 52n, 53n, 62n, 63n].map((n) => 1n << n);
  const words = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const small = [fc.integer({ min: -9, max: 9 }).map(BigInt), fc.integer().map(BigInt)];
  const large = [
    words,
    fc.tuple(words, fc.bigInt({ min: 0n, max: 63n })).map(([n, by]) => n >> by),
    fc.tuple(words, fc.bigInt({ min: 4n, max: 20n })).map(([n, by]) => BigInt.asUintN(63, n) >> by),
    fc.constantFrom(...edges.flatMap((n) => [n, -n, n - 1n, 1n - n])),
  ];
  /** So many numbers of a dtype; some of four neighbours are of one kind, so that all lanes may go the same way. */
  const numbers = (dtype: DType, n: number): fc.Arbitrary<NDArray> => {
    const [some, others]: fc.Arbitrary<number | bigint>[][] = isFloat(dtype)
      ? [ordinary, extreme]
      : [small, large];
    const all = [...(some ?? []), ...(others ?? [])];
    const four = (one: fc.Arbitrary<number | bigint>): fc.Arbitrary<(number | bigint)[]> =>
      fc.array(one, { minLength: 4, maxLength: 4 });
    const fours = fc.oneof(...all.map(four), four(fc.oneof(...(some ?? []))), four(fc.oneof(...all)));
    const count = Math.ceil(n / 4);
    return fc.array(fours, { minLength: count, maxLength: count }).map((list) => {
      const array = memory.allocate([n], dtype);
      for (let i = 0; i < n; i++)
        writeElement(array, i, castScalar(list[i >> 2]?.[i & 3] as number | bigint, dtype));
      return array;
    });
  };

  it("casts of numbers of any size wrap as the reference does", () => {
    const all = fc.constantFrom<DType>(...vectorDTypes);
    const plan = fc
      .tuple(all, all, fc.constantFrom(9, 64))
      .chain(([from, to, n]) => fc.tuple(numbers(from, n), fc.constant(to)));
    fc.assert(
      fc.property(plan, ([x, to]) => {
        const b = new RegionBuilder();
        const region = b.region(b.node("cast", {}, [b.input(x.dtype, x.shape)], to, x.shape));
        expect(nativeLoops(region)).toBe(1);
        agree(region, [x]);
        memory.free(x);
      }),
      { numRuns: 600 },
    );
  });

  it.each(["floorDiv", "mod", "pow"] as const)("%s of numbers of any size", (op) => {
    const dtype = fc.constantFrom<DType>(...vectorDTypes.filter((type) => op !== "pow" || !isFloat(type)));
    const plan = dtype.chain((type) => fc.tuple(numbers(type, 36), numbers(type, 36)));
    fc.assert(
      fc.property(plan, (operands) => {
        const b = new RegionBuilder();
        const inputs = operands.map((x) => b.input(x.dtype, x.shape));
        let result: number;
        try {
          result = b.apply(op, {}, inputs);
        } catch {
          return; // Not defined for the dtype.
        }
        agree(b.region(result), operands);
        for (const x of operands) memory.free(x);
      }),
      { numRuns: 400 },
    );
  });

  it("of one small width, sixteen or eight elements at a time", () => {
    const bytes: readonly DType[] = ["bool", "int8", "uint8"];
    const plan = fc
      .tuple(fc.constantFrom<readonly DType[]>(bytes, ["int16", "uint16"]), fc.integer({ min: 30, max: 75 }))
      .chain(([types, n]) => {
        const one = fc.constantFrom(...types).chain((dtype) => numbers(dtype, n));
        const fixed = fc.constantFrom(...types).chain((dtype) => numbers(dtype, 1));
        const dice = fc.array(fc.tuple(fc.nat(999), fc.nat(99), fc.nat(99)), { minLength: 1, maxLength: 6 });
        return fc.tuple(fc.constant(types), dice, one, one, fixed);
      });
    const ops = [...unaryNames, ...binaryNames].filter((op) => !(op in floatFunctions));
    fc.assert(
      fc.property(plan, ([types, dice, ...inputs]) => {
        const b = new RegionBuilder();
        const pool = inputs.map((input) => b.input(input.dtype, input.shape));
        let last = pool[0] as number;
        const as = (value: number, dtype: DType): number =>
          b.dtypeOf(value) === dtype ? value : b.node("cast", {}, [value], dtype, b.shapeOf(value));
        for (const [kind, p, q] of dice) {
          const other = pool[p % pool.length] as number;
          try {
            if (kind % 6 === 0) last = as(last, types[q % types.length] as DType);
            else if (kind % 6 === 1 && types === bytes) {
              const [then, otherwise] = [last, as(other, b.dtypeOf(last))];
              last = b.apply("where", {}, [as(pool[q % 2] as number, "bool"), then, otherwise]);
            } else {
              const op = ops[q % ops.length] as UnaryName | BinaryName;
              const unary = (unaryNames as readonly string[]).includes(op);
              last = b.apply(op as "add", {}, unary ? [last] : [last, as(other, b.dtypeOf(last))]);
            }
            if (types.includes(b.dtypeOf(last))) pool.push(last);
            else last = pool.at(-1) as number;
          } catch {
            // Not defined for the dtype.
          }
        }
        agree(b.region(last), inputs);
        for (const x of inputs) memory.free(x);
      }),
      { numRuns: 300 },
    );
  });

  it("reads that overlap: a vector with itself shifted and reversed", () => {
    fc.assert(
      fc.property(lengths, fc.constantFrom<DType>("float32", "float64", "int32", "uint8"), (n, dtype) => {
        const b = new RegionBuilder();
        const x = b.input(dtype, [n + 2]);
        const part = (start: number, step: number): number =>
          b.node("slice", { starts: [start], steps: [step] }, [x], dtype, [n]);
        const sum = b.apply("add", {}, [part(0, 1), b.apply("mul", {}, [part(1, 1), part(n + 1, -1)])]);
        const value = memory.allocate([n + 2], dtype);
        for (let i = 0; i < n + 2; i++) value.data[i] = (i * 7) % 11;
        agree(b.region(sum), [value]);
        memory.free(value);
      }),
      { numRuns: 60 },
    );
  });
});

describe("reductions", () => {
  /** Lengths of two or three axes, those that are reduced, and an order in which memory holds them. */
  const plan = fc
    .tuple(
      fc.constantFrom(...reductionNames, ...argReductionNames),
      fc.constantFrom<DType>(...vectorDTypes),
      fc.array(lengths, { minLength: 1, maxLength: 2 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(2),
      fc.subarray([0, 1, 2], { minLength: 1 }),
      fc.boolean(),
    )
    .chain(([op, given, long, short, at, axes, finite]) => {
      const shape = [...long.slice(0, at), short, ...long.slice(at)].slice(0, 3);
      const dtype: DType = op === "any" || op === "all" ? "bool" : given;
      const reduced = axes.filter((axis) => axis < shape.length);
      return fc.tuple(
        fc.constant({ op, dtype, axes: reduced.length === 0 ? [0] : reduced }),
        arrayArbitrary(dtype, shape, finite || op === "sum" || op === "prod"),
        arrayArbitrary(dtype, shape.slice(-1), true),
      );
    });

  /** The reduction of x, or of the larger ones of x and y; undefined where the op is not defined for the dtype. */
  const reducing = (
    op: string,
    axes: readonly number[],
    [x, y]: readonly [NDArray, NDArray],
    ofBoth: boolean,
  ): Region | undefined => {
    const b = new RegionBuilder();
    const inputs = [b.input(x.dtype, x.shape), b.input(y.dtype, y.shape)];
    const value = ofBoth ? b.apply("maximum", {}, inputs) : (inputs[0] as number);
    const params = op.startsWith("arg") ? { axis: axes[0] as number } : { axes };
    try {
      return b.region(b.apply(op as "sum", params as never, [value]));
    } catch {
      return undefined;
    }
  };

  it("of an expression, over any axes of any layout", () => {
    fc.assert(
      fc.property(plan, ([{ op, axes }, x, y]) => {
        const region = reducing(op, axes, [x, y], op !== "prod");
        if (region === undefined) return;
        const outer = x.shape.reduce((all, length) => all * length, 1);
        if (outer > 1) expect(nativeLoops(region)).toBe(1);
        agree(region, [x, y], op === "sum" || op === "prod" ? 1e-6 : 0);
      }),
      { numRuns: 400 },
    );
  });

  /** Numbers of any sign and size, with a NaN now and then where floats are compared. */
  const filled = (dtype: DType, shape: readonly number[], start: number, notANumber: boolean): NDArray => {
    const x = emptyNDArray(shape, dtype);
    for (let i = 0; i < x.data.length; i++) {
      const word = Math.imul(i + start, 2_654_435_761) >>> 12;
      const value = dtype === "bool" ? Number(word % 97 === 0) : (word % 201) - 100;
      writeElement(x, i, notANumber && word % 5003 === 0 ? Number.NaN : value);
    }
    return x;
  };

  it("of long columns, a band of rows at a time", () => {
    const ops = [...reductionNames, ...argReductionNames];
    const plan = fc.record({
      op: fc.constantFrom(...ops),
      given: fc.constantFrom<DType>(...vectorDTypes),
      rows: fc.integer({ min: 33, max: 90 }),
      columns: fc.integer({ min: 17, max: 600 }),
      kind: fc.constantFrom<"plain" | "several" | "both" | "broadcast">(
        "plain",
        "several",
        "both",
        "broadcast",
      ),
      start: fc.nat(1e6),
    });
    fc.assert(
      fc.property(plan, ({ op, given, rows, columns, kind, start }) => {
        const dtype: DType = op === "any" || op === "all" ? "bool" : given;
        const more = Math.ceil(2 ** 15 / (rows * columns));
        const shape = {
          plain: [rows * more, columns],
          broadcast: [rows * more, columns],
          several: [more, rows, columns],
          both: [rows, more, columns],
        }[kind];
        const axes = { plain: [0], broadcast: [0], several: [1], both: [0, 1] }[kind];
        const floats = dtype === "float32" || dtype === "float64";
        const x = filled(dtype, shape, start, floats && op !== "prod");
        const y = filled(dtype, [columns], start + 7, false);
        const region = reducing(op, axes, [x, y], kind === "broadcast");
        if (region === undefined) return;
        agree(region, [x, y], op === "prod" ? 1e-6 : 0);
      }),
      { numRuns: 60 },
    );
  });

  it.each(["float32", "float64"] as const)("long sums of %s lose less than pairwise ones", (dtype) => {
    const n = 200_000;
    const x = memory.allocate([n], dtype);
    // Numbers of full precision that are multiples of 2^-60: their sum is known exactly.
    let units = 0n;
    for (let i = 0; i < n; i++) {
      x.data[i] = 2 ** -7 + Math.abs(Math.sin(i)) * (i % 7 === 0 ? 64 : 1);
      units += BigInt((x.data[i] as number) * 2 ** 60);
    }
    const exact = Number(units) / 2 ** 60;
    const b = new RegionBuilder();
    const executable = compileRegion(b.region(b.apply("sum", { axes: [0] }, [b.input(dtype, [n])])), memory, {
      codegen: true,
      library: libraries.fused,
    });
    const [sum] = executable.run([x], []) as [NDArray];
    const epsilon = dtype === "float32" ? 2 ** -24 : 2 ** -53;
    const error = Math.abs((sum.get() as number) - exact);
    // One rounding of the result and about one more; NumPy's bound is 16 + log2(n / 128), that of a plain sum is n.
    expect(error / exact).toBeLessThanOrEqual(2 * epsilon);
    executable.dispose?.();
  });
});

describe("moves", () => {
  it("copies of transposed matrices, in stripes", () => {
    const operands = fc
      .tuple(lengths, lengths, fc.constantFrom<DType>(...vectorDTypes))
      .chain(([rows, columns, dtype]) => arrayArbitrary(dtype, [2, rows, columns], true));
    fc.assert(
      fc.property(operands, (x) => {
        const b = new RegionBuilder();
        const permutation = [0, 2, 1];
        agree(b.region(b.apply("transpose", { permutation }, [b.input(x.dtype, x.shape)])), [x]);
      }),
      { numRuns: 60 },
    );
  });

  it("rows and elements by indices, set and added", () => {
    const plan = fc
      .tuple(
        fc.constantFrom<DType>(...vectorDTypes),
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 9 }),
        fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 4, 8, 16)),
        fc.constantFrom<DType>("int32", "int64"),
        fc.constantFrom("set" as const, "add" as const),
      )
      .chain(([dtype, outer, length, inner, indexType, mode]) => {
        const index = fc.integer({ min: -length, max: length - 1 });
        return fc.tuple(
          fc.constant({ indexType, mode, inner }),
          arrayArbitrary(dtype, [outer, length, inner], true),
          fc.array(index, { minLength: 1, maxLength: 12 }),
          fc.array(index, { minLength: 2 * outer * inner, maxLength: 2 * outer * inner }),
        );
      });
    fc.assert(
      fc.property(plan, ([{ indexType, mode, inner }, x, list, alongList]) => {
        const b = new RegionBuilder();
        const along = [x.shape[0] as number, 2, inner];
        const [base, indices, beside] = [
          b.input(x.dtype, x.shape),
          b.input(indexType, [list.length]),
          b.input(indexType, along),
        ];
        const taken = b.apply("take", { axis: 1 }, [base, indices]);
        const picked = b.apply("takeAlongAxis", { axis: 1 }, [base, beside]);
        const put = b.apply("scatter", { axis: 1, mode }, [base, indices, taken]);
        const spread = b.apply("scatterAlongAxis", { axis: 1, mode }, [base, beside, picked]);
        const arrays = [list, alongList].map((values, i) => {
          const array = memory.allocate(i === 0 ? [list.length] : along, indexType);
          values.forEach((value, at) => {
            array.set(indexType === "int64" ? BigInt(value) : value, ...unravel(at, array.shape));
          });
          return array;
        });
        agree(b.region(taken, picked, put, spread), [x, ...arrays], 1e-6);
        for (const array of arrays) memory.free(array);
      }),
      { numRuns: 120 },
    );
  });

  it.each([3n, -4n, 2n ** 32n, -(2n ** 32n)])("index %s is out of range", (index) => {
    const b = new RegionBuilder();
    const inputs = [b.input("float32", [3, 2]), b.input("int64", [2])];
    const executable = compileRegion(b.region(b.apply("take", { axis: 0 }, inputs)), memory, {
      codegen: true,
      library: libraries.fused,
    });
    const [x, indices] = [memory.allocate([3, 2], "float32"), memory.allocate([2], "int64")];
    (indices.data as BigInt64Array).set([1n, index]);
    const { used } = memory.arena.statistics;
    expect(() => executable.run([x, indices], [])).toThrow(`index ${index} is out of bounds`);
    expect(memory.arena.statistics.used).toBe(used);
    executable.dispose?.();
  });
});

function unravel(position: number, shape: readonly number[]): number[] {
  return rowMajorStrides(shape).map(
    (stride, axis) => Math.floor(position / Math.max(1, stride)) % (shape[axis] as number),
  );
}
