/** What compile and calls refuse: one clear error each, and nothing has changed. */
import { type ErrorCode, isBitaleError, ivector, matrix, scalar, tensor, vector } from "@bitale/core";
import { describe, expect, it } from "vitest";
import { plainRuntime, plainShared } from "../plain-runtime.js";

const runtime = plainRuntime();
function code(body: () => unknown): ErrorCode | undefined {
  try {
    body();
  } catch (error) {
    if (!isBitaleError(error)) throw error;
    expect(error.subject).not.toBe("");
    expect(error.problem).not.toBe("");
    expect(error.message).toContain(error.problem);
    return error.code;
  }
  return undefined;
}

describe("compile refuses", () => {
  const s = plainShared(1, "float32", [], { name: "s" });
  const [x, y] = [scalar("x"), scalar("y")];
  const refused: [string, ErrorCode, () => unknown][] = [
    ["inputs that are no list", "BAD_INPUT", () => runtime.compile(x as never, x)],
    ["an input that is no variable", "BAD_INPUT", () => runtime.compile([3 as never], x)],
    ["a shared variable as input", "SHARED_AS_INPUT", () => runtime.compile([s], s)],
    ["an input twice", "DUPLICATE_INPUT", () => runtime.compile([x, x], x)],
    ["an unused input", "UNUSED_INPUT", () => runtime.compile([x, y], x)],
    ["a missing input", "MISSING_INPUT", () => runtime.compile([x], x.add(y))],
    ["an output that is no variable", "BAD_OUTPUT", () => runtime.compile([], [3 as never])],
    ["outputs of another kind", "BAD_OUTPUT", () => runtime.compile([], 3 as never)],
    [
      "an update of what is not shared",
      "UPDATE_NOT_SHARED",
      () => runtime.compile([x], x, { updates: [[x as never, x]] }),
    ],
    [
      "two updates of one variable",
      "DUPLICATE_UPDATE",
      () =>
        runtime.compile([], [], {
          updates: [
            [s, 1],
            [s, 2],
          ],
        }),
    ],
    ["updates that are no pairs", "BAD_OPTION", () => runtime.compile([], [], { updates: [s] as never })],
    [
      "an update of another dtype",
      "UPDATE_TYPE",
      () => runtime.compile([], [], { updates: [[s, s.astype("float64")]] }),
    ],
    [
      "an update of another rank",
      "UPDATE_TYPE",
      () => runtime.compile([], [], { updates: [[s, s.reshape(1)]] }),
    ],
    [
      "an update value that does not fit",
      "WRONG_RANK",
      () => runtime.compile([], [], { updates: [[s, [1, 2]]] }),
    ],
    ["a given for an input", "BAD_GIVEN", () => runtime.compile([x], x, { givens: [[x, 1]] })],
    ["a given of another type", "BAD_GIVEN", () => runtime.compile([], x, { givens: [[x, vector()]] })],
    [
      "a given that an earlier one needs",
      "BAD_GIVEN",
      () =>
        runtime.compile([], x, {
          givens: [
            [x, y],
            [y, 1],
          ],
        }),
    ],
    ["an unknown option", "BAD_OPTION", () => runtime.compile([], [], { update: [] } as never)],
    [
      "a bad mode for unused inputs",
      "BAD_OPTION",
      () => runtime.compile([x], x, { onUnusedInput: "no" as never }),
    ],
    [
      "a bad list of suppressed updates",
      "BAD_OPTION",
      () => runtime.compile([], s, { noDefaultUpdates: 1 as never }),
    ],
  ];
  it.each(refused)("%s", (_name, expected, body) => {
    expect(code(body)).toBe(expected);
    expect(s.getValue().item()).toBe(1);
  });

  it("warns about or ignores unused inputs when asked to", () => {
    runtime.compile([x, y], x, { onUnusedInput: "ignore" });
    expect(runtime.compile([x, y], x, { onUnusedInput: "ignore" })(1, 2).item()).toBe(1);
  });
});

describe("a call refuses, and changes nothing", () => {
  const s = plainShared([1, 2], "float32", [null], { name: "s" });
  const v = vector("v");
  const f = runtime.compile([v], s, { name: "f", updates: [[s, s.add(v)]] });
  const refused: [string, ErrorCode, unknown[]][] = [
    ["a missing argument", "MISSING_ARGUMENT", []],
    ["an extra argument", "EXTRA_ARGUMENT", [[1, 2], 3]],
    ["a wrong dtype", "WRONG_DTYPE", [new Float64Array(2)]],
    ["a wrong rank", "WRONG_RANK", [[[1, 2]]]],
    ["a shape that does not fit", "SHAPE_MISMATCH", [[1, 2, 3]]],
    ["a value that is no tensor", "BAD_VALUE", ["one"]],
    ["a variable in place of a value", "BAD_VALUE", [s]],
    ["a ragged array", "BAD_VALUE", [[[1], [2, 3]]]],
  ];
  it.each(refused)("%s", (_name, expected, args) => {
    expect(code(() => (f as (...a: unknown[]) => unknown)(...args))).toBe(expected);
    expect(s.getValue().toArray()).toEqual([1, 2]);
  });

  it("names the argument and the function", () => {
    expect(() => f(new Float64Array(2))).toThrow(/argument 0 \(v\) of f/);
  });

  it("leaves all variables alone when a late step fails", () => {
    const a = plainShared(new Float32Array([1, 2]), "float32", [null]);
    const index = ivector("index");
    const g = runtime.compile([index], [], {
      updates: [
        [a, a.mul(2)],
        [s, s.take(index)],
      ],
    });
    expect(code(() => g(new Int32Array([5])))).toBe("INDEX_OUT_OF_BOUNDS");
    expect(a.getValue().toArray()).toEqual([1, 2]);
    expect(s.getValue().toArray()).toEqual([1, 2]);
    g(new Int32Array([1, 0, 0]));
    expect(a.getValue().toArray()).toEqual([2, 4]);
    expect(s.getValue().toArray()).toEqual([2, 1, 1]);
  });
});

describe("ops refuse when the graph is built", () => {
  const refused: [string, ErrorCode, () => unknown][] = [
    [
      "shapes that cannot broadcast",
      "SHAPE_MISMATCH",
      () => tensor("a", { shape: [2] }).add(tensor("b", { shape: [3] })),
    ],
    ["an axis out of range", "BAD_AXIS", () => matrix().sum({ axis: 2 })],
    ["subtraction of bools", "BAD_OPERAND", () => vector().gt(0).sub(vector().gt(1))],
    ["a fraction as index", "BAD_OPERAND", () => vector().take(vector())],
    ["complex dtypes", "UNSUPPORTED_DTYPE", () => tensor("z", { dtype: "complex64" as never, shape: [] })],
    ["operands that are nothing", "BAD_OPERAND", () => vector().add({} as never)],
  ];
  it.each(refused)("%s", (_name, expected, body) => {
    expect(code(body)).toBe(expected);
  });
});
