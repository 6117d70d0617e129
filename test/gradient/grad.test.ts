/** What `grad` does with constants, disconnected variables, known gradients, and gradients changed on their way. */
import * as b from "@bitale/core";
import { afterEach, describe, expect, it, vi } from "vitest";

const runtime = b.createRuntime({ plugins: [], floatX: "float64" });
const numbers = (inputs: readonly b.Variable[], outputs: readonly b.Variable[], ...values: number[]) =>
  (runtime.compile(inputs, outputs, { onUnusedInput: "ignore" })(...(values as never[])) as b.NDArray[]).map(
    (v) => v.item(),
  );
const pair = () => [b.scalar("x", "float64"), b.scalar("y", "float64")] as const;

describe("knownGrads", () => {
  it("takes the place of a cost", () => {
    const [x, y] = pair();
    const h = x.mul(x);
    const g = b.grad(null, x, { knownGrads: [[h, y]] });
    expect(numbers([x, y], [g], 3, 5)).toEqual([30]);
  });
  it("is the whole gradient of its variable: what the cost sends there does not count", () => {
    const [x, y] = pair();
    const h = x.mul(x);
    const cost = h.mul(7).add(x.mul(2));
    const g = b.grad(cost, [x, h], { knownGrads: [[h, y]] });
    expect(numbers([x, y], g, 3, 5)).toEqual([5 * 6 + 2, 5]);
  });
  it("refuses gradients of another rank, and nothing at all", () => {
    const x = b.vector("x", "float64");
    const h = x.mul(2);
    expect(() => b.grad(null, x, { knownGrads: [[h, b.scalar("", "float64")]] })).toThrow(
      expect.objectContaining({ code: "BAD_OPERAND" }),
    );
    expect(() => b.grad(null, x)).toThrow(expect.objectContaining({ code: "BAD_COST" }));
    expect(() => b.grad(h, x)).toThrow(expect.objectContaining({ code: "BAD_COST" }));
  });
});

describe("disconnectedInputs", () => {
  afterEach(() => vi.restoreAllMocks());
  it("raises by default", () => {
    const [x, y] = pair();
    expect(() => b.grad(x.mul(x), y)).toThrow(expect.objectContaining({ code: "DISCONNECTED_INPUT" }));
  });
  it.each(["warn", "ignore"] as const)("%s gives zeros", (disconnectedInputs) => {
    const said = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const x = b.scalar("x", "float64");
    const y = b.vector("y", "float64");
    const g = b.grad(x.mul(x), [x, y], { disconnectedInputs });
    const [gx, gy] = runtime.compile([x, y], g)(3, new Float64Array(4));
    expect([gx?.item(), gy?.toArray()]).toEqual([6, [0, 0, 0, 0]]);
    expect(said.mock.calls.map(([text]) => /respect to y/.test(String(text)))).toEqual(
      disconnectedInputs === "warn" ? [true] : [],
    );
  });
  it("refuses other words", () => {
    const x = b.scalar("x", "float64");
    expect(() => b.grad(x.mul(x), x, { disconnectedInputs: "zero" as never })).toThrow(
      expect.objectContaining({ code: "BAD_OPTION" }),
    );
  });
});

describe("gradients that stop", () => {
  it("considerConstant, zeroGrad and disconnectedGrad", () => {
    const [x] = pair();
    const h = x.mul(x);
    expect(numbers([x], [b.grad(h.mul(x), x, { considerConstant: [h] })], 3)).toEqual([9]);
    expect(numbers([x], [b.grad(b.zeroGrad(h).mul(x), x)], 3)).toEqual([9]);
    expect(numbers([x], [b.grad(b.zeroGrad(h), x)], 3)).toEqual([0]);
    expect(numbers([x], [b.grad(b.disconnectedGrad(h).mul(x), x)], 3)).toEqual([9]);
    expect(() => b.grad(b.disconnectedGrad(h), x)).toThrow(
      expect.objectContaining({ code: "DISCONNECTED_INPUT" }),
    );
  });
});

describe("gradients that change on their way", () => {
  it("gradClip limits, gradScale multiplies, mapGrad does anything; values pass", () => {
    const x = b.vector("x", "float64");
    const weights = new Float64Array([5, -0.5, -7]);
    const through = (change: (x: b.TensorVariable) => b.TensorVariable) => {
      const y = change(x);
      const f = runtime.compile([x], [y, b.grad(b.sum(y.mul(weights)), x)]);
      return f(new Float64Array([1, 2, 3])).map((v) => v.toArray());
    };
    expect(through((v) => b.gradClip(v, -1, 2))).toEqual([
      [1, 2, 3],
      [2, -0.5, -1],
    ]);
    expect(through((v) => b.gradScale(v, -2))).toEqual([
      [1, 2, 3],
      [-10, 1, 14],
    ]);
    expect(through((v) => b.mapGrad(v, b.sign))).toEqual([
      [1, 2, 3],
      [1, -1, -1],
    ]);
    expect(() => b.gradClip(x, 1, -1)).toThrow(expect.objectContaining({ code: "BAD_OPERAND" }));
  });
  it("keep the dtype of a float32 variable, and two of them in one function stay apart", () => {
    const x = b.scalar("x", "float32");
    const [up, down] = [b.gradScale(x, 10), b.gradScale(x, b.constant(0.1, { dtype: "float64" }))];
    const gradients = [b.grad(up, x), b.grad(down, x)];
    expect(gradients.map((g) => g.type.dtype)).toEqual(["float32", "float32"]);
    expect(numbers([x], gradients, 1)).toEqual([10, Math.fround(0.1)]);
  });
  it("prints say what is done, not the function", () => {
    expect(b.debugPrint(b.gradClip(b.scalar("x", "float64"), 0, 1), { types: false })).toContain(
      "clip to [0, 1]",
    );
  });
});

describe("valueAndGrad", () => {
  it("is one list for one variable, and keeps a list of variables", () => {
    const [x, y] = pair();
    const cost = x.mul(x).mul(y);
    expect(numbers([x, y], b.valueAndGrad(cost, x), 3, 5)).toEqual([45, 30]);
    const [value, [gx, gy]] = b.valueAndGrad(cost, [x, y]);
    expect(value).toBe(cost);
    expect(numbers([x, y], [gx, gy], 3, 5)).toEqual([30, 9]);
  });
});
