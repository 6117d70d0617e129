import { flatten, matrix, max, mean, sum, tensor, tensor3, transpose } from "@bitale/core";
import { expect, test } from "vitest";
import { compared } from "./compared.js";

test("a sum of sums", () => {
  const x = tensor3("x");
  expect(
    compared([x], sum(sum(x, { axis: 1 }), { axis: 1 }), "sums", {
      length: 5,
      tolerance: 1e-6,
      values: [1, 0.5, 2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "sum{axes=[1]} <float32 [?]>
    └ sum{axes=[1]} <float32 [?, ?]>
      └ x <float32 [?, ?, ?]>
    =>
    sum{axes=[1, 2]} <float32 [?]>
    └ x <float32 [?, ?, ?]>"
  `);
});

test("the largest of the largest", () => {
  const x = tensor3("x");
  expect(compared([x], max(max(x, { axis: 0 })), "sums", { length: 3 })).toMatchInlineSnapshot(`
    "max{axes=[0, 1]} <float32 []>
    └ max{axes=[0]} <float32 [?, ?]>
      └ x <float32 [?, ?, ?]>
    =>
    max{axes=[0, 1, 2]} <float32 []>
    └ x <float32 [?, ?, ?]>"
  `);
});

test("over no axes", () => {
  const x = matrix("x");
  expect(compared([x], max(x, { axis: [] }), "sums", { length: 3 })).toMatchInlineSnapshot(`
    "max{axes=[]} <float32 [?, ?]>
    └ x <float32 [?, ?]>
    =>
    x <float32 [?, ?]>"
  `);
});

test("over an axis of length 1", () => {
  const x = tensor("x", { shape: [null, 1] });
  expect(
    compared([x], sum(x, { axis: 1 }), "sums", {
      length: 5,
      tolerance: 1e-6,
      values: [1, 0.5, 2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "sum{axes=[1]} <float32 [?]>
    └ x <float32 [?, 1]>
    =>
    reshape{shape=[x.shape[0]]} <float32 [?]>
    └ x <float32 [?, 1]>"
  `);
});

test("of a transpose", () => {
  const x = tensor3("x");
  expect(
    compared([x], sum(transpose(x, [2, 0, 1]), { axis: 0 }), "sums", {
      length: 5,
      tolerance: 1e-6,
      values: [1, 0.5, 2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "sum{axes=[0]} <float32 [?, ?]>
    └ transpose{permutation=[2, 0, 1]} <float32 [?, ?, ?]>
      └ x <float32 [?, ?, ?]>
    =>
    sum{axes=[2]} <float32 [?, ?]>
    └ x <float32 [?, ?, ?]>"
  `);
});

test("of a reshape, over everything", () => {
  const x = matrix("x");
  expect(
    compared([x], sum(flatten(x)), "sums", { length: 5, tolerance: 1e-6, values: [1, 0.5, 2.5, 3, 7.25] }),
  ).toMatchInlineSnapshot(`
    "sum{axes=[0]} <float32 []>
    └ reshape{shape=[-1]} <float32 [?]>
      └ x <float32 [?, ?]>
    =>
    sum{axes=[0]} <float32 []>
    └ reshape{shape=[-1]} <float32 [?]>
      └ x <float32 [?, ?]>"
  `);
});

test("sum(-x) is -sum(x)", () => {
  const x = matrix("x");
  expect(
    compared([x], sum(x.neg(), { axis: 0 }), "sums", {
      length: 5,
      tolerance: 1e-6,
      values: [1, 0.5, 2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "sum{axes=[0]} <float32 [?]>
    └ neg <float32 [?, ?]>
      └ x <float32 [?, ?]>
    =>
    neg <float32 [?]>
    └ sum{axes=[0]} <float32 [?]>
      └ x <float32 [?, ?]>"
  `);
});

test("a mean of what is transposed", () => {
  const x = matrix("x");
  expect(
    compared([x], mean(transpose(x)), "sums", { length: 5, tolerance: 1e-6, values: [1, 0.5, 2.5, 3, 7.25] }),
  ).toMatchInlineSnapshot(`
    "div <float32 []>
    ├ sum{axes=[0, 1]} <float32 []>
    │ └ transpose{permutation=[1, 0]} [A] <float32 [?, ?]>
    │   └ x <float32 [?, ?]>
    └ float32(A.shape[0] * A.shape[1]) <float32 []>
    =>
    div <float32 []>
    ├ sum{axes=[0, 1]} <float32 []>
    │ └ x <float32 [?, ?]>
    ├ float32(A.shape[0] * A.shape[1]) <float32 []>
    └ lengths of transpose{permutation=[1, 0]} [A] <float32 [?, ?]>
      └ x <float32 [?, ?]>"
  `);
});
