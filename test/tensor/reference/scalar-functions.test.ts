import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBitaleError } from "../../../core/dist/errors.js";
import { bitsOf, type DType, isBig, kindOf } from "../../../core/dist/tensor/dtype.js";
import type { BinaryName, UnaryName } from "../../../core/dist/tensor/primitives.js";
import { evaluateScalar } from "../../../core/dist/tensor/reference/evaluate-scalar.js";
import { elementsOfDType } from "./arrays.js";

const integers = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"] as const;

/** The mathematical integer as an element of the dtype. */
function wrapped(value: bigint, dtype: DType): number | bigint {
  const bits = bitsOf(dtype);
  const big = kindOf(dtype) === "int" ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  return isBig(dtype) ? big : Number(big);
}

const floor = (x: bigint, y: bigint): bigint => x / y - (x % y !== 0n && x < 0n !== y < 0n ? 1n : 0n);

describe.each(integers)("arithmetic of %s", (dtype) => {
  const element = elementsOfDType(dtype);
  const check = (op: UnaryName | BinaryName, expected: (x: bigint, y: bigint) => bigint) =>
    fc.assert(
      fc.property(element, element, (x, y) => {
        const operands = op === "neg" || op === "abs" || op === "invert" || op === "sign" ? [x] : [x, y];
        expect(evaluateScalar(op, dtype, dtype, operands)).toBe(
          wrapped(expected(BigInt(x), BigInt(y)), dtype),
        );
      }),
    );

  it("wraps like a machine integer", () => {
    check("add", (x, y) => x + y);
    check("sub", (x, y) => x - y);
    check("mul", (x, y) => x * y);
    check("neg", (x) => -x);
    check("abs", (x) => (x < 0n ? -x : x));
    check("invert", (x) => -x - 1n);
  });

  it("divides toward minus infinity, and by zero to zero", () => {
    check("floorDiv", (x, y) => (y === 0n ? 0n : floor(x, y)));
    check("mod", (x, y) => (y === 0n ? 0n : x - floor(x, y) * y));
    const [one, zero] = isBig(dtype) ? [1n, 0n] : [1, 0];
    expect(evaluateScalar("floorDiv", dtype, dtype, [one, zero])).toBe(zero);
    expect(evaluateScalar("mod", dtype, dtype, [one, zero])).toBe(zero);
  });

  it("takes powers by repeated multiplication", () => {
    fc.assert(
      fc.property(element, fc.integer({ min: 0, max: 70 }), (x, y) => {
        const exponent = isBig(dtype) ? BigInt(y) : y;
        expect(evaluateScalar("pow", dtype, dtype, [x, exponent])).toBe(
          wrapped(BigInt(x) ** BigInt(y), dtype),
        );
      }),
    );
  });

  it("has bitwise and, or, xor", () => {
    check("and", (x, y) => x & y);
    check("or", (x, y) => x | y);
    check("xor", (x, y) => x ^ y);
  });
});

describe("integers at their limits", () => {
  it("wraps the absolute value and the quotient of the least integer", () => {
    expect(evaluateScalar("abs", "int8", "int8", [-128])).toBe(-128);
    expect(evaluateScalar("floorDiv", "int32", "int32", [-(2 ** 31), -1])).toBe(-(2 ** 31));
    expect(evaluateScalar("mod", "int32", "int32", [-(2 ** 31), -1])).toBe(0);
    expect(evaluateScalar("floorDiv", "int64", "int64", [-(2n ** 63n), -1n])).toBe(-(2n ** 63n));
  });

  it("takes a negative power of 1 and -1 only", () => {
    const pow = (x: number, y: number) => evaluateScalar("pow", "int16", "int16", [x, y]);
    expect([pow(1, -3), pow(-1, -3), pow(-1, -4), pow(2, -1), pow(0, -1)]).toEqual([1, -1, 1, 0, 0]);
    const big = (x: bigint, y: bigint) => evaluateScalar("pow", "int64", "int64", [x, y]);
    expect([big(1n, -3n), big(-1n, -3n), big(-1n, -4n), big(2n, -1n)]).toEqual([1n, -1n, 1n, 0n]);
  });

  it("takes huge powers at once", () => {
    expect(evaluateScalar("pow", "uint32", "uint32", [3, 2 ** 32 - 1])).toBe(2863311531);
    expect(evaluateScalar("pow", "uint64", "uint64", [3n, 2n ** 64n - 1n])).toBe(12297829382473034411n);
  });
});

describe("bool", () => {
  const table = (op: BinaryName) =>
    [0, 1].flatMap((x) => [0, 1].map((y) => evaluateScalar(op, "bool", "bool", [x, y])));

  it("adds by or, multiplies by and", () => {
    expect(table("add")).toEqual([0, 1, 1, 1]);
    expect(table("mul")).toEqual([0, 0, 0, 1]);
    expect(table("maximum")).toEqual([0, 1, 1, 1]);
    expect(table("minimum")).toEqual([0, 0, 0, 1]);
    expect(table("xor")).toEqual([0, 1, 1, 0]);
    expect(table("lt")).toEqual([0, 1, 0, 0]);
  });

  it("divides as 0 and 1 do, by zero to zero", () => {
    expect(table("floorDiv")).toEqual([0, 0, 0, 1]);
    expect(table("mod")).toEqual([0, 0, 0, 0]);
  });

  it("inverts logically", () => {
    expect(evaluateScalar("invert", "bool", "bool", [0])).toBe(1);
    expect(evaluateScalar("invert", "bool", "bool", [1])).toBe(0);
  });
});

