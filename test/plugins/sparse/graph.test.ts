/** Sparse variables in compiled functions: updates, gradients, minibatches. Numbers marked so are Aesara's own. */
import {
  createRuntime,
  dot,
  grad,
  iscalar,
  like,
  matrix,
  mean,
  mul,
  NDArray,
  narrow,
  neg,
  type SharedVariable,
  sqr,
  sub,
  sum,
  transpose,
  type Variable,
  vector,
} from "@bitale/core";
import {
  CsrMatrix,
  csrFromDense,
  plugin,
  type SparseFormat,
  type SparseMatrix,
  type StoredSparseType,
  sparseConstant,
  sparseMatrix,
  structuredDot,
  toDense,
} from "@bitale/sparse";
import { plugin as cpu } from "@bitale/tensor-cpu";
import { afterAll, describe, expect, it } from "vitest";

const runtime = createRuntime({ plugins: [plugin, cpu], configFile: false, env: {}, floatX: "float64" });
afterAll(() => runtime.dispose());
const { compile } = runtime;

const dense = (rows: readonly (readonly number[])[]): NDArray =>
  new NDArray({
    data: Float64Array.from(rows.flat()),
    shape: [rows.length, rows[0]?.length ?? 0],
    dtype: "float64",
  });
const csr = (rows: readonly (readonly number[])[]) => CsrMatrix.fromDense(dense(rows));
const sparse = (rows: readonly (readonly number[])[], format: SparseFormat = "csr", name = "s") =>
  runtime.shared(csr(rows), { name, format });
const value = (s: SharedVariable<StoredSparseType>): SparseMatrix => s.getValue();
const S = [
  [0, 2, 0],
  [1, 0, 3],
];
const X = [
  [1, 2],
  [3, 4],
  [5, 6],
];
const formats: SparseFormat[] = ["csr", "csc"];

describe.each(formats)("a shared matrix in %s", (format) => {
  it("is multiplied by matrices and vectors (Aesara's numbers)", () => {
    const s = sparse(S, format);
    const x = matrix("x", "float64");
    const f = compile([x], [structuredDot(s, x), toDense(s)]);
    expect(f(dense(X)).map((v) => v.toArray())).toEqual([
      [
        [6, 8],
        [16, 20],
      ],
      S,
    ]);
    const v = vector("v", "float64");
    expect(compile([v], dot(s, v))(new Float64Array([1, -2, 0.5])).toArray()).toEqual([-4, 2.5]);
  });

  it("is updated by sparse expressions (Aesara's numbers)", () => {
    const s = sparse(S, format);
    const twice = compile([], null, { updates: [[s, s.add(s)]] });
    twice();
    twice();
    expect([value(s).toArray(), value(s).format]).toEqual([
      [
        [0, 8, 0],
        [4, 0, 12],
      ],
      format,
    ]);
    compile([], null, { updates: [[s, neg(s)]] })();
    expect(value(s).toArray()).toEqual(
      [
        [-0, -8, -0],
        [-4, -0, -12],
      ].map((r) => r.map((v) => v + 0)),
    );
  });

  it("is not updated by its transpose: the format differs", () => {
    const s = sparse(
      [
        [0, 1],
        [2, 0],
      ],
      format,
    );
    expect(() => compile([], null, { updates: [[s, transpose(s)]] })).toThrow(
      expect.objectContaining({ code: "UPDATE_TYPE" }),
    );
  });

  it("trains dense weights (Aesara's numbers)", () => {
    const s = sparse(S, format);
    const W = runtime.shared(
      dense([
        [1.083, -0.107],
        [1.326, -0.143],
        [1.867, -0.008],
      ]),
      { name: "W" },
    );
    const y = matrix("y", "float64");
    const cost = mean(sqr(sub(structuredDot(s, W), y)));
    const f = compile([y], cost, { updates: [[W, sub(W, mul(0.5, grad(cost, W)))]] });
    const target = dense([
      [1, 0],
      [0, 1],
    ]);
    expect(f(target).item()).toBeCloseTo(12.19147925, 9);
    expect(f(target).item()).toBeCloseTo(25.8496970625, 9);
    const expected = [
      [1.9185, -0.248375],
      [0.5, 0],
      [4.3735, -0.432125],
    ];
    (W.getValue() as NDArray).flat().forEach((w, i) => {
      expect(w).toBeCloseTo(expected.flat()[i] as number, 9);
    });
  });

  it("has a sparse gradient with its own positions", () => {
    const s = sparse(S, format);
    const x = matrix("x", "float64");
    const cost = sum(sqr(dot(s, x)));
    const f = compile([x], [grad(cost, s), cost] as [Variable, Variable]);
    const [g] = f(dense(X)) as [SparseMatrix, NDArray];
    expect(g.format).toBe(format);
    expect(g.indices).toEqual(value(s).indices);
    const costOf = compile([x], cost);
    const before = value(s);
    before.data.forEach((_, p) => {
      const [high, low] = [1e-5, -1e-5].map((step) => {
        const moved = before.copy();
        moved.data[p] = (moved.data[p] as number) + step;
        s.setValue(moved);
        return (costOf(dense(X)) as NDArray).item();
      }) as [number, number];
      expect(g.data[p] as number).toBeCloseTo((high - low) / 2e-5, 5);
    });
  });

  it("lends minibatches by a symbolic start", () => {
    const rows = Array.from({ length: 10 }, (_, i) => [i, 0, -i]);
    const data = sparse(rows, format, "data");
    const W = runtime.shared(dense([[1], [1], [3]]), { name: "W" });
    const x = like(data, "x");
    const i = iscalar("i");
    const cost = sum(dot(x, W));
    const start = mul(i, 4);
    const f = compile([i], [cost, grad(cost, W)], { givens: [[x, narrow(data, 0, start, 4)]] });
    expect(f(1).map((v) => v.toArray())).toEqual([-44, [[22], [0], [-22]]]);
    expect(f(0).map((v) => v.toArray())).toEqual([-12, [[6], [0], [-6]]]);
    expect(() => f(2)).toThrow(expect.objectContaining({ code: "INDEX_OUT_OF_BOUNDS" }));
    data.setValue(csr(rows.map((row) => row.map((v) => 2 * v))));
    expect(f(1)[0]?.item()).toBe(-88);
  });
});

