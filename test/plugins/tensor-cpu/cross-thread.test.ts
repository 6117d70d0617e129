/** Storage that several threads use: real worker threads, and what is atomic between them. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { createRuntime, type Runtime, SharedVariable, type TensorType } from "@bitale/core";
import { type CrossThreadHandle, crossThreadContainer, crossThreadHandle, plugin } from "@bitale/tensor-cpu";
import { beforeEach, describe, expect, it } from "vitest";
import { StorageLocks } from "../../../core/dist/compile/storage-locks.js";

let runtime: Runtime;
beforeEach(() => {
  runtime = createRuntime({ plugins: [plugin] });
});

const crossThread = (value: unknown, name: string): SharedVariable<TensorType> =>
  runtime.shared(value as number, { name, crossThread: true }) as unknown as SharedVariable<TensorType>;

function start(job: string, times: number, ...handles: readonly CrossThreadHandle[]): Promise<void> {
  const worker = new Worker(join(import.meta.dirname, "cross-thread-worker.mjs"), {
    workerData: { job, times, handles },
  });
  return new Promise((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`the worker ended with ${code}`)),
    );
  });
}

describe("storage of several threads", () => {
  it("is the same in another thread, and calls that update it are one after another", async () => {
    const x = crossThread(new Float32Array(5), "x");
    const step = runtime.compile([], x.sum(), { updates: [[x, x.add(1)]] });
    const workers = Promise.all([1, 2].map(() => start("increment", 2000, crossThreadHandle(x))));
    let ended = false;
    workers.finally(() => {
      ended = true;
    });
    let own = 0;
    while (!ended) {
      for (let i = 0; i < 100; i++) step();
      own += 100;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await workers;
    expect(x.getValue().toArray()).toEqual(new Array(5).fill(4000 + own));
    expect(own).toBeGreaterThan(0);
  });

  it("gives values of one moment, however often others set it", async () => {
    const x = crossThread(new Float32Array(20_000), "x");
    const smallestAndLargest = runtime.compile([], [x.min(), x.max()]);
    const worker = start("set", 2000, crossThreadHandle(x));
    const seen = new Set<number>();
    let ended = false;
    worker.finally(() => {
      ended = true;
    });
    while (!ended) {
      const [low, high] = smallestAndLargest();
      expect(low.item()).toBe(high.item());
      const copy = x.getValue().data as Float32Array;
      expect(copy[0]).toBe(copy[copy.length - 1]);
      seen.add(low.item());
      await new Promise((resolve) => setImmediate(resolve));
    }
    await worker;
    expect(seen.size).toBeGreaterThan(1);
    expect(x.getValue().get(0)).toBe(1999);
  });

  it("keeps several variables together: exchanges never lose a value", async () => {
    const [x, y] = [crossThread(new Float32Array([1, 1]), "x"), crossThread(new Float32Array([2, 2]), "y")];
    const exchange = runtime.compile([], [x, y], {
      updates: [
        [x, y],
        [y, x],
      ],
    });
    const workers = [
      start("exchange", 1000, crossThreadHandle(x), crossThreadHandle(y)),
      start("exchange", 1001, crossThreadHandle(y), crossThreadHandle(x)),
    ];
    for (let i = 0; i < 1000; i++) {
      const [a, b] = exchange();
      expect([...(a.toArray() as number[]), ...(b.toArray() as number[])].sort()).toEqual([1, 1, 2, 2]);
    }
    await Promise.all(workers);
    expect([x.getValue().toArray(), y.getValue().toArray()]).toEqual([
      [2, 2],
      [1, 1],
    ]);
  });

  it("takes waiting calls too", async () => {
    const x = crossThread(new Float32Array(3), "x");
    const step = runtime.compile([], x.add(0), { updates: [[x, x.add(1)]] });
    const worker = start("increment", 500, crossThreadHandle(x));
    for (let i = 0; i < 100; i++) await step.async();
    await worker;
    expect(x.getValue().toArray()).toEqual([600, 600, 600]);
  });
});

describe("a variable of several threads", () => {
  it("is made on its container, with its rules", () => {
    const x = crossThread(new Float32Array(3), "x");
    const container = crossThreadContainer(structuredClone({ ...crossThreadHandle(x) }));
    const twin = new SharedVariable("twin", container.type, undefined, undefined, { container });
    twin.setValue([1, 2, 3]);
    expect(x.getValue().toArray()).toEqual([1, 2, 3]);
    expect(x.getValue({ borrow: true }).data.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(x.getValue().data.buffer).toBeInstanceOf(ArrayBuffer);
    x.getValue({ borrow: true }).set(9, 0);
    expect(twin.getValue().toArray()).toEqual([9, 2, 3]);
    x.zero();
    expect(twin.getValue().toArray()).toEqual([0, 0, 0]);
    twin.zero({ borrow: true });
  });

  it("has fixed lengths, and is unchanged by what fails", () => {
    const x = crossThread(new Float32Array([1, 2, 3]), "x");
    expect(() => x.setValue(new Float32Array(4))).toThrow(/lengths/);
    expect(() => x.setValue(new Float64Array(3))).toThrow(/cast/);
    const longer = runtime.shared(new Float32Array(4));
    const wrong = runtime.compile([], null, { updates: [[x, longer.add(1)]] });
    expect(() => wrong()).toThrow(/shape|length/i);
    expect(x.getValue().toArray()).toEqual([1, 2, 3]);
    x.setValue(new Float32Array([4, 5, 6]), { borrow: true });
    expect(x.getValue().toArray()).toEqual([4, 5, 6]);
  });

  it("says what cannot be", () => {
    expect(() => crossThreadHandle(runtime.shared([1, 2]))).toThrow(/not seen by other threads/);
    expect(() => crossThreadContainer({} as CrossThreadHandle)).toThrow(/no handle/);
    expect(() => runtime.shared([1], { crossThread: true, borrow: true })).toThrow(/always copies/);
  });

  it("is freed from locks where a call has taken its storage away", async () => {
    const x = crossThread(new Float32Array(2), "x");
    const handle = crossThreadHandle(x);
    const locks = new StorageLocks({
      shared: [{ variable: x }],
      graph: { inputs: [] },
      updates: [],
    } as never);
    locks.hold(() => x.dispose());
    await start("increment", 3, handle);
    expect(crossThreadContainer(handle).value.toArray()).toEqual([3, 3]);
  });

  it("is freed from locks by calls that fail", () => {
    const x = crossThread(new Float32Array([1, 2, 3]), "x");
    const failing = runtime.compile([], x.take([7]), { updates: [[x, x.add(1)]] });
    for (let i = 0; i < 3; i++) expect(() => failing()).toThrow(/out of bounds/);
    expect(x.getValue().toArray()).toEqual([1, 2, 3]);
    x.setValue([0, 0, 0]);
  });
});
