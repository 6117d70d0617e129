/** Jacobians, Hessians and products with them, by hand. */
import * as b from "@bitale/core";
import { describe, expect, it } from "vitest";
import { runtime } from "./numeric.js";

const run = (inputs: readonly b.Variable[], outputs: readonly b.Variable[], ...values: unknown[]) =>
  (runtime.compile(inputs, outputs, { onUnusedInput: "ignore" })(...(values as never[])) as b.NDArray[]).map(
    (v) => v.toArray(),
  );
const vector = (name: string) => b.vector(name, "float64");

describe("jacobian", () => {
  const x = vector("x");
  const A = b.matrix("A", "float64");
  const a = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  it("of a vector by a vector is [outputs, variables]", () => {
    const y = b.dot(A, b.sqr(x));
    const [byX] = run([A, x], [b.jacobian(y, x)], a, [1, 2, 3]);
    expect(byX).toEqual([
      [2, 8, 18],
      [8, 20, 36],
    ]);
  });
  it("has the output's shape, then the variable's", () => {
    const y = b.dot(A, b.expandDims(x, 1)); // [2, 1]
    const [byX, byA] = b.jacobian(y, [x, A]);
    expect([byX.type.ndim, byA.type.ndim]).toEqual([3, 4]);
    const [valueX, valueA] = run([A, x], [byX, byA], a, [7, 8, 9]);
    expect(valueX).toEqual([[[1, 2, 3]], [[4, 5, 6]]]);
    expect(valueA).toEqual([
      [
        [
          [7, 8, 9],
          [0, 0, 0],
        ],
      ],
      [
        [
          [0, 0, 0],
          [7, 8, 9],
        ],
      ],
    ]);
  });
  it("of a scalar is the gradient, of nothing has no rows", () => {
    expect(run([x], [b.jacobian(b.sum(b.sqr(x)), x)], [1, 2])).toEqual([[2, 4]]);
    const J = runtime.compile([x], b.jacobian(b.sqr(x), x))([]);
    expect(J.shape).toEqual([0, 0]);
  });
  it("is one graph, however many rows there are", () => {
    const J = b.jacobian(b.tanh(b.dot(A, x)), x);
    const nodes = b.toposort([J]).length;
    expect(nodes).toBeLessThan(60);
    const rows = 200;
    const big = b.emptyNDArray([rows, 3], "float64");
    big.data.forEach((_: unknown, i: number) => {
      big.data[i] = Math.sin(i);
    });
    const value = runtime.compile([A, x], J)(big, [0.1, 0.2, 0.3]);
    expect(value.shape).toEqual([rows, 3]);
    const y = Math.tanh(0.1 * Math.sin(597) + 0.2 * Math.sin(598) + 0.3 * Math.sin(599));
    expect(value.get(199, 1)).toBeCloseTo((1 - y * y) * Math.sin(598), 12);
  });
  it("disconnected variables are refused, or zeros", () => {
    const z = vector("z");
    expect(() => b.jacobian(b.sqr(x), z)).toThrow(expect.objectContaining({ code: "DISCONNECTED_INPUT" }));
    const J = b.jacobian(b.sqr(x), z, { disconnectedInputs: "ignore" });
    expect(run([x, z], [J], [1, 2], [1, 2, 3])).toEqual([
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
    ]);
  });

  it("of a loop is a loop over its rows, whatever their number", () => {
    const [, squares] = b.scan((sum, element) => [sum.add(element), sum.mul(element)], {
      init: b.constant(0, { dtype: "float64" }),
      sequences: x,
    });
    // y[i] = x[i] (x[0] + … + x[i-1])
    expect(run([x], [b.jacobian(squares, x)], [2, 3, 5])).toEqual([
      [
        [0, 0, 0],
        [3, 2, 0],
        [5, 5, 5],
      ],
    ]);
  });
});

