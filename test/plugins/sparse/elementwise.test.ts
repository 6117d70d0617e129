import {
  add,
  asTensor,
  createRuntime,
  emptyNDArray,
  isBig,
  mul,
  type NDArray,
  neg,
  type Scalar,
  scalarNDArray,
  sqrt,
  sub,
  tanh,
  type Variable,
} from "@bitale/core";
import {
  CsrMatrix,
  plugin,
  type SparseMatrix,
  sparseMatrix,
  structuredExp,
  structuredSigmoid,
} from "@bitale/sparse";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plain } from "./arbitraries.js";
import { at, build, run, symbolOf, tensor, twins } from "./dense-arithmetic.js";

describe("elementwise", () => {
  const combine = (name: "add" | "sub" | "mul", a: NDArray, b: NDArray): NDArray =>
    build(a.shape, a.dtype, (i, j) => {
      const [x, y] = [at(a, i as number, j as number), at(b, i as number, j as number)];
      const value = name === "add" ? x + y : name === "sub" ? x - y : x * y;
      return isBig(a.dtype) ? BigInt(value) : value;
    });

  it.each([
    ["add", add],
    ["sub", sub],
    ["mul", mul],
  ] as const)("%s of two sparse matrices is sparse and stores no zeros", (name, op) => {
    fc.assert(
      fc.property(twins, ([a, b]) => {
        const [s, t] = [symbolOf(a), symbolOf(b)];
        const result = run(op(s, t), [s, a], [t, b]) as SparseMatrix;
        expect(result.format).toBe(a.format);
        expect(plain(result)).toEqual(plain(combine(name, a.toDense(), b.toDense())));
        expect([...result.data].some((v) => Number(v) === 0)).toBe(false);
      }),
    );
  });

  it("mul by a dense matrix, a vector, a column or a number keeps the pattern", () => {
    fc.assert(
      fc.property(twins, ([a, , d]) => {
        const s = symbolOf(a);
        const [m, n] = a.shape;
        const zeros = emptyNDArray([m, n], a.dtype);
        const spread = (value: (i: number, j: number) => Scalar) =>
          combine(
            "mul",
            a.toDense(),
            build([m, n], a.dtype, (i, j) => value(i as number, j as number)),
          );
        const vector = build([n], a.dtype, (j) => (isBig(a.dtype) ? BigInt(j as number) : (j as number)));
        const column = build([m, 1], a.dtype, (i) => (isBig(a.dtype) ? BigInt(i as number) : (i as number)));
        for (const [value, expected] of [
          [d, combine("mul", a.toDense(), d)],
          [vector, spread((_, j) => j)],
          [column, spread((i) => i)],
          [zeros, spread(() => 0)],
          [scalarNDArray(isBig(a.dtype) ? 3n : 3, a.dtype), spread(() => 3)],
        ] as const) {
          const v = tensor(a.dtype, value.ndim);
          for (const result of [
            run(mul(s, v), [s, a], [v, value]),
            run(mul(v, s), [s, a], [v, value]),
          ] as SparseMatrix[]) {
            expect(result.indices).toEqual(a.indices);
            expect(result.format).toBe(a.format);
            expect(plain(result)).toEqual(plain(expected));
          }
        }
        expect(plain(run(mul(s, 2), [s, a]))).toEqual(plain(spread(() => 2)));
      }),
    );
  });

  it("a dense operand that does not broadcast to the sparse one is refused", () => {
    const s = sparseMatrix("s", { shape: [2, 3] });
    for (const shape of [[2], [3, 2], [4, 3], [1, 2]]) {
      expect(() => mul(s, asTensor(emptyNDArray(shape, "float32")))).toThrow(
        expect.objectContaining({ code: "SHAPE_MISMATCH" }),
      );
    }
    const one = sparseMatrix("s", { shape: [1, 3] });
    expect(() => mul(one, asTensor(emptyNDArray([2, 3], "float32")))).toThrow(
      expect.objectContaining({ code: "SHAPE_MISMATCH" }),
    );
  });

  it("numbers take the dtype of the matrix where they fit", () => {
    const typeOf = (x: Variable) => String(x.type);
    expect(typeOf(mul(sparseMatrix("s", { dtype: "float64" }), 0.5))).toContain("float64");
    expect(typeOf(mul(sparseMatrix("s", { dtype: "int8" }), 5))).toContain("int8");
    expect(typeOf(mul(sparseMatrix("s", { dtype: "int8" }), 0.5))).toContain("float32");
  });

  it("sums of sparse and dense are dense", () => {
    const s = sparseMatrix("s");
    const x = tensor("float32", 2);
    expect([add(s, x), sub(s, x), sub(x, s), add(s, 1)].map((v) => v.type.kind)).toEqual(
      Array(4).fill("tensor"),
    );
  });

  it("neg", () => {
    fc.assert(
      fc.property(twins, ([a]) => {
        const s = symbolOf(a);
        const result = run(neg(s), [s, a]) as SparseMatrix;
        expect(result.indices).toEqual(a.indices);
        expect(result.indices).not.toBe(a.indices);
        const expected = build(a.shape, a.dtype, (i, j) => {
          const value = -at(a.toDense(), i as number, j as number);
          return isBig(a.dtype) ? BigInt(value) : value;
        });
        expect(plain(result)).toEqual(plain(expected));
      }),
    );
  });

  it("shapes must be equal", () => {
    const [s, t] = [sparseMatrix("s", { shape: [2, 3] }), sparseMatrix("t", { shape: [2, 1] })];
    expect(() => add(s, t)).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
  });
});

