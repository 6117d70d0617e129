/** Chainable methods: each is the op of its name with the variable in front. */
import * as b from "@bitale/core";
import { expect, it } from "vitest";

const own = ["constructor", "toString", "T", "shape", "astype", "toJSON"];
const methods = Object.getOwnPropertyNames(b.Variable.prototype).filter((name) => !own.includes(name));
const ops = new Map<string, unknown>(Object.entries(b));

it("every method has the name of an exported op", () => {
  expect(methods.length).toBeGreaterThan(90);
  expect(methods.filter((name) => typeof ops.get(name) !== "function")).toEqual([]);
});

it("methods build what the ops build", () => {
  const x = b.tensor("x", { shape: [2, 3, 3] });
  const text = (result: unknown): string =>
    (Array.isArray(result) ? result : [result]).map((v) => b.debugPrint(v as b.Variable)).join("\n");
  const pairs: readonly (readonly [unknown, unknown])[] = [
    [x.clip(-1, 1), b.clip(x, -1, 1)],
    [x.variance({ axis: 1, ddof: 1 }), b.variance(x, { axis: 1, ddof: 1 })],
    [x.argmax({ axis: [0, 1] }), b.argmax(x, { axis: [0, 1] })],
    [x.matmul(x), b.matmul(x, x)],
    [x.pad(1, { mode: "edge" }), b.pad(x, 1, { mode: "edge" })],
    [x.take([2, 0], 1, "clip"), b.take(x, [2, 0], 1, "clip")],
    [x.split(3, 2), b.split(x, 3, 2)],
    [x.topK(2), b.topK(x, 2)],
    [x.moveAxis(0, -1), b.moveAxis(x, 0, -1)],
    [x.diagonal({ offset: 1, axis1: 1, axis2: 2 }), b.diagonal(x, { offset: 1, axis1: 1, axis2: 2 })],
    [x.sort({ axis: 0, descending: true }), b.sort(x, { axis: 0, descending: true })],
    [x.narrow(1, 0, 2), b.narrow(x, 1, 0, 2)],
    [x.logSumExp({ axis: [0, 2] }), b.logSumExp(x, { axis: [0, 2] })],
  ];
  for (const [got, expected] of pairs) expect(text(got)).toBe(text(expected));
});