describe("floats", () => {
  const f64 = (op: UnaryName | BinaryName, ...operands: number[]): number =>
    Number(evaluateScalar(op, "float64", "float64", operands));

  it("rounds a result to its dtype", () => {
    expect(evaluateScalar("add", "float32", "float32", [1, 2 ** -24])).toBe(1);
    expect(evaluateScalar("add", "float16", "float16", [2048, 1])).toBe(2048);
    expect(evaluateScalar("mul", "float16", "float16", [300, 300])).toBe(Number.POSITIVE_INFINITY);
    expect(evaluateScalar("exp", "float32", "float32", [1])).toBe(Math.fround(Math.E));
  });

  it("rounds halves to the even integer and keeps the sign of zero", () => {
    expect([0.5, 1.5, 2.5, -0.5, -1.5].map((x) => f64("round", x))).toEqual([0, 2, 2, -0, -2]);
    expect(f64("round", 0.49999999999999994)).toBe(0);
    expect(f64("round", -0.2)).toBe(-0);
  });

  it("divides with the sign of the divisor, exactly", () => {
    expect(f64("mod", -1, 3)).toBe(2);
    expect(f64("mod", 1, -3)).toBe(-2);
    expect(f64("mod", -3, 3)).toBe(0);
    expect(f64("mod", 3, -3)).toBe(-0);
    expect(f64("floorDiv", 1, 0.1)).toBe(9);
    expect(f64("floorDiv", -1, Number.POSITIVE_INFINITY)).toBe(-1);
    expect(f64("mod", -1, Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect(f64("floorDiv", 1, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(f64("mod", 1, 0)).toBe(Number.NaN);
  });

  it("propagates NaN through maximum and minimum, either side", () => {
    for (const op of ["maximum", "minimum"] as const) {
      expect(f64(op, Number.NaN, 1)).toBe(Number.NaN);
      expect(f64(op, 1, Number.NaN)).toBe(Number.NaN);
    }
  });

  it("computes sigmoid without overflow", () => {
    expect(f64("sigmoid", 0)).toBe(0.5);
    expect(f64("sigmoid", -800)).toBe(0);
    expect(f64("sigmoid", 800)).toBe(1);
    expect(f64("sigmoid", -700) / Math.exp(-700)).toBe(1);
    expect(f64("sigmoid", Number.NaN)).toBe(Number.NaN);
  });

  it("computes erf to the last digit", () => {
    const known: readonly (readonly [number, number])[] = [
      [0.1, 0.1124629160182849],
      [0.5, 0.5204998778130465],
      [0.84375, 0.7672256612323416],
      [1, 0.8427007929497149],
      [1.25, 0.9229001282564583],
      [2, 0.9953222650189527],
      [3, 0.9999779095030014],
      [5, 0.9999999999984626],
      [1e-9, 1.1283791670955127e-9],
    ];
    for (const [x, y] of known) {
      expect(Math.abs(f64("erf", x) - y) / y).toBeLessThanOrEqual(2 ** -52);
      expect(f64("erf", -x)).toBe(-f64("erf", x));
    }
    expect(f64("erf", 6)).toBe(1);
    expect(f64("erf", Number.NEGATIVE_INFINITY)).toBe(-1);
    expect(f64("erf", -0)).toBe(-0);
    expect(f64("erf", Number.NaN)).toBe(Number.NaN);
  });

  it("finds erf near the integral, by Simpson's rule", () => {
    fc.assert(
      fc.property(fc.double({ min: -5, max: 5, noNaN: true }), (x) => {
        const n = 2000;
        let sum = 0;
        for (let i = 0; i <= n; i++)
          sum += (i === 0 || i === n ? 1 : i % 2 ? 4 : 2) * Math.exp(-(((x * i) / n) ** 2));
        expect(f64("erf", x)).toBeCloseTo(((2 / Math.sqrt(Math.PI)) * x * sum) / (3 * n), 12);
      }),
    );
  });
});

describe("where and undefined combinations", () => {
  it("chooses", () => {
    expect(evaluateScalar("where", "int64", "int64", [1, 5n, 6n])).toBe(5n);
    expect(evaluateScalar("where", "int64", "int64", [0, 5n, 6n])).toBe(6n);
  });

  it.each([
    ["invert", "float32"],
    ["exp", "int32"],
    ["sub", "bool"],
    ["neg", "bool"],
    ["div", "int64"],
    ["and", "float64"],
  ] as const)("has no %s of %s", (op, dtype) => {
    let error: unknown;
    try {
      evaluateScalar(op, dtype, dtype, [1, 1]);
    } catch (thrown) {
      error = thrown;
    }
    expect(isBitaleError(error, "BAD_OPERAND")).toBe(true);
    expect(String(error)).toContain(`${op}: not defined for ${dtype}`);
  });
});
