/** Containers: one storage cell seen by several variables and functions, each with its own rules. */
import {
  compile,
  constant,
  createRuntime,
  In,
  NDArray,
  Out,
  SharedVariable,
  scalar,
  vector,
} from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";

const runtime = createRuntime({ plugins: [cpu], floatX: "float64" });
const coded = (code: string) => expect.objectContaining({ code });

describe("a variable on another one's container", () => {
  it("shares storage and rules", () => {
    const a = runtime.shared([1, 2], { name: "a", allowDowncast: true });
    const b = new SharedVariable("b", a.type, undefined, undefined, { container: a.container });
    expect(b.container).toBe(a.container);
    b.setValue([3, 4]);
    expect(a.getValue().toArray()).toEqual([3, 4]);
    runtime.compile([], null, { updates: [[a, a.add(1)]] })();
    expect(b.getValue().toArray()).toEqual([4, 5]);
    expect(a.clone("c").container).toBe(a.container);
  });
  it("takes neither value nor strictness of its own, and no container of another type", () => {
    const { container, type } = runtime.shared([1, 2]);
    const made = (value: unknown, strict: boolean | undefined, of = type) =>
      new SharedVariable("b", of, value, strict, { container });
    expect(() => made([1, 2], undefined)).toThrow(coded("CONTAINER_AND_VALUE"));
    expect(() => made(null, undefined)).toThrow(coded("CONTAINER_AND_VALUE"));
    expect(() => made(undefined, false)).toThrow(coded("CONTAINER_AND_VALUE"));
    expect(() => made(undefined, undefined, runtime.shared(1).type)).toThrow(coded("BAD_OPTION"));
    expect(() => made(undefined, undefined, runtime.shared([1n]).type)).toThrow(coded("BAD_OPTION"));
  });
});

describe("static lengths", () => {
  it("are pinned by shape, for 0-d arrays too; a lone number has none", () => {
    const zeroD = new NDArray({ data: Float64Array.of(1), shape: [], dtype: "float64" });
    expect(runtime.shared(zeroD, { shape: [] }).type.shape).toEqual([]);
    expect(runtime.shared([1], { broadcastable: [true] }).type.shape).toEqual([1]);
    expect(() => runtime.shared(1, { shape: [] })).toThrow(coded("WRONG_RANK"));
    expect(() => runtime.shared(zeroD, { shape: [null] })).toThrow(coded("WRONG_RANK"));
  });
});

describe("the container of an implicit input", () => {
  it("is state that functions share; a given one makes the input implicit", () => {
    const [x, total] = [scalar("x"), scalar("total")];
    const count = compile([x, new In(total, { value: 0, update: total.add(x) })], total);
    const read = compile([new In(total, { value: count.container("total") })], total);
    count(2);
    expect(read().item()).toBe(2);
    read.setValue("total", 10);
    count(5);
    expect((count.value("total") as NDArray).item()).toBe(15);
    expect(() => read(3 as never)).toThrow(coded("EXTRA_ARGUMENT"));
  });
  it("is exclusive with values of another type; options of In that do not exist are refused", () => {
    const { container } = runtime.shared([1, 2]);
    expect(() => compile([new In(scalar("x"), { value: container })], null)).toThrow(coded("BAD_OPTION"));
    const stray = new In(scalar("x"), { downcast: true } as never);
    expect(() => compile([stray], null, { onUnusedInput: "ignore" })).toThrow(coded("BAD_OPTION"));
  });
});

describe("outputs that are constants", () => {
  it.each([
    [[4]],
    [
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [7],
  ])("%j: copied, unless borrowed: then the constant itself", (value) => {
    const c = constant(value as never);
    const text = () => JSON.stringify(c.value.toArray());
    const before = text();
    const copied = runtime.compile([], c);
    copied().data.fill(9 as never);
    expect([text(), JSON.stringify(copied().toArray())]).toEqual([before, before]);
    const borrowed = runtime.compile([], new Out(c, { borrow: true }));
    borrowed().data.fill(9 as never);
    expect([...borrowed().data].every((element) => Number(element) === 9)).toBe(true);
  });
  it("never alias what another call, or another output, gives", () => {
    const x = vector("x", "float64");
    const f = runtime.compile([x], [x, x.add(0), constant(Float64Array.of(1, 2))]);
    const given = Float64Array.of(1, 2);
    const [a, b, c] = f(given);
    for (const array of [a, b, c]) array.data.fill(0 as never);
    expect([...given]).toEqual([1, 2]);
    expect(f(given).map((array) => array.toArray())).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
  });
});
