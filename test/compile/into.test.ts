/** Values that are read, and outputs that are written, into arrays of the caller's own. */
import {
  createRuntime,
  isBitaleError,
  ivector,
  matrix,
  NDArray,
  Out,
  ones,
  type Runtime,
  type SharedVariable,
  type TensorVariable,
  take,
  vector,
} from "@bitale/core";
import { CsrMatrix, plugin as sparse } from "@bitale/sparse";
import { plugin } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainRuntime, plainShared } from "../plain-runtime.js";
import { arrayArbitrary, sameArrays, shapeArbitrary } from "../region-builder.js";

const codeOf = (body: () => unknown): string | undefined => {
  try {
    body();
    return undefined;
  } catch (error) {
    if (!isBitaleError(error)) throw error;
    return error.code;
  }
};
const floats = (...elements: number[]): Float32Array => Float32Array.from(elements);
const runtime = createRuntime({ plugins: [plugin, sparse] });

describe("getValue({ into })", () => {
  it("writes every value into an array of any strides", () => {
    const pair = shapeArbitrary.chain((shape) =>
      fc.tuple(arrayArbitrary("float64", shape), arrayArbitrary("float64", shape)),
    );
    fc.assert(
      fc.property(pair, ([value, into]) => {
        const s = runtime.shared(value) as unknown as SharedVariable;
        expect(s.getValue({ into })).toBe(into);
        expect(sameArrays(into, value, 0)).toBeUndefined();
        s.dispose();
      }),
      { numRuns: 60 },
    );
  });

  it("sees a typed array row-major, and keeps its memory", async () => {
    const s = runtime.shared([
      [1, 2],
      [3, 4],
    ]);
    const out = new Float32Array(4);
    const value = s.getValue({ into: out });
    expect([value.data === out, value.shape, [...out]]).toEqual([true, [2, 2], [1, 2, 3, 4]]);
    const later = await s.getValueAsync({ into: new Float32Array(4) });
    expect(later.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it("refuses what does not fit, and changes nothing", async () => {
    const s = runtime.shared([1, 2, 3], { name: "s" });
    expect(codeOf(() => s.getValue({ into: new Float64Array(3) }))).toBe("WRONG_DTYPE");
    expect(codeOf(() => s.getValue({ into: new Float32Array(2) }))).toBe("WRONG_SHAPE");
    expect(codeOf(() => s.getValue({ into: [1, 2, 3] as never }))).toBe("BAD_VALUE");
    expect(codeOf(() => s.getValue({ into: new Float32Array(3), borrow: true } as never))).toBe("BAD_OPTION");
    const spread = new NDArray({ data: floats(7), shape: [3], strides: [0], dtype: "float32" });
    expect(codeOf(() => s.getValue({ into: spread }))).toBe("BAD_VALUE");
    const own = s.getValue({ borrow: true });
    expect(codeOf(() => s.getValue({ into: own }))).toBe("BAD_VALUE");
    await expect(s.getValueAsync({ into: new Float32Array(2) })).rejects.toThrow(/does not fit/);
    expect([...own.data]).toEqual([1, 2, 3]);
    const m = runtime.shared(
      new CsrMatrix({
        ...{ data: floats(1), indices: Int32Array.of(0), indptr: Int32Array.of(0, 1) },
        ...{ shape: [1, 1], dtype: "float32" },
      }),
    );
    expect(codeOf(() => (m as unknown as SharedVariable).getValue({ into: new Float32Array(1) }))).toBe(
      "BAD_OPTION",
    );
  });
});

const ways: readonly [string, () => Runtime, { profile?: boolean }][] = [
  ["direct calls", () => createRuntime({ plugins: [plugin] }), {}],
  ["profiled calls", () => createRuntime({ plugins: [plugin] }), { profile: true }],
  ["reference kernels", () => plainRuntime(), {}],
];

describe.each(ways)("outputs into given arrays, %s", (name, start, options) => {
  const made = (r: Runtime, value: readonly number[]): SharedVariable =>
    (name === "reference kernels"
      ? plainShared(value, "float32", [null])
      : r.shared(value)) as SharedVariable;

  it("are written there when the call has succeeded", () => {
    const r = start();
    const s = made(r, [1, 2, 3]);
    const x = vector("x");
    const old = s as unknown as TensorVariable;
    const f = r.compile(
      [x],
      { sum: old.add(x), old, twice: x.mul(2), x },
      { updates: [[s, old.add(x)]], ...options },
    );
    const into = {
      sum: new Float32Array(3),
      old: new Float32Array(3),
      twice: new NDArray({ data: floats(0, 9, 0, 9, 0, 9), shape: [3], strides: [2], dtype: "float32" }),
    };
    const got = f.invoke({ args: [floats(1, 1, 1)], into }) as Record<string, NDArray>;
    expect([...into.sum]).toEqual([2, 3, 4]);
    expect([...into.old]).toEqual([1, 2, 3]);
    expect([...into.twice.data]).toEqual([2, 9, 2, 9, 2, 9]);
    expect([got.sum?.data, got.old?.data, got.twice]).toEqual([into.sum, into.old, into.twice]);
    expect(got.sum?.data).toBe(into.sum);
    expect(got.twice).toBe(into.twice);
    expect(got.x?.toArray()).toEqual([1, 1, 1]);
    expect((s.getValue() as NDArray).toArray()).toEqual([2, 3, 4]);
  });

  it("may be the arguments themselves", async () => {
    const r = start();
    const [x, y] = [vector("x"), vector("y")];
    const swap = r.compile([x, y], [x, y], options);
    const [a, b] = [floats(1, 2), floats(3, 4)];
    swap.invoke({ args: [a, b], into: [b, a] });
    expect([[...a], [...b]]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    const step = r.compile([x], x.mul(2).add(x.sum()), options);
    step.invoke({ args: [a], into: a });
    expect([...a]).toEqual([13, 15]);
    await step.invokeAsync({ args: [a], into: a });
    expect([...a]).toEqual([54, 58]);
  });

  it("are refused before anything has changed", () => {
    const r = start();
    const s = made(r, [1, 2]);
    const old = s as unknown as TensorVariable;
    const index = ivector("index");
    const f = r.compile([index], [old.add(1), take(old, index)], { updates: [[s, old.mul(2)]], ...options });
    const good = (): Float32Array => new Float32Array(2);
    const call = (into: unknown, ...indices: number[]) =>
      codeOf(() => f.invoke({ args: [Int32Array.from(indices)], into: into as never }));
    expect(call([new Float64Array(2)], 0, 1)).toBe("WRONG_DTYPE");
    expect(call([good(), new Float32Array(3)], 0, 1)).toBe("WRONG_SHAPE");
    expect(call([good(), good(), good()], 0, 1)).toBe("BAD_ARGUMENT");
    expect(call(good(), 0, 1)).toBe("BAD_ARGUMENT");
    const both = good();
    expect(call([both, both], 0, 1)).toBe("BAD_VALUE");
    const target = good();
    expect(call([target, undefined], 0, 5)).toBe("INDEX_OUT_OF_BOUNDS");
    expect([...target]).toEqual([0, 0]);
    expect((s.getValue() as NDArray).toArray()).toEqual([1, 2]);
    const storage = s.getValue({ borrow: true } as never) as NDArray;
    expect(call([storage], 0, 1)).toBe("BAD_VALUE");
    expect((s.getValue() as NDArray).toArray()).toEqual([1, 2]);
    expect(call([target, undefined], 0, 1)).toBeUndefined();
    expect([...target]).toEqual([2, 3]);
    expect((s.getValue() as NDArray).toArray()).toEqual([2, 4]);
  });

  it("are for values on the host, in the form of the outputs", () => {
    const r = start();
    const x = matrix("x");
    const inner = r.compile([x], new Out(x.mul(2), { returnInternalType: true }), options);
    expect(codeOf(() => inner.invoke({ args: [ones([1, 1])], into: new Float32Array(1) }))).toBe(
      "BAD_ARGUMENT",
    );
    const record = r.compile([x], { y: x.mul(2) }, options);
    expect(codeOf(() => record.invoke({ args: [ones([1, 1])], into: { z: new Float32Array(1) } }))).toBe(
      "BAD_ARGUMENT",
    );
    const borrowing = r.compile([x], new Out(x.mul(2), { borrow: true }), options);
    const target = new Float32Array(1);
    expect((borrowing.invoke({ args: [ones([1, 1])], into: target }) as NDArray).data).toBe(target);
    expect(target[0]).toBe(2);
  });
});
