import {
  abs,
  constant,
  exp,
  floor,
  floorDiv,
  ivector,
  maximum,
  minimum,
  ones,
  sign,
  tensor,
  vector,
} from "@bitale/core";
import { expect, test } from "vitest";
import { compared } from "./compared.js";

test("x * 1, 1 * x and x / 1 are x", () => {
  const x = vector("x");
  expect(compared([x], x.mul(1).div(1), "algebra")).toMatchInlineSnapshot(`
    "div <float32 [?]>
    ├ mul <float32 [?]>
    │ ├ x <float32 [?]>
    │ └ 1 <float32 []>
    └ 1 <float32 []>
    =>
    x <float32 [?]>"
  `);
});

test("ones of the shape that x has count as one", () => {
  const x = tensor("x", { shape: [13] });
  expect(compared([x], x.mul(ones([13])), "algebra")).toMatchInlineSnapshot(`
    "mul <float32 [13]>
    ├ x <float32 [13]>
    └ Constant<TensorType(float32, [13])> <float32 [13]>
    =>
    x <float32 [13]>"
  `);
});

test("a factor that widens x stays", () => {
  const x = vector("x");
  expect(compared([x], x.mul(constant([[1], [1]], { dtype: "float32" })), "algebra")).toMatchInlineSnapshot(`
    "mul <float32 [2, ?]>
    ├ x <float32 [?]>
    └ Constant<TensorType(float32, [2, 1])> <float32 [2, 1]>
    =>
    mul <float32 [2, ?]>
    ├ x <float32 [?]>
    └ Constant<TensorType(float32, [2, 1])> <float32 [2, 1]>"
  `);
});

test("n + 0 of integers is n", () => {
  const n = ivector("n");
  expect(compared([n], n.add(0), "algebra")).toMatchInlineSnapshot(`
    "add <int32 [?]>
    ├ n <int32 [?]>
    └ 0 <int32 []>
    =>
    n <int32 [?]>"
  `);
});

test("x + 0 of floats stays: -0 + 0 is 0", () => {
  const x = vector("x");
  expect(compared([x], x.add(0), "algebra")).toMatchInlineSnapshot(`
    "add <float32 [?]>
    ├ x <float32 [?]>
    └ 0 <float32 []>
    =>
    add <float32 [?]>
    ├ x <float32 [?]>
    └ 0 <float32 []>"
  `);
});

test("x + -0 and x - 0 are x", () => {
  const x = vector("x");
  expect(compared([x], x.add(-0).sub(0), "algebra")).toMatchInlineSnapshot(`
    "sub <float32 [?]>
    ├ add <float32 [?]>
    │ ├ x <float32 [?]>
    │ └ 0 <float32 []>
    └ 0 <float32 []>
    =>
    x <float32 [?]>"
  `);
});

test("x + 0 is x where x cannot be -0", () => {
  const x = vector("x");
  expect(compared([x], exp(x).add(0), "algebra")).toMatchInlineSnapshot(`
    "add <float32 [?]>
    ├ exp <float32 [?]>
    │ └ x <float32 [?]>
    └ 0 <float32 []>
    =>
    exp <float32 [?]>
    └ x <float32 [?]>"
  `);
});

test("n * 0 of integers is 0", () => {
  const n = ivector("n");
  expect(compared([n], n.mul(0), "algebra")).toMatchInlineSnapshot(`
    "mul <int32 [?]>
    ├ n <int32 [?]>
    └ 0 <int32 []>
    =>
    broadcastTo{shape=[n.shape[0]]} <int32 [?]>
    └ 0 <int32 []>"
  `);
});

test("x * 0 of floats stays: it may be NaN", () => {
  const x = vector("x");
  expect(compared([x], x.mul(0), "algebra")).toMatchInlineSnapshot(`
    "mul <float32 [?]>
    ├ x <float32 [?]>
    └ 0 <float32 []>
    =>
    mul <float32 [?]>
    ├ x <float32 [?]>
    └ 0 <float32 []>"
  `);
});

test("n - n of integers is 0", () => {
  const n = ivector("n");
  expect(compared([n], n.sub(n), "algebra")).toMatchInlineSnapshot(`
    "sub <int32 [?]>
    ├ n <int32 [?]>
    └ n <int32 [?]>
    =>
    broadcastTo{shape=[n.shape[0]]} <int32 [?]>
    └ 0 <int32 []>"
  `);
});

test("x - x of floats stays", () => {
  const x = vector("x");
  expect(compared([x], x.sub(x), "algebra")).toMatchInlineSnapshot(`
    "sub <float32 [?]>
    ├ x <float32 [?]>
    └ x <float32 [?]>
    =>
    sub <float32 [?]>
    ├ x <float32 [?]>
    └ x <float32 [?]>"
  `);
});

