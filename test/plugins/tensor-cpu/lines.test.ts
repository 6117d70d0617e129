/** Lines along an axis in WebAssembly: running ops, argsort and sort, to the bit what the reference kernels give. */
import {
  arrayConstructor,
  byteSize,
  type DType,
  dtypes,
  isFloat,
  kindOf,
  type LinesStep,
  NDArray,
  planRegion,
  type Region,
  rowMajorStrides,
  type Scalar,
  sizeOf,
} from "@bitale/core";
import { ArenaMemory } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classOf } from "../../../plugins/tensor-cpu/dist/arena/arena.js";
import { compileRegion } from "../../../plugins/tensor-cpu/dist/compile.js";
import { KernelLibrary } from "../../../plugins/tensor-cpu/dist/kernels/kernel-library.js";
import { nativeLines } from "../../../plugins/tensor-cpu/dist/kernels/native-lines.js";
import { layoutArbitrary, RegionBuilder, runReference } from "../../region-builder.js";

const memory = new ArenaMemory(1024 * 65_536);
const library = new KernelLibrary(memory, { deterministic: false });

const runningOps = ["cumsum", "cumprod", "cummax", "cummin"] as const;
const ops = [...runningOps, "argsort", "sort"] as const;
type Op = (typeof ops)[number];

/** Adds an op to a region; sort is what core's `sort` is made of. */
function add(b: RegionBuilder, op: Op, x: number, axis: number): number {
  if (op !== "sort") return b.apply(op, { axis }, [x]);
  return b.apply("takeAlongAxis", { axis }, [x, b.apply("argsort", { axis }, [x])]);
}

function linesOf(region: Region, inputs: readonly NDArray[]): LinesStep[] {
  const { steps } = planRegion(
    region,
    inputs.map(({ strides }) => strides),
  );
  return steps.filter((step) => step.kind === "lines");
}

/** Elements that are not the same number with the same sign (NaN is NaN). */
function difference(got: NDArray, expected: NDArray): string | undefined {
  expect([got.dtype, got.shape]).toEqual([expected.dtype, expected.shape]);
  const size = sizeOf(expected.shape);
  for (let i = 0; i < size; i++) {
    const at = unravel(i, expected.shape);
    const [a, b] = [got.get(...at), expected.get(...at)];
    if (!Object.is(a, b)) return `element [${at}] is ${String(a)}, expected ${String(b)}`;
  }
  return undefined;
}

/** Runs in WebAssembly and in JavaScript; only the results may be written. */
function agree(region: Region, inputs: readonly NDArray[], steps = 1): void {
  const expected = runReference(region, inputs);
  const bytes = new Uint8Array(memory.arena.buffer);
  const around = ({ data: { byteOffset, byteLength } }: NDArray): Uint8Array =>
    bytes.subarray(byteOffset + byteLength, byteOffset + classOf(byteLength));
  const lines = linesOf(region, inputs);
  expect(lines.length).toBe(steps);
  for (const step of lines) {
    const workshop = { codegen: true, library, inArena: new Set<number>() };
    if (sizeOf(step.out.shape) > 0) expect(nativeLines(step, workshop)).toBeDefined();
  }
  const inside = inputs.map(({ data, shape, strides, offset, dtype }) => {
    const home = memory.allocateDirty([data.length], dtype);
    home.data.set(data as never);
    return new NDArray({ data: home.data, shape, strides, offset, dtype });
  });
  for (const way of [library, undefined]) {
    const executable = compileRegion(region, memory, { codegen: true, library: way });
    for (const operands of [inputs, inside]) {
      const results = executable.run(operands, []) as NDArray[];
      results.forEach((value, i) => {
        expect(difference(value, expected[i] as NDArray), `output ${i}`).toBeUndefined();
      });
      for (const value of results) around(value).fill(0xab);
      for (const value of [...results].reverse()) memory.free(value);
    }
    const again = executable.run(inside, []) as NDArray[];
    for (const value of again) {
      expect(around(value).every((byte) => byte === 0xab)).toBe(true);
      memory.free(value);
    }
    executable.dispose?.();
  }
  inside.forEach((array, i) => {
    expect(difference(array, inputs[i] as NDArray)).toBeUndefined();
    memory.free(array);
  });
}

