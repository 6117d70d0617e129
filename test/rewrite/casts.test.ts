import { cast, ivector, lvector, tensor, vector } from "@bitale/core";
import { expect, test } from "vitest";
import { compared } from "./compared.js";

test("a cast to the same dtype", () => {
  const x = tensor("x", { dtype: "float64", shape: [null] });
  expect(compared([x], cast(cast(x, "float64"), "float64"), "casts")).toMatchInlineSnapshot(`
    "x <float64 [?]>
    =>
    x <float64 [?]>"
  `);
});

test("float32 by way of float64 and back", () => {
  const x = vector("x");
  expect(compared([x], cast(cast(x, "float64"), "float32"), "casts")).toMatchInlineSnapshot(`
    "cast{dtype=float32} <float32 [?]>
    └ cast{dtype=float64} <float64 [?]>
      └ x <float32 [?]>
    =>
    x <float32 [?]>"
  `);
});

test("int32 by way of int64 to int8 wraps at once", () => {
  const n = ivector("n");
  expect(compared([n], cast(cast(n, "int64"), "int8"), "casts")).toMatchInlineSnapshot(`
    "cast{dtype=int8} <int8 [?]>
    └ cast{dtype=int64} <int64 [?]>
      └ n <int32 [?]>
    =>
    cast{dtype=int8} <int8 [?]>
    └ n <int32 [?]>"
  `);
});

test("int32 by way of float64 to float32 rounds once", () => {
  const n = ivector("n");
  expect(compared([n], cast(cast(n, "float64"), "float32"), "casts")).toMatchInlineSnapshot(`
    "cast{dtype=float32} <float32 [?]>
    └ cast{dtype=float64} <float64 [?]>
      └ n <int32 [?]>
    =>
    cast{dtype=float32} <float32 [?]>
    └ n <int32 [?]>"
  `);
});

test("int64 by way of float64 stays: it rounds", () => {
  const n = lvector("n");
  expect(compared([n], cast(cast(n, "float64"), "int64"), "casts")).toMatchInlineSnapshot(`
    "cast{dtype=int64} <int64 [?]>
    └ cast{dtype=float64} <float64 [?]>
      └ n <int64 [?]>
    =>
    cast{dtype=int64} <int64 [?]>
    └ cast{dtype=float64} <float64 [?]>
      └ n <int64 [?]>"
  `);
});

test("float64 by way of float32 stays", () => {
  const x = tensor("x", { dtype: "float64", shape: [null] });
  expect(compared([x], cast(cast(x, "float32"), "float64"), "casts")).toMatchInlineSnapshot(`
    "cast{dtype=float64} <float64 [?]>
    └ cast{dtype=float32} <float32 [?]>
      └ x <float64 [?]>
    =>
    cast{dtype=float64} <float64 [?]>
    └ cast{dtype=float32} <float32 [?]>
      └ x <float64 [?]>"
  `);
});

test("int32 by way of float64 to int8 stays: floats do not wrap alike everywhere", () => {
  const n = ivector("n");
  expect(compared([n], cast(cast(n, "float64"), "int8"), "casts")).toMatchInlineSnapshot(`
    "cast{dtype=int8} <int8 [?]>
    └ cast{dtype=float64} <float64 [?]>
      └ n <int32 [?]>
    =>
    cast{dtype=int8} <int8 [?]>
    └ cast{dtype=float64} <float64 [?]>
      └ n <int32 [?]>"
  `);
});

test("bool by way of int32 to float32", () => {
  const c = tensor("c", { dtype: "bool", shape: [null] });
  expect(compared([c], cast(cast(c, "int32"), "float32"), "casts")).toMatchInlineSnapshot(`
    "cast{dtype=float32} <float32 [?]>
    └ cast{dtype=int32} <int32 [?]>
      └ c <bool [?]>
    =>
    cast{dtype=float32} <float32 [?]>
    └ c <bool [?]>"
  `);
});
