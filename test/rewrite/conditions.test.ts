import { abs, and, constant, eq, ge, invert, ivector, lt, tensor, vector, where, xor } from "@bitale/core";
import { expect, test } from "vitest";
import { compared } from "./compared.js";

test("where with a constant condition", () => {
  const [x, y] = [vector("x"), vector("y")];
  expect(compared([x, y], where(constant(true), x, 3), "conditions")).toMatchInlineSnapshot(`
    "where <float32 [?]>
    ├ 1 <bool []>
    ├ x <float32 [?]>
    └ 3 <float32 []>
    =>
    x <float32 [?]>"
  `);
});

test("where with a constant condition broadcasts what it takes", () => {
  const [x, y] = [vector("x"), vector("y")];
  expect(compared([x, y], where(constant(false), x, 3), "conditions")).toMatchInlineSnapshot(`
    "where <float32 [?]>
    ├ 0 <bool []>
    ├ x <float32 [?]>
    └ 3 <float32 []>
    =>
    broadcastTo{shape=[x.shape[0]]} <float32 [?]>
    └ 3 <float32 []>"
  `);
});

test("where with equal branches", () => {
  const c = tensor("c", { dtype: "bool", shape: [] });
  const x = vector("x");
  expect(compared([c, x], where(c, x, x), "conditions")).toMatchInlineSnapshot(`
    "where <float32 [?]>
    ├ c <bool []>
    ├ x <float32 [?]>
    └ x <float32 [?]>
    =>
    x <float32 [?]>"
  `);
});

test("where(not c, x, y)", () => {
  const c = tensor("c", { dtype: "bool", shape: [null] });
  const [x, y] = [vector("x"), vector("y")];
  expect(compared([c, x, y], where(invert(c), x, y), "conditions")).toMatchInlineSnapshot(`
    "where <float32 [?]>
    ├ invert <bool [?]>
    │ └ c <bool [?]>
    ├ x <float32 [?]>
    └ y <float32 [?]>
    =>
    where <float32 [?]>
    ├ c <bool [?]>
    ├ y <float32 [?]>
    └ x <float32 [?]>"
  `);
});

test("where(c, where(c, x, y), y)", () => {
  const c = tensor("c", { dtype: "bool", shape: [null] });
  const [x, y] = [vector("x"), vector("y")];
  expect(
    compared([c, x, y], where(c, where(c, x, y), where(c, x, y.add(1))), "conditions"),
  ).toMatchInlineSnapshot(`
    "where <float32 [?]>
    ├ c <bool [?]>
    ├ where <float32 [?]>
    │ ├ c <bool [?]>
    │ ├ x <float32 [?]>
    │ └ y <float32 [?]>
    └ where <float32 [?]>
      ├ c <bool [?]>
      ├ x <float32 [?]>
      └ add <float32 [?]>
        ├ y <float32 [?]>
        └ 1 <float32 []>
    =>
    where <float32 [?]>
    ├ c <bool [?]>
    ├ x <float32 [?]>
    └ add <float32 [?]>
      ├ y <float32 [?]>
      └ 1 <float32 []>"
  `);
});

test("x < x is false, n == n is true; x == x stays", () => {
  const [x, n] = [vector("x"), ivector("n")];
  expect(compared([x, n], lt(x, x).or(eq(n, n)).or(eq(x, x)), "conditions")).toMatchInlineSnapshot(`
    "or <bool [?]>
    ├ or <bool [?]>
    │ ├ lt <bool [?]>
    │ │ ├ x <float32 [?]>
    │ │ └ x <float32 [?]>
    │ └ eq <bool [?]>
    │   ├ n <int32 [?]>
    │   └ n <int32 [?]>
    └ eq <bool [?]>
      ├ x <float32 [?]>
      └ x <float32 [?]>
    =>
    or <bool [?]>
    ├ or <bool [?]>
    │ ├ broadcastTo{shape=[x.shape[0]]} <bool [?]>
    │ │ └ 0 <bool []>
    │ └ broadcastTo{shape=[n.shape[0]]} <bool [?]>
    │   └ 1 <bool []>
    └ eq <bool [?]>
      ├ x <float32 [?]>
      └ x <float32 [?]>"
  `);
});

test("what is never negative, beside 0", () => {
  const [x, n] = [vector("x"), tensor("n", { dtype: "uint8", shape: [null] })];
  expect(compared([x, n], lt(abs(x), 0).or(ge(n, 0)), "conditions")).toMatchInlineSnapshot(`
    "or <bool [?]>
    ├ lt <bool [?]>
    │ ├ abs <float32 [?]>
    │ │ └ x <float32 [?]>
    │ └ 0 <float32 []>
    └ ge <bool [?]>
      ├ n <uint8 [?]>
      └ 0 <uint8 []>
    =>
    or <bool [?]>
    ├ broadcastTo{shape=[A.shape[0]]} <bool [?]>
    │ ├ 0 <bool []>
    │ └ lengths of abs [A] <float32 [?]>
    │   └ x <float32 [?]>
    └ broadcastTo{shape=[n.shape[0]]} <bool [?]>
      └ 1 <bool []>"
  `);
});

test("not (x == y) is x != y; not (x < y) stays for floats", () => {
  const [x, y] = [vector("x"), vector("y")];
  expect(compared([x, y], invert(eq(x, y)).or(invert(lt(x, y))), "conditions")).toMatchInlineSnapshot(`
    "or <bool [?]>
    ├ invert <bool [?]>
    │ └ eq <bool [?]>
    │   ├ x <float32 [?]>
    │   └ y <float32 [?]>
    └ invert <bool [?]>
      └ lt <bool [?]>
        ├ x <float32 [?]>
        └ y <float32 [?]>
    =>
    or <bool [?]>
    ├ neq <bool [?]>
    │ ├ x <float32 [?]>
    │ └ y <float32 [?]>
    └ invert <bool [?]>
      └ lt <bool [?]>
        ├ x <float32 [?]>
        └ y <float32 [?]>"
  `);
});

test("not (n < m) of integers is n >= m", () => {
  const [n, m] = [ivector("n"), ivector("m")];
  expect(compared([n, m], invert(lt(n, m)), "conditions")).toMatchInlineSnapshot(`
    "invert <bool [?]>
    └ lt <bool [?]>
      ├ n <int32 [?]>
      └ m <int32 [?]>
    =>
    ge <bool [?]>
    ├ n <int32 [?]>
    └ m <int32 [?]>"
  `);
});

test("not not c, c and c, c or true", () => {
  const c = tensor("c", { dtype: "bool", shape: [null] });
  expect(compared([c], and(invert(invert(c)), c).or(constant(true)), "conditions")).toMatchInlineSnapshot(`
    "or <bool [?]>
    ├ and <bool [?]>
    │ ├ invert <bool [?]>
    │ │ └ invert <bool [?]>
    │ │   └ c <bool [?]>
    │ └ c <bool [?]>
    └ 1 <bool []>
    =>
    broadcastTo{shape=[c.shape[0]]} <bool [?]>
    └ 1 <bool []>"
  `);
});

test("c xor c", () => {
  const c = tensor("c", { dtype: "bool", shape: [null] });
  expect(compared([c], xor(c, c), "conditions")).toMatchInlineSnapshot(`
    "xor <bool [?]>
    ├ c <bool [?]>
    └ c <bool [?]>
    =>
    broadcastTo{shape=[c.shape[0]]} <bool [?]>
    └ 0 <bool []>"
  `);
});
