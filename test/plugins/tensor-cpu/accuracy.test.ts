/** Functions in vectors against exact values: errors in units of the last place, over the whole range. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exactly, fixed, formats, ulps } from "../../../tools/accuracy/reference.mjs";
import { functionNames, sweep } from "../../../tools/accuracy/sweep.mjs";

describe("exact values", () => {
  /** Engines compute `Math` after fdlibm, which promises less than one unit; its tanh divides after expm1, and errs by more. */
  const errorOfMath = (name: string): number => (["sinh", "tanh"].includes(name) ? 2 : 1);

  it("of constants that are known to many digits", () => {
    const known: readonly [string, number, number, string][] = [
      ["exp", 1, 0, "2718281828459045235360287471352662497757"],
      ["log", 2, 0, "0693147180559945309417232121458176568075"],
      ["sin", 1, 0, "0841470984807896506652502321630298999622"],
      ["cos", 1, 0, "0540302305868139717400936607442976603732"],
      ["erf", 1, 0, "0842700792949714869341220635082609259296"],
      ["tanh", 1, 0, "0761594155955764888119458282604793590412"],
      ["sigmoid", 1, 0, "0731058578630004879251159241821836274365"],
      ["tan", 1, 0, "1557407724654902230506974807458360173087"],
      ["arcsin", 0.5, 0, "0523598775598298873077107230546583814033"],
      ["arccos", -0.5, 0, "2094395102393195492308428922186335256131"],
      ["arctan", 0.5, 0, "0463647609000806116214256231461214402029"],
      ["arctan2", 1, -1, "2356194490192344928846982537459627163148"],
      ["sinh", -1, 0, "-1175201193643801456882381850595600815156"],
      ["cosh", 1, 0, "1543080634815243778477905620757061682602"],
      ["pow", 2, 0.5, "1414213562373095048801688724209698078569"],
    ];
    for (const [name, x, y, digits] of known) {
      const { count, bits } = exactly[name]?.(x, y) ?? expect.unreachable();
      const wanted = (BigInt(digits) << BigInt(bits)) / 10n ** 39n;
      const error = count > wanted ? count - wanted : wanted - count;
      expect(error >> BigInt(bits - 110), name).toBe(0n);
    }
  });

  it("are near what Math computes", () => {
    const functions = ["exp", "expm1", "log1p", "sin", "cos", "tan", "sinh", "cosh", "tanh"] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...functions),
        fc.double({ min: -0.9, max: 50, noNaN: true }),
        (name, x) => {
          const { count, bits } = exactly[name]?.(x, 0) ?? expect.unreachable();
          if (x === 0) return;
          const error = ulps(Math[name](x), { count, bits }, formats.float64);
          expect(error).toBeLessThanOrEqual(errorOfMath(name));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("errors are counted in the last place, denormal numbers and infinity included", () => {
    const { float32, float64 } = formats;
    expect(ulps(1 + 2 ** -52, { count: 1n, bits: 0 }, float64)).toBe(1);
    expect(ulps(1 + 2 ** -23, { count: 2n, bits: 1 }, float32)).toBe(1);
    expect(ulps(2 ** -1074, { count: fixed(2 ** -1073, 1100), bits: 1100 }, float64)).toBe(1);
    expect(ulps(Number.POSITIVE_INFINITY, { count: 1n << 1024n, bits: 0 }, float64)).toBe(0);
    expect(ulps(Number.NEGATIVE_INFINITY, { count: 1n << 1024n, bits: 0 }, float64)).toBeGreaterThan(1);
    expect(ulps(Number.POSITIVE_INFINITY, { count: 1n, bits: 0 }, float32)).toBeGreaterThan(1);
  });
});

describe.each(functionNames)("%s", (name) => {
  it.each([
    ["float32", true],
    ["float32", false],
    ["float64", true],
    ["float64", false],
  ] as const)("of %s, fused: %s, is within 2.5 units of the last place", (dtype, fused) => {
    const { max, at, special } = sweep(name, dtype, fused, 3000);
    expect(special, "special values").toBe(0);
    expect(max, `at ${at}`).toBeLessThanOrEqual(2.5);
    // A sweep that cannot tell one double from the next would find nothing.
    expect(max).toBeGreaterThan(0.4);
  });
});
