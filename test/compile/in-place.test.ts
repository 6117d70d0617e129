/** Updates in place change nothing of what is promised: the results, atomic calls, borrowed views, arguments. */
import {
  add,
  compile,
  createRuntime,
  dot,
  In,
  ivector,
  matrix,
  NDArray,
  Out,
  type Runtime,
  type SharedVariable,
  scalar,
  type TensorVariable,
  take,
  vector,
} from "@bitale/core";
import { plugin } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainRuntime, plainShared } from "../plain-runtime.js";
import { sameArrays } from "../region-builder.js";

const runtimes: readonly [string, (arenaBytes?: number) => Runtime][] = (
  [
    ["generated code", {}],
    ["no generated code", { codegen: false }],
    ["no WebAssembly", { wasm: false }],
    ["neither", { codegen: false, wasm: false }],
  ] as const
).map(([name, options]) => [
  name,
  (arenaBytes = 2 ** 24) =>
    createRuntime({ plugins: [plugin], pluginOptions: { "tensor-cpu": { arenaBytes, ...options } } }),
]);

const array = (elements: readonly number[], ...shape: number[]): NDArray =>
  new NDArray({ data: Float32Array.from(elements), shape, dtype: "float32" });
const square = (seed: number): NDArray =>
  array(
    Array.from({ length: 9 }, (_, i) => ((seed * 31 + i * 17) % 11) - 5),
    3,
    3,
  );
const bits = (value: unknown): string =>
  Buffer.from((value as NDArray).copy().data.buffer as ArrayBuffer).toString("hex");

/** New values of three 3 x 3 matrices, from their old ones and an argument. */
const expressions: readonly ((
  old: readonly TensorVariable[],
  x: TensorVariable,
  i: TensorVariable,
) => TensorVariable)[] = [
  ([a], x) => (a as TensorVariable).add(x),
  ([a, b]) => (a as TensorVariable).sub((b as TensorVariable).mul(0.5)),
  ([, b]) => b as TensorVariable,
  ([a]) => (a as TensorVariable).add((a as TensorVariable).T),
  ([a, b]) => (a as TensorVariable).sub(dot((a as TensorVariable).T, b as TensorVariable).mul(0.01)),
  ([a, b], x) => (b as TensorVariable).sub(dot(x.T, (a as TensorVariable).mul(0.1)).mul(0.5)),
  ([a], _x, i) => take(a as TensorVariable, i, 0),
  ([a, , c]) => add(a as TensorVariable, c as TensorVariable).neg(),
  (_, x) => x.mul(2),
  (_, x) => x,
  ([a]) => (a as TensorVariable).mul(1),
];

const argumentItself = 9;

const scenario = fc.record({
  updates: fc.array(fc.option(fc.nat({ max: expressions.length - 1 }), { nil: undefined }), {
    minLength: 3,
    maxLength: 3,
  }),
  turns: fc.array(fc.nat({ max: 2 }), { minLength: 3, maxLength: 3 }),
  outputs: fc.array(fc.record({ what: fc.nat({ max: expressions.length + 2 }), borrow: fc.boolean() }), {
    maxLength: 3,
  }),
  events: fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.constant("call" as const) },
      fc.constantFrom("bad index", "borrow", "borrow internal", "set", "feed back"),
    ),
    { minLength: 2, maxLength: 9 },
  ),
});

