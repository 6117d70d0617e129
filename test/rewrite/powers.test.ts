import { abs, ivector, pow, vector } from "@bitale/core";
import { expect, test } from "vitest";
import { compared } from "./compared.js";

test("x ** 2, x ** 3, x ** 4", () => {
  const x = vector("x");
  expect(
    compared([x], x.pow(2).add(x.pow(3)).add(x.pow(4)), "powers", {
      tolerance: 1e-6,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "add <float32 [?]>
    ├ add <float32 [?]>
    │ ├ pow <float32 [?]>
    │ │ ├ x <float32 [?]>
    │ │ └ 2 <float32 []>
    │ └ pow <float32 [?]>
    │   ├ x <float32 [?]>
    │   └ 3 <float32 []>
    └ pow <float32 [?]>
      ├ x <float32 [?]>
      └ 4 <float32 []>
    =>
    add <float32 [?]>
    ├ add <float32 [?]>
    │ ├ mul <float32 [?]>
    │ │ ├ x <float32 [?]>
    │ │ └ x <float32 [?]>
    │ └ mul <float32 [?]>
    │   ├ mul <float32 [?]>
    │   │ ├ x <float32 [?]>
    │   │ └ x <float32 [?]>
    │   └ x <float32 [?]>
    └ mul <float32 [?]>
      ├ mul [A] <float32 [?]>
      │ ├ x <float32 [?]>
      │ └ x <float32 [?]>
      └ mul [A] ·"
  `);
});

test("x ** 2 at NaN, infinities and zeros", () => {
  const x = vector("x");
  expect(
    compared([x], x.pow(2), "powers", { values: [Number.NaN, 1 / 0, -1 / 0, 0, -0, 3] }),
  ).toMatchInlineSnapshot(`
    "pow <float32 [?]>
    ├ x <float32 [?]>
    └ 2 <float32 []>
    =>
    mul <float32 [?]>
    ├ x <float32 [?]>
    └ x <float32 [?]>"
  `);
});

test("x ** 1 and x ** 0", () => {
  const x = vector("x");
  expect(compared([x], x.pow(1).add(x.pow(0)), "powers")).toMatchInlineSnapshot(`
    "add <float32 [?]>
    ├ pow <float32 [?]>
    │ ├ x <float32 [?]>
    │ └ 1 <float32 []>
    └ pow <float32 [?]>
      ├ x <float32 [?]>
      └ 0 <float32 []>
    =>
    add <float32 [?]>
    ├ x <float32 [?]>
    └ broadcastTo{shape=[x.shape[0]]} <float32 [?]>
      └ 1 <float32 []>"
  `);
});

test("x ** -1 is 1 / x", () => {
  const x = vector("x");
  expect(
    compared([x], x.pow(-1), "powers", { values: [Number.NaN, 1 / 0, -1 / 0, 0, -0, 4] }),
  ).toMatchInlineSnapshot(`
    "pow <float32 [?]>
    ├ x <float32 [?]>
    └ -1 <float32 []>
    =>
    div <float32 [?]>
    ├ 1 <float32 []>
    └ x <float32 [?]>"
  `);
});

test("x ** 0.5 is a root where x is never negative", () => {
  const x = vector("x");
  expect(
    compared([x], x.mul(x).pow(0.5).add(abs(x).pow(-0.5)), "powers", {
      tolerance: 1e-6,
      values: [1, 0.5, -2.5, 3],
    }),
  ).toMatchInlineSnapshot(`
    "add <float32 [?]>
    ├ pow <float32 [?]>
    │ ├ mul <float32 [?]>
    │ │ ├ x <float32 [?]>
    │ │ └ x <float32 [?]>
    │ └ 0.5 <float32 []>
    └ pow <float32 [?]>
      ├ abs <float32 [?]>
      │ └ x <float32 [?]>
      └ -0.5 <float32 []>
    =>
    add <float32 [?]>
    ├ sqrt <float32 [?]>
    │ └ mul <float32 [?]>
    │   ├ x <float32 [?]>
    │   └ x <float32 [?]>
    └ div <float32 [?]>
      ├ 1 <float32 []>
      └ sqrt <float32 [?]>
        └ abs <float32 [?]>
          └ x <float32 [?]>"
  `);
});

test("x ** 0.5 stays: the root of -infinity is NaN, its power is not", () => {
  const x = vector("x");
  expect(compared([x], x.pow(0.5), "powers")).toMatchInlineSnapshot(`
    "pow <float32 [?]>
    ├ x <float32 [?]>
    └ 0.5 <float32 []>
    =>
    pow <float32 [?]>
    ├ x <float32 [?]>
    └ 0.5 <float32 []>"
  `);
});

test("n ** 3 of integers", () => {
  const n = ivector("n");
  expect(compared([n], n.pow(3), "powers")).toMatchInlineSnapshot(`
    "pow <int32 [?]>
    ├ n <int32 [?]>
    └ 3 <int32 []>
    =>
    mul <int32 [?]>
    ├ mul <int32 [?]>
    │ ├ n <int32 [?]>
    │ └ n <int32 [?]>
    └ n <int32 [?]>"
  `);
});

test("1 ** x", () => {
  const x = vector("x");
  expect(compared([x], pow(1, x), "powers")).toMatchInlineSnapshot(`
    "pow <float32 [?]>
    ├ 1 <float32 []>
    └ x <float32 [?]>
    =>
    broadcastTo{shape=[x.shape[0]]} <float32 [?]>
    └ 1 <float32 []>"
  `);
});
