/** What compiled functions promise: outputs, updates, givens, default updates, dynamic lengths. */
import { like, lscalar, matrix, NDArray, onesLike, scalar, size, slice, vector, zeros } from "@bitale/core";
import { describe, expect, it } from "vitest";
import { plainRuntime, plainShared } from "../plain-runtime.js";

const runtime = plainRuntime();

describe("outputs", () => {
  const x = scalar("x");
  it("come in the form that was asked for", () => {
    expect(runtime.compile([x], x.mul(2))(3).item()).toBe(6);
    expect(
      runtime
        .compile(
          [x],
          [x, x.mul(2)],
        )(3)
        .map((v) => v.item()),
    ).toEqual([3, 6]);
    const record = runtime.compile([x], { b: x, a: x.mul(2) })(3);
    expect([record.a.item(), record.b.item()]).toEqual([6, 3]);
    expect(runtime.compile([], null)()).toBeUndefined();
    expect(runtime.compile([], [])()).toEqual([]);
  });

  it("alias neither arguments nor each other nor constants", () => {
    const v = vector("v");
    const f = runtime.compile([v], [v, v, v.add(0)]);
    const argument = new Float32Array([1, 2]);
    const results = f(argument) as NDArray[];
    for (const result of results) result.data[0] = 9;
    expect(argument[0]).toBe(1);
    expect((f(argument) as NDArray[])[0]?.toArray()).toEqual([1, 2]);
    const g = runtime.compile([], [zerosOf(2), zerosOf(2)]);
    (g() as NDArray[])[0]?.data.fill(5 as never);
    expect((g() as NDArray[]).map((r) => r.toArray())).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
  const zerosOf = (n: number) =>
    vector("unused")
      .mul(0)
      .sum()
      .add(zeros([n])).owner?.inputs[1] as never;
});

describe("updates", () => {
  it("are computed from the old values and stored together", () => {
    const a = plainShared(1, "float32", []);
    const b = plainShared(2, "float32", []);
    const swap = runtime.compile([], [a, b], {
      updates: [
        [a, b],
        [b, a],
      ],
    });
    expect(swap().map((v) => v.item())).toEqual([1, 2]);
    expect([a.getValue().item(), b.getValue().item()]).toEqual([2, 1]);
    swap();
    const storage = a.getValue({ borrow: true });
    storage.data[0] = 7;
    expect(b.getValue().item()).toBe(2);
  });

  it("never make two variables alias, whatever they are updated with", () => {
    const a = plainShared([1, 2], "float32", [null]);
    const b = plainShared([3, 4], "float32", [null]);
    const v = vector("v");
    const f = runtime.compile([v], v, {
      updates: [
        [a, v],
        [b, v],
      ],
    });
    const argument = new Float32Array([5, 6]);
    const result = f(argument);
    for (const array of [argument, a.getValue({ borrow: true }).data, result.data]) array[0] = 0;
    expect(b.getValue().toArray()).toEqual([5, 6]);
  });

  it("take numbers, and check lengths that are pinned", () => {
    const s = plainShared(zeros([1, 2]), "float32", [1, null], { name: "s" });
    const m = matrix("m");
    const f = runtime.compile([m], [], { updates: [[s, m]] });
    f([[3, 4]]);
    expect(() =>
      f([
        [1, 2],
        [3, 4],
      ]),
    ).toThrow(/stated shape/);
    expect(s.getValue().toArray()).toEqual([[3, 4]]);
    const n = plainShared(0n, "int64", []);
    runtime.compile([], [], { updates: [[n, 7]] })();
    expect(n.getValue().item()).toBe(7);
  });

  it("are seen by other functions, as setValue is", () => {
    const s = plainShared([1], "float32", [null]);
    const write = runtime.compile([], [], { updates: [[s, s.add(1)]] });
    const read = runtime.compile([], s.sum());
    write();
    expect(read().item()).toBe(2);
    s.setValue([5, 6, 7]);
    expect(read().item()).toBe(18);
    write();
    expect(read().item()).toBe(21);
  });
});

describe("default updates", () => {
  it("run for every variable that is reached, transitively, and can be suppressed", () => {
    const a = plainShared(0, "float32", []);
    const b = plainShared(0, "float32", []);
    a.defaultUpdate = a.add(b);
    b.defaultUpdate = b.add(1);
    const f = runtime.compile([], a);
    for (let i = 0; i < 3; i++) f();
    expect([a.getValue().item(), b.getValue().item()]).toEqual([3, 3]);
    runtime.compile([], a, { noDefaultUpdates: true })();
    runtime.compile([], a, { noDefaultUpdates: [a, b] })();
    expect([a.getValue().item(), b.getValue().item()]).toEqual([3, 3]);
    runtime.compile([], a, { updates: [[a, a]] })();
    expect([a.getValue().item(), b.getValue().item()]).toEqual([3, 3]);
    expect(() => {
      a.defaultUpdate = a.astype("float64");
    }).toThrow(/dtype and rank/);
  });

  it("givens apply inside them", () => {
    const a = plainShared(1, "float32", []);
    a.defaultUpdate = a.add(3);
    const f = runtime.compile([], a.mul(1), { givens: [[a, a.add(10)]] });
    expect(f().item()).toBe(11);
    expect(a.getValue().item()).toBe(14);
  });
});

describe("givens", () => {
  it("replace in outputs and updates, not in what is updated", () => {
    const s = plainShared(1, "float32", []);
    const t = plainShared(5, "float32", []);
    const f = runtime.compile([], s, { givens: [[s, t]], updates: [[s, s.add(1)]] });
    expect(f().item()).toBe(5);
    expect([s.getValue().item(), t.getValue().item()]).toEqual([6, 5]);
    expect(f.shared).toEqual([t]);
  });

  it("cut a window out of a shared data set by an integer input", () => {
    const data = plainShared(
      { data: Float32Array.from({ length: 12 }, (_, i) => i), shape: [6, 2] },
      "float32",
      [null, null],
    );
    const [x, i] = [like(data, "x"), lscalar("i")];
    const narrowed = runtime.compile([i], x.sum({ axis: 1 }), { givens: [[x, data.narrow(0, i.mul(2), 2)]] });
    expect(narrowed(1).toArray()).toEqual([9, 13]);
    expect(() => narrowed(3)).toThrow(/leave axis 0/);
    const sliced = runtime.compile([i], x.sum({ axis: 1 }), {
      givens: [[x, data.index(slice(i.mul(4), i.add(1).mul(4)))]],
    });
    expect(sliced(0).toArray()).toEqual([1, 5, 9, 13]);
    expect(sliced(1).toArray()).toEqual([17, 21]);
    expect(sliced(9).toArray()).toEqual([]);
    data.setValue(zeros([2, 2]));
    expect(sliced(0).toArray()).toEqual([0, 0]);
  });
});

describe("lengths", () => {
  it("may be numbers computed from arguments and from other lengths", () => {
    const [n, x] = [lscalar("n"), matrix("x")];
    const f = runtime.compile([n, x], x.reshape(n, x.shape.index(0).mul(x.shape.index(1)).floorDiv(n)));
    expect(f(3, zeros([2, 6])).shape).toEqual([3, 4]);
    expect(f(6, zeros([2, 6])).shape).toEqual([6, 2]);
    expect(f(2, zeros([1, 4])).shape).toEqual([2, 2]);
  });

  it("may depend on computed values", () => {
    const x = vector("x");
    const f = runtime.compile([x], x.mul(2).index(slice(0, x.argmax())).add(1));
    expect(f([1, 5, 2]).toArray()).toEqual([3]);
    expect(f([1, 2, 5]).toArray()).toEqual([3, 5]);
  });

  it("are results like any other", () => {
    const x = matrix("x");
    expect(
      runtime
        .compile(
          [x],
          [x.shape, x.shape.index(1)],
        )(zeros([2, 5]))
        .map((v) => v.toArray()),
    ).toEqual([[2n, 5n], 5n]);
  });
});

describe("asynchronous calls", () => {
  it("give the same results", async () => {
    const s = plainShared(0, "float32", []);
    const f = runtime.compile([], s, { updates: [[s, s.add(1)]] });
    const seen = await Promise.all([f.async(), f.async(), f.async()]);
    expect(seen.map((v) => v.item())).toEqual([0, 1, 2]);
    expect((await s.getValueAsync()).item()).toBe(3);
  });
});

describe("results that depend on lengths of other results alone", () => {
  it("of a computed value, and of one whose length the data decide", () => {
    const x = vector("x");
    const mask = vector("mask", "bool");
    const [y, some] = [x.neg(), x.index(mask)];
    const f = runtime.compile([x, mask], [y, onesLike(y), some, onesLike(some), size(some)]);
    const results = f([1, 2, 3], new NDArray({ data: new Uint8Array([1, 0, 1]), shape: [3], dtype: "bool" }));
    expect(results.map((value) => (value.ndim === 0 ? String(value.item()) : value.toArray()))).toEqual([
      [-1, -2, -3],
      [1, 1, 1],
      [1, 3],
      [1, 1],
      "2",
    ]);
  });
});