describe.each(runtimes)("updates in place, %s", (_name, start) => {
  it("compute what the reference computes, whatever is borrowed, set or refused in between", () => {
    fc.assert(
      fc.property(scenario, ({ updates, turns, outputs, events }) => {
        const [fast, slow] = [start(), plainRuntime()];
        const build = (runtime: Runtime, make: (seed: number) => SharedVariable) => {
          const variables = [1, 2, 3].map(make);
          const [x, i] = [matrix("x"), ivector("i")];
          const at = (turn: number) =>
            [0, 1, 2].map((k) => variables[(k + turn) % 3] as unknown as TensorVariable);
          const f = runtime.compile(
            [x, i],
            outputs.map(({ what, borrow }) => {
              const value =
                what < expressions.length
                  ? expressions[what]?.(at(0), x, i)
                  : at(0)[what - expressions.length];
              return new Out(value as TensorVariable, { borrow });
            }),
            {
              updates: updates.flatMap((which, k) =>
                which === undefined
                  ? []
                  : [
                      [
                        variables[k] as SharedVariable,
                        expressions[which]?.(at(turns[k] as number), x, i) as TensorVariable,
                      ] as const,
                    ],
              ),
              onUnusedInput: "ignore",
            },
          );
          return { variables, f };
        };
        const a = build(fast, (seed) => fast.shared(square(seed)) as unknown as SharedVariable);
        const b = build(slow, (seed) => plainShared(square(seed), "float32", [null, null]));
        const held: { readonly view: NDArray; readonly before: string }[] = [];
        let argument = square(9);
        let fedBack = false;
        events.forEach((event, n) => {
          const index = Int32Array.of(2, 0, event === "bad index" ? 7 : 1);
          if (event === "borrow" || event === "borrow internal") {
            const variable = a.variables[n % 3] as SharedVariable;
            const view = variable.getValue({
              borrow: true,
              returnInternalType: event === "borrow internal",
            } as never) as NDArray;
            held.push({ view, before: bits(view) });
            return;
          }
          if (event === "set") {
            for (const side of [a, b]) (side.variables[n % 3] as SharedVariable).setValue(square(n) as never);
            return;
          }
          const given = argument.copy();
          const state = a.variables.map((variable) => bits(variable.getValue()));
          const attempt = ({ f }: typeof a, x: NDArray) => {
            try {
              return { values: f(x, index) as NDArray[], code: undefined };
            } catch (error) {
              return { values: [], code: (error as { code?: string }).code };
            }
          };
          const [got, expected] = [attempt(a, argument), attempt(b, given)];
          expect(got.code).toBe(expected.code);
          if (got.code !== undefined) expect(a.variables.map((v) => bits(v.getValue()))).toEqual(state);
          // What a call has lent, its next run may write over.
          if (!fedBack) expect(bits(argument)).toBe(bits(given));
          expected.values.forEach((value, o) => {
            expect(sameArrays(got.values[o] as NDArray, value, 1e-3), `output ${o}`).toBeUndefined();
          });
          a.variables.forEach((variable, v) => {
            const want = (b.variables[v] as SharedVariable).getValue() as NDArray;
            expect(sameArrays(variable.getValue() as NDArray, want, 1e-3), `variable ${v}`).toBeUndefined();
          });
          const [result] = got.values;
          // Who borrows an argument that was lent to him sees what becomes of it.
          const seen = outputs.some(({ what, borrow }) => borrow && what === argumentItself);
          if (event === "feed back" && result?.size === 9 && !seen) {
            argument = result;
            fedBack = true;
          }
        });
        for (const { view, before } of held) expect(bits(view)).toBe(before);
      }),
      { numRuns: 60 },
    );
  });

  it("leave a borrowed view as it was", () => {
    const runtime = start();
    const s = runtime.shared(square(1)) as unknown as SharedVariable;
    const f = runtime.compile([], null, { updates: [[s, (s as unknown as TensorVariable).add(1)]] });
    f();
    const view = s.getValue({ borrow: true }) as NDArray;
    const before = bits(view);
    for (let i = 0; i < 5; i++) f();
    expect(bits(view)).toBe(before);
    expect((s.getValue() as NDArray).get(0, 0)).toBe((square(1).get(0, 0) as number) + 6);
  });

  it("change nothing where a step fails, whichever it is", () => {
    const runtime = start();
    const count = 5;
    const tables = Array.from({ length: count }, (_, k) => runtime.shared(square(k)));
    const steps = Array.from({ length: count }, (_, k) => runtime.shared(square(10 + k)));
    const indices = Array.from({ length: count }, (_, k) => ivector(`i${k}`));
    const f = runtime.compile(
      indices,
      indices.map((index, k) => take(tables[k] as never, index, 1).sum()),
      {
        updates: [...steps, ...tables].map((variable, k) => {
          const old = variable as unknown as TensorVariable;
          return [variable, old.sub(take(old, indices[k % count] as never, 0).mul(0.1))] as const;
        }),
      },
    );
    const everything = () => [...steps, ...tables].map((variable) => bits(variable.getValue()));
    const good = () => Array.from({ length: count }, () => Int32Array.of(0, 1, 2));
    f(...good());
    const before = everything();
    for (let k = 0; k < count; k++) {
      const bad = good();
      bad[k] = Int32Array.of(0, 1, 3);
      expect(() => f(...bad), `step ${k}`).toThrow(/out of bounds/);
      expect(everything(), `step ${k}`).toEqual(before);
    }
    f(...good());
    expect(everything()).not.toEqual(before);
  });

  it("need no memory beside the variable itself", () => {
    const n = 2 ** 16;
    const runtime = start(n * 4 * 2 + 2 ** 16);
    const [p, g] = [runtime.shared(new Float32Array(n)), runtime.shared(new Float32Array(n).fill(1))];
    const rate = scalar("rate");
    const f = runtime.compile([rate], null, { updates: [[p, p.sub(g.mul(rate))]] });
    for (let i = 0; i < 4; i++) f(0.5);
    expect((p.getValue() as NDArray).get(n - 1)).toBe(-2);
  });

  it("follow lengths that change, and states of inputs", () => {
    const runtime = start();
    const s = runtime.shared([1, 2, 3]);
    const [x, total] = [vector("x"), vector("total")];
    const f = runtime.compile(
      [x, new In(total, { value: array([0], 1), update: total.add(x.sum()) })],
      total,
      {
        updates: [[s, s.add(x)]],
      },
    );
    for (const n of [3, 3, 1, 3]) f(new Float32Array(n).fill(1));
    expect((s.getValue() as NDArray).toArray()).toEqual([5, 6, 7]);
    expect((f.value("total") as NDArray).toArray()).toEqual([10]);
    s.setValue([1, 2]);
    f([1, 1]);
    expect((s.getValue() as NDArray).toArray()).toEqual([2, 3]);
    expect(() => f([1, 2, 3])).toThrow();
    expect((s.getValue() as NDArray).toArray()).toEqual([2, 3]);
    expect((f([1], array([100], 1)) as NDArray).toArray()).toEqual([100]);
    expect((f.value("total") as NDArray).toArray()).toEqual([101]);
  });
});