describe("hessian", () => {
  const x = vector("x");
  it("is symmetric, and holds the derivatives of the gradient", () => {
    const cost = b.index(x, 0).sqr().mul(b.index(x, 1)).mul(b.index(x, 2));
    expect(run([x], [b.hessian(cost, x)], [2, 3, 5])).toEqual([
      [
        [30, 20, 12],
        [20, 0, 4],
        [12, 4, 0],
      ],
    ]);
  });
  it("of a matrix has its shape twice; of a linear cost it is zero", () => {
    const W = b.matrix("W", "float64");
    const [H] = run([W], [b.hessian(b.sum(b.pow(W, 3)), W)], [[1, 2]]) as [number[][][][]];
    expect(H).toEqual([[[[6, 0]], [[0, 12]]]]);
    expect(run([x], [b.hessian(b.sum(x.mul(3)), x)], [1, 2])).toEqual([
      [
        [0, 0],
        [0, 0],
      ],
    ]);
  });
  it("of several variables are their own blocks; mixed ones come from jacobian", () => {
    const y = vector("y");
    const cost = b.sum(b.sqr(x).mul(y));
    const [xx, yy] = b.hessian(cost, [x, y]);
    const xy = b.jacobian(b.grad(cost, x), y);
    expect(run([x, y], [xx, yy, xy], [1, 2], [3, 4])).toEqual([
      [
        [6, 0],
        [0, 8],
      ],
      [
        [0, 0],
        [0, 0],
      ],
      [
        [2, 0],
        [0, 4],
      ],
    ]);
  });
});

describe("products", () => {
  const [x, y] = [vector("x"), vector("y")];
  const [v, w] = [vector("v"), vector("w")];
  it("hessianVectorProduct takes mixed derivatives in", () => {
    const cost = b.sum(b.sqr(x).mul(y));
    const products = b.hessianVectorProduct(cost, [x, y], [v, w]);
    // H = [[2 y, 2 x], [2 x, 0]]
    expect(run([x, y, v, w], products, [1], [3], [10], [100])).toEqual([[260], [20]]);
    const own = b.hessianVectorProduct(cost, x, v);
    expect(run([x, y, v], [own], [1], [3], [10])).toEqual([[60]]);
  });
  it("vectors that depend on the variables count as constants", () => {
    const cost = b.sum(b.pow(x, 3));
    expect(run([x], [b.hessianVectorProduct(cost, x, x)], [1, 2])).toEqual([[6, 24]]);
  });
  it("lop adds over outputs, one of which may depend on another", () => {
    const h = b.sqr(x);
    expect(run([x, v, w], [b.lop([h, h.mul(5)], x, [v, w])], [3], [1], [10])).toEqual([[6 * (1 + 50)]]);
  });
  it("rop adds over variables and gives one change for each output", () => {
    const outputs = [b.sum(x.mul(y)), b.sqr(x)];
    expect(run([x, y, v, w], b.rop(outputs, [x, y], [v, w]), [2], [3], [10], [100])).toEqual([230, [40]]);
  });
  it("each variable needs one vector of its rank", () => {
    for (const vectors of [[v], [v, b.scalar("s")], [v, 3 as never]]) {
      expect(() => b.rop(x.mul(y), [x, y], vectors)).toThrow(
        expect.objectContaining({ code: "BAD_OPERAND" }),
      );
    }
  });
  it("a product of float32 stays float32", () => {
    const z = b.vector("z", "float32");
    const types = [
      b.lop(b.sqr(z), z, z),
      b.rop(b.sqr(z), z, z),
      b.hessianVectorProduct(b.sum(b.exp(z)), z, z),
    ];
    expect(types.map(({ type }) => type.dtype)).toEqual(Array(3).fill("float32"));
    expect([b.jacobian(b.sqr(z), z), b.hessian(b.sum(z), z)].map(({ type }) => type.dtype)).toEqual(
      Array(2).fill("float32"),
    );
  });
});
