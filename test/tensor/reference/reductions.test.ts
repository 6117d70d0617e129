import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBitaleError } from "../../../core/dist/errors.js";
import type { DType } from "../../../core/dist/tensor/dtype.js";
import type { Scalar } from "../../../core/dist/tensor/ndarray.js";
import type { ArgReductionName, ReductionName } from "../../../core/dist/tensor/primitives.js";
import { array, arrays, call, indicesOf, shapes } from "./arrays.js";

/** Definitions on lists, written without the folds of the kernels. */
const definitions: { readonly [N in ReductionName]: (list: readonly number[]) => number } = {
  sum: (list) => list.reduce((a, b) => a + b, 0),
  prod: (list) => list.reduce((a, b) => a * b, 1),
  max: (list) => Math.max(...list),
  min: (list) => Math.min(...list),
  any: (list) => Number(list.some((x) => x !== 0)),
  all: (list) => Number(list.every((x) => x !== 0)),
};

function thrown(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  return undefined;
}

/** A random array with random axes to reduce. */
const reducible = (dtype: DType, minLength: number) =>
  shapes({ minLength }).chain((shape) =>
    fc.tuple(arrays(dtype, shape), fc.subarray(shape.map((_, axis) => axis))),
  );

describe.each([
  ["sum", "float64"],
  ["prod", "float64"],
  ["max", "float32"],
  ["min", "float16"],
  ["max", "uint8"],
  ["any", "bool"],
  ["all", "bool"],
] as const)("%s of %s", (op, dtype) => {
  it("is the definition over any axes", () => {
    const mayBeEmpty = op !== "max" && op !== "min";
    fc.assert(
      fc.property(reducible(dtype, mayBeEmpty ? 0 : 1), ([x, axes]) => {
        const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
        const shape = kept.map((axis) => x.shape[axis]!);
        const result = call(op, { axes }, [x], { dtype, shape });
        expect(result.shape).toEqual(shape);
        for (const outer of indicesOf(shape)) {
          const members = indicesOf(x.shape).filter((index) =>
            kept.every((axis, i) => index[axis] === outer[i]),
          );
          const expected = definitions[op](members.map((index) => Number(x.get(...index))));
          expect(Number(result.get(...outer))).toBeCloseTo(expected, 6);
        }
      }),
    );
  });
});

describe("sum and prod", () => {
  const all = (op: ReductionName, dtype: DType, elements: readonly Scalar[]) =>
    call(op, { axes: [0] }, [array(dtype, [elements.length], elements)], { dtype, shape: [] }).get();

  it("wrap integers", () => {
    expect(all("sum", "int8", [100, 100, 100])).toBe(44);
    expect(all("sum", "int64", [2n ** 63n - 1n, 1n])).toBe(-(2n ** 63n));
    expect(all("prod", "int32", [65537, 65537, 65537])).toBe(196609);
    expect(all("prod", "uint64", [2n ** 32n, 2n ** 32n + 1n])).toBe(2n ** 32n);
  });

  it("wrap as one exact sum would", () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (list) => {
        expect(all("sum", "int64", list)).toBe(
          BigInt.asIntN(
            64,
            list.reduce((a, b) => a + b, 0n),
          ),
        );
        expect(all("prod", "int64", list)).toBe(
          BigInt.asIntN(
            64,
            list.reduce((a, b) => a * b, 1n),
          ),
        );
      }),
    );
  });

  it("accumulate float16 and float32 in float64 and round once", () => {
    expect(all("sum", "float16", [2048, 1, 1])).toBe(2050);
    expect(all("sum", "float32", [2 ** 24, 1, 1])).toBe(2 ** 24 + 2);
    expect(all("prod", "float32", [1e30, 1e30, 1e-30])).toBe(Math.fround(1e30));
    expect(all("sum", "float32", [3e38, 3e38, -3e38])).toBe(Math.fround(3e38));
  });

  it("of no element are 0 and 1", () => {
    expect(all("sum", "float32", [])).toBe(0);
    expect(all("prod", "int64", [])).toBe(1n);
    expect(all("any", "bool", [])).toBe(0);
    expect(all("all", "bool", [])).toBe(1);
    const rows = call("sum", { axes: [1] }, [array("int32", [2, 0], [])], { dtype: "int32", shape: [2] });
    expect(rows.toArray()).toEqual([0, 0]);
  });

  it("over no axis are the elements", () => {
    const x = array("float32", [2], [1.5, -0]);
    expect(call("sum", { axes: [] }, [x], { dtype: "float32", shape: [2] }).toArray()).toEqual([1.5, -0]);
  });
});

