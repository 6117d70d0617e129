/** Results in donated storage and in storage of the executable's own, against the reference kernels. */
import {
  type Donation,
  type DType,
  NDArray,
  planInPlace,
  planRegion,
  type Region,
  rowMajorStrides,
} from "@bitale/core";
import { ArenaMemory } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileRegion } from "../../../plugins/tensor-cpu/dist/compile.js";
import { KernelLibrary } from "../../../plugins/tensor-cpu/dist/kernels/kernel-library.js";
import { arrayArbitrary, RegionBuilder, runReference, sameArrays } from "../../region-builder.js";

const memory = new ArenaMemory(256 * 65_536);
const library = new KernelLibrary(memory, { deterministic: true });
const ways = {
  wasm: { codegen: true, library },
  "wasm without generated code": { codegen: false, library },
  "generated code": { codegen: true },
  closures: { codegen: false },
};
const owned = (array: NDArray): NDArray => memory.copy(array);

/** One step of a random program on n x n matrices; operands are picked from what is there already. */
const opArbitrary = fc.record({
  op: fc.constantFrom(
    ...(["add", "sub", "mul", "neg", "transpose", "dot", "flip", "scale", "window", "take", "sum"] as const),
  ),
  left: fc.nat(),
  right: fc.nat(),
});
type RandomOp = typeof opArbitrary extends fc.Arbitrary<infer T> ? T : never;

function addOp(b: RegionBuilder, n: number, dtype: DType, values: number[], { op, left, right }: RandomOp) {
  const [x, y] = [values[left % values.length] as number, values[right % values.length] as number];
  const shape = [n, n];
  const whole = { starts: [0, 0], steps: [1, 1] };
  switch (op) {
    case "neg":
      return b.apply("neg", {}, [x]);
    case "transpose":
      return b.apply("transpose", { permutation: [1, 0] }, [x]);
    case "dot":
      return b.node("dot", { contract: [[1], [0]], batch: [[], []] }, [x, y], dtype, shape);
    case "flip":
      return b.node("slice", { starts: [n - 1, 0], steps: [-1, 1] }, [x], dtype, shape);
    case "scale":
      return b.apply("mul", {}, [
        x,
        b.constant(new NDArray({ data: arrayOf(dtype, [2]), shape: [], dtype })),
      ]);
    case "window": {
      const part = b.node("slice", { ...whole, starts: [0, 1] }, [x], dtype, [n, n - 1]);
      return b.node("updateSlice", { ...whole, mode: right % 2 ? "set" : "add" }, [y, part], dtype, shape);
    }
    case "take": {
      const index = new NDArray({
        data: BigInt64Array.from({ length: n }, (_, i) => BigInt((i * 3) % n)),
        shape: [n],
        dtype: "int64",
      });
      return b.node("take", { axis: 0 }, [x, b.constant(index)], dtype, shape);
    }
    case "sum":
      return b.apply("sub", {}, [x, b.node("sum", { axes: [0] }, [y], dtype, [n])]);
    default:
      return b.apply(op, {}, [x, y]);
  }
}
const arrayOf = (dtype: DType, elements: readonly number[]): NDArray["data"] =>
  dtype === "float32"
    ? Float32Array.from(elements)
    : dtype === "float64"
      ? Float64Array.from(elements)
      : BigInt64Array.from(elements.map(BigInt));

const programArbitrary = fc
  .record({
    n: fc.integer({ min: 1, max: 6 }),
    dtype: fc.constantFrom<DType>("float32", "float64", "int64"),
    inputs: fc.integer({ min: 1, max: 3 }),
    ops: fc.array(opArbitrary, { minLength: 1, maxLength: 8 }),
    outputs: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    donations: fc.array(fc.option(fc.nat(), { nil: undefined }), { minLength: 3, maxLength: 3 }),
    given: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  })
  .chain((program) =>
    fc.record({
      program: fc.constant(program),
      arrays: fc.array(arrayArbitrary(program.dtype, [program.n, program.n], true), {
        minLength: program.inputs,
        maxLength: program.inputs,
      }),
    }),
  );

/** Every second output is transient, unless its storage is donated. */
function regionOf({
  n,
  dtype,
  inputs,
  ops,
  outputs,
  donations,
}: {
  readonly n: number;
  readonly dtype: DType;
  readonly inputs: number;
  readonly ops: readonly RandomOp[];
  readonly outputs: readonly number[];
  readonly donations: readonly (number | undefined)[];
}): Region {
  const b = new RegionBuilder();
  const values = Array.from({ length: inputs }, () => b.input(dtype, [n, n]));
  for (const op of ops) values.push(addOp(b, n, dtype, values, op));
  const made = values.slice(inputs);
  const chosen = [...new Set(outputs.map((at) => made[at % made.length] as number))];
  const taken = new Set<number>();
  const asked = chosen.flatMap((_, output): Donation[] => {
    const input = donations[output];
    if (input === undefined || input % (inputs + 1) === inputs)
      return input === undefined ? [] : [{ output, input: undefined }];
    const place = input % (inputs + 1);
    if (taken.has(place)) return [];
    taken.add(place);
    return [{ output, input: place }];
  });
  const transient = new Set(
    chosen.flatMap((_, output) =>
      output % 2 === 1 && asked.every((d) => d.output !== output) ? [output] : [],
    ),
  );
  return { ...b.region(...chosen), reuse: { donations: asked, transient } };
}

