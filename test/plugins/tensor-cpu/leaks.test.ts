/** Memory stays flat: the loops that other libraries leak in. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createRuntime, grad, matrix, type NDArray, Out, ones } from "@bitale/core";
import { Arena, type ArenaMemory, plugin } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";

/** A runtime whose host memory can be looked at. */
function watched() {
  let memory: ArenaMemory | undefined;
  const { use } = plugin;
  const spied = {
    ...plugin,
    use: {
      useFactory: (...args: Parameters<Extract<typeof use, { useFactory: unknown }>["useFactory"]>) => {
        const backend = (use as Extract<typeof use, { useFactory: unknown }>).useFactory(...args);
        memory = backend.hostMemory as ArenaMemory;
        return backend;
      },
    },
  };
  const runtime = createRuntime({
    plugins: [spied],
    pluginOptions: { "tensor-cpu": { arenaBytes: 64 * 65_536 } },
  });
  const statistics = () => (memory as ArenaMemory).arena.statistics;
  return { runtime, used: () => statistics().used, highWater: () => statistics().highWater };
}

describe("memory", () => {
  it("is flat over calls with updates, and over setValue between them", () => {
    const { runtime, used } = watched();
    const W = runtime.shared(ones([20, 10]));
    const x = matrix("x");
    const cost = x.dot(W).sqr().sum();
    const train = runtime.compile([x], cost, { updates: [[W, W.sub(grad(cost, W).mul(1e-4))]] });
    const data = ones([5, 20]);
    train(data);
    const before = used();
    for (let i = 0; i < 3000; i++) {
      train(data);
      if (i % 3 === 0) W.setValue(ones([20, 10]));
    }
    expect(used()).toBe(before);
  });

  it("is flat over a million calls, whether outputs are copied, borrowed or written into given arrays", () => {
    const { runtime, used, highWater } = watched();
    const x = runtime.shared(0);
    const count = runtime.compile([], null, { updates: [[x, x.add(1)]] });
    const copied = runtime.compile([], x.mul(2), { updates: [[x, x.add(1)]] });
    const borrowed = runtime.compile([], new Out(x.mul(2), { borrow: true }));
    const target = new Float32Array(1);
    const calls = [count, copied, borrowed, () => copied.invoke({ into: target })];
    for (const call of calls) call();
    const before = [used(), highWater()];
    for (let i = 0; i < 1_000_000; i++) count();
    for (let i = 0; i < 100_000; i++) for (const call of calls) call();
    expect([used(), highWater()]).toEqual(before);
    expect(borrowed()).toBe(borrowed());
    expect((x.getValue() as NDArray).item()).toBe(1_300_003);
  });

  it("is flat where setValue alternates with a gradient, and new storage is swapped in", () => {
    const { runtime, used, highWater } = watched();
    const W = runtime.shared(ones([8, 8]));
    const x = matrix("x");
    const step = runtime.compile([x], null, {
      updates: [[W, W.sub(grad(x.dot(W).tanh().sum(), W).mul(1e-3)).T]],
    });
    const [data, fresh] = [ones([4, 8]), ones([8, 8])];
    const round = () => {
      step(data);
      W.setValue(fresh);
    };
    round();
    round();
    const before = [used(), highWater()];
    for (let i = 0; i < 20_000; i++) round();
    expect([used(), highWater()]).toEqual(before);
  });

  it("is flat when lengths change, and when outputs are borrowed by nobody", () => {
    const { runtime, used } = watched();
    const s = runtime.shared(ones([4]));
    const read = runtime.compile([], [s.mul(2), s.sum()]);
    for (const n of [4, 5, 6]) {
      s.setValue(ones([n]));
      read();
    }
    s.setValue(ones([4]));
    const before = used();
    for (let i = 0; i < 900; i++) {
      s.setValue(ones([4 + (i % 3)]));
      read();
    }
    s.setValue(ones([4]));
    expect(used()).toBe(before);
  });

  it("comes back when variables are disposed, a hundred thousand times", () => {
    const { runtime, used } = watched();
    const kept = runtime.shared(ones([8]));
    const before = used();
    for (let i = 0; i < 100_000; i++) runtime.shared(1).dispose();
    expect(used()).toBe(before);
    expect((kept.getValue() as NDArray).toArray()).toEqual(new Array(8).fill(1));
  });

  it("comes back when variables are dropped and collected, a hundred thousand times", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const { runtime, used, highWater } = watched();
    const x = matrix("x");
    const data = ones([2, 8]);
    runtime.shared(0).dispose();
    const before = used();
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 5000; i++) {
        const W = runtime.shared(ones([8, 2]));
        if (i % 500 === 0) runtime.compile([x], x.dot(W))(data);
      }
      collect();
      // Finalizers run between the tasks of the event loop.
      for (let i = 0; i < 3; i++) await new Promise((resolve) => setTimeout(resolve));
    }
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
    // Kernels of this shape keep their workspace; nothing else stays, and the peak is that of one round or two.
    expect(used() - before).toBeLessThan(64 * 1024);
    expect(highWater()).toBeLessThan(3_000_000);
  });

  it("a block that somebody borrowed is never handed out again", () => {
    const { runtime } = watched();
    const s = runtime.shared(ones([4]), { name: "s" });
    const borrowed = s.getValue({ borrow: true }) as NDArray;
    const f = runtime.compile([], null, { updates: [[s, s.add(1)]] });
    for (let i = 0; i < 50; i++) {
      f();
      runtime.shared(ones([4]));
    }
    expect(borrowed.toArray()).toEqual([1, 1, 1, 1]);
    expect((s.getValue() as NDArray).toArray()).toEqual([51, 51, 51, 51]);
  });

  it("an arena that was never used takes no memory", () => {
    expect(new Arena().statistics).toMatchObject({ used: 0, free: 0 });
  });
});
