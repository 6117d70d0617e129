import { NDArray, scalar, TensorType } from "@bitale/core";
import { CscMatrix, CsrMatrix, SparseTensorType, StoredSparseType, sparseMatrix } from "@bitale/sparse";
import { describe, expect, it } from "vitest";

const csr = (dtype: "float32" | "float64" | "int32" | "int64" = "float32") =>
  new CsrMatrix({
    data: new Float32Array([2, 1, 3]),
    indices: new Int32Array([1, 0, 2]),
    indptr: new Int32Array([0, 1, 3]),
    shape: [2, 3],
  }).astype(dtype) as CsrMatrix;
const rows = [
  [0, 2, 0],
  [1, 0, 3],
];
const dense = (data: Float32Array | Float64Array | Int32Array, dtype: "float32" | "float64" | "int32") =>
  new NDArray({ data, shape: [2, 2], dtype });

const type = new SparseTensorType("float32", "csr");

describe("filter", () => {
  it("takes the same format and dtype as it is", () => {
    const value = csr();
    expect(type.filter(value)).toBe(value);
    expect(type.filter(value, { strict: true })).toBe(value);
    expect(type.isInternal(value)).toBe(true);
    expect(type.isInternal(value.toCsc())).toBe(false);
  });

  const plainObject = { ...csr(), format: "csr" };
  const eye = [
    [1, 0],
    [0, 2],
  ];
  // value, taken by default, by strict, by allowDowncast; the code of a refusal otherwise
  const matrix: [string, unknown, unknown, unknown, unknown][] = [
    ["csr float32", csr(), rows, rows, rows],
    ["csc float32", csr().toCsc(), rows, "WRONG_DTYPE", rows],
    ["csr float64", csr("float64"), "WRONG_DTYPE", "WRONG_DTYPE", rows],
    ["csc float64", csr("float64").toCsc(), "WRONG_DTYPE", "WRONG_DTYPE", rows],
    ["csr int32", csr("int32"), "WRONG_DTYPE", "WRONG_DTYPE", rows],
    ["csr int64", csr("int64"), "WRONG_DTYPE", "WRONG_DTYPE", rows],
    ["a plain object", plainObject, rows, rows, rows],
    [
      "coo",
      { format: "coo", data: new Float32Array(0), shape: [2, 2] },
      "BAD_VALUE",
      "BAD_VALUE",
      "BAD_VALUE",
    ],
    ["dense float32", dense(new Float32Array([1, 0, 0, 2]), "float32"), eye, "WRONG_DTYPE", eye],
    ["dense float64", dense(new Float64Array([1, 0, 0, 2]), "float64"), "WRONG_DTYPE", "WRONG_DTYPE", eye],
    ["dense int32", dense(new Int32Array([1, 0, 0, 2]), "int32"), "WRONG_DTYPE", "WRONG_DTYPE", eye],
    ["nested arrays", eye, eye, "WRONG_DTYPE", eye],
    ["a number", 3, [[3]], "WRONG_DTYPE", [[3]]],
    ["a bigint", 3n, [[3]], "WRONG_DTYPE", [[3]]],
    [
      "a 0-d array",
      new NDArray({ data: new Float32Array([3]), shape: [], dtype: "float32" }),
      [[3]],
      "WRONG_DTYPE",
      [[3]],
    ],
    ["a vector", new Float32Array(2), "WRONG_RANK", "WRONG_DTYPE", "WRONG_RANK"],
    ["a string", "x", "BAD_VALUE", "BAD_VALUE", "BAD_VALUE"],
    ["null", null, "BAD_VALUE", "BAD_VALUE", "BAD_VALUE"],
    ["a variable", scalar("x"), "BAD_VALUE", "BAD_VALUE", "BAD_VALUE"],
  ];
  it.each(matrix)("%s", (_, value, byDefault, strict, allowDowncast) => {
    for (const [options, expected] of [
      [{}, byDefault],
      [{ strict: true }, strict],
      [{ allowDowncast: true }, allowDowncast],
    ]) {
      const filter = () => type.filter(value, options as object);
      if (typeof expected === "string") expect(filter).toThrow(expect.objectContaining({ code: expected }));
      else {
        const result = filter();
        expect([result.toArray(), result.format, result.dtype]).toEqual([expected, "csr", "float32"]);
      }
    }
  });

  it("casts up without being asked", () => {
    const wide = new SparseTensorType("float64", "csc");
    for (const value of [csr(), csr("int32"), csr("int64"), rows]) {
      const result = wide.filter(value);
      expect([result.toArray(), result.format, result.dtype]).toEqual([rows, "csc", "float64"]);
    }
  });

  it("JS numbers must fit by value", () => {
    const int = new SparseTensorType("int8", "csr");
    expect(
      int.filter([
        [1, 0],
        [0, 127],
      ]).dtype,
    ).toBe("int8");
    expect(() => int.filter([[1.5]])).toThrow(expect.objectContaining({ code: "LOSSY_VALUE" }));
    expect(() => int.filter([[128]])).toThrow(expect.objectContaining({ code: "LOSSY_VALUE" }));
    expect([...int.filter([[128]], { allowDowncast: true }).data]).toEqual([-128]);
  });

  it("checks static lengths, whatever the value is made of", () => {
    const fixed = new SparseTensorType("float32", "csr", [null, 3]);
    expect(fixed.filter(csr()).shape).toEqual([2, 3]);
    for (const value of [csr().transpose(), [[1]], 1]) {
      expect(() => fixed.filter(value)).toThrow(expect.objectContaining({ code: "WRONG_SHAPE" }));
    }
    expect(fixed.isInternal(csr().transpose().toCsr())).toBe(false);
  });
});

