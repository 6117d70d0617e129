import { div, vector } from "@bitale/core";
import { expect, test } from "vitest";
import { compared } from "./compared.js";

test("x + 0, x * 0, x - x, x / x", () => {
  const x = vector("x");
  expect(
    compared([x], x.add(0).add(x.mul(0)).add(x.sub(x)).add(x.div(x)), "relaxed", {
      tolerance: 1e-6,
      values: [1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "add <float32 [?]>
    ├ add <float32 [?]>
    │ ├ add <float32 [?]>
    │ │ ├ add <float32 [?]>
    │ │ │ ├ x <float32 [?]>
    │ │ │ └ 0 <float32 []>
    │ │ └ mul <float32 [?]>
    │ │   ├ x <float32 [?]>
    │ │   └ 0 <float32 []>
    │ └ sub <float32 [?]>
    │   ├ x <float32 [?]>
    │   └ x <float32 [?]>
    └ div <float32 [?]>
      ├ x <float32 [?]>
      └ x <float32 [?]>
    =>
    add <float32 [?]>
    ├ x <float32 [?]>
    └ broadcastTo{shape=[x.shape[0]]} <float32 [?]>
      └ 1 <float32 []>"
  `);
});

test("chains of constants", () => {
  const x = vector("x");
  expect(
    compared([x], x.mul(3).mul(5).add(3).add(4), "relaxed", {
      tolerance: 1e-6,
      values: [1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "add <float32 [?]>
    ├ add <float32 [?]>
    │ ├ mul <float32 [?]>
    │ │ ├ mul <float32 [?]>
    │ │ │ ├ x <float32 [?]>
    │ │ │ └ 3 <float32 []>
    │ │ └ 5 <float32 []>
    │ └ 3 <float32 []>
    └ 4 <float32 []>
    =>
    add <float32 [?]>
    ├ mul <float32 [?]>
    │ ├ x <float32 [?]>
    │ └ mul <float32 []>
    │   ├ 3 <float32 []>
    │   └ 5 <float32 []>
    └ add <float32 []>
      ├ 3 <float32 []>
      └ 4 <float32 []>"
  `);
});

test("x / 3 is a product", () => {
  const x = vector("x");
  expect(
    compared([x], x.div(3), "relaxed", { tolerance: 1e-6, values: [1, 0.5, -2.5, 3, 7.25] }),
  ).toMatchInlineSnapshot(`
    "div <float32 [?]>
    ├ x <float32 [?]>
    └ 3 <float32 []>
    =>
    mul <float32 [?]>
    ├ x <float32 [?]>
    └ 0.33333334 <float32 []>"
  `);
});

test("x * (1 / y), (x / y) / z", () => {
  const [x, y] = [vector("x"), vector("y")];
  expect(
    compared([x, y], x.mul(div(1, y)).add(x.div(y).div(x)), "relaxed", {
      tolerance: 1e-6,
      values: [1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "add <float32 [?]>
    ├ mul <float32 [?]>
    │ ├ x <float32 [?]>
    │ └ div <float32 [?]>
    │   ├ 1 <float32 []>
    │   └ y <float32 [?]>
    └ div <float32 [?]>
      ├ div <float32 [?]>
      │ ├ x <float32 [?]>
      │ └ y <float32 [?]>
      └ x <float32 [?]>
    =>
    add <float32 [?]>
    ├ div <float32 [?]>
    │ ├ x <float32 [?]>
    │ └ y <float32 [?]>
    └ div <float32 [?]>
      ├ x <float32 [?]>
      └ mul <float32 [?]>
        ├ y <float32 [?]>
        └ x <float32 [?]>"
  `);
});

test("x ** 0.5", () => {
  const x = vector("x");
  expect(
    compared([x], x.pow(0.5), "relaxed", { tolerance: 1e-6, values: [1, 0.5, 2.5] }),
  ).toMatchInlineSnapshot(`
    "pow <float32 [?]>
    ├ x <float32 [?]>
    └ 0.5 <float32 []>
    =>
    sqrt <float32 [?]>
    └ x <float32 [?]>"
  `);
});