const unravel = (position: number, shape: readonly number[]): number[] =>
  rowMajorStrides(shape).map(
    (stride, axis) => Math.floor(position / Math.max(1, stride)) % (shape[axis] as number),
  );

/** What the elements of an operand are like. */
const kinds = ["ties", "bits", "numbers", "crowded", "ascending", "descending", "equal"] as const;
type Kind = (typeof kinds)[number];
const special = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0];

/** Draws 32 bits. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) >>> 0;
  };
}

/** Writes elements of a kind, in row-major order of the shape. */
function fill(array: NDArray, kind: Kind, seed: number): NDArray {
  const { dtype, shape } = array;
  const next = generator(seed);
  const draws = next() % 2 === 0;
  const cell = new DataView(new ArrayBuffer(8));
  const read = (): Scalar => {
    const bits = new Uint8Array(cell.buffer).slice(0, byteSize(dtype));
    const data = new (array.data.constructor as typeof Uint8Array)(bits.buffer);
    if (dtype === "bool") data[0] = (data[0] as number) & 1;
    return new NDArray({ data, shape: [], dtype }).get();
  };
  const number = (value: number): Scalar => {
    if (kindOf(dtype) === "bool") return Math.abs(value) % 2;
    return dtype === "int64" || dtype === "uint64" ? BigInt(value) : value;
  };
  const element = (i: number): Scalar => {
    const word = next();
    if (isFloat(dtype) && draws && word % 7 === 0) return special[(word >>> 8) % special.length] as number;
    switch (kind) {
      case "ties":
        return number(isFloat(dtype) ? ((word % 9) - 4) / 2 : (word % 9) - (kindOf(dtype) === "int" ? 4 : 0));
      case "numbers":
        return isFloat(dtype) ? (word - 2 ** 31) / 2 ** 33 : number(word % 128);
      // Of eight bytes, the upper four hardly differ.
      case "crowded":
        cell.setUint32(0, word, true);
        cell.setUint32(4, (next() >>> 9) & 0x01010101, true);
        return read();
      case "bits":
        cell.setUint32(0, word, true);
        cell.setUint32(4, next(), true);
        return read();
      case "ascending":
        return number(i % 128);
      case "descending":
        return number(127 - (i % 128));
      case "equal":
        return number(3);
    }
  };
  for (let i = 0; i < sizeOf(shape); i++) array.set(element(i), ...unravel(i, shape));
  return array;
}

const zeroOf = (dtype: DType): number | bigint => (dtype === "int64" || dtype === "uint64" ? 0n : 0);
/** An operand of any layout. */
const operand = (dtype: DType, shape: readonly number[]): fc.Arbitrary<NDArray> =>
  fc
    .tuple(
      layoutArbitrary(dtype, shape, fc.constant(zeroOf(dtype))),
      fc.constantFrom(...kinds),
      fc.integer({ min: 1 }),
    )
    .map(([array, kind, seed]) => fill(array, kind, seed));

/** Up to three axes: lengths for every way to walk, and for short and long lines. */
const lengths = fc.oneof(
  fc.integer({ min: 1, max: 6 }),
  fc.integer({ min: 7, max: 40 }),
  fc.constantFrom(0, 1, 63, 64, 65, 130, 300),
);
const shapes = fc
  .array(lengths, { minLength: 1, maxLength: 3 })
  .filter((shape) => sizeOf(shape) <= 4000)
  .chain((shape) => fc.tuple(fc.constant(shape), fc.nat(shape.length - 1)));

