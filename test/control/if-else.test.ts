/** Branches: only the chosen one runs. */
import * as b from "@bitale/core";
import { plugin as cpu } from "@bitale/tensor-cpu";
import { describe, expect, it } from "vitest";

const runtimes = {
  reference: b.createRuntime({ plugins: [], floatX: "float64" }),
  "tensor-cpu": b.createRuntime({ plugins: [cpu], floatX: "float64" }),
};
/** Fails at the call for a vector of another length than 3. */
const fails = (x: b.TensorVariable): b.TensorVariable => b.sum(b.specifyShape(x, [3]));

describe.each(Object.entries(runtimes))("ifElse on %s", (_, runtime) => {
  const [flag, x] = [b.scalar("flag", "bool"), b.vector("x", "float64")];
  const lengthError = expect.objectContaining({ code: "SHAPE_MISMATCH" });

  it("runs what a branch function makes only where it is chosen", () => {
    const f = runtime.compile(
      [flag, x],
      b.ifElse(
        flag,
        () => fails(x),
        () => b.sum(x),
      ),
    );
    expect(f(false, [1, 2]).item()).toBe(3);
    expect(f(true, [1, 2, 3]).item()).toBe(6);
    expect(() => f(true, [1, 2])).toThrow(lengthError);
  });

  it("runs an expression that only one branch uses only where it is chosen", () => {
    const deep = b.exp(fails(b.sin(x)));
    const f = runtime.compile([flag, x], b.ifElse(flag, deep, b.sum(x)));
    expect(f(false, [1, 2]).item()).toBe(3);
    expect(() => f(true, [1, 2])).toThrow(lengthError);
    const also = runtime.compile([flag, x], [b.ifElse(flag, deep, b.sum(x)), deep]);
    expect(() => also(false, [1, 2])).toThrow(lengthError);
  });

  it("is lazy through nested choices and through expressions that both levels share", () => {
    const inner = b.ifElse(b.gt(b.sum(x), 10), fails(x), b.mean(x));
    const f = runtime.compile([flag, x], b.ifElse(flag, inner, 0));
    expect(f(false, [20, 1]).item()).toBe(0);
    expect(f(true, [2, 4]).item()).toBe(3);
    expect(() => f(true, [20, 1])).toThrow(lengthError);
  });

  it("gives the gradient of the chosen branch, and computes no other", () => {
    const y = b.ifElse(
      flag,
      () => b.sum(b.sqr(x)),
      () => fails(x).mul(3),
    );
    const f = runtime.compile([flag, x], [y, b.grad(y, x)]);
    expect(f(true, [1, 2]).map((v) => v.toArray())).toEqual([5, [2, 4]]);
    expect(f(false, [1, 2, 3]).map((v) => v.toArray())).toEqual([18, [3, 3, 3]]);
    const plain = b.ifElse(flag, b.sum(b.sqr(x)), b.sum(x));
    const slope = runtime.compile([flag, x], b.grad(plain, x));
    expect(slope(true, [1, 2]).toArray()).toEqual([2, 4]);
    expect(slope(false, [1, 2]).toArray()).toEqual([1, 1]);
  });

  it("has second derivatives", () => {
    const y = b.ifElse(
      flag,
      () => b.sum(x.mul(x).mul(x)),
      () => b.sum(b.exp(x)),
    );
    const second = b.grad(b.sum(b.grad(y, x)), x);
    const f = runtime.compile([flag, x], second);
    expect(f(true, [1, 2]).toArray()).toEqual([6, 12]);
    expect(f(false, [0]).toArray()).toEqual([1]);
  });

  it("chooses among records, promotes dtypes, and generalises lengths", () => {
    const choice = b.ifElse(
      flag,
      { a: x, b: b.lscalar("n") },
      { a: b.constant([1], { dtype: "float64" }), b: 2.5 },
    );
    expect(choice.a.type.shape).toEqual([null]);
    expect(choice.b.type.dtype).toBe("float32"); // floatX outside of the runtime
  });

  it("decides by numbers that are computed, inside of a loop too", () => {
    const [odd, all] = b.scan(
      (sum, e) => {
        const taken = b.ifElse(
          b.gt(e, 0),
          () => sum.add(e),
          () => sum,
        );
        return [taken, taken];
      },
      { init: 0, sequences: x },
    );
    const f = runtime.compile([x], [odd, all, b.grad(odd, x)]);
    expect(f([1, -5, 2]).map((v) => v.toArray())).toEqual([3, [1, 1, 3], [1, 0, 1]]);
  });

  it("leaves everything as it was where a branch fails", () => {
    const s = new b.SharedVariable("s", new b.TensorType("float64", []), 1, false);
    const f = runtime.compile([flag, x], [], {
      updates: [
        [
          s,
          b.ifElse(
            flag,
            () => fails(x),
            () => s.add(1),
          ),
        ],
      ],
    });
    f(false, [1]);
    expect(s.getValue().item()).toBe(2);
    expect(() => f(true, [1])).toThrow(lengthError);
    expect(s.getValue().item()).toBe(2);
  });
});

describe("ifElse refuses", () => {
  const code = (body: () => unknown) =>
    expect(body).toThrow(expect.objectContaining({ code: "BAD_OPERAND" }));
  it("a condition with an axis", () => code(() => b.ifElse(b.vector("c"), 1, 2)));
  it("branches of different structure or rank", () => {
    code(() => b.ifElse(b.scalar("c"), [1, b.scalar()], 2));
    code(() => b.ifElse(b.scalar("c"), b.vector("v"), 2));
  });
});
