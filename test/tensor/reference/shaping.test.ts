import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBitaleError } from "../../../core/dist/errors.js";
import { array, arrays, call, indicesOf, shapes } from "./arrays.js";

const counting = (...shape: number[]) => {
  const size = shape.reduce((n, length) => n * length, 1);
  return array(
    "int32",
    shape,
    Array.from({ length: size }, (_, i) => i),
  );
};
const int32 = (...shape: number[]) => ({ dtype: "int32" as const, shape });

describe("reshape, broadcastTo, transpose", () => {
  it("keeps row-major order whatever the strides", () => {
    const x = counting(2, 3).transpose();
    expect(call("reshape", {}, [x], int32(6)).toArray()).toEqual([0, 3, 1, 4, 2, 5]);
    expect(call("reshape", {}, [counting(1, 1)], int32()).toArray()).toBe(0);
    expect(call("reshape", {}, [counting(0, 3)], int32(2, 0)).shape).toEqual([2, 0]);
  });

  it("repeats what is broadcast", () => {
    const x = array("int32", [2, 1], [1, 2]);
    const result = call("broadcastTo", {}, [x], int32(2, 2, 3));
    expect(result.isContiguous).toBe(true);
    expect(result.toArray()).toEqual([
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
      [
        [1, 1, 1],
        [2, 2, 2],
      ],
    ]);
    expect(call("broadcastTo", {}, [array("int32", [1], [4])], int32(0)).size).toBe(0);
  });

  it("moves axes", () => {
    const cases = shapes().chain((shape) =>
      fc.tuple(
        arrays("int64", shape),
        fc.shuffledSubarray(
          shape.map((_, axis) => axis),
          { minLength: shape.length },
        ),
      ),
    );
    fc.assert(
      fc.property(cases, ([x, permutation]) => {
        const shape = permutation.map((axis) => x.shape[axis]!);
        const result = call("transpose", { permutation }, [x], { dtype: "int64", shape });
        expect(result.isContiguous).toBe(true);
        for (const index of indicesOf(shape)) {
          const from = permutation.map((_, axis) => index[permutation.indexOf(axis)]!);
          expect(result.get(...index)).toBe(x.get(...from));
        }
      }),
    );
  });

  it("gives fresh storage even where nothing moves", () => {
    const x = counting(2, 2);
    for (const result of [
      call("reshape", {}, [x], int32(2, 2)),
      call("broadcastTo", {}, [x], int32(2, 2)),
      call("transpose", { permutation: [0, 1] }, [x], int32(2, 2)),
      call("slice", { starts: [0, 0], steps: [1, 1] }, [x], int32(2, 2)),
    ]) {
      expect(result.data).not.toBe(x.data);
      expect(result.toArray()).toEqual(x.toArray());
    }
  });
});

/** An array with a window on it that fits. */
const windows = shapes({ minLength: 1 }).chain((shape) =>
  fc.tuple(
    arrays("int32", shape),
    fc.tuple(
      ...shape.map((length) =>
        fc
          .tuple(fc.nat(length - 1), fc.integer({ min: -3, max: 3 }), fc.nat(4))
          .map(([start, signed, size]) => {
            const step = signed === 0 ? 1 : signed;
            const room = step > 0 ? length - 1 - start : start;
            return { start, step, size: Math.min(size, Math.floor(room / Math.abs(step)) + 1) };
          }),
      ),
    ),
  ),
);

describe("slice", () => {
  it("steps forward and backward", () => {
    const x = counting(3, 4);
    const result = call("slice", { starts: [2, 0], steps: [-2, 3] }, [x], int32(2, 2));
    expect(result.toArray()).toEqual([
      [8, 11],
      [0, 3],
    ]);
  });

  it("starts at numbers of the call", () => {
    const starts = [{ scalar: 1 }, 1] as const;
    const result = call("slice", { starts, steps: [1, 1] }, [counting(3, 3)], int32(1, 2), [9, 2]);
    expect(result.toArray()).toEqual([[7, 8]]);
  });

  it("reads x[start + i * step]", () => {
    fc.assert(
      fc.property(windows, ([x, axes]) => {
        const shape = axes.map((axis) => axis.size);
        const [starts, steps] = [axes.map((axis) => axis.start), axes.map((axis) => axis.step)];
        const result = call("slice", { starts, steps }, [x], int32(...shape));
        for (const index of indicesOf(shape)) {
          expect(result.get(...index)).toBe(x.get(...axes.map((a, i) => a.start + index[i]! * a.step)));
        }
      }),
    );
  });

  it.each([
    [[3], [1], 1],
    [[-1], [1], 1],
    [[2], [1], 2],
    [[0], [-1], 2],
  ])("from %j in steps of %j with %j elements is out of bounds", (starts, steps, size) => {
    let error: unknown;
    try {
      call("slice", { starts, steps }, [counting(3)], int32(size));
    } catch (thrown) {
      error = thrown;
    }
    expect(isBitaleError(error, "INDEX_OUT_OF_BOUNDS")).toBe(true);
  });

  it("of no element may start anywhere", () => {
    expect(call("slice", { starts: [3], steps: [1] }, [counting(3)], int32(0)).size).toBe(0);
  });
});

