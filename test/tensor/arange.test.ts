/** `arange`: as many numbers as NumPy's formula gives, for constants and for bounds that are known at the call. */
import { arange, type DType, type NDArray, scalar, withFloatX } from "@bitale/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainRuntime } from "../plain-runtime.js";

const runtime = plainRuntime("float64");
const numbers = (array: NDArray): number[] => Array.from(array.flat() as ArrayLike<number>, Number);
const range = (start: number, stop: number, step: number): number[] =>
  Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * step);
/** A function of start, stop and step. */
function ranging(dtype: DType) {
  const [start, stop, step] = [scalar("start", dtype), scalar("stop", dtype), scalar("step", dtype)];
  return runtime.compile([start, stop, step], arange(start, stop, step));
}

const quarters = fc.integer({ min: -12, max: 12 }).map((n) => n / 4);
const steps = quarters.filter((step) => step !== 0);
const wholes = fc.integer({ min: -6, max: 6 });

describe("arange", () => {
  it("of float variables counts fractions", () => {
    const f = ranging("float64");
    expect(numbers(f(0, 2.5, 1))).toEqual([0, 1, 2]);
    fc.assert(
      fc.property(quarters, quarters, steps, (start, stop, step) => {
        expect(numbers(f(start, stop, step))).toEqual(range(start, stop, step));
      }),
    );
  });
  it("of integer variables gives int64, in either direction", () => {
    const f = ranging("int32");
    fc.assert(
      fc.property(
        wholes,
        wholes,
        wholes.filter((step) => step !== 0),
        (start, stop, step) => {
          const result = f(start, stop, step);
          expect([result.dtype, numbers(result)]).toEqual(["int64", range(start, stop, step)]);
        },
      ),
    );
  });
  it("of numbers is the same, with a static length", () => {
    fc.assert(
      fc.property(quarters, quarters, steps, (start, stop, step) => {
        const symbolic = withFloatX("float64", () => arange(start, stop, step));
        const expected = range(start, stop, step);
        expect(symbolic.type.shape).toEqual([expected.length]);
        expect(numbers(runtime.compile([], symbolic)())).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
  it("has the dtype of its bounds", () => {
    const [i, x] = [scalar("i", "int64"), scalar("x", "float32")];
    const dtypeOf = (...args: Parameters<typeof arange>): DType =>
      withFloatX("float64", () => arange(...args)).type.dtype;
    expect(dtypeOf(3)).toBe("int64");
    expect(dtypeOf(2.5)).toBe("float64");
    expect(dtypeOf(i)).toBe("int64");
    expect(dtypeOf(0, i, 0.5)).toBe("float64");
    expect(dtypeOf(x)).toBe("float32");
    expect(dtypeOf(0, x, 0.1)).toBe("float32");
    expect(dtypeOf(i, x)).toBe("float64");
    expect(dtypeOf(0, i, 1, "int8")).toBe("int8");
  });
  it("refuses a step of 0 and bounds that are no numbers", () => {
    expect(() => arange(0, 3, 0)).toThrow(expect.objectContaining({ code: "BAD_OPERAND" }));
    expect(() => arange([1, 2])).toThrow(expect.objectContaining({ code: "BAD_OPERAND" }));
  });
});
