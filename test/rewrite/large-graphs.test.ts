/** Graphs of 100,000 nodes go through all steps without overflowing the stack. */
import {
  add,
  createRuntime,
  debugPrint,
  dot,
  grad,
  matrix,
  type NDArray,
  sum,
  tanh,
  type Variable,
  vector,
} from "@bitale/core";
import { plugin as tensorCpu } from "@bitale/tensor-cpu";
import { expect, test } from "vitest";

const runtime = createRuntime({ plugins: [tensorCpu], creationTrace: false });
const nodes = 100_000;

test("a chain: gradient, compilation, call and prints", { timeout: 300_000 }, () => {
  runtime.scope(() => {
    const x = vector("x", "float64");
    let y = x;
    for (let i = 0; i < nodes; i++) y = y.add(1);
    const f = runtime.compile([x], [y, grad(sum(y), x)]);
    expect(f([0.5, 1]).map((value) => (value as NDArray).toArray())).toEqual([
      [nodes + 0.5, nodes + 1],
      [1, 1],
    ]);
    expect(debugPrint(y).split("\n")).toHaveLength(2 * nodes + 1);
    expect(f.debugPrint()).toContain("add");
  });
});

test("an unrolled recurrent network with the gradient of its weights", { timeout: 300_000 }, () => {
  runtime.scope(() => {
    const [W, x] = [matrix("W", "float64"), matrix("x", "float64")];
    let h: Variable = x;
    for (let i = 0; i < nodes / 12; i++) h = tanh(add(dot(h, W), x));
    const f = runtime.compile([W, x], grad(sum(h), W));
    const gradient = f(
      [
        [0.1, 0.2],
        [0.3, 0.4],
      ],
      [[0.5, 0.25]],
    ) as NDArray;
    expect([...(gradient.flat() as Float64Array)].every(Number.isFinite)).toBe(true);
  });
});
