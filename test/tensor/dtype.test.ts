import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DType, dtypes, floatResult, promote, sumResult } from "../../core/dist/tensor/dtype.js";
import { float16ToNumber, numberToFloat16 } from "../../core/dist/tensor/float16.js";

const anyDType = fc.constantFrom(...dtypes);

describe("promotion", () => {
  it.each([
    ["int64", "float32", "float64"],
    ["int32", "float32", "float64"],
    ["int16", "float32", "float32"],
    ["int8", "float16", "float16"],
    ["int16", "float16", "float32"],
    ["int8", "uint8", "int16"],
    ["int32", "uint32", "int64"],
    ["int64", "uint64", "float64"],
    ["uint16", "float32", "float32"],
    ["bool", "uint8", "uint8"],
    ["bool", "bool", "bool"],
    ["float16", "float32", "float32"],
  ] as [DType, DType, DType][])("%s with %s is %s", (a, b, expected) => {
    expect(promote(a, b)).toBe(expected);
  });

  it("is symmetric and idempotent", () => {
    fc.assert(
      fc.property(anyDType, anyDType, (a, b) => {
        expect(promote(a, b)).toBe(promote(b, a));
        expect(promote(promote(a, b), a)).toBe(promote(a, b));
      }),
    );
  });

  it("knows the results of float functions and sums", () => {
    expect(floatResult("bool")).toBe("float32");
    expect(floatResult("int16")).toBe("float32");
    expect(floatResult("int32")).toBe("float64");
    expect(sumResult("int8")).toBe("int64");
    expect(sumResult("uint8")).toBe("uint64");
    expect(sumResult("bool")).toBe("int64");
    expect(sumResult("float16")).toBe("float16");
  });
});

describe("float16", () => {
  it("keeps every one of its values", () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = float16ToNumber(bits);
      if (Number.isNaN(value)) expect(numberToFloat16(value) & 0x7c00).toBe(0x7c00);
      else expect(numberToFloat16(value)).toBe(bits);
    }
  });

  it("rounds to the nearest neighbour, ties to even", () => {
    expect(float16ToNumber(numberToFloat16(2049))).toBe(2048);
    expect(float16ToNumber(numberToFloat16(2051))).toBe(2052);
    expect(float16ToNumber(numberToFloat16(65519))).toBe(65504);
    expect(float16ToNumber(numberToFloat16(65520))).toBe(Number.POSITIVE_INFINITY);
    expect(float16ToNumber(numberToFloat16(2 ** -25))).toBe(0);
    expect(float16ToNumber(numberToFloat16(2 ** -25 * 1.0001))).toBe(2 ** -24);
    fc.assert(
      fc.property(fc.double({ min: -65504, max: 65504, noNaN: true }), (value) => {
        const rounded = float16ToNumber(numberToFloat16(value));
        const step = Math.max(
          2 ** -24,
          2 ** (Math.floor(Math.log2(Math.max(Math.abs(value), 2 ** -30))) - 10),
        );
        expect(Math.abs(rounded - value)).toBeLessThanOrEqual(step / 2 + 1e-300);
      }),
    );
  });
});
