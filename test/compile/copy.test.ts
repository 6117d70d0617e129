/** Copies of functions: what stays shared, what is exchanged, what is left out. */
import { createRuntime, In, type NDArray, scalar } from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";

const runtime = createRuntime({ plugins: [cpu], floatX: "float64" });
const number = (value: unknown): number => (value as NDArray).item() as number;
const refused = expect.objectContaining({ code: "BAD_OPTION" });

describe("a copy", () => {
  it("shares shared variables with the original, updates included", () => {
    const s = runtime.shared(1, { name: "s" });
    const f = runtime.compile([], s, { updates: [[s, s.mul(2)]], name: "f" });
    const g = f.copy({ shareMemory: true });
    expect([number(f()), number(g()), number(f())]).toEqual([1, 2, 4]);
    expect([g.functionName, f.copy({ name: "other" }).functionName]).toEqual(["f copy", "other"]);
  });

  it("has private state and default values of its own", () => {
    const [x, y, sum] = [scalar("x"), scalar("y"), scalar("sum")];
    const inputs = [x, new In(y, { value: 1 }), new In(sum, { value: 0, update: sum.add(x) })] as const;
    const f = runtime.compile(inputs, sum.add(y));
    f(5);
    const g = f.copy();
    g(10);
    g.setValue("y", 100);
    expect([number(f.value("sum")), number(g.value("sum"))]).toEqual([5, 15]);
    expect([number(f.value("y")), number(g.value("y"))]).toEqual([1, 100]);
    expect([number(f(0)), number(g(0))]).toEqual([6, 115]);
  });

  it("keeps the state that functions share", () => {
    const [x, sum] = [scalar("x"), scalar("sum")];
    const f = runtime.compile([x, new In(sum, { value: 0, update: sum.add(x) })], sum);
    const peek = runtime.compile([new In(sum, { value: f.container("sum") })], sum);
    const other = peek.copy();
    f(3);
    expect([number(peek()), number(other())]).toEqual([3, 3]);
  });
});

describe("swap", () => {
  it("exchanges reads and updates, both ways, again and again", () => {
    const [a, b, c] = [runtime.shared(1), runtime.shared(10), runtime.shared(100)];
    const f = runtime.compile([], a.mul(2), { updates: [[a, a.add(b)]] });
    const g = f.copy({
      swap: [
        [a, b],
        [b, a],
      ],
    });
    expect(number(g())).toBe(20);
    expect([a, b].map((s) => number(s.getValue()))).toEqual([1, 11]);
    const h = g.copy({ swap: [[b, c]] });
    expect(number(h())).toBe(200);
    expect([a, b, c].map((s) => number(s.getValue()))).toEqual([1, 11, 101]);
  });
  it("takes the place of a variable that is only written", () => {
    const [a, b, c] = [runtime.shared(1), runtime.shared(10), runtime.shared(100)];
    runtime.compile([], null, { updates: [[a, b]] }).copy({ swap: [[a, c]] })();
    expect([a, b, c].map((s) => number(s.getValue()))).toEqual([1, 10, 10]);
  });
  it("refuses what the function does not use, other types, and what is not shared", () => {
    const [a, b] = [runtime.shared(1), runtime.shared(2)];
    const f = runtime.compile([], a);
    const swapping = (...pair: unknown[]) => f.copy({ swap: [pair as never] });
    expect(() => swapping(b, a)).toThrow(refused);
    expect(() => swapping(a, runtime.shared([1]))).toThrow(refused);
    expect(() => swapping(a, runtime.shared(1n))).toThrow(refused);
    expect(() => swapping(a, scalar("x"))).toThrow(refused);
    expect(() => f.copy({ swop: [[a, b]] } as never)).toThrow(refused);
  });
});

describe("deleteUpdates", () => {
  it("computes outputs only, in their form, without the inputs of the updates", () => {
    const s = runtime.shared(1);
    const [x, y] = [scalar("x"), scalar("y")];
    const f = runtime.compile([x, y], { out: s.add(x) }, { updates: [[s, s.add(y)]] });
    const g = f.copy({ deleteUpdates: true });
    expect(number(g(1, 50).out)).toBe(2);
    expect(number(s.getValue())).toBe(1);
    f(0, 4);
    expect(number(g(0, 0).out)).toBe(5);
    expect(g.updated).toEqual([]);
  });
});
