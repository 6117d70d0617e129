/** Calls inside calls, and asynchronous calls at the same time: the results are those of some order of the calls. */
import {
  type Apply,
  createRuntime,
  definePlugin,
  In,
  isBitaleError,
  type NDArray,
  Op,
  RefusalError,
  type Runtime,
  SharedVariable,
  TensorType,
  type Type,
  tryNDArray,
  type Variable,
  vector,
} from "@bitale/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

/** The identity, with a callback in the middle of the call. */
class Calling extends Op {
  override readonly name = "calling";
  override readonly backend = "slow";
  readonly #callback: () => void;
  constructor(callback: () => void) {
    super();
    this.#callback = callback;
  }
  override infer(inputs: readonly Variable[]): readonly Type[] {
    return [(inputs[0] as Variable).type.plain()];
  }
  override key(): string {
    return `calling ${Math.random()}`;
  }
  override outputShapes(shapes: readonly (readonly number[])[]) {
    return [shapes[0] as readonly number[]];
  }
  override perform(inputs: readonly unknown[]): readonly unknown[] {
    this.#callback();
    return [(inputs[0] as NDArray).copy()];
  }
}

/** A device that can only be read asynchronously, with a delay that the test chooses. */
class SlowType extends TensorType<{ readonly array: NDArray; readonly shape: readonly number[] }> {
  override readonly backend = "slow";
  override readonly residence = "slow";
  override readonly syncRead = false;
  static delays: () => number = () => 0;
  override fromHost(host: NDArray) {
    const array = host.copy();
    return { array, shape: array.shape };
  }
  override toHost(): NDArray {
    throw new Error("asynchronous only");
  }
  override async toHostAsync(internal: { readonly array: NDArray }): Promise<NDArray> {
    const kept = internal.array.copy();
    for (let i = SlowType.delays(); i > 0; i--) await Promise.resolve();
    return kept;
  }
  override copyInternal(internal: { readonly array: NDArray }) {
    return this.fromHost(internal.array);
  }
}

const aliases = {
  getBorrowAliases: false,
  constructBorrowAliases: false,
  setBorrowAliases: false,
  setInPlace: false,
  setCastInPlace: false,
  constructsFromNDArray: true,
} as const;
const slow = definePlugin({
  id: "slow",
  apiVersion: 1,
  priority: 1,
  kwargs: {},
  supports: { dtypes: ["float32"], syncRead: false, aliases },
  use: {
    useFactory: () => ({
      construct: (value, { name, strict }) => {
        const found = tryNDArray(value);
        if (found === undefined) throw new RefusalError("not dense");
        const type = new SlowType(
          "float32",
          found.array.shape.map(() => null),
        );
        return new SharedVariable(name, type, value, strict) as unknown as SharedVariable;
      },
    }),
  },
});
const read = async (s: SharedVariable): Promise<unknown> => ((await s.getValueAsync()) as NDArray).toArray();

describe("a call inside a call", () => {
  const runtime = createRuntime({ plugins: [slow] });
  const plain = (value: number) => new SharedVariable(undefined, new TensorType("float32", []), value, false);
  const calling = (x: Variable, callback: () => void) => (new Calling(callback).apply([x]) as Apply).output;

  it("may use other variables, and the same function", () => {
    const [a, b] = [plain(1), plain(10)];
    const inner = runtime.compile([], b, { updates: [[b, b.add(1)]] });
    let depth = 0;
    const outer: { call: () => number } = { call: () => 0 };
    const f = runtime.compile(
      [],
      calling(a.mul(2), () => {
        inner();
        if (depth++ < 2) outer.call();
      }),
      { updates: [[a, a.mul(1)]] },
    );
    outer.call = () => (runtime.compile([], a.add(b))() as NDArray).item();
    expect((f() as NDArray).item()).toBe(2);
    expect([a.getValue().item(), b.getValue().item()]).toEqual([1, 11]);
  });

  it("that changes what the outer call reads makes the outer call fail, and loses nothing", () => {
    const a = plain(1);
    const inner = runtime.compile([], null, { updates: [[a, a.add(100)]] });
    const f = runtime.compile([], null, { updates: [[a, calling(a.add(1), () => inner()) as never]] });
    expect(() => f()).toThrow(/changed while it ran/);
    expect(a.getValue().item()).toBe(101);
    try {
      f();
    } catch (error) {
      expect(isBitaleError(error, "CHANGED_MEANWHILE")).toBe(true);
    }
  });
});

describe("asynchronous calls at the same time", () => {
  const start = (): { runtime: Runtime; s: SharedVariable } => {
    const runtime = createRuntime({ plugins: [slow] });
    return { runtime, s: runtime.shared([1]) as unknown as SharedVariable };
  };

  it("take effect in the order in which they were made", async () => {
    const { runtime, s } = start();
    const v = vector("v");
    const append = runtime.compile([v], s, { updates: [[s, s.mul(10).add(v) as never]] });
    let turn = 0;
    SlowType.delays = () => [9, 1, 5, 0][turn++ % 4] as number;
    const seen = await Promise.all([2, 3, 4].map((digit) => append.async([digit])));
    expect(seen.map((value) => (value as NDArray).toArray())).toEqual([[1], [12], [123]]);
    expect(await read(s)).toEqual([1234]);
  });

  it("lose neither each other's updates nor a setValue in between", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom("call", "other", "set", "wait"), { maxLength: 12 }),
        fc.infiniteStream(fc.integer({ min: 0, max: 6 })),
        async (events, delays) => {
          const { runtime, s } = start();
          SlowType.delays = () => delays.next().value as number;
          const add = runtime.compile([], null, { updates: [[s, s.add(1) as never]] });
          const double = runtime.compile([], s.sum(), { updates: [[s, s.add(1000) as never]] });
          const running: Promise<unknown>[] = [];
          let base = 1;
          let calls = 0;
          let others = 0;
          for (const event of events) {
            if (event === "call") {
              running.push(add.async());
              calls++;
            } else if (event === "other") {
              running.push(double.async());
              others++;
            } else if (event === "wait") await Promise.resolve();
            else {
              await Promise.all(running.splice(0));
              base = 5;
              calls = 0;
              others = 0;
              s.setValue([5]);
            }
          }
          await Promise.all(running);
          expect(await read(s)).toEqual([base + calls + 1000 * others]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("start again when a variable was set while they waited", async () => {
    const { runtime, s } = start();
    SlowType.delays = () => 20;
    const add = runtime.compile([], s, { updates: [[s, s.add(1) as never]] });
    const waiting = add.async();
    for (let i = 0; i < 5; i++) await Promise.resolve();
    s.setValue([50]);
    expect(((await waiting) as NDArray).toArray()).toEqual([50]);
    expect(await read(s)).toEqual([51]);
  });

  it("start again when an input's own value was set while they waited", async () => {
    const { runtime, s } = start();
    SlowType.delays = () => 20;
    const total = vector("total");
    const add = runtime.compile([new In(total, { value: [1], update: total.add(1) })], [s, total]);
    const waiting = add.async();
    for (let i = 0; i < 5; i++) await Promise.resolve();
    add.setValue("total", [50]);
    expect((await waiting).map((value) => (value as NDArray).toArray())).toEqual([[1], [50]]);
    expect((add.value("total") as NDArray).toArray()).toEqual([51]);
  });
});