describe("updateSlice", () => {
  it("sets and adds, leaving base alone", () => {
    const base = counting(4);
    const value = array("int32", [2], [10, 20]);
    const set = call("updateSlice", { starts: [3], steps: [-2], mode: "set" }, [base, value], int32(4));
    expect(set.toArray()).toEqual([0, 20, 2, 10]);
    const add = call(
      "updateSlice",
      { starts: [{ scalar: 0 }], steps: [1], mode: "add" },
      [base, value],
      int32(4),
      [1],
    );
    expect(add.toArray()).toEqual([0, 11, 22, 3]);
    expect(base.toArray()).toEqual([0, 1, 2, 3]);
  });

  it("wraps and rounds what it adds", () => {
    const params = { starts: [0], steps: [1], mode: "add" } as const;
    const bytes = call("updateSlice", params, [array("int8", [1], [127]), array("int8", [1], [1])], {
      dtype: "int8",
      shape: [1],
    });
    expect(bytes.toArray()).toEqual([-128]);
    const halves = call("updateSlice", params, [array("float16", [1], [2048]), array("float16", [1], [1])], {
      dtype: "float16",
      shape: [1],
    });
    expect(halves.toArray()).toEqual([2048]);
  });

  it("writes what slice reads back, and nothing else", () => {
    fc.assert(
      fc.property(windows, ([base, axes]) => {
        const shape = axes.map((axis) => axis.size);
        const [starts, steps] = [axes.map((axis) => axis.start), axes.map((axis) => axis.step)];
        const size = shape.reduce((n, length) => n * length, 1);
        const value = array(
          "int32",
          shape,
          Array.from({ length: size }, (_, i) => -1 - i),
        );
        const result = call(
          "updateSlice",
          { starts, steps, mode: "set" },
          [base, value],
          int32(...base.shape),
        );
        expect(call("slice", { starts, steps }, [result], int32(...shape)).toArray()).toEqual(
          value.toArray(),
        );
        const written = new Set(
          indicesOf(shape).map((index) => axes.map((a, i) => a.start + index[i]! * a.step).join()),
        );
        for (const index of indicesOf(base.shape)) {
          if (!written.has(index.join())) expect(result.get(...index)).toBe(base.get(...index));
        }
      }),
    );
  });
});

describe("concatenate and iota", () => {
  it("joins along an axis, empty parts too", () => {
    const parts = [counting(2, 1), counting(2, 0), counting(2, 2).transpose()];
    expect(call("concatenate", { axis: 1 }, parts, int32(2, 3)).toArray()).toEqual([
      [0, 0, 2],
      [1, 1, 3],
    ]);
    expect(call("concatenate", { axis: 0 }, [counting(1)], int32(1)).toArray()).toEqual([0]);
  });

  it("is undone by slices", () => {
    const cases = fc
      .tuple(
        shapes({ minRank: 1, maxRank: 3 }),
        fc.array(fc.nat(3), { minLength: 1, maxLength: 3 }),
        fc.nat(2),
      )
      .chain(([shape, lengths, any]) => {
        const axis = any % shape.length;
        const part = (length: number) => arrays("float16", shape.with(axis, length));
        return fc.tuple(fc.constant(shape), fc.constant(axis), fc.tuple(...lengths.map(part)));
      });
    fc.assert(
      fc.property(cases, ([shape, axis, parts]) => {
        const total = parts.reduce((n, part) => n + part.shape[axis]!, 0);
        const whole = call("concatenate", { axis }, parts, {
          dtype: "float16",
          shape: shape.with(axis, total),
        });
        let start = 0;
        for (const part of parts) {
          const starts = shape.map((_, i) => (i === axis ? start : 0));
          const steps = shape.map(() => 1);
          const back = call("slice", { starts, steps }, [whole], { dtype: "float16", shape: part.shape });
          expect(back.toArray()).toEqual(part.toArray());
          start += part.shape[axis]!;
        }
      }),
    );
  });

  it("counts", () => {
    expect(call("iota", {}, [], { dtype: "int64", shape: [3] }).toArray()).toEqual([0n, 1n, 2n]);
    expect(call("iota", {}, [], { dtype: "float16", shape: [2] }).toArray()).toEqual([0, 1]);
    expect(call("iota", {}, [], { dtype: "int64", shape: [0] }).size).toBe(0);
  });
});