describe("functions of sparse inputs", () => {
  it("convert arguments as setValue does (Aesara's numbers)", () => {
    const [x, v] = [sparseMatrix("x", { dtype: "float64" }), matrix("v", "float64")];
    const f = compile([x, v], structuredDot(x, v));
    for (const argument of [csr(S), csr(S).toCsc(), dense(S), S]) {
      expect(f(argument, dense(X)).toArray()).toEqual([
        [6, 8],
        [16, 20],
      ]);
    }
    expect(() => f(csr(S), dense([[1, 2]]))).toThrow(expect.objectContaining({ code: "SHAPE_MISMATCH" }));
    expect(() => f("x", dense(X))).toThrow(expect.objectContaining({ code: "BAD_VALUE" }));
  });

  it("return fresh matrices: a result is never the storage", () => {
    const s = sparse(S);
    const f = compile([], s as Variable);
    const first = f() as unknown as SparseMatrix;
    first.data.fill(0 as never);
    expect(value(s).toArray()).toEqual(S);
    const g = compile([], csrFromDense(toDense(s)));
    expect((g() as unknown as SparseMatrix).toArray()).toEqual(S);
  });

  it("an update from another shared matrix copies it", () => {
    const [s, t] = [sparse(S), sparse([[5]], "csr", "t")];
    compile([], null, { updates: [[s, t]] })();
    expect(value(s).toArray()).toEqual([[5]]);
    expect(s.getValue({ borrow: true })).not.toBe(t.getValue({ borrow: true }));
  });

  it("mix formats and storages (Aesara's numbers)", () => {
    const [a, b] = [sparse(S), sparse(S, "csc", "b")];
    const both = compile([], a.add(b))() as unknown as SparseMatrix;
    expect([both.format, both.toArray()]).toEqual([
      "csr",
      [
        [0, 4, 0],
        [2, 0, 6],
      ],
    ]);
    const d = runtime.shared(dense(S), { name: "d" });
    compile([], null, { updates: [[d, structuredDot(a, transpose(d))]] })();
    expect((d.getValue() as NDArray).toArray()).toEqual([
      [4, 0],
      [0, 10],
    ]);
  });

  it("constants", () => {
    const x = matrix("x", "float64");
    const fixed = csr(S);
    const f = compile([x], dot(sparseConstant(fixed), x));
    fixed.data.fill(0 as never);
    expect(f(dense(X)).toArray()).toEqual([
      [6, 8],
      [16, 20],
    ]);
  });

  it("Jacobi's iteration converges", () => {
    const A = sparse([
      [4, 1, 0],
      [1, 3, 1],
      [0, 1, 2],
    ]);
    const x = runtime.shared(dense([[0], [0], [0]]), { name: "x" });
    const [b, diagonal] = [dense([[1], [2], [3]]), dense([[4], [3], [2]])];
    const next = sub(b, sub(structuredDot(A, x), mul(diagonal, x))).div(diagonal);
    const step = compile([], null, { updates: [[x, next]] });
    for (let i = 0; i < 40; i++) step();
    const rest = compile([], sub(dot(A, x), b))() as NDArray;
    for (const r of rest.flat()) expect(r).toBeCloseTo(0, 6);
  });

  it("second derivatives", () => {
    const s = sparse(S);
    const x = vector("x", "float64");
    const first = grad(sum(mul(sqr(dot(s, x)), dot(s, x))), x);
    const second = grad(sum(first), x);
    const f = compile([x], [first, second]);
    const at = [1, 0.5, -1];
    const [, g2] = f(new Float64Array(at)) as [NDArray, NDArray];
    at.forEach((_, k) => {
      const [high, low] = [1e-5, -1e-5].map((h) => {
        const moved = new Float64Array(at);
        moved[k] = (moved[k] as number) + h;
        return ((f(moved)[0] as NDArray).toArray() as number[]).reduce((t, v) => t + v, 0);
      }) as [number, number];
      expect(Number(g2.flat()[k])).toBeCloseTo((high - low) / 2e-5, 4);
    });
  });
});