describe.each(ops)("%s", (op) => {
  it.each(dtypes)("of %s, along any axis of any layout", (dtype) => {
    const plan = shapes.chain(([shape, axis]) => fc.tuple(operand(dtype, shape), fc.constant(axis)));
    fc.assert(
      fc.property(plan, ([x, axis]) => {
        const b = new RegionBuilder();
        agree(b.region(add(b, op, b.input(dtype, x.shape), axis)), [x]);
      }),
      { numRuns: 40 },
    );
  });

  it("of long lines, one beside another and alone", () => {
    const plan = fc
      .tuple(
        fc.constantFrom<DType>(...dtypes),
        fc.constantFrom([3000], [700, 9], [9, 700], [5, 270, 3], [3, 2, 600]),
      )
      .chain(([dtype, shape]) => fc.tuple(operand(dtype, shape), fc.nat(shape.length - 1)));
    fc.assert(
      fc.property(plan, ([x, axis]) => {
        const b = new RegionBuilder();
        agree(b.region(add(b, op, b.input(x.dtype, x.shape), axis)), [x]);
      }),
      { numRuns: 60 },
    );
  });

  it.each(["int64", "uint64", "float64"] as const)("of %s whose highest bytes hardly differ", (dtype) => {
    for (const seed of [1, 2, 3]) {
      const x = new NDArray({ data: new (arrayConstructor(dtype))(1500), shape: [1500], dtype });
      const b = new RegionBuilder();
      agree(b.region(add(b, op, b.input(dtype, x.shape), 0)), [fill(x, "crowded", seed)]);
    }
  });

  it("of views: stretched, turned, backwards", () => {
    const plan = fc
      .tuple(
        fc.constantFrom<DType>(...dtypes),
        lengths.filter((n) => n > 0),
        fc.integer({ min: 1, max: 20 }),
      )
      .chain(([dtype, m, n]) => fc.tuple(operand(dtype, [m, n]), operand(dtype, [n]), fc.nat(1)));
    fc.assert(
      fc.property(plan, ([x, row, axis]) => {
        const { dtype, shape } = x;
        const [m, n] = shape as [number, number];
        const b = new RegionBuilder();
        const inputs = [b.input(dtype, shape), b.input(dtype, [n])] as const;
        const wide = b.node("broadcastTo", {}, [inputs[1]], dtype, [m, n]);
        const turned = b.apply("transpose", { permutation: [1, 0] }, [inputs[0]]);
        const params = { starts: [m - 1, 0], steps: [-1, 1] };
        const backwards = b.node("slice", params, [inputs[0]], dtype, [m, n]);
        const outputs = [wide, turned, backwards].map((view) => add(b, op, view, axis));
        agree(b.region(...outputs), [x, row], 3);
      }),
      { numRuns: 60 },
    );
  });
});

describe("sort", () => {
  const steps = (region: Region): string[] =>
    planRegion(
      region,
      region.inputs.map((id) => rowMajorStrides(region.values[id]?.shape as number[])),
    ).steps.map((step) => ("op" in step ? step.op : step.kind));

  it("is one step where only the elements are wanted", () => {
    const b = new RegionBuilder();
    const x = b.input("float32", [3, 9]);
    expect(steps(b.region(add(b, "sort", x, 1)))).toEqual(["sort"]);
    expect(linesOf(b.region(add(b, "sort", x, 1)), [])[0]?.nodes.map(({ op }) => op)).toEqual([
      "argsort",
      "takeAlongAxis",
    ]);
  });

  it("needs the order where that is wanted, another axis is taken along, or another operand put in order", () => {
    const b = new RegionBuilder();
    const [x, y] = [b.input("float32", [4, 4]), b.input("float32", [4, 4])];
    const order = b.apply("argsort", { axis: 1 }, [x]);
    const other = b.apply("argsort", { axis: 0 }, [x]);
    const third = b.apply("argsort", { axis: 1 }, [y]);
    const taken = [
      b.apply("takeAlongAxis", { axis: 1 }, [x, order]),
      b.apply("takeAlongAxis", { axis: 1 }, [x, other]),
      b.apply("takeAlongAxis", { axis: 1 }, [x, third]),
    ];
    const region = b.region(order, ...taken);
    expect(steps(region).sort()).toEqual([
      ...["argsort", "argsort", "argsort"],
      ...["takeAlongAxis", "takeAlongAxis", "takeAlongAxis"],
    ]);
    const random = generator(5);
    const inputs = [0, 1].map(
      () =>
        new NDArray({
          data: Float32Array.from({ length: 16 }, () => random() % 7),
          shape: [4, 4],
          dtype: "float32",
        }),
    );
    agree(region, inputs, 3);
  });
});

it("lines that need more working memory than there is fail when they are prepared", () => {
  const small = new ArenaMemory(24 * 65_536);
  const b = new RegionBuilder();
  const region = b.region(b.apply("argsort", { axis: 0 }, [b.input("float64", [60_000])]));
  const executable = compileRegion(region, small, {
    codegen: true,
    library: new KernelLibrary(small, { deterministic: false }),
  });
  const x = small.allocate([60_000], "float64");
  expect(() => executable.run([x], [])).toThrow(expect.objectContaining({ code: "OUT_OF_MEMORY" }));
});
