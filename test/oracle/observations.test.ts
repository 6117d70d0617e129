import { CsrMatrix } from "@bitale/sparse";
import { describe, expect, it } from "vitest";
import { arrayOf } from "./arrays.js";
import type { Literal, Step } from "./case-file.js";
import { closeTo, compareObservation, compareType, compareValue } from "./observations.js";
import type { TypeFacts } from "./steps/shared-variables.js";

const nd = (flat: unknown[], shape: number[], dtype: string): Literal => ({
  nd: flat,
  shape,
  dtype,
  order: "C",
});
const same = (expected: Literal, flat: unknown[], dtype: string, relative?: number): boolean =>
  compareValue(expected, arrayOf(flat, [flat.length], dtype), relative) === undefined;

describe("numbers", () => {
  it("compares floats within the tolerance of their dtype", () => {
    expect(same(nd([1], [1], "float64"), [1 + 5e-10], "float64")).toBe(true);
    expect(same(nd([1], [1], "float64"), [1 + 5e-9], "float64")).toBe(false);
    expect(same(nd([0], [1], "float64"), [9e-13], "float64")).toBe(true);
    expect(same(nd([1], [1], "float32"), [1 + 5e-6], "float32")).toBe(true);
    expect(same(nd([1], [1], "float32"), [1 + 5e-5], "float32")).toBe(false);
    expect(same(nd([1], [1], "float16"), [1.001], "float16")).toBe(true);
  });
  it("lets a case widen the relative tolerance", () => {
    expect(same(nd([100], [1], "float64"), [100.1], "float64", 1e-2)).toBe(true);
    expect(same(nd([100], [1], "float64"), [100.1], "float64", 1e-4)).toBe(false);
  });
  it("knows NaN, infinities and the two zeros", () => {
    const t = { relative: 1e-9, absolute: 1e-12 };
    expect(closeTo(Number.NaN, Number.NaN, t)).toBe(true);
    expect(closeTo(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, t)).toBe(false);
    expect(closeTo(1e308, Number.POSITIVE_INFINITY, t)).toBe(false);
    expect(closeTo(-0, 0, t)).toBe(true);
    expect(closeTo(0, Number.NaN, t)).toBe(false);
  });
  it("compares ints and bools exactly", () => {
    expect(same(nd(["9007199254740993"], [1], "int64"), ["9007199254740993"], "int64")).toBe(true);
    expect(same(nd(["9007199254740993"], [1], "int64"), ["9007199254740992"], "int64")).toBe(false);
    expect(same(nd([true], [1], "bool"), [false], "bool")).toBe(false);
  });
  it("compares dtypes and shapes exactly", () => {
    expect(same(nd([1], [1], "float64"), [1], "float32")).toBe(false);
    expect(compareValue(nd([1], [1, 1], "float64"), arrayOf([1], [1], "float64"))).toMatch("shape");
  });
});

describe("Python values", () => {
  it("tells ints from floats in lists and records", () => {
    expect(compareValue({ list: [{ int: 1 }] }, [1n])).toBeUndefined();
    expect(compareValue({ list: [{ int: 1 }] }, [1.5])).toBe("item 0: another value");
    expect(compareValue({ dict: { a: { float: 1.5 } } }, { a: 1.5 })).toBeUndefined();
    expect(compareValue({ dict: { a: { float: 1.5 } } }, { b: 1.5 })).toMatch("names b");
    expect(compareValue({ tuple: [{ str: "x" }, { none: true }] }, ["x", null])).toBeUndefined();
  });
  it("takes a 0-d array, or a bare number, for a NumPy scalar", () => {
    expect(compareValue({ np: 3, dtype: "int8" }, arrayOf([3], [], "int8"))).toBeUndefined();
    expect(compareValue({ np: 3, dtype: "int8" }, arrayOf([3], [], "int64"))).toMatch("dtype");
    expect(compareValue({ np: true, dtype: "bool" }, true)).toBeUndefined();
  });
});

describe("sparse matrices", () => {
  const expected: Literal = {
    sparse: "csr",
    shape: [2, 3],
    dtype: "float64",
    data: [3, 1, 2],
    indices: [2, 0, 1],
    indptr: [0, 2, 3],
    dense: [1, 0, 3, 0, 2, 0],
  };
  const matrix = (data: number[], indices: number[], indptr: number[]): CsrMatrix =>
    new CsrMatrix({
      data: Float64Array.from(data),
      indices: Int32Array.from(indices),
      indptr: Int32Array.from(indptr),
      shape: [2, 3],
    });
  it("are equal in any order inside a line", () => {
    expect(compareValue(expected, matrix([1, 3, 2], [0, 2, 1], [0, 2, 3]))).toBeUndefined();
  });
  it("differ in values, and in zeros that are stored", () => {
    expect(compareValue(expected, matrix([1, 3, 5], [0, 2, 1], [0, 2, 3]))).toMatch("dense");
    expect(compareValue(expected, matrix([1, 3, 2, 0], [0, 2, 1, 2], [0, 2, 4]))).toMatch("4 stored entries");
    expect(compareValue(expected, matrix([1, 3, 2], [0, 2, 1], [0, 2, 3]).toCsc())).toMatch("format csc");
  });
});

describe("types", () => {
  const facts: TypeFacts = {
    kind: "tensor",
    isShared: false,
    isConstant: false,
    isExpression: true,
    dtype: "float64",
    shape: [1, null],
    format: undefined,
    name: null,
  };
  const recorded = {
    class: "TensorVariable",
    dtype: "float64",
    shape: [1, null],
    ndim: 2,
    name: "mean",
  } as const;
  it("compares dtype, rank, and which lengths are 1", () => {
    expect(compareType(recorded, facts)).toBeUndefined();
    expect(compareType({ ...recorded, shape: [1, 3] }, facts)).toBeUndefined();
    expect(compareType({ ...recorded, shape: [1, 1] }, facts)).toMatch("static shape");
    expect(compareType({ ...recorded, shape: [null, null] }, facts)).toMatch("static shape");
    expect(compareType({ ...recorded, shape: [1] }, facts)).toMatch("rank");
    expect(compareType({ ...recorded, dtype: "float32" }, facts)).toMatch("dtype");
  });
  it("compares names of what the user has named, not of results of ops", () => {
    expect(compareType(recorded, { ...facts, isExpression: false })).toMatch("name");
    expect(compareType({ ...recorded, name: null }, { ...facts, isExpression: false })).toBeUndefined();
  });
  it("compares the kind of variable", () => {
    expect(compareType({ ...recorded, class: "TensorSharedVariable" }, facts)).toMatch("no shared");
    expect(compareType({ ...recorded, class: "SparseVariable" }, facts)).toMatch("kind tensor");
    expect(compareType({ ...recorded, class: "TensorConstant" }, facts)).toMatch("no constant");
  });
});

describe("observations", () => {
  const step = (fields: object): Step => ({ op: "alias", ...fields });
  it("compares aliasing only where it is guaranteed", () => {
    const got = { shares_memory: true, same_object: false };
    const expected = { step: 0, shares_memory: false, same_object: false };
    expect(compareObservation(expected, got, step({}))).toBeUndefined();
    expect(compareObservation(expected, got, step({ must: true }))).toMatch("shares_memory");
  });
  it("takes nothing for no outputs", () => {
    expect(compareObservation({ step: 0, outputs: [] }, { output: undefined }, step({}))).toBeUndefined();
    expect(compareObservation({ step: 0, outputs: [{ int: 1 }] }, { output: undefined }, step({}))).toBe(
      "no list",
    );
  });
});