describe("what is written in place", () => {
  it("is lent where an output borrows it", () => {
    const runtime = createRuntime({ plugins: [plugin] });
    const s = runtime.shared([1, 2]);
    const next = s.add(1);
    const f = runtime.compile([], new Out(next, { borrow: true }), { updates: [[s, next]] });
    const first = f() as NDArray;
    expect(first.toArray()).toEqual([2, 3]);
    f();
    f();
    expect((s.getValue() as NDArray).toArray()).toEqual([4, 5]);
    expect(first.toArray()).toEqual([2, 3]);
  });

  it("is not the storage of a variable that has two names", () => {
    const runtime = createRuntime({ plugins: [plugin] });
    const s = runtime.shared([1, 2], { name: "s" });
    const t = s.clone("t");
    const f = runtime.compile([], (t as unknown as TensorVariable).mul(10), {
      updates: [[s, s.add((t as unknown as TensorVariable).sum())]],
    });
    expect((f() as NDArray).toArray()).toEqual([10, 20]);
    expect((t.getValue() as NDArray).toArray()).toEqual([4, 5]);
  });

  it("keeps the arguments of the caller", () => {
    const x = vector("x");
    const f = compile([x], x.mul(2));
    const data = Float32Array.of(1, 2);
    f(data);
    expect((f(array([5, 6], 2)) as NDArray).toArray()).toEqual([10, 12]);
    expect([...data]).toEqual([1, 2]);
  });
});
