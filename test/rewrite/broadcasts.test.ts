import {
  broadcastTo,
  exp,
  full,
  matrix,
  max,
  onesLike,
  scalar,
  sum,
  tensor,
  vector,
  zerosLike,
} from "@bitale/core";
import { expect, test } from "vitest";
import { compared } from "./compared.js";

test("a stretched operand beside one that has the full shape", () => {
  const [x, y] = [tensor("x", { shape: [4, 4] }), vector("y")];
  expect(compared([x, y], x.mul(broadcastTo(y, [4, 4])), "broadcasts", { length: 4 })).toMatchInlineSnapshot(`
    "mul <float32 [4, 4]>
    ├ x <float32 [4, 4]>
    └ broadcastTo{shape=[4, 4]} <float32 [4, 4]>
      └ y <float32 [?]>
    =>
    mul <float32 [4, 4]>
    ├ x <float32 [4, 4]>
    └ y <float32 [?]>"
  `);
});

test("zeros like x are the number 0", () => {
  const x = matrix("x");
  expect(compared([x], x.exp().add(zerosLike(x)), "broadcasts", { length: 4 })).toMatchInlineSnapshot(`
    "add <float32 [?, ?]>
    ├ exp <float32 [?, ?]>
    │ └ x <float32 [?, ?]>
    └ broadcastTo{shape=[x.shape[0], x.shape[1]]} <float32 [?, ?]>
      └ 0 <float32 []>
    =>
    add <float32 [?, ?]>
    ├ exp <float32 [?, ?]>
    │ └ x <float32 [?, ?]>
    └ 0 <float32 []>"
  `);
});

test("a constant of one number beside what has its shape", () => {
  const x = tensor("x", { shape: [3] });
  expect(compared([x], x.add(full([3], 2)), "broadcasts")).toMatchInlineSnapshot(`
    "add <float32 [3]>
    ├ x <float32 [3]>
    └ Constant<TensorType(float32, [3])> <float32 [3]>
    =>
    add <float32 [3]>
    ├ x <float32 [3]>
    └ 2 <float32 []>"
  `);
});

test("what is computed of a stretched value is computed before it is stretched", () => {
  const [x, s] = [matrix("x"), scalar("s")];
  expect(
    compared([x, s], exp(onesLike(x).mul(s)).mul(2), "broadcasts", { length: 4 }),
  ).toMatchInlineSnapshot(`
    "mul <float32 [?, ?]>
    ├ exp <float32 [?, ?]>
    │ └ mul <float32 [?, ?]>
    │   ├ broadcastTo{shape=[x.shape[0], x.shape[1]]} <float32 [?, ?]>
    │   │ └ 1 <float32 []>
    │   └ s <float32 []>
    └ 2 <float32 []>
    =>
    broadcastTo{shape=[x.shape[0], x.shape[1]]} <float32 [?, ?]>
    └ mul <float32 []>
      ├ exp <float32 []>
      │ └ mul <float32 []>
      │   ├ 1 <float32 []>
      │   └ s <float32 []>
      └ 2 <float32 []>"
  `);
});

test("the sum of a stretched row is a product", () => {
  const y = vector("y");
  expect(
    compared([y], sum(broadcastTo(y, [3, 13]), { axis: 0 }), "broadcasts", { values: [1, -2, 0.5] }),
  ).toMatchInlineSnapshot(`
    "sum{axes=[0]} <float32 [13]>
    └ broadcastTo{shape=[3, 13]} <float32 [3, 13]>
      └ y <float32 [?]>
    =>
    broadcastTo{shape=[13]} <float32 [13]>
    └ mul <float32 [?]>
      ├ reshape{shape=[A.shape[1]]} <float32 [?]>
      │ └ reshape{shape=[1, y.shape[0]]} [A] <float32 [1, ?]>
      │   └ y <float32 [?]>
      └ 3 <float32 []>"
  `);
});

test("the largest of equal elements", () => {
  const s = scalar("s");
  expect(compared([s], max(broadcastTo(s, [3, 4]), { axis: 1 }), "broadcasts")).toMatchInlineSnapshot(`
    "max{axes=[1]} <float32 [3]>
    └ broadcastTo{shape=[3, 4]} <float32 [3, 4]>
      └ s <float32 []>
    =>
    broadcastTo{shape=[3]} <float32 [3]>
    └ reshape{shape=[1]} <float32 [1]>
      └ reshape{shape=[1, 1]} <float32 [1, 1]>
        └ s <float32 []>"
  `);
});
