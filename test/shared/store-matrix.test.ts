/** What may be stored: strict and allowDowncast for all dtypes and kinds of values; strided views of every kind. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  castNDArray,
  type DType,
  dtypes,
  emptyNDArray,
  type FloatDType,
  integerRange,
  isFloat,
  isInteger,
  NDArray,
  positions,
  promote,
  type Scalar,
  withFloatX,
  writeElement,
} from "@bitale/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainShared } from "../plain-runtime.js";

const dtype = fc.constantFrom(...dtypes);
const flags = fc.record({
  strict: fc.boolean(),
  allowDowncast: fc.constantFrom<boolean | undefined>(undefined, true, false),
});

/** Elements of a dtype, its extremes among them. */
function element(of: DType): fc.Arbitrary<Scalar> {
  if (of === "bool") return fc.constantFrom(0, 1);
  if (isFloat(of)) return fc.oneof(fc.integer({ min: -300, max: 300 }), fc.double(), fc.constant(Number.NaN));
  const { min, max } = integerRange(of);
  return fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max, 0n, 1n));
}

/** A matrix of any strides: turned, reversed, every second element, an offset. */
const view = (of: DType): fc.Arbitrary<NDArray> =>
  fc
    .record({
      rows: fc.integer({ min: 0, max: 3 }),
      columns: fc.integer({ min: 0, max: 3 }),
      step: fc.constantFrom(1, 2, -1, -2),
      turned: fc.boolean(),
      offset: fc.integer({ min: 0, max: 2 }),
    })
    .chain(({ rows, columns, step, turned, offset }) =>
      fc.array(element(of), { minLength: rows * columns, maxLength: rows * columns }).map((elements) => {
        const width = Math.max(1, columns * Math.abs(step));
        const { data } = emptyNDArray([offset + rows * width + width], of);
        const start = offset + (step < 0 ? Math.max(0, columns - 1) * -step : 0);
        const straight = new NDArray({
          ...{ data, dtype: of, shape: [rows, columns] },
          ...{ strides: [width, step], offset: rows * columns === 0 ? 0 : start },
        });
        let i = 0;
        for (const position of positions(straight)) {
          const value = elements[i++] as Scalar;
          writeElement(
            straight,
            position,
            of.endsWith("64") && isInteger(of) ? BigInt(value) : Number(value),
          );
        }
        return turned ? straight.transpose() : straight;
      }),
    );

