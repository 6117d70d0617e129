import {
  broadcastTo,
  expandDims,
  flatten,
  index,
  matrix,
  reshape,
  size,
  slice,
  specifyShape,
  squeeze,
  tensor,
  tensor3,
  transpose,
  vector,
} from "@bitale/core";
import { expect, test } from "vitest";
import { compared } from "./compared.js";

test("transposes cancel", () => {
  const x = matrix("x");
  expect(compared([x], transpose(transpose(x)), "shapes")).toMatchInlineSnapshot(`
    "transpose{permutation=[1, 0]} <float32 [?, ?]>
    └ transpose{permutation=[1, 0]} <float32 [?, ?]>
      └ x <float32 [?, ?]>
    =>
    x <float32 [?, ?]>"
  `);
});

test("transposes compose", () => {
  const x = tensor3("x");
  expect(
    compared([x], transpose(transpose(x, [1, 2, 0]), [0, 2, 1]), "shapes", { length: 3 }),
  ).toMatchInlineSnapshot(`
    "transpose{permutation=[0, 2, 1]} <float32 [?, ?, ?]>
    └ transpose{permutation=[1, 2, 0]} <float32 [?, ?, ?]>
      └ x <float32 [?, ?, ?]>
    =>
    transpose{permutation=[1, 0, 2]} <float32 [?, ?, ?]>
    └ x <float32 [?, ?, ?]>"
  `);
});

test("a reshape of a reshape that fits", () => {
  const x = matrix("x");
  expect(compared([x], reshape(flatten(x), [-1, 1]), "shapes")).toMatchInlineSnapshot(`
    "reshape{shape=[-1, 1]} <float32 [?, 1]>
    └ reshape{shape=[-1]} <float32 [?]>
      └ x <float32 [?, ?]>
    =>
    reshape{shape=[-1, 1]} <float32 [?, 1]>
    └ x <float32 [?, ?]>"
  `);
});

test("a reshape that may fail is kept", () => {
  const x = vector("x");
  expect(compared([x], reshape(reshape(x, [3, 4]), [-1]), "shapes", { length: 12 })).toMatchInlineSnapshot(`
    "reshape{shape=[-1]} <float32 [12]>
    └ reshape{shape=[3, 4]} <float32 [3, 4]>
      └ x <float32 [?]>
    =>
    reshape{shape=[-1]} <float32 [12]>
    └ reshape{shape=[3, 4]} <float32 [3, 4]>
      └ x <float32 [?]>"
  `);
});

test("new axes that are taken away again", () => {
  const x = matrix("x");
  expect(compared([x], squeeze(expandDims(x, [0, 2]), [0, 2]), "shapes")).toMatchInlineSnapshot(`
    "reshape{shape=[A.shape[1], A.shape[3]]} <float32 [?, ?]>
    └ reshape{shape=[1, x.shape[0], 1, x.shape[1]]} [A] <float32 [1, ?, 1, ?]>
      └ x <float32 [?, ?]>
    =>
    x <float32 [?, ?]>"
  `);
});

test("a broadcast to the shape that is there", () => {
  const x = tensor("x", { shape: [2, 3] });
  expect(compared([x], broadcastTo(broadcastTo(x, [2, 3]), [4, 2, 3]), "shapes")).toMatchInlineSnapshot(`
    "broadcastTo{shape=[4, 2, 3]} <float32 [4, 2, 3]>
    └ broadcastTo{shape=[2, 3]} <float32 [2, 3]>
      └ x <float32 [2, 3]>
    =>
    broadcastTo{shape=[4, 2, 3]} <float32 [4, 2, 3]>
    └ x <float32 [2, 3]>"
  `);
});

test("a window of a window", () => {
  const x = tensor("x", { shape: [20] });
  expect(compared([x], index(index(x, slice(2, 18, 2)), slice(1, 6, 2)), "shapes")).toMatchInlineSnapshot(`
    "slice{starts=[1], sizes=[3], steps=[2]} <float32 [3]>
    └ slice{starts=[2], sizes=[8], steps=[2]} <float32 [8]>
      └ x <float32 [20]>
    =>
    slice{starts=[4], sizes=[3], steps=[4]} <float32 [3]>
    └ x <float32 [20]>"
  `);
});

test("a window of everything", () => {
  const x = tensor("x", { shape: [5, 4] });
  expect(compared([x], index(x, slice(0, 5), slice(0, 4)), "shapes")).toMatchInlineSnapshot(`
    "x <float32 [5, 4]>
    =>
    x <float32 [5, 4]>"
  `);
});

test("lengths that are stated and known", () => {
  const x = tensor("x", { shape: [2, null] });
  expect(
    compared([x], specifyShape(specifyShape(x, [2, 3]), [2, 3]), "shapes", { length: 3 }),
  ).toMatchInlineSnapshot(`
    "specifyShape{shape=[2, 3]} <float32 [2, 3]>
    └ specifyShape{shape=[2, 3]} <float32 [2, 3]>
      └ x <float32 [2, ?]>
    =>
    specifyShape{shape=[2, 3]} <float32 [2, 3]>
    └ x <float32 [2, ?]>"
  `);
});

test("the length of a result is read from its operand", () => {
  const x = matrix("x");
  expect(compared([x], size(transpose(x).exp()), "shapes")).toMatchInlineSnapshot(`
    "A.shape[0] * A.shape[1] <int64 []>
    =>
    x.shape[1] * x.shape[0] <int64 []>"
  `);
});
