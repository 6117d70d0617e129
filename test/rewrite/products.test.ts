import {
  batchedDot,
  defaultRewrites,
  dot,
  exp,
  expandDims,
  matrix,
  sum,
  tensor3,
  transpose,
  vector,
} from "@bitale/core";
import { expect, test } from "vitest";
import { compared } from "./compared.js";

test("a transposed operand becomes other axes of the dot", () => {
  const [x, w] = [matrix("x"), matrix("w")];
  expect(
    compared([x, w], dot(transpose(x), transpose(w)), "products", {
      length: 4,
      tolerance: 1e-6,
      values: [1, 0.5, 2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "dot{contract=[[1], [0]], batch=[[], []]} <float32 [?, ?]>
    ├ transpose{permutation=[1, 0]} <float32 [?, ?]>
    │ └ x <float32 [?, ?]>
    └ transpose{permutation=[1, 0]} <float32 [?, ?]>
      └ w <float32 [?, ?]>
    =>
    dot{contract=[[0], [1]], batch=[[], []]} <float32 [?, ?]>
    ├ x <float32 [?, ?]>
    └ w <float32 [?, ?]>"
  `);
});

test("the transpose of a dot is the dot of its operands the other way round", () => {
  const [x, w] = [matrix("x"), matrix("w")];
  expect(
    compared([x, w], transpose(dot(x, w)), "products", {
      length: 4,
      tolerance: 1e-6,
      values: [1, 0.5, 2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "transpose{permutation=[1, 0]} <float32 [?, ?]>
    └ dot{contract=[[1], [0]], batch=[[], []]} <float32 [?, ?]>
      ├ x <float32 [?, ?]>
      └ w <float32 [?, ?]>
    =>
    dot{contract=[[0], [1]], batch=[[], []]} <float32 [?, ?]>
    ├ w <float32 [?, ?]>
    └ x <float32 [?, ?]>"
  `);
});

test("transposed stacks of matrices", () => {
  const [x, w] = [tensor3("x"), tensor3("w")];
  expect(
    compared([x, w], batchedDot(transpose(x, [0, 2, 1]), w), "products", {
      length: 3,
      tolerance: 1e-6,
      values: [1, 0.5, 2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "dot{contract=[[2], [1]], batch=[[0], [0]]} <float32 [?, ?, ?]>
    ├ transpose{permutation=[0, 2, 1]} <float32 [?, ?, ?]>
    │ └ x <float32 [?, ?, ?]>
    └ w <float32 [?, ?, ?]>
    =>
    dot{contract=[[1], [1]], batch=[[0], [0]]} <float32 [?, ?, ?]>
    ├ x <float32 [?, ?, ?]>
    └ w <float32 [?, ?, ?]>"
  `);
});

test("a transpose that moves the axes that are left stays", () => {
  const [x, w] = [tensor3("x"), tensor3("w")];
  expect(
    compared([x, w], dot(transpose(x, [1, 0, 2]), w), "products", {
      length: 3,
      tolerance: 1e-6,
      values: [1, 0.5, 2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "dot{contract=[[2], [1]], batch=[[], []]} <float32 [?, ?, ?, ?]>
    ├ transpose{permutation=[1, 0, 2]} <float32 [?, ?, ?]>
    │ └ x <float32 [?, ?, ?]>
    └ w <float32 [?, ?, ?]>
    =>
    dot{contract=[[2], [1]], batch=[[], []]} <float32 [?, ?, ?, ?]>
    ├ transpose{permutation=[1, 0, 2]} <float32 [?, ?, ?]>
    │ └ x <float32 [?, ?, ?]>
    └ w <float32 [?, ?, ?]>"
  `);
});

test("sum(x * y) of a matrix and a vector is a dot", () => {
  const [x, v] = [matrix("x"), vector("v")];
  expect(
    compared([x, v], sum(x.mul(v), { axis: 1 }), "products", {
      length: 4,
      tolerance: 1e-6,
      values: [1, 0.5, 2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "sum{axes=[1]} <float32 [?]>
    └ mul <float32 [?, ?]>
      ├ x <float32 [?, ?]>
      └ v <float32 [?]>
    =>
    sum{axes=[1]} <float32 [?]>
    └ mul <float32 [?, ?]>
      ├ x <float32 [?, ?]>
      └ v <float32 [?]>"
  `);
});

test("sum(x * y) of matrices with new axes is a product of matrices", () => {
  const [x, w] = [matrix("x"), matrix("w")];
  expect(
    compared([x, w], sum(expandDims(x, 2).mul(expandDims(w, 0)), { axis: 1 }), "products", {
      length: 4,
      tolerance: 1e-6,
      values: [1, 0.5, 2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "sum{axes=[1]} <float32 [?, ?]>
    └ mul <float32 [?, ?, ?]>
      ├ reshape{shape=[x.shape[0], x.shape[1], 1]} <float32 [?, ?, 1]>
      │ └ x <float32 [?, ?]>
      └ reshape{shape=[1, w.shape[0], w.shape[1]]} <float32 [1, ?, ?]>
        └ w <float32 [?, ?]>
    =>
    sum{axes=[1]} <float32 [?, ?]>
    └ mul <float32 [?, ?, ?]>
      ├ reshape{shape=[x.shape[0], x.shape[1], 1]} <float32 [?, ?, 1]>
      │ └ x <float32 [?, ?]>
      └ reshape{shape=[1, w.shape[0], w.shape[1]]} <float32 [1, ?, ?]>
        └ w <float32 [?, ?]>"
  `);
});

test("sum(x * y) with the result's axes the other way round", () => {
  const [x, w] = [matrix("x"), matrix("w")];
  expect(
    compared([x, w], sum(expandDims(x, 0).mul(expandDims(transpose(w), 1)), { axis: 2 }), "products", {
      length: 4,
      tolerance: 1e-6,
      values: [1, 0.5, 2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "sum{axes=[2]} <float32 [?, ?]>
    └ mul <float32 [?, ?, ?]>
      ├ reshape{shape=[1, x.shape[0], x.shape[1]]} <float32 [1, ?, ?]>
      │ └ x <float32 [?, ?]>
      └ reshape{shape=[A.shape[0], 1, A.shape[1]]} <float32 [?, 1, ?]>
        └ transpose{permutation=[1, 0]} [A] <float32 [?, ?]>
          └ w <float32 [?, ?]>
    =>
    sum{axes=[2]} <float32 [?, ?]>
    └ mul <float32 [?, ?, ?]>
      ├ reshape{shape=[1, x.shape[0], x.shape[1]]} <float32 [1, ?, ?]>
      │ └ x <float32 [?, ?]>
      └ reshape{shape=[A.shape[0], 1, A.shape[1]]} <float32 [?, 1, ?]>
        └ transpose{permutation=[1, 0]} [A] <float32 [?, ?]>
          └ w <float32 [?, ?]>"
  `);
});

test("sum(x * y) of whole vectors stays one loop", () => {
  const [x, v] = [vector("x"), vector("v")];
  expect(
    compared([x, v], sum(x.mul(v)), "products", {
      length: 4,
      tolerance: 1e-6,
      values: [1, 0.5, 2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "sum{axes=[0]} <float32 []>
    └ mul <float32 [?]>
      ├ x <float32 [?]>
      └ v <float32 [?]>
    =>
    sum{axes=[0]} <float32 []>
    └ mul <float32 [?]>
      ├ x <float32 [?]>
      └ v <float32 [?]>"
  `);
});

test("sum(x * y) stays where x is computed in its loop", () => {
  const [x, v] = [matrix("x"), vector("v")];
  expect(
    compared([x, v], sum(exp(x).mul(v), { axis: 1 }), "products", {
      length: 4,
      tolerance: 1e-6,
      values: [1, 0.5, 2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "sum{axes=[1]} <float32 [?]>
    └ mul <float32 [?, ?]>
      ├ exp <float32 [?, ?]>
      │ └ x <float32 [?, ?]>
      └ v <float32 [?]>
    =>
    sum{axes=[1]} <float32 [?]>
    └ mul <float32 [?, ?]>
      ├ exp <float32 [?, ?]>
      │ └ x <float32 [?, ?]>
      └ v <float32 [?]>"
  `);
});

test("an update p - rate * g stays as it is", () => {
  const [p, g] = [matrix("p"), matrix("g")];
  expect(compared([p, g], p.sub(g.mul(0.1)), defaultRewrites, { length: 4 })).toMatchInlineSnapshot(`
    "sub <float32 [?, ?]>
    ├ p <float32 [?, ?]>
    └ mul <float32 [?, ?]>
      ├ g <float32 [?, ?]>
      └ 0.1 <float32 []>
    =>
    sub <float32 [?, ?]>
    ├ p <float32 [?, ?]>
    └ mul <float32 [?, ?]>
      ├ g <float32 [?, ?]>
      └ 0.1 <float32 []>"
  `);
});
