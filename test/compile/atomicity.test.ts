/** Calls are atomic: a kernel that fails at any step leaves every variable, argument and array bit for bit as it was. */
import {
  type Backend,
  compileWithKernels,
  createRuntime,
  definePlugin,
  dtypes,
  In,
  type KernelTable,
  matrix,
  NDArray,
  referenceKernels,
  SharedVariable,
  TensorType,
  type TensorVariable,
  vector,
} from "@bitale/core";
import { ArenaMemory, DenseTensorType } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";

/** A backend on the arena whose n-th kernel of a call throws. */
function failingPlugin(memory: ArenaMemory) {
  const state = { countdown: Number.POSITIVE_INFINITY, ran: 0 };
  const wrap = (kernel: (call: never) => NDArray) => (call: never) => {
    state.ran++;
    if (--state.countdown < 0) throw new Error("injected");
    return memory.copy(kernel(call));
  };
  const table = Object.fromEntries(
    Object.entries(referenceKernels).map(([name, kernel]) => [name, wrap(kernel as never)]),
  ) as KernelTable<NDArray>;
  const backend: Backend = {
    hostMemory: memory,
    construct: (value, { name, strict }) => {
      const array = value as NDArray;
      const type = new DenseTensorType(
        array.dtype,
        array.shape.map(() => null),
        memory,
      );
      return new SharedVariable(name, type, array, strict) as SharedVariable;
    },
    compileRegion: (region) => compileWithKernels(region, table, { release: (value) => memory.free(value) }),
  };
  const plugin = definePlugin({
    id: "failing",
    apiVersion: 1,
    priority: 1,
    kwargs: {},
    supports: {
      dtypes,
      syncRead: true,
      ops: "all",
      aliases: {
        getBorrowAliases: true,
        constructBorrowAliases: false,
        setBorrowAliases: false,
        setInPlace: false,
        setCastInPlace: false,
        constructsFromNDArray: true,
      },
    },
    use: { useFactory: () => backend },
  });
  return { plugin, state };
}

const numbers = (count: number, seed: number): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(seed + i * 1.7));
const bytesOf = (array: NDArray): string => Buffer.from(array.copy().data.buffer).toString("hex");

type Program = (
  a: SharedVariable<TensorType>,
  b: SharedVariable<TensorType>,
  x: TensorVariable,
) => {
  outputs: readonly TensorVariable[];
  updates: readonly (readonly [SharedVariable, TensorVariable])[];
};
const programs: [string, Program][] = [
  [
    "independent updates",
    (a, b, x) => ({
      outputs: [x.sum()],
      updates: [
        [a, a.add(1).mul(2)],
        [b, b.sub(x).exp()],
      ],
    }),
  ],
  [
    "a swap",
    (a, b, x) => ({
      outputs: [],
      updates: [
        [a, b.mul(1.5)],
        [b, a.add(x)],
      ],
    }),
  ],
  [
    "a chain that reads its own target",
    (a, b, x) => ({
      outputs: [a.dot(b)],
      updates: [
        [a, a.add(a.T)],
        [b, a.dot(b).add(x)],
      ],
    }),
  ],
  [
    "one value for two",
    (a, b, x) => ({
      outputs: [x],
      updates: [
        [a, x.add(a)],
        [b, x.add(a)],
      ],
    }),
  ],
];

describe("a kernel that fails at any step", () => {
  it.each(programs)("%s", (_name, program) => {
    const memory = new ArenaMemory(4 * 65_536);
    const { plugin, state } = failingPlugin(memory);
    const runtime = createRuntime({ plugins: [plugin], floatX: "float64" });
    runtime.scope(() => {
      const made = (seed: number, name: string) => {
        return runtime.shared(numbersAs(seed), { name }) as unknown as SharedVariable<TensorType>;
      };
      const [a, b] = [made(1, "a"), made(2, "b")];
      const [x, total] = [matrix("x"), vector("total")];
      const { outputs, updates } = program(a, b, x);
      const inputs = [x, new In(total, { value: numbers(2, 5), update: total.add(x.sum()) })] as const;
      const f = runtime.compile(inputs, [...outputs, total], { updates, name: "f" });
      const argument = new TensorType("float64", [2, 2]).filter({ data: numbers(4, 3), shape: [2, 2] });
      const everything = () =>
        [a.getValue(), b.getValue(), f.value("total") as NDArray, argument].map(bytesOf);

      state.ran = 0;
      f.copy()(argument);
      const kernels = state.ran;
      expect(kernels).toBeGreaterThan(2);
      a.setValue(numbersAs(1));
      b.setValue(numbersAs(2));

      const before = everything();
      const used = memory.arena.statistics.used;
      for (let n = 0; n < kernels; n++) {
        state.countdown = n;
        expect(() => f(argument), `step ${n}`).toThrow(/injected/);
        expect(everything(), `step ${n}`).toEqual(before);
        expect(memory.arena.statistics.used, `memory after step ${n}`).toBe(used);
      }
      state.countdown = Number.POSITIVE_INFINITY;
      f(argument);
      expect(everything()).not.toEqual(before);
    });
  });
});

const numbersAs = (seed: number): NDArray =>
  new TensorType("float64", [2, 2]).filter({ data: numbers(4, seed), shape: [2, 2] });

describe("a plugin that throws while it takes things back", () => {
  it.each([
    ["several regions", true],
    ["one region", false],
  ])("does not hide why a call failed: %s", (_name, several) => {
    const memory = new ArenaMemory(2 ** 20);
    const { plugin, state } = failingPlugin(memory);
    const runtime = createRuntime({ plugins: [plugin] });
    const a = runtime.shared(
      new NDArray({ data: numbers(6, 1), shape: [6], dtype: "float64" }),
    ) as unknown as SharedVariable<TensorType>;
    const more = a.mul(2);
    // Which elements there are decides lengths: what comes after it is another region.
    const picked = several ? more.index(a.gt(0)).add(1) : more.add(1);
    const f = runtime.compile([], [more, picked], { updates: [[a, a.add(1)]] });
    f();
    const kernels = state.ran;
    expect(kernels).toBeGreaterThan(1);
    const before = bytesOf(a.getValue() as NDArray);
    memory.free = () => {
      throw new Error("cannot be taken back");
    };
    for (let n = 0; n < kernels; n++) {
      state.countdown = n;
      expect(() => f()).toThrow(/injected/);
      state.countdown = Number.POSITIVE_INFINITY;
      expect(bytesOf(a.getValue() as NDArray)).toBe(before);
    }
  });
});