describe("functions of the stored values", () => {
  const functions = [
    ["structuredExp", structuredExp, Math.exp],
    ["structuredSigmoid", structuredSigmoid, (v: number) => 1 / (1 + Math.exp(-v))],
    ["sqrt", sqrt, Math.sqrt],
    ["tanh", tanh, Math.tanh],
  ] as const;
  it.each(functions)("%s leaves what is not stored alone; duplicates are added up first", (_, op, f) => {
    fc.assert(
      fc.property(twins, ([given]) => {
        if (given.dtype !== "float64") return;
        const matrix = given.with({
          ...given,
          data: Float64Array.from(given.data as Float64Array, Math.abs),
        });
        const s = symbolOf(matrix);
        const own = run(op(s), [s, matrix]) as SparseMatrix;
        const once = matrix.sumDuplicates();
        expect(own.format).toBe(matrix.format);
        expect([...own.indices]).toEqual([...once.indices]);
        [...own.data].forEach((value, p) => {
          expect(value).toBeCloseTo(f(Number(once.data[p])), 12);
        });
      }),
    );
  });
  it("of integers are floats; of dense tensors they are refused", () => {
    const s = sparseMatrix("s", { dtype: "int8" });
    expect((sqrt(s) as unknown as typeof s).type.dtype).toBe("float32");
    expect(structuredExp(sparseMatrix("t", { dtype: "int64" })).type.dtype).toBe("float64");
    expect(() => structuredExp(asTensor([[1]]))).toThrow(/a sparse matrix is needed/);
    expect(() => structuredSigmoid(asTensor([[1]]))).toThrow(/a sparse matrix is needed/);
  });
  it("the shape of a sparse matrix is a fact that nothing is made dense for", () => {
    const s = sparseMatrix("s", { dtype: "float64" });
    const wide = new CsrMatrix({
      data: Float64Array.of(1),
      indices: Int32Array.of(7),
      indptr: Int32Array.of(0, 1, 1, 1),
      shape: [3, 1_000_000_000],
    });
    expect(
      createRuntime({ plugins: [plugin] })
        .compile(
          [s],
          s.shape,
        )(wide)
        .toArray(),
    ).toEqual([3n, 1_000_000_000n]);
  });
});
