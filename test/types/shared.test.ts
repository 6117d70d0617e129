/** What is a compile error for users, and what is inferred: checked by `npm run check:types`; the values run here. */
import { compile, createRuntime, grad, matrix, type NDArray, scalar } from "@bitale/core";
import { plugin as sparse } from "@bitale/sparse";
import { plugin as cpu, type DenseTensor } from "@bitale/tensor-cpu";
import { describe, expect, expectTypeOf, it } from "vitest";

const runtime = createRuntime({ plugins: [cpu, sparse] });

describe("types of shared()", () => {
  it("know the kwargs of the backends", () => {
    runtime.shared([[1]], { format: "csr" });
    runtime.shared([1], { borrow: true, shape: [null] });
    runtime.shared([1], { backend: "tensor-cpu", shape: [1] });
    // @ts-expect-error no backend knows this kwarg
    expect(() => runtime.shared([1], { frmat: "csr" })).toThrow(/did you mean format/);
    // @ts-expect-error the kwarg takes csr and csc
    expect(() => runtime.shared([[1]], { format: "coo" })).toThrow(/csr/);
    // @ts-expect-error a kwarg of another backend
    expect(() => runtime.shared([[1]], { backend: "tensor-cpu", format: "csr" })).toThrow(/format/);
  });

  it("refuse what no backend stores unasked", () => {
    // @ts-expect-error text is stored only when asked for
    expect(() => runtime.shared("text")).toThrow(/no shared constructor/);
    // @ts-expect-error nothing is no value
    expect(() => runtime.shared(null)).toThrow(/no shared constructor/);
    // @ts-expect-error an expression has no value yet
    expect(() => runtime.shared(scalar("x"))).toThrow(/symbolic/);
    runtime.shared("text", { backend: "generic" });
    const s = runtime.shared([1]);
    // @ts-expect-error a shared variable cannot be unset
    expect(() => s.setValue(null)).toThrow(/cannot be unset/);
    s.setValue([2]);
    s.setValue(new Float32Array([3]));
    expect(s.getValue().toArray()).toEqual([3]);
  });

  it("know the host value and the internal value", () => {
    const s = runtime.shared([1], { backend: "tensor-cpu" });
    expectTypeOf(s.getValue()).toEqualTypeOf<NDArray>();
    expectTypeOf(s.getValue({ borrow: true, returnInternalType: true })).toEqualTypeOf<DenseTensor>();
    expect(s.getValue().shape).toEqual([1]);
  });
});

describe("types of compile()", () => {
  const [x, y] = [scalar("x"), scalar("y")];
  it("know what a call takes and gives", () => {
    const single = compile([x], x.mul(2));
    expectTypeOf(single).returns.toEqualTypeOf<NDArray>();
    const list = compile([x, y], [x, y]);
    expectTypeOf(list).returns.toEqualTypeOf<[NDArray, NDArray]>();
    const record = compile([x], { double: x.mul(2) });
    expectTypeOf(record).returns.toEqualTypeOf<{ double: NDArray }>();
    expectTypeOf(compile([], null)).returns.toEqualTypeOf<undefined>();
    expectTypeOf(record.async).returns.toEqualTypeOf<Promise<{ double: NDArray }>>();
    // @ts-expect-error an argument is missing
    expect(() => list(1)).toThrow(/missing/);
    // @ts-expect-error one argument too many
    expect(() => single(1, 2)).toThrow(/2 arguments/);
    // @ts-expect-error no such output
    expect(record(1).triple).toBeUndefined();
    // @ts-expect-error a single output is no list
    expect(single(1)[0]).toBeUndefined();
    // @ts-expect-error the list has two
    expect(list(1, 2)[2]).toBeUndefined();
    // @ts-expect-error an output must be a variable
    expect(() => compile([x], { double: 2 })).toThrow(/variables/);
    // @ts-expect-error no such option
    expect(() => compile([x], x, { update: [] })).toThrow(/no option/);
  });

  it("take only shared variables as updates, and give a gradient for each variable", () => {
    const s = runtime.shared(1);
    compile([], null, { updates: [[s, s.add(1)]] });
    // @ts-expect-error an input cannot be updated
    expect(() => compile([x], x, { updates: [[x, x]] })).toThrow(/shared/);
    const m = matrix("m");
    const gradients = grad(m.sum(), [m, m]);
    expectTypeOf(gradients.length).toEqualTypeOf<2>();
    expect(gradients.length).toBe(2);
  });
});
