import {
  type Apply,
  add,
  dot,
  index,
  mul,
  type NDArray,
  narrow,
  neg,
  scalar,
  scalarNDArray,
  slice,
  sub,
  sum,
  type Variable,
} from "@bitale/core";
import { type SparseMatrix, sparseMatrix, toDense } from "@bitale/sparse";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dtype, format, length, plain, untidy } from "./arbitraries.js";
import { build, run, symbolOf, tensor } from "./dense-arithmetic.js";

describe("windows", () => {
  const window = fc
    .tuple(length, length, dtype, format, fc.constantFrom(0, 1), fc.nat(6), fc.nat(6))
    .chain(([m, n, type, kind, axis, p, q]) => {
      const total = axis === 0 ? m : n;
      const start = Math.min(p, total);
      return fc.tuple(
        untidy([m, n], type, kind),
        fc.constant(axis),
        fc.constant(start),
        fc.constant(Math.min(q, total - start)),
      );
    });
  const cut = (a: NDArray, axis: number, start: number, count: number): NDArray => {
    const shape = axis === 0 ? [count, a.shape[1] as number] : [a.shape[0] as number, count];
    return build(shape, a.dtype, (i, j) =>
      a.get((i as number) + (axis === 0 ? start : 0), (j as number) + (axis === 1 ? start : 0)),
    );
  };

  it("narrow with fixed and symbolic bounds, on both axes", () => {
    fc.assert(
      fc.property(window, ([a, axis, start, count]) => {
        const s = symbolOf(a);
        const expected = plain(cut(a.toDense(), axis, start, count));
        const [from, many] = [scalar("from", "int32"), scalar("many", "int64")];
        const given: [Variable, unknown][] = [
          [s, a],
          [from, scalarNDArray(start, "int32")],
          [many, scalarNDArray(BigInt(count), "int64")],
        ];
        for (const output of [
          narrow(s, axis, start, count),
          narrow(s, axis, from, count),
          narrow(s, axis, start, many),
          narrow(s, axis - 2, from, many),
        ]) {
          const result = run(output, ...given) as SparseMatrix;
          expect([result.format, plain(result)]).toEqual([a.format, expected]);
          expect(result.data.length).toBe(result.nnz);
        }
      }),
    );
  });

  it("index takes Python's slices", () => {
    const bound = fc.option(fc.integer({ min: -8, max: 8 }), { nil: null });
    fc.assert(
      fc.property(window, bound, bound, ([a, axis], start, stop) => {
        const s = symbolOf(a);
        const dense = a.toDense();
        const total = a.shape[axis] as number;
        const lines = Array.from({ length: total }, (_, i) => i).slice(start ?? 0, stop ?? total);
        const expected = plain(cut(dense, axis, lines[0] ?? 0, lines.length));
        const items = axis === 0 ? [slice(start, stop)] : [slice(), slice(start, stop)];
        const fixed = run(index(s, ...items), [s, a]) as SparseMatrix;
        expect(plain(fixed)).toEqual(expected);
        const [from, to] = [scalar("from", "int64"), scalar("to", "int64")];
        const late = index(
          s,
          ...(axis === 0 ? [slice(from, to), "..." as const] : ["..." as const, slice(from, to)]),
        );
        const result = run(
          late,
          [s, a],
          [from, scalarNDArray(BigInt(start ?? 0), "int64")],
          [to, scalarNDArray(BigInt(stop ?? total), "int64")],
        );
        expect(plain(result)).toEqual(expected);
      }),
    );
  });

  it("bounds are checked as early as they are known", () => {
    const bounds = expect.objectContaining({ code: "INDEX_OUT_OF_BOUNDS" });
    const fixed = sparseMatrix("s", { shape: [4, 3] });
    expect(() => narrow(fixed, 0, 2, 3)).toThrow(bounds);
    expect(String(narrow(fixed, 0, 2, 2).type)).toBe("SparseTensorType(float32, csr, [2, 3])");
    expect(String(narrow(fixed, 0, scalar("i", "int32"), 2).type)).toBe(
      "SparseTensorType(float32, csr, [2, 3])",
    );
    expect(String(index(fixed, slice(-3)).type)).toBe("SparseTensorType(float32, csr, [3, 3])");
    const [a] = fc.sample(untidy([4, 3], "float32", "csr"), 1) as [SparseMatrix];
    const [s, i] = [sparseMatrix("s"), scalar("i", "int32")];
    for (const [output, start] of [
      [narrow(s, 0, i, 2), 3],
      [narrow(s, 0, i, 2), -1],
      [narrow(s, 0, i, 5), 0],
    ] as const) {
      expect(() => run(output, [s, a], [i, scalarNDArray(start, "int32")])).toThrow(bounds);
    }
  });

  it("refuses what gives no matrix", () => {
    const s = sparseMatrix("s");
    const refused = expect.objectContaining({ code: "BAD_OPERAND" });
    expect(() => index(s, 0)).toThrow(refused);
    expect(() => index(s, null)).toThrow(refused);
    expect(() => index(s, slice(0, 4, 2))).toThrow(refused);
    expect(() => index(s, slice(), slice(), slice())).toThrow(refused);
    expect(() => index(s, "...", slice(), "...")).toThrow(refused);
    expect(() => narrow(s, 0, -1, 2)).toThrow(refused);
    expect(() => narrow(s, 0, 0.5, 2)).toThrow(refused);
    expect(() => narrow(s, 0, scalar("i", "float32"), 2)).toThrow(refused);
    expect(() => narrow(s, 2, 0, 2)).toThrow(expect.objectContaining({ code: "BAD_AXIS" }));
  });

  it("ops print what tells them apart, and merge by it", () => {
    const s = sparseMatrix("s");
    const op = (v: Variable) => (v.owner as Apply).op;
    const key = (v: Variable) => op(v).key();
    expect(String(op(narrow(s, 0, scalar("i", "int32"), 600)))).toBe(
      "sparseNarrow{axis=0, start=dynamic, length=600}",
    );
    expect(key(narrow(s, 0, 1, 2))).toBe(key(narrow(s, 0, 1, 2)));
    const keys = [
      narrow(s, 0, 1, 2),
      narrow(s, 1, 1, 2),
      index(s, slice(1, 2)),
      s.T,
      sum(s),
      sum(s, { axis: 0 }),
      neg(s),
      add(s, s),
      sub(s, s),
      mul(s, s),
      toDense(s),
      dot(s, s),
      mul(s, 2),
      dot(s, tensor("float32", 2)),
      dot(s.T, tensor("float32", 2)),
    ].map(key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.every((k) => k.startsWith("sparse "))).toBe(true);
  });
});