describe("the type itself", () => {
  it("compares by dtype, format and lengths, not by storage", () => {
    const stored = new StoredSparseType("float32", "csr");
    expect(stored.backend).toBe("sparse");
    expect(stored.equals(type) && type.equals(stored)).toBe(true);
    expect(stored.plain().backend).toBeUndefined();
    expect(type.plain()).toBe(type);
    for (const other of [
      new SparseTensorType("float32", "csc"),
      new SparseTensorType("float64", "csr"),
      new TensorType("float32", [null, null]),
    ]) {
      expect(type.equals(other) || type.accepts(other) || type.convertible(other)).toBe(false);
    }
  });

  it("accepts narrower lengths; converts where lengths may agree", () => {
    const fixed = new SparseTensorType("float32", "csr", [2, null]);
    expect([type.accepts(fixed), fixed.accepts(type), fixed.convertible(type)]).toEqual([true, false, true]);
    expect(fixed.convertible(new SparseTensorType("float32", "csr", [3, null]))).toBe(false);
  });

  it("refuses what is no sparse type", () => {
    expect(() => new SparseTensorType("bool" as never, "csr")).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED_DTYPE" }),
    );
    expect(() => new SparseTensorType("float32", "coo" as never)).toThrow(
      expect.objectContaining({ code: "BAD_VALUE" }),
    );
    expect(() => new SparseTensorType("float32", "csr", [2] as never)).toThrow(
      expect.objectContaining({ code: "BAD_VALUE" }),
    );
  });

  it("zero keeps the pattern with stored zeros; NaN and infinities give NaN", () => {
    const odd = new CscMatrix({
      data: new Float32Array([1, Number.NaN, Number.POSITIVE_INFINITY]),
      indices: new Int32Array([0, 1, 2]),
      indptr: new Int32Array([0, 3]),
      shape: [3, 1],
    });
    const zero = new SparseTensorType("float32", "csc").zeroLike(odd);
    expect([...zero.data]).toEqual([0, Number.NaN, Number.NaN]);
    expect([...zero.indices]).toEqual([0, 1, 2]);
    const big = csr("int64");
    expect([...new SparseTensorType("int64", "csr").zeroLike(big).data]).toEqual([0n, 0n, 0n]);
  });

  it("prints itself", () => {
    expect(String(new StoredSparseType("int8", "csc", [null, 4]))).toBe(
      "SparseTensorType(int8, csc, [?, 4])",
    );
  });

  it("symbolic inputs", () => {
    expect(String(sparseMatrix("x").type)).toBe("SparseTensorType(float32, csr, [?, ?])");
    const x = sparseMatrix("x", { format: "csc", dtype: "float64", shape: [2, null] });
    expect(String(x.type)).toBe("SparseTensorType(float64, csc, [2, ?])");
  });
});