function codeOf(body: () => void): string | undefined {
  try {
    body();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
}

const bytes = (array: NDArray): string => Buffer.from(array.copy().data.buffer).toString("hex");

describe("arrays", () => {
  it("are taken by the table of dtypes, whatever their strides; what is refused changes nothing", () => {
    const cases = fc
      .tuple(dtype, dtype, flags)
      .chain(([to, from, options]) =>
        view(from).map((given): [DType, NDArray, typeof options] => [to, given, options]),
      );
    fc.assert(
      fc.property(cases, fc.boolean(), ([to, given, options], borrow) => {
        const start = emptyNDArray([1, 2], to);
        const s = plainShared(start, to, [null, null], options);
        const before = bytes(given);
        const same = given.dtype === to;
        const fits = promote(to, given.dtype) === to;
        const taken = same || (!options.strict && (fits || options.allowDowncast === true));
        expect(codeOf(() => s.setValue(given, { borrow }))).toBe(taken ? undefined : "WRONG_DTYPE");
        const expected = taken ? castNDArray(given, to) : start;
        expect(bytes(s.getValue())).toBe(bytes(expected));
        expect(s.getValue().shape).toEqual(expected.shape);
        expect(bytes(given)).toBe(before);
        // Borrowed only where no cast is needed.
        const aliases = s.getValue({ borrow: true }).data === given.data;
        expect(aliases).toBe(taken && same && borrow);
      }),
      { numRuns: 400 },
    );
  });

  it("of another rank, or against a static shape, are refused under every flag", () => {
    fc.assert(
      fc.property(dtype, flags, (to, options) => {
        const s = plainShared(emptyNDArray([1, 2], to), to, [1, null], options);
        expect(codeOf(() => s.setValue(emptyNDArray([2], to)))).toBe("WRONG_RANK");
        expect(codeOf(() => s.setValue(emptyNDArray([2, 2], to)))).toBe("WRONG_SHAPE");
        expect(codeOf(() => s.setValue(null as never))).toBe("BAD_VALUE");
        expect(s.getValue().shape).toEqual([1, 2]);
      }),
    );
  });
});

describe("JS values", () => {
  const value = fc.oneof(
    fc.integer({ min: -70_000, max: 70_000 }),
    fc.double(),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }),
    fc.boolean(),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0, 0.1, 2 ** 24 + 1),
  );
  /** Whether a dtype holds a JS value exactly. */
  function holds(to: DType, given: number | bigint | boolean): boolean {
    const number = typeof given === "boolean" ? Number(given) : given;
    if (to === "bool") return Number(number) === 0 || Number(number) === 1;
    if (isInteger(to)) {
      if (typeof number === "number" && !Number.isInteger(number)) return false;
      const { min, max } = integerRange(to);
      return BigInt(number) >= min && BigInt(number) <= max;
    }
    const stored = Number(
      castNDArray(
        new NDArray({ data: Float64Array.of(Number(number)), shape: [1], dtype: "float64" }),
        to,
      ).get(0),
    );
    // NumPy compares integers with float64 in float64.
    if (typeof number === "bigint")
      return to === "float64" || (Number.isFinite(stored) && BigInt(stored) === number);
    return Object.is(stored, number) || stored === number;
  }

  it("fit by value; floats fit floatX; strict takes none; nested arrays as their elements", () => {
    fc.assert(
      fc.property(
        fc.tuple(dtype, value, flags),
        fc.constantFrom<FloatDType>("float16", "float32", "float64"),
        ([to, given, options], floatX) => {
          withFloatX(floatX, () => {
            const floats = typeof given === "number" && options.allowDowncast === undefined && to === floatX;
            const taken = !options.strict && (options.allowDowncast === true || floats || holds(to, given));
            for (const [nested, shape] of [
              [given, []],
              [[[given]], [1, 1]],
            ] as const) {
              const s = plainShared(
                emptyNDArray(shape, to),
                to,
                shape.map(() => null),
                options,
              );
              const code = codeOf(() => s.setValue(nested as never));
              expect([to, given, code === undefined]).toEqual([to, given, taken]);
              if (!taken) expect(["LOSSY_VALUE", "WRONG_DTYPE"]).toContain(code);
            }
          });
        },
      ),
      { numRuns: 600 },
    );
  });
});

describe("docs/semantics.md", () => {
  const text = readFileSync(join(import.meta.dirname, "../../docs/semantics.md"), "utf8");
  it("shows the table of dtypes as it is", () => {
    const rows = text.split("\n").filter((line) => /^\| (bool|u?int|float)[0-9]* \|/.test(line));
    expect(rows.length).toBe(dtypes.length);
    for (const row of rows) {
      const [to, ...marks] = row
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()) as [DType, ...string[]];
      expect(dtypes.filter((_, i) => marks[i] === "x")).toEqual(
        dtypes.filter((from) => promote(to, from) === to),
      );
    }
  });
  it("gives a reason for each letter of the deviations", () => {
    const entries = JSON.parse(
      readFileSync(join(import.meta.dirname, "../oracle/deviations.json"), "utf8"),
    ) as {
      letter: string;
    }[];
    const documented = [...text.matchAll(/^\| \*\*([A-Z])\*\* \| .{20,} \| .{10,} \|$/gm)].map(
      (match) => match[1],
    );
    expect(documented).toEqual(["A", "B", "C", "D", "E", "F", "G"]);
    expect(entries.filter(({ letter }) => !documented.includes(letter))).toEqual([]);
  });
});