test("-(-x) is x", () => {
  const x = vector("x");
  expect(compared([x], x.neg().neg(), "algebra")).toMatchInlineSnapshot(`
    "neg <float32 [?]>
    └ neg <float32 [?]>
      └ x <float32 [?]>
    =>
    x <float32 [?]>"
  `);
});

test("-(n - m) of integers is m - n", () => {
  const [n, m] = [ivector("n"), ivector("m")];
  expect(compared([n, m], n.sub(m).neg(), "algebra")).toMatchInlineSnapshot(`
    "neg <int32 [?]>
    └ sub <int32 [?]>
      ├ n <int32 [?]>
      └ m <int32 [?]>
    =>
    sub <int32 [?]>
    ├ m <int32 [?]>
    └ n <int32 [?]>"
  `);
});

test("x + (-y) is x - y", () => {
  const [x, y] = [vector("x"), vector("y")];
  expect(compared([x, y], x.add(y.neg()), "algebra")).toMatchInlineSnapshot(`
    "add <float32 [?]>
    ├ x <float32 [?]>
    └ neg <float32 [?]>
      └ y <float32 [?]>
    =>
    sub <float32 [?]>
    ├ x <float32 [?]>
    └ y <float32 [?]>"
  `);
});

test("x - (-y) is x + y", () => {
  const [x, y] = [vector("x"), vector("y")];
  expect(compared([x, y], x.sub(y.neg()), "algebra")).toMatchInlineSnapshot(`
    "sub <float32 [?]>
    ├ x <float32 [?]>
    └ neg <float32 [?]>
      └ y <float32 [?]>
    =>
    add <float32 [?]>
    ├ x <float32 [?]>
    └ y <float32 [?]>"
  `);
});

test("(-x) * (-y) is x * y", () => {
  const [x, y] = [vector("x"), vector("y")];
  expect(compared([x, y], x.neg().mul(y.neg()), "algebra")).toMatchInlineSnapshot(`
    "mul <float32 [?]>
    ├ neg <float32 [?]>
    │ └ x <float32 [?]>
    └ neg <float32 [?]>
      └ y <float32 [?]>
    =>
    mul <float32 [?]>
    ├ x <float32 [?]>
    └ y <float32 [?]>"
  `);
});

test("(-x) / (-y) is x / y", () => {
  const [x, y] = [vector("x"), vector("y")];
  expect(compared([x, y], x.neg().div(y.neg()), "algebra")).toMatchInlineSnapshot(`
    "div <float32 [?]>
    ├ neg <float32 [?]>
    │ └ x <float32 [?]>
    └ neg <float32 [?]>
      └ y <float32 [?]>
    =>
    div <float32 [?]>
    ├ x <float32 [?]>
    └ y <float32 [?]>"
  `);
});

test("(-x) * 2 is x * -2", () => {
  const x = vector("x");
  expect(compared([x], x.neg().mul(2), ["algebra", "constantFolding"])).toMatchInlineSnapshot(`
    "mul <float32 [?]>
    ├ neg <float32 [?]>
    │ └ x <float32 [?]>
    └ 2 <float32 []>
    =>
    mul <float32 [?]>
    ├ x <float32 [?]>
    └ -2 <float32 []>"
  `);
});

test("|exp(x)| is exp(x), ||x|| and |-x| are |x|", () => {
  const x = vector("x");
  expect(
    compared(
      [x],
      abs(exp(x))
        .add(abs(abs(x)))
        .add(abs(x.neg())),
      "algebra",
    ),
  ).toMatchInlineSnapshot(`
    "add <float32 [?]>
    ├ add <float32 [?]>
    │ ├ abs <float32 [?]>
    │ │ └ exp <float32 [?]>
    │ │   └ x <float32 [?]>
    │ └ abs <float32 [?]>
    │   └ abs <float32 [?]>
    │     └ x <float32 [?]>
    └ abs <float32 [?]>
      └ neg <float32 [?]>
        └ x <float32 [?]>
    =>
    add <float32 [?]>
    ├ add <float32 [?]>
    │ ├ exp <float32 [?]>
    │ │ └ x <float32 [?]>
    │ └ abs <float32 [?]>
    │   └ x <float32 [?]>
    └ abs <float32 [?]>
      └ x <float32 [?]>"
  `);
});

test("sign(sign(x)) and floor(floor(x))", () => {
  const x = vector("x");
  expect(compared([x], sign(sign(x)).add(floor(floor(x))), "algebra")).toMatchInlineSnapshot(`
    "add <float32 [?]>
    ├ sign <float32 [?]>
    │ └ sign <float32 [?]>
    │   └ x <float32 [?]>
    └ floor <float32 [?]>
      └ floor <float32 [?]>
        └ x <float32 [?]>
    =>
    add <float32 [?]>
    ├ sign <float32 [?]>
    │ └ x <float32 [?]>
    └ floor <float32 [?]>
      └ x <float32 [?]>"
  `);
});

