import {
  add,
  div,
  exp,
  log,
  log1p,
  matrix,
  neg,
  sigmoid,
  softmax,
  softplus,
  sqrt,
  sub,
  sum,
  vector,
} from "@bitale/core";
import { expect, test } from "vitest";
import { compared, runtime } from "./compared.js";

test("log(softmax(x))", () => {
  const x = matrix("x", "float64");
  expect(
    compared([x], log(softmax(x)), ["stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
      length: 4,
    }),
  ).toMatchInlineSnapshot(`
    "log <float64 [?, ?]>
    └ div <float64 [?, ?]>
      ├ exp [A] <float64 [?, ?]>
      │ └ sub <float64 [?, ?]>
      │   ├ x <float64 [?, ?]>
      │   └ stopGradient{as=zero} <float64 [?, 1]>
      │     └ reshape{shape=[B.shape[0], 1]} <float64 [?, 1]>
      │       └ max{axes=[1]} [B] <float64 [?]>
      │         └ x <float64 [?, ?]>
      └ reshape{shape=[C.shape[0], 1]} <float64 [?, 1]>
        └ sum{axes=[1]} [C] <float64 [?]>
          └ exp [A] ·
    =>
    sub <float64 [?, ?]>
    ├ sub [A] <float64 [?, ?]>
    │ ├ x <float64 [?, ?]>
    │ └ stopGradient{as=zero} <float64 [?, 1]>
    │   └ reshape{shape=[B.shape[0], 1]} <float64 [?, 1]>
    │     └ max{axes=[1]} [B] <float64 [?]>
    │       └ x <float64 [?, ?]>
    └ log <float64 [?, 1]>
      └ reshape{shape=[C.shape[0], 1]} <float64 [?, 1]>
        └ sum{axes=[1]} [C] <float64 [?]>
          └ exp <float64 [?, ?]>
            └ sub [A] ·"
  `);
});

test("log(exp(x) / sum(exp(x))) by hand", () => {
  const x = matrix("x", "float64");
  expect(
    compared([x], log(exp(x).div(sum(exp(x), { axis: 1, keepDims: true }))), ["stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
      length: 4,
    }),
  ).toMatchInlineSnapshot(`
    "log <float64 [?, ?]>
    └ div <float64 [?, ?]>
      ├ exp <float64 [?, ?]>
      │ └ x <float64 [?, ?]>
      └ reshape{shape=[A.shape[0], 1]} <float64 [?, 1]>
        └ sum{axes=[1]} [A] <float64 [?]>
          └ exp <float64 [?, ?]>
            └ x <float64 [?, ?]>
    =>
    sub <float64 [?, ?]>
    ├ sub [A] <float64 [?, ?]>
    │ ├ x <float64 [?, ?]>
    │ └ where <float64 [?, 1]>
    │   ├ isInf <bool [?, 1]>
    │   │ └ reshape{shape=[B.shape[0], 1]} [C] <float64 [?, 1]>
    │   │   └ max{axes=[1]} [B] <float64 [?]>
    │   │     └ x <float64 [?, ?]>
    │   ├ 0 <float64 []>
    │   └ reshape [C] ·
    └ log <float64 [?, 1]>
      └ reshape{shape=[D.shape[0], 1]} <float64 [?, 1]>
        └ sum{axes=[1]} [D] <float64 [?]>
          └ exp <float64 [?, ?]>
            └ sub [A] ·"
  `);
});

