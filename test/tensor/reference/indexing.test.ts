import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBitaleError } from "../../../core/dist/errors.js";
import type { NDArray } from "../../../core/dist/tensor/ndarray.js";
import { array, arrays, call, indicesOf, shapes } from "./arrays.js";

const x = array("float32", [3, 2], [0, 1, 10, 11, 20, 21]);
const f32 = (...shape: number[]) => ({ dtype: "float32" as const, shape });

function thrown(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** An array, an axis of it, and random indices of any shape into that axis, negative ones too. */
const indexed = shapes({ minRank: 1, maxRank: 3, minLength: 1 }).chain((shape) =>
  fc.tuple(fc.nat(shape.length - 1), shapes({ maxRank: 2 })).chain(([axis, of]) =>
    fc.tuple(
      arrays("float32", shape),
      fc.constant(axis),
      arrays("int8", of).map((raw) => bounded(raw, shape[axis]!)),
    ),
  ),
);

/** The same shape with elements from -length to length - 1. */
function bounded(raw: NDArray, length: number): NDArray {
  const elements = indicesOf(raw.shape).map((index) => {
    const value = Number(raw.get(...index));
    return ((((value % (2 * length)) + 2 * length) % (2 * length)) - length) as number;
  });
  return array("int32", raw.shape, elements);
}

const windowShape = (base: NDArray, axis: number, indices: NDArray) => [
  ...base.shape.slice(0, axis),
  ...indices.shape,
  ...base.shape.slice(axis + 1),
];

describe("take", () => {
  it("reads rows, columns and single ones", () => {
    const rows = array("int64", [2], [-1n, 0n]);
    expect(call("take", { axis: 0 }, [x, rows], f32(2, 2)).toArray()).toEqual([
      [20, 21],
      [0, 1],
    ]);
    const columns = array("uint8", [1, 2], [1, 1]);
    expect(call("take", { axis: 1 }, [x, columns], f32(3, 1, 2)).toArray()).toEqual([
      [[1, 1]],
      [[11, 11]],
      [[21, 21]],
    ]);
    expect(call("take", { axis: 0 }, [x, array("int32", [], [1])], f32(2)).toArray()).toEqual([10, 11]);
    expect(call("take", { axis: 0 }, [x, array("int32", [0], [])], f32(0, 2)).size).toBe(0);
  });

  it("reads x[.., indices[..], ..]", () => {
    fc.assert(
      fc.property(indexed, ([base, axis, indices]) => {
        const shape = windowShape(base, axis, indices);
        const result = call("take", { axis }, [base, indices], f32(...shape));
        for (const index of indicesOf(shape)) {
          const at = Number(indices.get(...index.slice(axis, axis + indices.ndim)));
          const from = [...index.slice(0, axis), at, ...index.slice(axis + indices.ndim)];
          expect(result.get(...index)).toBe(base.get(...from));
        }
      }),
    );
  });

  it.each([3, -4])("names the index %d that is out of bounds, its axis and the length", (index) => {
    const error = thrown(() =>
      call("take", { axis: 0 }, [x, array("int64", [1], [BigInt(index)])], f32(1, 2)),
    );
    expect(isBitaleError(error, "INDEX_OUT_OF_BOUNDS")).toBe(true);
    expect(error).toBeInstanceOf(RangeError);
    expect(String(error)).toContain(`index ${index} is out of bounds for axis 0 with length 3`);
  });

  it("finds nothing in an empty axis", () => {
    const empty = array("float32", [0], []);
    const error = thrown(() => call("take", { axis: 0 }, [empty, array("int8", [1], [0])], f32(1)));
    expect(isBitaleError(error, "INDEX_OUT_OF_BOUNDS")).toBe(true);
  });
});

describe("scatter", () => {
  const indices = array("int32", [3], [0, 2, -3]);
  const value = array("float32", [3, 2], [1, 2, 3, 4, 5, 6]);

  it("sets, the last one wins", () => {
    const result = call("scatter", { axis: 0, mode: "set" }, [x, indices, value], f32(3, 2));
    expect(result.toArray()).toEqual([
      [5, 6],
      [10, 11],
      [3, 4],
    ]);
    expect(x.get(0, 0)).toBe(0);
  });

  it("adds, all count", () => {
    const result = call("scatter", { axis: 0, mode: "add" }, [x, indices, value], f32(3, 2));
    expect(result.toArray()).toEqual([
      [6, 9],
      [10, 11],
      [23, 25],
    ]);
  });

  it("wraps integers that it adds and joins bools by or", () => {
    const twice = array("int32", [2], [0, 0]);
    const bytes = [array("uint8", [1], [200]), twice, array("uint8", [2], [50, 50])];
    expect(
      call("scatter", { axis: 0, mode: "add" }, bytes, { dtype: "uint8", shape: [1] }).toArray(),
    ).toEqual([44]);
    const big = [array("int64", [1], [2n ** 63n - 1n]), twice, array("int64", [2], [1n, 1n])];
    expect(call("scatter", { axis: 0, mode: "add" }, big, { dtype: "int64", shape: [1] }).get(0)).toBe(
      1n - 2n ** 63n,
    );
    const bools = [array("bool", [1], [0]), twice, array("bool", [2], [1, 1])];
    expect(call("scatter", { axis: 0, mode: "add" }, bools, { dtype: "bool", shape: [1] }).get(0)).toBe(1);
  });

  it("rounds floats after each addition", () => {
    const operands = [
      array("float16", [1], [2048]),
      array("int32", [2], [0, 0]),
      array("float16", [2], [1, 1]),
    ];
    const result = call("scatter", { axis: 0, mode: "add" }, operands, { dtype: "float16", shape: [1] });
    expect(result.toArray()).toEqual([2048]);
  });

  it("is undone by take: what is read is written back", () => {
    fc.assert(
      fc.property(indexed, ([base, axis, indices]) => {
        const window = f32(...windowShape(base, axis, indices));
        const read = call("take", { axis }, [base, indices], window);
        const same = call("scatter", { axis, mode: "set" }, [base, indices, read], f32(...base.shape));
        expect(same.toArray()).toEqual(base.toArray());
      }),
    );
  });

  it("adds as often as a position is named", () => {
    fc.assert(
      fc.property(indexed, ([base, axis, indices]) => {
        const shape = windowShape(base, axis, indices);
        const ones = array(
          "float32",
          shape,
          indicesOf(shape).map(() => 1),
        );
        const result = call("scatter", { axis, mode: "add" }, [base, indices, ones], f32(...base.shape));
        const length = base.shape[axis]!;
        const named = indicesOf(indices.shape).map(
          (index) => (Number(indices.get(...index)) + length) % length,
        );
        for (const index of indicesOf(base.shape)) {
          const count = named.filter((position) => position === index[axis]).length;
          expect(result.get(...index)).toBe(Number(base.get(...index)) + count);
        }
      }),
    );
  });

  it("refuses an index out of bounds before it writes", () => {
    const error = thrown(() =>
      call(
        "scatter",
        { axis: 1, mode: "set" },
        [x, array("int8", [1], [2]), array("float32", [3, 1], [1, 2, 3])],
        f32(3, 2),
      ),
    );
    expect(isBitaleError(error, "INDEX_OUT_OF_BOUNDS")).toBe(true);
    expect(String(error)).toContain("axis 1 with length 2");
  });
});

describe("takeAlongAxis and scatterAlongAxis", () => {
  /** An array, an axis, and indices of its shape but for that axis. */
  const along = shapes({ minRank: 1, maxRank: 3, minLength: 1 }).chain((shape) =>
    fc.tuple(fc.nat(shape.length - 1), fc.nat(3)).chain(([axis, length]) =>
      fc.tuple(
        arrays("float32", shape),
        fc.constant(axis),
        arrays("int8", shape.with(axis, length)).map((raw) => bounded(raw, shape[axis]!)),
      ),
    ),
  );

  it("reads one element for each index", () => {
    const labels = array("int32", [3, 1], [1, 0, -1]);
    expect(call("takeAlongAxis", { axis: 1 }, [x, labels], f32(3, 1)).toArray()).toEqual([[1], [10], [21]]);
  });

  it("reads x[.., indices[.., i, ..], ..]", () => {
    fc.assert(
      fc.property(along, ([base, axis, indices]) => {
        const result = call("takeAlongAxis", { axis }, [base, indices], f32(...indices.shape));
        for (const index of indicesOf(indices.shape)) {
          expect(result.get(...index)).toBe(base.get(...index.with(axis, Number(indices.get(...index)))));
        }
      }),
    );
  });

  it("writes back what it reads, and adds as often as a position is named", () => {
    fc.assert(
      fc.property(along, ([base, axis, indices]) => {
        const read = call("takeAlongAxis", { axis }, [base, indices], f32(...indices.shape));
        const operands = (value: NDArray) => [base, indices, value];
        const same = call("scatterAlongAxis", { axis, mode: "set" }, operands(read), f32(...base.shape));
        expect(same.toArray()).toEqual(base.toArray());
        const all = indicesOf(indices.shape);
        const ones = array(
          "float32",
          indices.shape,
          all.map(() => 1),
        );
        const added = call("scatterAlongAxis", { axis, mode: "add" }, operands(ones), f32(...base.shape));
        const length = base.shape[axis]!;
        const named = all.map((i) => i.with(axis, (Number(indices.get(...i)) + length) % length).join());
        for (const index of indicesOf(base.shape)) {
          const count = named.filter((name) => name === index.join()).length;
          expect(added.get(...index)).toBe(Number(base.get(...index)) + count);
        }
      }),
    );
  });

  it("sets the last of several", () => {
    const base = array("int16", [3], [7, 8, 9]);
    const operands = [base, array("int32", [3], [1, 1, -2]), array("int16", [3], [1, 2, 3])];
    const result = call("scatterAlongAxis", { axis: 0, mode: "set" }, operands, {
      dtype: "int16",
      shape: [3],
    });
    expect(result.toArray()).toEqual([7, 3, 9]);
  });

  it("names what is out of bounds", () => {
    const error = thrown(() =>
      call("takeAlongAxis", { axis: 1 }, [x, array("int32", [3, 1], [0, 5, 0])], f32(3, 1)),
    );
    expect(isBitaleError(error, "INDEX_OUT_OF_BOUNDS")).toBe(true);
    expect(String(error)).toContain("index 5 is out of bounds for axis 1 with length 2");
  });
});