test("max(x, x) and max(max(x, y), y)", () => {
  const [x, y] = [vector("x"), vector("y")];
  expect(compared([x, y], maximum(maximum(maximum(x, x), y), y), "algebra")).toMatchInlineSnapshot(`
    "maximum <float32 [?]>
    ├ maximum <float32 [?]>
    │ ├ maximum <float32 [?]>
    │ │ ├ x <float32 [?]>
    │ │ └ x <float32 [?]>
    │ └ y <float32 [?]>
    └ y <float32 [?]>
    =>
    maximum <float32 [?]>
    ├ x <float32 [?]>
    └ y <float32 [?]>"
  `);
});

test("min(min(x, 3), 2)", () => {
  const x = vector("x");
  expect(compared([x], minimum(minimum(x, 3), 2), ["algebra", "constantFolding"])).toMatchInlineSnapshot(`
    "minimum <float32 [?]>
    ├ minimum <float32 [?]>
    │ ├ x <float32 [?]>
    │ └ 3 <float32 []>
    └ 2 <float32 []>
    =>
    minimum <float32 [?]>
    ├ x <float32 [?]>
    └ 2 <float32 []>"
  `);
});

test("max(exp(x), 0) is exp(x)", () => {
  const x = vector("x");
  expect(compared([x], maximum(exp(x), 0), "algebra")).toMatchInlineSnapshot(`
    "maximum <float32 [?]>
    ├ exp <float32 [?]>
    │ └ x <float32 [?]>
    └ 0 <float32 []>
    =>
    exp <float32 [?]>
    └ x <float32 [?]>"
  `);
});

test("(n + 3) + 4 of integers", () => {
  const n = ivector("n");
  expect(compared([n], n.add(3).add(4), ["algebra", "constantFolding"])).toMatchInlineSnapshot(`
    "add <int32 [?]>
    ├ add <int32 [?]>
    │ ├ n <int32 [?]>
    │ └ 3 <int32 []>
    └ 4 <int32 []>
    =>
    add <int32 [?]>
    ├ n <int32 [?]>
    └ 7 <int32 []>"
  `);
});

test("(n * 3) * 5 of integers", () => {
  const n = ivector("n");
  expect(compared([n], n.mul(3).mul(5), ["algebra", "constantFolding"])).toMatchInlineSnapshot(`
    "mul <int32 [?]>
    ├ mul <int32 [?]>
    │ ├ n <int32 [?]>
    │ └ 3 <int32 []>
    └ 5 <int32 []>
    =>
    mul <int32 [?]>
    ├ n <int32 [?]>
    └ 15 <int32 []>"
  `);
});

test("(x * 2) * 8: powers of two that are not below 1", () => {
  const x = vector("x");
  expect(compared([x], x.mul(2).mul(8), ["algebra", "constantFolding"])).toMatchInlineSnapshot(`
    "mul <float32 [?]>
    ├ mul <float32 [?]>
    │ ├ x <float32 [?]>
    │ └ 2 <float32 []>
    └ 8 <float32 []>
    =>
    mul <float32 [?]>
    ├ x <float32 [?]>
    └ 16 <float32 []>"
  `);
});

test("(x * 3) * 5 and (x + 3) + 4 of floats stay: they are rounded twice", () => {
  const x = vector("x");
  expect(compared([x], x.mul(3).mul(5).add(3).add(4), ["algebra", "constantFolding"])).toMatchInlineSnapshot(`
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
    ├ add <float32 [?]>
    │ ├ mul <float32 [?]>
    │ │ ├ mul <float32 [?]>
    │ │ │ ├ x <float32 [?]>
    │ │ │ └ 3 <float32 []>
    │ │ └ 5 <float32 []>
    │ └ 3 <float32 []>
    └ 4 <float32 []>"
  `);
});

test("x / 4 is x * 0.25; x / 3 stays", () => {
  const x = vector("x");
  expect(compared([x], x.div(4).div(3), "algebra")).toMatchInlineSnapshot(`
    "div <float32 [?]>
    ├ div <float32 [?]>
    │ ├ x <float32 [?]>
    │ └ 4 <float32 []>
    └ 3 <float32 []>
    =>
    div <float32 [?]>
    ├ mul <float32 [?]>
    │ ├ x <float32 [?]>
    │ └ 0.25 <float32 []>
    └ 3 <float32 []>"
  `);
});

test("floorDiv(n, 1) of integers is n", () => {
  const n = ivector("n");
  expect(compared([n], floorDiv(n, 1), "algebra")).toMatchInlineSnapshot(`
    "floorDiv <int32 [?]>
    ├ n <int32 [?]>
    └ 1 <int32 []>
    =>
    n <int32 [?]>"
  `);
});
