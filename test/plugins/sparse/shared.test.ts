import { isRefusal, NDArray, scalar } from "@bitale/core";
import { CsrMatrix, plugin, SparseSharedVariable, sparseShared } from "@bitale/sparse";
import { describe, expect, it } from "vitest";

const csr = () =>
  new CsrMatrix({
    data: new Float32Array([2, 1, 3]),
    indices: new Int32Array([1, 0, 2]),
    indptr: new Int32Array([0, 1, 3]),
    shape: [2, 3],
  });
const rows = [
  [0, 2, 0],
  [1, 0, 3],
];
const base = { name: undefined, strict: false, allowDowncast: undefined, requested: false };
const dense = new NDArray({ data: new Float32Array([0, 2, 0, 1, 0, 3]), shape: [2, 3], dtype: "float32" });

const refusal = (value: unknown, options: object = {}): string => {
  try {
    sparseShared(value, { ...base, ...options });
  } catch (error) {
    if (isRefusal(error)) return error.reason;
    throw error;
  }
  throw new Error("it was taken");
};

describe("the constructor", () => {
  it("takes sparse matrices", () => {
    const s = sparseShared(csr(), { ...base, name: "S" });
    expect(s).toBeInstanceOf(SparseSharedVariable);
    expect([s.name, String(s), s.format, s.type.backend]).toEqual(["S", "S", "csr", "sparse"]);
    expect(String(s.type)).toBe("SparseTensorType(float32, csr, [?, ?])");
    expect(s.getValue().toArray()).toEqual(rows);
  });

  it("takes plain objects of other libraries", () => {
    expect(
      sparseShared({ ...csr(), format: "csr" }, base)
        .getValue()
        .toArray(),
    ).toEqual(rows);
  });

  it("format converts", () => {
    const s = sparseShared(csr(), { ...base, format: "csc" });
    const value = s.getValue();
    expect([s.format, value.format, value.toArray()]).toEqual(["csc", "csc", rows]);
    expect(refusal(csr(), { format: "csc", strict: true })).toContain("strict");
    expect(sparseShared(csr(), { ...base, format: "csr", strict: true }).format).toBe("csr");
  });

  it("makes dense matrices sparse only where that is asked for", () => {
    expect(refusal(dense)).toContain("format");
    expect(
      sparseShared(dense, { ...base, format: "csc" })
        .getValue()
        .toArray(),
    ).toEqual(rows);
    expect(sparseShared(dense, { ...base, requested: true }).format).toBe("csr");
    expect(sparseShared(rows, { ...base, requested: true }).getValue().dtype).toBe("float32");
    expect(refusal(dense, { requested: true, strict: true })).toContain("strict");
  });

  it.each([
    ["coo", { format: "coo", data: new Float32Array(0), row: [], col: [], shape: [2, 2] }, "csr and csc"],
    ["bool data", { ...csr(), data: new Uint8Array(3), dtype: "bool", format: "csr" }, "bool"],
    ["complex data", { ...csr(), dtype: "complex128", format: "csr" }, "complex128"],
    ["a vector", new Float32Array(3), "1 dimensions"],
    ["a number", 3, "0 dimensions"],
    ["a dense bool matrix", [[true, false]], "bool"],
    ["a string", "x", "neither"],
    ["null", null, "neither"],
    ["a variable", scalar("x"), "symbolic"],
  ])("refuses %s, with the reason", (_, value, reason) => {
    expect(refusal(value, { requested: true })).toContain(reason);
  });

  it("does not hide that a sparse value is broken", () => {
    const broken = { ...csr(), format: "csr", indptr: new Int32Array([0, 1]) };
    expect(() => sparseShared(broken, base)).toThrow(expect.objectContaining({ code: "WRONG_SHAPE" }));
  });
});

describe("memory", () => {
  it("copies unless borrowed", () => {
    const value = csr();
    const [copied, borrowed] = [sparseShared(value, base), sparseShared(value, { ...base, borrow: true })];
    value.data[0] = 9;
    expect([copied, borrowed].map((s) => s.getValue().data[0])).toEqual([2, 9]);
    expect(borrowed.getValue({ borrow: true })).toBe(value);
    expect(borrowed.getValue({ borrow: true, returnInternalType: true })).toBe(value);
    expect(borrowed.getValue({ returnInternalType: true })).not.toBe(value);
    expect(borrowed.getValue().data).not.toBe(value.data);
  });

  it("a new value may have another shape and other positions; an old borrow keeps the old ones", () => {
    const s = sparseShared(csr(), base);
    const before = s.getValue({ borrow: true });
    const next = CsrMatrix.fromDense(
      new NDArray({ data: new Float32Array([5]), shape: [1, 1], dtype: "float32" }),
    );
    s.setValue(next);
    expect(s.getValue().toArray()).toEqual([[5]]);
    expect(s.getValue({ borrow: true })).not.toBe(next);
    s.setValue(next, { borrow: true });
    expect(s.getValue({ borrow: true })).toBe(next);
    expect(before.toArray()).toEqual(rows);
  });

  it("set converts formats and dense values, and leaves the old value where it refuses", () => {
    const s = sparseShared(csr(), base);
    s.setValue(csr().transpose());
    expect(s.getValue().shape).toEqual([3, 2]);
    s.setValue([
      [1, 0],
      [0, 1],
    ]);
    expect(s.getValue().format).toBe("csr");
    for (const value of [csr().astype("float64"), "x", null, new Float32Array(2)]) {
      expect(() => s.setValue(value as never)).toThrow(TypeError);
    }
    expect(s.getValue().toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    const strict = sparseShared(csr(), { ...base, strict: true });
    for (const value of [csr().toCsc(), dense, rows, 3])
      expect(() => strict.setValue(value)).toThrow(TypeError);
    expect(strict.getValue().toArray()).toEqual(rows);
  });

  it("zero keeps the pattern", () => {
    const s = sparseShared(csr(), base);
    s.zero();
    expect([s.getValue().nnz, s.getValue().toArray()]).toEqual([
      3,
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    ]);
  });

  it("a clone looks at the same storage", () => {
    const s = sparseShared(csr(), { ...base, name: "s" });
    const t = s.clone("t");
    s.setValue([[7]]);
    expect([t.name, t.format, t.getValue().toArray()]).toEqual(["t", "csr", [[7]]]);
  });
});

describe("the plugin", () => {
  it("declares itself", () => {
    expect([plugin.id, plugin.priority, plugin.supports.syncRead, plugin.supports.ops]).toEqual([
      "sparse",
      80,
      true,
      undefined,
    ]);
    expect(Object.keys(plugin.kwargs)).toEqual(["format", "borrow"]);
    expect(plugin.supports.dtypes).not.toContain("bool");
  });

  it("checks its kwargs", () => {
    const issues = (name: "format" | "borrow", value: unknown) => {
      const result = plugin.kwargs[name]["~standard"].validate(value);
      return result instanceof Promise ? undefined : result.issues?.map((issue) => issue.message);
    };
    expect(issues("format", "csc")).toBeUndefined();
    expect(issues("format", "foo")).toEqual(['expected "csr" or "csc"']);
    expect(issues("borrow", 1)).toEqual(["expected a boolean"]);
  });
});
