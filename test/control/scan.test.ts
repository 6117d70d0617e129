/** Loops: against the same loop unrolled, their gradients against finite differences, on each backend. */
import * as b from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainShared } from "../plain-runtime.js";

const runtimes = {
  reference: b.createRuntime({ plugins: [], floatX: "float64" }),
  "tensor-cpu": b.createRuntime({ plugins: [cpu], floatX: "float64" }),
};

const numbers = (size: number) =>
  fc
    .array(fc.integer({ min: -100, max: 100 }), { minLength: size, maxLength: size })
    .map((list) => Float64Array.from(list, (n) => (n + 0.5) / 64));
const array = (data: Float64Array, shape: readonly number[]) =>
  new b.NDArray({ data, shape, dtype: "float64" });

/** A small recurrent net; everything that a loop has: two carries, a sequence, an output, variables from around it. */
const cell = (h: b.TensorVariable, c: b.TensorVariable, x: b.TensorVariable, w: b.TensorVariable) => {
  const gate = b.sigmoid(b.dot(h, w).add(x));
  const memory = gate.mul(c).add(b.tanh(x));
  return { h: b.tanh(memory).mul(gate), c: memory };
};

describe.each(Object.entries(runtimes))("scan on %s", (_, runtime) => {
  const inScope = <R>(body: () => R): R => runtime.scope(body);

  it("computes what the unrolled loop computes, and so do its gradients", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        fc.infiniteStream(numbers(1)),
        (steps, width, reverse, stream) => {
          const take = (size: number): Float64Array =>
            Float64Array.from({ length: size }, () => (stream.next().value as Float64Array)[0] as number);
          inScope(() => {
            const [x, w, h0] = [b.matrix("x"), b.matrix("w"), b.vector("h0")];
            const [last, outputs] = b.scan(
              ({ h, c }, element) => {
                const next = cell(h, c, element, w);
                return [next, next.h.mul(2)];
              },
              { init: { h: h0, c: b.zerosLike(h0) }, sequences: x, reverse },
            );
            let [h, c] = [h0 as b.TensorVariable, b.zerosLike(h0)];
            const unrolled: b.TensorVariable[] = [];
            for (let i = 0; i < steps; i++) {
              const at = reverse ? steps - 1 - i : i;
              ({ h, c } = cell(h, c, b.index(x, at), w));
              unrolled[at] = h.mul(2);
            }
            const costOf = (end: { h: b.TensorVariable; c: b.TensorVariable }, all: b.TensorVariable) =>
              b.sum(end.h.mul(end.c)).add(b.sum(b.sqr(all)).mul(0.5));
            const stacked = b.stack(unrolled);
            const costs = [costOf(last, outputs), costOf({ h, c }, stacked)] as const;
            const slopes = costs.map((cost) => b.grad(cost, [x, w, h0]));
            const second = slopes.map(([, gw]) => b.grad(b.sum(b.sqr(gw as b.TensorVariable)), w));
            const f = runtime.compile(
              [x, w, h0],
              [last.h, last.c, outputs, h, c, stacked, ...slopes.flat(), ...second],
            );
            const results = f(
              array(take(steps * width), [steps, width]),
              array(take(width * width), [width, width]),
              array(take(width), [width]),
            ) as b.NDArray[];
            const close = (i: number, j: number): void => {
              const [got, expected] = [results[i], results[j]] as [b.NDArray, b.NDArray];
              expect(got.shape).toEqual(expected.shape);
              got.flat().forEach((value, k) => {
                expect(value).toBeCloseTo(expected.flat()[k] as number, 9);
              });
            };
            for (const i of [0, 1, 2]) close(i, i + 3);
            for (const i of [6, 7, 8]) close(i, i + 3);
            close(12, 13);
          });
        },
      ),
      { numRuns: 25 },
    );
  });

  it("runs no step for a length of zero, and knows the shapes of the outputs", () => {
    inScope(() => {
      const [x, start] = [b.matrix("x"), b.vector("start")];
      const [end, rows] = b.scan((sum, row) => [sum.add(row), b.stack([row, sum])], {
        init: start,
        sequences: x,
      });
      const f = runtime.compile([x, start], [end, rows, ...b.grad(b.sum(end).add(b.sum(rows)), [x, start])]);
      const [last, stacked, gx, gs] = f(array(new Float64Array(0), [0, 3]), [1, 2, 3]) as b.NDArray[];
      expect(last?.toArray()).toEqual([1, 2, 3]);
      expect(stacked?.shape).toEqual([0, 2, 3]);
      expect(gx?.shape).toEqual([0, 3]);
      expect(gs?.toArray()).toEqual([1, 1, 1]);
    });
  });

  it("takes a number of steps, carries integers, and stops gradients at them", () => {
    inScope(() => {
      const [n, x] = [b.iscalar("n"), b.scalar("x")];
      const [{ count, product }] = b.scan(
        ({ count, product }) => [{ count: count.add(1), product: product.mul(x) }, undefined],
        { init: { count: 0n, product: 1 }, length: n },
      );
      expect(count.type.dtype).toBe("int64");
      const f = runtime.compile([n, x], [count, product, b.grad(product, x)]);
      expect(f(3, 2).map((v) => v.item())).toEqual([3, 8, 12]);
      expect(f(0, 2).map((v) => v.item())).toEqual([0, 1, 0]);
      expect(() => f(-1, 2)).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
    });
  });

  it("nests", () => {
    inScope(() => {
      const m = b.matrix("m");
      const [, rows] = b.scan(
        (scale, row) => {
          const [total] = b.scan((sum, e) => [sum.add(e.mul(scale)), undefined], { init: 0, sequences: row });
          return [scale.add(1), total];
        },
        { init: 1, sequences: m },
      );
      const f = runtime.compile([m], [rows, b.grad(b.sum(rows), m)]);
      const [totals, slope] = f([
        [1, 2],
        [3, 4],
        [5, 6],
      ]);
      expect(totals.toArray()).toEqual([3, 14, 33]);
      expect(slope.toArray()).toEqual([
        [1, 1],
        [2, 2],
        [3, 3],
      ]);
    });
  });

  it("reads and updates shared variables around it, all or nothing", () => {
    inScope(() => {
      const w = plainShared([2, 3], "float64", [null], { name: "w" });
      const x = b.matrix("x");
      const [total, outputs] = b.scan((sum, row) => [sum.add(b.sum(row.mul(w))), row.add(w)], {
        init: 0,
        sequences: x,
      });
      const f = runtime.compile([x], [total, outputs], { updates: [[w, w.mul(total)]] });
      expect(
        f([
          [1, 1],
          [2, 0],
        ]).map((v) => v.toArray()),
      ).toEqual([
        9,
        [
          [3, 4],
          [4, 3],
        ],
      ]);
      expect(w.getValue().toArray()).toEqual([18, 27]);
      expect(() => f([[1, 1, 1]])).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
      expect(w.getValue().toArray()).toEqual([18, 27]);
    });
  });

  it("does not compute stacked outputs that nobody asks for", () => {
    inScope(() => {
      const x = b.matrix("x");
      const [total, outputs] = b.scan((sum, row) => [sum.add(b.sum(row)), b.index(row, 5)], {
        init: 0,
        sequences: x,
      });
      const rows = [[1, 2]];
      expect(runtime.compile([x], total)(rows).item()).toBe(3);
      expect(() => runtime.compile([x], outputs)(rows)).toThrow(
        expect.objectContaining({ code: "INDEX_OUT_OF_BOUNDS" }),
      );
    });
  });

  it("lets the carry grow, and refuses to stack what has different shapes", () => {
    inScope(() => {
      const n = b.iscalar("n");
      const grow = (output: boolean) =>
        b.scan((list) => [b.concatenate([list, [1]]), output ? list : undefined], {
          init: b.tensor("list", { shape: [1] }),
          length: n,
        });
      const start = b.vector("start");
      const [grown] = b.scan((list) => [b.concatenate([list, list]), undefined], { init: start, length: n });
      expect(runtime.compile([n, start], grown)(3, [1]).shape).toEqual([8]);
      const [, lists] = b.scan((list) => [b.concatenate([list, list]), list], { init: start, length: n });
      expect(() => runtime.compile([n, start], lists as b.TensorVariable)(3, [1])).toThrow(
        expect.objectContaining({ code: "SHAPE_MISMATCH" }),
      );
      expect(grow(false)[0].type.shape).toEqual([null]);
    });
  });
});