describe("donated storage", () => {
  it.each(Object.entries(ways))("holds the right results, and nothing else changes: %s", (_way, options) => {
    fc.assert(
      fc.property(programArbitrary, ({ program, arrays }) => {
        const region = regionOf(program);
        const reuse = region.reuse as NonNullable<Region["reuse"]>;
        const executable = compileRegion(region, memory, options);
        for (let round = 0; round < 3; round++) {
          const inputs = arrays.map((array, i) => {
            const donated = reuse.donations.some((d) => d.input === i);
            return donated || round === 1 ? owned(array) : array;
          });
          const expected = runReference(region, inputs);
          const before = inputs.map((input) => input.copy());
          const donated = reuse.donations.map(({ input }, i) => {
            if (program.given[i] !== round < 2) return undefined;
            return input === undefined ? owned(arrays[0] as NDArray) : inputs[input];
          });
          const got = executable.run(inputs, [], donated) as NDArray[];
          got.forEach((value, i) =>
            expect(sameArrays(value, expected[i] as NDArray, 1e-4), `output ${i}`).toBeUndefined(),
          );
          inputs.forEach((input, i) => {
            if (!got.includes(input))
              expect(sameArrays(input, before[i] as NDArray, 0), `input ${i}`).toBeUndefined();
          });
          got.forEach((value, i) => {
            const at = reuse.donations.findIndex((d) => d.output === i);
            if (at !== -1 && inputs.includes(value)) expect(value).toBe(donated[at]);
            if (!reuse.transient.has(i)) memory.free(value);
          });
          for (const array of [...inputs, ...(donated as NDArray[])])
            if (array !== undefined) memory.free(array);
        }
        executable.dispose?.();
      }),
      { numRuns: 150 },
    );
    expect(memory.arena.statistics.used).toBeLessThan(2 ** 23);
  });

  it("is taken for elementwise updates of every length, and written once", () => {
    for (const dtype of ["float32", "float64"] as const) {
      for (let n = 0; n < 70; n++) {
        const b = new RegionBuilder();
        const x = b.input(dtype, [n]);
        const sum = b.apply("add", {}, [x, x]);
        const region: Region = {
          ...b.region(sum),
          reuse: { donations: [{ output: 0, input: 0 }], transient: new Set() },
        };
        const value = owned(new NDArray({ data: arrayOf(dtype, [...Array(n).keys()]), shape: [n], dtype }));
        const executable = compileRegion(region, memory, ways.wasm);
        expect(executable.run([value], [], [value])[0]).toBe(value);
        expect(value.toArray()).toEqual([...Array(n).keys()].map((i) => 2 * i));
        executable.dispose?.();
        memory.free(value);
      }
    }
  });

  it("of a result that its caller passes in again is read before it is written", () => {
    for (const options of Object.values(ways)) {
      const b = new RegionBuilder();
      const x = b.input("float32", [2, 2]);
      const square = b.node("dot", { contract: [[1], [0]], batch: [[], []] }, [x, x], "float32", [2, 2]);
      const region: Region = { ...b.region(square), reuse: { donations: [], transient: new Set([0]) } };
      const executable = compileRegion(region, memory, options);
      let value: NDArray = new NDArray({
        data: Float32Array.of(1, 1, 1, 0),
        shape: [2, 2],
        dtype: "float32",
      });
      for (let i = 0; i < 3; i++) value = executable.run([value], [])[0] as NDArray;
      expect(value.toArray()).toEqual([
        [34, 21],
        [21, 13],
      ]);
      const turned = value.transpose();
      expect((executable.run([turned], [])[0] as NDArray).toArray()).toEqual([
        [1597, 987],
        [987, 610],
      ]);
    }
  });
});

describe("the order of steps", () => {
  const donated = (
    b: RegionBuilder,
    outputs: number[],
    donations: NonNullable<Region["reuse"]>["donations"],
  ) => {
    const region = b.region(...outputs);
    const plan = planRegion(
      region,
      region.inputs.map((id) => rowMajorStrides(region.values[id]?.shape ?? [])),
    );
    return planInPlace(plan, donations);
  };

  it("puts what can fail before the first write in place", () => {
    const b = new RegionBuilder();
    const [x, table, index] = [b.input("float32", [4]), b.input("float32", [9]), b.input("int64", [4])];
    const next = b.apply("add", {}, [x, x]);
    const read = b.node("take", { axis: 0 }, [table, index], "float32", [4]);
    const plan = donated(b, [next, read], [{ output: 0, input: 0 }]);
    expect(plan.taken.size).toBe(1);
    expect(plan.steps.map(({ kind }) => kind)).toEqual(["indexing", "loop"]);
  });

  it("refuses what would be read after it is overwritten", () => {
    const b = new RegionBuilder();
    const [x, y] = [b.input("float32", [4, 4]), b.input("float32", [4, 4])];
    const first = b.apply("add", {}, [x, y]);
    const second = b.apply("sub", {}, [y, x]);
    const both = [
      { output: 0, input: 0 },
      { output: 1, input: 1 },
    ];
    expect(donated(b, [first, second], both).taken.size).toBe(1);
    const c = new RegionBuilder();
    const z = c.input("float32", [4, 4]);
    const turned = c.apply("add", {}, [z, c.apply("transpose", { permutation: [1, 0] }, [z])]);
    expect(donated(c, [turned], [{ output: 0, input: 0 }]).taken.size).toBe(0);
  });

  it("leaves nothing of a copy onto itself", () => {
    const b = new RegionBuilder();
    const [x, part] = [b.input("float32", [4]), b.input("float32", [2])];
    const next = b.node("updateSlice", { starts: [1], steps: [1], mode: "set" }, [x, part], "float32", [4]);
    const plan = donated(b, [next], [{ output: 0, input: 0 }]);
    expect([plan.taken.size, plan.steps.length]).toEqual([1, 1]);
  });
});
