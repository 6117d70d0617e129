import { isNDArray, type NDArray, type TensorType, withFloatX } from "@bitale/core";
import { isSparseMatrix } from "@bitale/sparse";
import { describe, expect, it } from "vitest";
import { elementsOf, mutateArray, sharesMemory, viewOf } from "./arrays.js";
import type { Literal } from "./case-file.js";
import {
  floatLiteralDType,
  integerLiteralDType,
  literalKind,
  operandOf,
  plainValue,
  sharedValue,
} from "./literals.js";

const names = { user: (name: string) => `user ${name}`, variable: (name: string) => `variable ${name}` };
const value = (literal: Literal): unknown => plainValue(literal, names);
const array = (literal: Literal): NDArray => value(literal) as NDArray;
const dtypeOf = (literal: Literal, floatX: "float64" | "float32" | "float16" = "float64"): string =>
  withFloatX(floatX, () => (operandOf(literal, names, floatX).type as TensorType).dtype);

describe("plain values", () => {
  it("makes JS values of Python's scalars", () => {
    expect(value({ int: 3 })).toBe(3n);
    expect(value({ int: "9007199254740993" })).toBe(9007199254740993n);
    expect(value({ float: 2 })).toBe(2);
    expect(value({ float: "-inf" })).toBe(Number.NEGATIVE_INFINITY);
    expect(value({ float: "nan" })).toBeNaN();
    expect(value({ bool: true })).toBe(true);
    expect(value({ none: true })).toBeNull();
    expect(value({ str: "x" })).toBe("x");
    expect(value({ ref: "a" })).toBe("user a");
    expect(value({ var: "x" })).toBe("variable x");
  });
  it("keeps ints and floats apart in lists, tuples and dicts", () => {
    expect(value({ list: [[1], [2]], of: "int" })).toEqual([[1n], [2n]]);
    expect(value({ list: [1, "nan"], of: "float" })).toEqual([1, Number.NaN]);
    expect(value({ list: [true], of: "bool" })).toEqual([true]);
    expect(value({ tuple: [1, { float: 2 }] })).toEqual([1n, 2]);
    expect(value({ dict: { a: 1, b: { str: "x" } } })).toEqual({ a: 1n, b: "x" });
  });
  it("hands NumPy's scalars over by value, rounded to their dtype", () => {
    expect(value({ np: 4, dtype: "int8" })).toBe(4n);
    expect(value({ np: 0.1, dtype: "float64" })).toBe(0.1);
    expect(value({ np: 0.1, dtype: "float32" })).toBe(Math.fround(0.1));
    expect(value({ np: 0.1, dtype: "float16" })).toBe(0.0999755859375);
    expect(value({ np: true, dtype: "bool" })).toBe(true);
  });
  it("makes arrays of every dtype, and of Fortran order", () => {
    expect(array({ nd: ["9007199254740993"], shape: [1], dtype: "int64" }).get(0)).toBe(9007199254740993n);
    expect(array({ nd: [true, false], shape: [2], dtype: "bool" }).toArray()).toEqual([true, false]);
    expect(array({ nd: [0.5, "inf"], shape: [2], dtype: "float16" }).toArray()).toEqual([
      0.5,
      Number.POSITIVE_INFINITY,
    ]);
    const fortran = array({ nd: [1, 2, 3, 4, 5, 6], shape: [2, 3], dtype: "float64", order: "F" });
    expect(fortran.strides).toEqual([1, 2]);
    expect(fortran.toArray()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });
  it("hands over what bitale does not know as other libraries would", () => {
    const complex = value({ nd: [[1, 2]], shape: [1], dtype: "complex128" });
    expect(complex).toEqual({ data: Float64Array.of(1, 2), shape: [1], dtype: "complex128" });
    const fields = { shape: [1, 1], dtype: "float64", data: [1], indices: [0], indptr: [0, 1] };
    expect(isSparseMatrix(value({ sparse: "csr", ...fields }))).toBe(true);
    expect(isSparseMatrix(value({ sparse: "coo", ...fields }))).toBe(false);
  });
  it("tells literals from attributes and lists of outputs", () => {
    expect(literalKind({ axis: 0 })).toBeUndefined();
    expect(literalKind({ list: ["x"] })).toBeUndefined();
    expect(literalKind({ list: [1], of: "int" })).toBe("list");
    expect(literalKind(["add", "x"])).toBeUndefined();
  });
});

describe("values of shared()", () => {
  it("have the dtype of rule 7", () => {
    const made = (literal: Literal): unknown => sharedValue(literal, names, "float32");
    expect(made({ int: 1 })).toBe(1n);
    expect((made({ int: `${2n ** 63n}` }) as NDArray).dtype).toBe("uint64");
    expect((made({ float: 0.5 }) as NDArray).dtype).toBe("float64");
    expect((made({ np: 1, dtype: "int8" }) as NDArray).dtype).toBe("int8");
    expect(made({ np: true, dtype: "bool" })).toBe(true);
  });
});

describe("operands", () => {
  it("have the smallest int dtype", () => {
    expect([127n, 128n, -129n, 70000n, 2n ** 40n, 2n ** 63n].map(integerLiteralDType)).toEqual([
      "int8",
      "int16",
      "int16",
      "int32",
      "int64",
      "uint64",
    ]);
  });
  it("have floatX where it is narrow, else float32 where it is exact", () => {
    expect(floatLiteralDType(0.1, "float32")).toBe("float32");
    expect(floatLiteralDType(0.1, "float16")).toBe("float16");
    expect(
      [0.5, 0.1, 1e300, Number.POSITIVE_INFINITY, Number.NaN].map((x) => floatLiteralDType(x, "float64")),
    ).toEqual(["float32", "float64", "float64", "float32", "float64"]);
  });
  it("are constants of that dtype", () => {
    expect(dtypeOf({ int: 300 })).toBe("int16");
    expect(dtypeOf({ float: 0.1 }, "float32")).toBe("float32");
    expect(dtypeOf({ np: 2, dtype: "int8" })).toBe("int8");
    expect(dtypeOf({ list: [1, 2], of: "int" })).toBe("int64");
    expect(dtypeOf({ list: [0.5], of: "float" }, "float32")).toBe("float64");
    expect(() => dtypeOf({ bool: true })).toThrow("no operands");
  });
});

describe("arrays of the user", () => {
  const matrix = (): NDArray => array({ nd: [1, 2, 3, 4, 5, 6], shape: [2, 3], dtype: "float64" });
  it("have views on the same memory", () => {
    const a = matrix();
    expect(viewOf(a, { how: "T" }).shape).toEqual([3, 2]);
    expect(viewOf(a, { how: "slice", slice: [1, [null, null, -2]] }).toArray()).toEqual([6, 4]);
    expect(
      viewOf(a, {
        how: "slice",
        slice: [
          [0, 9, 1],
          [-2, null, null],
        ],
      }).toArray(),
    ).toEqual([
      [2, 3],
      [5, 6],
    ]);
    expect(viewOf(a, { how: "reshape", shape: [3, -1] }).shape).toEqual([3, 2]);
    expect(sharesMemory(a, viewOf(a, { how: "T" }))).toBe(true);
    expect(sharesMemory(a, viewOf(a, { how: "copy" }))).toBe(false);
  });
  it("share memory only where an element does", () => {
    const [even, odd] = [0, 1].map((start) =>
      viewOf(matrix(), { how: "slice", slice: [0, [start, null, 2]] }),
    );
    expect(sharesMemory(even as NDArray, odd as NDArray)).toBe(false);
    const a = matrix();
    const rows = [0, 1].map((row) => viewOf(a, { how: "slice", slice: [row] }));
    expect(sharesMemory(rows[0] as NDArray, rows[1] as NDArray)).toBe(false);
    expect(sharesMemory(rows[1] as NDArray, a)).toBe(true);
  });
  it("change in place", () => {
    const a = matrix();
    mutateArray(a, { iadd: 1 });
    mutateArray(a, { imul: 2 });
    mutateArray(a, { set: [[0, -1], 0] });
    mutateArray(a, { set: [1, 7] });
    expect(elementsOf(a)).toEqual([4, 6, 0, 7, 7, 7]);
    const big = array({ nd: [1, 2], shape: [2], dtype: "int64" });
    mutateArray(big, { iadd: 3 });
    expect(elementsOf(big)).toEqual([4n, 5n]);
    expect(isNDArray(big)).toBe(true);
  });
});