describe("scan refuses", () => {
  const x = b.vector("x");
  const code = (body: () => unknown, expected: string) =>
    expect(body).toThrow(expect.objectContaining({ code: expected }));
  it("neither sequences nor a length", () =>
    code(() => b.scan((c) => [c, undefined], { init: 0 }), "BAD_OPTION"));
  it("a length that is no integer", () => {
    code(() => b.scan((c) => [c, undefined], { init: 0, length: 1.5 }), "BAD_OPTION");
    code(() => b.scan((c) => [c, undefined], { init: 0, length: b.scalar("n") }), "BAD_OPTION");
  });
  it("a sequence without an axis", () =>
    code(() => b.scan((c) => [c, undefined], { init: 0, sequences: b.scalar("s") }), "BAD_OPERAND"));
  it("a step that returns no pair", () =>
    code(() => b.scan((c) => c as never, { init: 0, sequences: x }), "BAD_OPERAND"));
  it("a carry that changes dtype, rank or structure", () => {
    code(() => b.scan((c) => [c.astype("float64"), undefined], { init: x, length: 2 }), "CARRY_TYPE");
    code(() => b.scan((c) => [b.sum(c), undefined], { init: x, length: 2 }), "CARRY_TYPE");
    code(() => b.scan((c) => [[c, c], undefined], { init: x, length: 2 }), "CARRY_TYPE");
  });
  it("sequences of different lengths, at the call", () => {
    const y = b.vector("y");
    const [total] = b.scan((c, [p, q]) => [c.add(p.mul(q)), undefined], { init: 0, sequences: [x, y] });
    const f = runtimes.reference.compile([x, y], total);
    code(() => f([1, 2], [1, 2, 3]), "SHAPE_MISMATCH");
  });
});