describe("extremes", () => {
  it("propagate NaN", () => {
    const x = array("float32", [2, 3], [1, Number.NaN, 3, 4, 5, 6]);
    for (const op of ["max", "min"] as const) {
      const result = call(op, { axes: [1] }, [x], { dtype: "float32", shape: [2] });
      expect(result.toArray()).toEqual([Number.NaN, op === "max" ? 6 : 4]);
    }
  });

  it.each(["max", "min"] as const)("%s refuses an empty axis", (op) => {
    const error = thrown(() =>
      call(op, { axes: [0] }, [array("int8", [0], [])], { dtype: "int8", shape: [] }),
    );
    expect(isBitaleError(error, "SHAPE_MISMATCH")).toBe(true);
    expect(error).toBeInstanceOf(RangeError);
  });

  it.each(["argmax", "argmin"] as const)("%s refuses an empty axis", (op) => {
    const error = thrown(() =>
      call(op, { axis: 0 }, [array("int8", [0], [])], { dtype: "int64", shape: [] }),
    );
    expect(isBitaleError(error, "SHAPE_MISMATCH")).toBe(true);
  });

  it("of an axis that is not empty may be empty", () => {
    const x = array("int8", [0, 2], []);
    expect(call("max", { axes: [1] }, [x], { dtype: "int8", shape: [0] }).toArray()).toEqual([]);
    expect(call("argmax", { axis: 1 }, [x], { dtype: "int64", shape: [0] }).dtype).toBe("int64");
  });
});

describe("argmax and argmin", () => {
  const arg = (op: ArgReductionName, elements: readonly number[]) =>
    call(op, { axis: 0 }, [array("float64", [elements.length], elements)], {
      dtype: "int64",
      shape: [],
    }).get();

  it("name the first of equals", () => {
    expect(arg("argmax", [1, 3, 3, 2])).toBe(1n);
    expect(arg("argmin", [2, 1, 1, 3])).toBe(1n);
    expect(arg("argmax", [0, -0])).toBe(0n);
  });

  it("name the first NaN", () => {
    expect(arg("argmax", [1, Number.NaN, Number.NaN, 9])).toBe(1n);
    expect(arg("argmin", [Number.NaN, -1])).toBe(0n);
  });

  it("agree with the definition on any axis", () => {
    const cases = shapes({ minRank: 1, minLength: 1 }).chain((shape) =>
      fc.tuple(arrays("int8", shape), fc.nat(shape.length - 1), fc.constantFrom("argmax", "argmin")),
    );
    fc.assert(
      fc.property(cases, ([x, axis, op]) => {
        const shape = x.shape.filter((_, i) => i !== axis);
        const result = call(op, { axis }, [x], { dtype: "int64", shape });
        for (const outer of indicesOf(shape)) {
          const line = Array.from({ length: x.shape[axis]! }, (_, i) =>
            Number(x.get(...outer.slice(0, axis), i, ...outer.slice(axis))),
          );
          const extreme = op === "argmax" ? Math.max(...line) : Math.min(...line);
          expect(result.get(...outer)).toBe(BigInt(line.indexOf(extreme)));
        }
      }),
    );
  });
});
