import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type DType, isBig } from "../../../core/dist/tensor/dtype.js";
import { type Scalar, scalarNDArray } from "../../../core/dist/tensor/ndarray.js";
import { type BinaryName, comparisonNames, type UnaryName } from "../../../core/dist/tensor/primitives.js";
import { evaluateScalar } from "../../../core/dist/tensor/reference/evaluate-scalar.js";
import { array, call } from "./arrays.js";

/** A number, or a string for what JSON has no number for. */
type Recorded = number | string;
interface Case {
  readonly op: UnaryName | BinaryName;
  readonly dtype: DType;
  readonly operands: readonly (readonly Recorded[])[];
  readonly result: readonly Recorded[];
}
interface Cast {
  readonly from: DType;
  readonly to: DType;
  readonly x: readonly Recorded[];
  readonly y: readonly Recorded[];
}

const { cases, casts } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../fixtures/numpy-elementwise.json"), "utf8"),
) as { readonly cases: readonly Case[]; readonly casts: readonly Cast[] };

const decode = (value: Recorded, dtype: DType): Scalar => (isBig(dtype) ? BigInt(value) : Number(value));
const resultOf = ({ op, dtype }: Case): DType =>
  [...comparisonNames, "isNaN", "isInf"].some((name) => name === op) ? "bool" : dtype;

/**
 * Spacing of the floats of a dtype, relative: libraries of elementary functions may differ by some of them.
 */
const spacing = { float16: 2 ** -10, float32: 2 ** -23, float64: 2 ** -52 } as const;
const exact = new Set<string>(
  "neg abs sign sqrt floor ceil round trunc add sub mul div floorDiv mod".split(" "),
);

function expectElement(actual: Scalar, expected: Scalar, { op, dtype }: Case, where: string): void {
  const sameZero = (op === "maximum" || op === "minimum") && Number(actual) === 0 && Number(expected) === 0;
  if (sameZero || Object.is(actual, expected)) return;
  const unit = exact.has(op) ? undefined : spacing[dtype as keyof typeof spacing];
  const near =
    unit !== undefined &&
    Math.abs(Number(actual) - Number(expected)) <= 2 * unit * Math.abs(Number(expected));
  expect(near ? expected : actual, where).toBe(expected);
}

describe("elementwise primitives agree with NumPy", () => {
  for (const entry of cases) {
    it(`${entry.op} of ${entry.dtype}`, () => {
      const { op, dtype } = entry;
      const [xs, ys] = entry.operands.map((list) => list.map((value) => decode(value, dtype)));
      const rows = ys === undefined ? xs!.map((x) => [x]) : xs!.flatMap((x) => ys.map((y) => [x, y]));
      const to = resultOf(entry);
      const inputs =
        ys === undefined
          ? [array(dtype, [xs!.length], xs!)]
          : [array(dtype, [xs!.length, 1], xs!), array(dtype, [ys.length], ys)];
      const shape = ys === undefined ? [xs!.length] : [xs!.length, ys.length];
      const whole = call(op, {}, inputs, { dtype: to, shape }).copy();
      rows.forEach((operands, i) => {
        const expected = decode(entry.result[i]!, to);
        const where = `${op}(${operands.join(", ")})`;
        const single = evaluateScalar(op, dtype, to, operands);
        expectElement(single, expected, entry, where);
        const at = ys === undefined ? [i] : [Math.floor(i / ys.length), i % ys.length];
        expect(Object.is(whole.get(...at), single), `${where} in an array`).toBe(true);
      });
    });
  }
});

describe("casts agree with NumPy", () => {
  for (const { from, to, x, y } of casts) {
    it(`${from} to ${to}`, () => {
      x.forEach((value, i) => {
        const operand = decode(value, from);
        const expected = decode(y[i]!, to);
        expect(evaluateScalar("cast", from, to, [operand])).toBe(expected);
        expect(call("cast", {}, [scalarNDArray(operand, from)], { dtype: to, shape: [] }).get()).toBe(
          expected,
        );
      });
    });
  }
});