test("log(sigmoid(x))", () => {
  const x = vector("x", "float64");
  expect(
    compared([x], log(sigmoid(x)), ["stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "log <float64 [?]>
    └ sigmoid <float64 [?]>
      └ x <float64 [?]>
    =>
    neg <float64 [?]>
    └ add <float64 [?]>
      ├ maximum <float64 [?]>
      │ ├ neg <float64 [?]>
      │ │ └ x <float64 [?]>
      │ └ 0 <float64 []>
      └ log1p <float64 [?]>
        └ exp <float64 [?]>
          └ neg <float64 [?]>
            └ abs <float64 [?]>
              └ x <float64 [?]>"
  `);
});

test("log(1 - sigmoid(x))", () => {
  const x = vector("x", "float64");
  expect(
    compared([x], log(sub(1, sigmoid(x))), ["stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "log <float64 [?]>
    └ sub <float64 [?]>
      ├ 1 <float64 []>
      └ sigmoid <float64 [?]>
        └ x <float64 [?]>
    =>
    neg <float64 [?]>
    └ add <float64 [?]>
      ├ maximum <float64 [?]>
      │ ├ x <float64 [?]>
      │ └ 0 <float64 []>
      └ log1p <float64 [?]>
        └ exp <float64 [?]>
          └ neg <float64 [?]>
            └ abs <float64 [?]>
              └ x <float64 [?]>"
  `);
});

test("log(1 + exp(x))", () => {
  const x = vector("x", "float64");
  expect(
    compared([x], log(add(1, exp(x))), ["stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "log <float64 [?]>
    └ add <float64 [?]>
      ├ 1 <float64 []>
      └ exp <float64 [?]>
        └ x <float64 [?]>
    =>
    add <float64 [?]>
    ├ maximum <float64 [?]>
    │ ├ x <float64 [?]>
    │ └ 0 <float64 []>
    └ log1p <float64 [?]>
      └ exp <float64 [?]>
        └ neg <float64 [?]>
          └ abs <float64 [?]>
            └ x <float64 [?]>"
  `);
});

test("log1p(exp(x))", () => {
  const x = vector("x", "float64");
  expect(
    compared([x], log1p(exp(x)), ["stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "log1p <float64 [?]>
    └ exp <float64 [?]>
      └ x <float64 [?]>
    =>
    add <float64 [?]>
    ├ maximum <float64 [?]>
    │ ├ x <float64 [?]>
    │ └ 0 <float64 []>
    └ log1p <float64 [?]>
      └ exp <float64 [?]>
        └ neg <float64 [?]>
          └ abs <float64 [?]>
            └ x <float64 [?]>"
  `);
});

test("log(1 + x) and log(1 - x)", () => {
  const x = vector("x", "float64");
  expect(
    compared([x], log(x.add(1)).add(log(sub(1, x))), ["stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 0.5, -0.25, 0.125],
    }),
  ).toMatchInlineSnapshot(`
    "add <float64 [?]>
    ├ log <float64 [?]>
    │ └ add <float64 [?]>
    │   ├ x <float64 [?]>
    │   └ 1 <float64 []>
    └ log <float64 [?]>
      └ sub <float64 [?]>
        ├ 1 <float64 []>
        └ x <float64 [?]>
    =>
    add <float64 [?]>
    ├ log1p <float64 [?]>
    │ └ x <float64 [?]>
    └ log1p <float64 [?]>
      └ neg <float64 [?]>
        └ x <float64 [?]>"
  `);
});

test("exp(x) - 1", () => {
  const x = vector("x", "float64");
  expect(
    compared([x], exp(x).sub(1), ["stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "sub <float64 [?]>
    ├ exp <float64 [?]>
    │ └ x <float64 [?]>
    └ 1 <float64 []>
    =>
    expm1 <float64 [?]>
    └ x <float64 [?]>"
  `);
});

test("log(exp(x))", () => {
  const x = vector("x", "float64");
  expect(
    compared([x], log(exp(x)), ["stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "log <float64 [?]>
    └ exp <float64 [?]>
      └ x <float64 [?]>
    =>
    x <float64 [?]>"
  `);
});

test("log(sum(exp(x)))", () => {
  const x = matrix("x", "float64");
  expect(
    compared([x], log(sum(exp(x), { axis: 1 })), ["stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
      length: 4,
    }),
  ).toMatchInlineSnapshot(`
    "log <float64 [?]>
    └ sum{axes=[1]} <float64 [?]>
      └ exp <float64 [?, ?]>
        └ x <float64 [?, ?]>
    =>
    reshape{shape=[A.shape[0]]} <float64 [?]>
    └ add [A] <float64 [?, 1]>
      ├ log <float64 [?, 1]>
      │ └ reshape{shape=[B.shape[0], 1]} <float64 [?, 1]>
      │   └ sum{axes=[1]} [B] <float64 [?]>
      │     └ exp <float64 [?, ?]>
      │       └ sub <float64 [?, ?]>
      │         ├ x <float64 [?, ?]>
      │         └ where [C] <float64 [?, 1]>
      │           ├ isInf <bool [?, 1]>
      │           │ └ reshape{shape=[D.shape[0], 1]} [E] <float64 [?, 1]>
      │           │   └ max{axes=[1]} [D] <float64 [?]>
      │           │     └ x <float64 [?, ?]>
      │           ├ 0 <float64 []>
      │           └ reshape [E] ·
      └ where [C] ·"
  `);
});

test("1 - sigmoid(x)", () => {
  const x = vector("x", "float64");
  expect(
    compared([x], sub(1, sigmoid(x)), ["stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "sub <float64 [?]>
    ├ 1 <float64 []>
    └ sigmoid <float64 [?]>
      └ x <float64 [?]>
    =>
    sigmoid <float64 [?]>
    └ neg <float64 [?]>
      └ x <float64 [?]>"
  `);
});

test("1 / (1 + exp(-x))", () => {
  const x = vector("x", "float64");
  expect(
    compared([x], div(1, exp(neg(x)).add(1)), ["stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "div <float64 [?]>
    ├ 1 <float64 []>
    └ add <float64 [?]>
      ├ exp <float64 [?]>
      │ └ neg <float64 [?]>
      │   └ x <float64 [?]>
      └ 1 <float64 []>
    =>
    sigmoid <float64 [?]>
    └ x <float64 [?]>"
  `);
});

test("exp(x) / (1 + exp(x))", () => {
  const x = vector("x", "float64");
  expect(
    compared([x], exp(x).div(exp(x).add(1)), ["merge", "stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "div <float64 [?]>
    ├ exp <float64 [?]>
    │ └ x <float64 [?]>
    └ add <float64 [?]>
      ├ exp <float64 [?]>
      │ └ x <float64 [?]>
      └ 1 <float64 []>
    =>
    sigmoid <float64 [?]>
    └ x <float64 [?]>"
  `);
});

test("sqrt(x * x)", () => {
  const x = vector("x", "float64");
  expect(
    compared([x], sqrt(x.mul(x)), ["stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "sqrt <float64 [?]>
    └ mul <float64 [?]>
      ├ x <float64 [?]>
      └ x <float64 [?]>
    =>
    abs <float64 [?]>
    └ x <float64 [?]>"
  `);
});

test("sqrt(x) * sqrt(x)", () => {
  const x = vector("x", "float64");
  expect(
    compared([x], sqrt(x).mul(sqrt(x)), ["merge", "stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "mul <float64 [?]>
    ├ sqrt <float64 [?]>
    │ └ x <float64 [?]>
    └ sqrt <float64 [?]>
      └ x <float64 [?]>
    =>
    where <float64 [?]>
    ├ ge <bool [?]>
    │ ├ x <float64 [?]>
    │ └ 0 <float64 []>
    ├ x <float64 [?]>
    └ NaN <float64 []>"
  `);
});

test("(g / (1 + exp(x))) * exp(x), as it stands in gradients", () => {
  const [g, x] = [vector("g", "float64"), vector("x", "float64")];
  expect(
    compared([g, x], g.div(exp(x).add(1)).mul(exp(x)), ["merge", "stability", "algebra"], {
      tolerance: 1e-11,
      values: [0, 1, -1, 0.5, -2.5, 3, 7.25],
    }),
  ).toMatchInlineSnapshot(`
    "mul <float64 [?]>
    ├ div <float64 [?]>
    │ ├ g <float64 [?]>
    │ └ add <float64 [?]>
    │   ├ exp <float64 [?]>
    │   │ └ x <float64 [?]>
    │   └ 1 <float64 []>
    └ exp <float64 [?]>
      └ x <float64 [?]>
    =>
    mul <float64 [?]>
    ├ g <float64 [?]>
    └ sigmoid <float64 [?]>
      └ x <float64 [?]>"
  `);
});

test("softplus is stable as it is", () => {
  const x = vector("x", "float64");
  const f = runtime.compile([x], [softplus(x), softplus(x.neg())]);
  expect(f.debugPrint().match(/log1p/g)).toHaveLength(2);
});
