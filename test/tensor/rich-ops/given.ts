/** Random operands for rich ops: any rank, length, dtype and layout that an op takes, with small elements. */
import * as b from "@bitale/core";
import fc from "fast-check";
import { layoutArbitrary } from "../../region-builder.js";

export type Result = b.TensorVariable | readonly b.TensorVariable[];
export type Build = (...inputs: b.TensorVariable[]) => Result;

/** One use of an op: its operands, and what builds it on symbols for them. */
export interface Example {
  readonly values: readonly b.NDArray[];
  readonly build: Build;
}

/** What a backend is spared: results that its hardware leaves open. */
export interface Limits {
  /** Whether NaN, infinities and -0 are among the elements. */
  readonly special: boolean;
}

/** How to make examples of an op, by the op's name (with more words behind it where an op has several rows). */
export type Rows = Readonly<Record<string, (limits: Limits) => fc.Arbitrary<Example>>>;

export const floats: readonly b.DType[] = ["float32", "float32", "float64", "float16"];
export const integers: readonly b.DType[] = ["int32", "int64", "uint8", "int16"];
export const numbers: readonly b.DType[] = [...floats, ...integers];
export const everything: readonly b.DType[] = [...numbers, "bool"];

/** From low to high in eighths (integers: whole ones). */
export interface Range {
  readonly low?: number;
  readonly high?: number;
  /** Whether NaN and infinities are left out even where the backend takes them. */
  readonly finite?: boolean;
}

export const length = fc.integer({ min: 0, max: 12 }).map((n) => (n === 0 ? 0 : (n % 4) + 1));
export const positive = fc.integer({ min: 1, max: 4 });
/** Ranks 0 to 3, few empty ones. */
export const anyShape = fc.array(length, { maxLength: 3 });
/** Ranks 0 to 3, none empty. */
export const fullShape = fc.array(positive, { maxLength: 3 });
export const shapeOf = (...lengths: readonly fc.Arbitrary<number>[]): fc.Arbitrary<number[]> =>
  fc.tuple(...lengths) as fc.Arbitrary<number[]>;

const specials = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0);

function elementOf(dtype: b.DType, range: Range, { special }: Limits): fc.Arbitrary<number> {
  const { low = -3, high = 3, finite = false } = range;
  const kind = b.kindOf(dtype);
  if (kind === "bool") return fc.integer({ min: 0, max: 1 });
  if (kind !== "float") {
    return fc.integer({ min: Math.ceil(kind === "uint" ? Math.max(0, low) : low), max: Math.floor(high) });
  }
  const plain = fc.integer({ min: low * 8, max: high * 8 }).map((n) => n / 8);
  if (finite || !special || range.low !== undefined) return plain;
  return fc.oneof({ weight: 12, arbitrary: plain }, { weight: 1, arbitrary: specials });
}

/** An array of one of these dtypes. */
export const arrayOf = (
  shape: readonly number[],
  dtypes: readonly b.DType[],
  limits: Limits,
  range: Range = {},
): fc.Arbitrary<b.NDArray> =>
  fc.constantFrom(...dtypes).chain((dtype) => layoutArbitrary(dtype, shape, elementOf(dtype, range, limits)));

interface Operands extends Range {
  readonly dtypes?: readonly b.DType[];
  readonly shape?: fc.Arbitrary<readonly number[]>;
}

/** A row for an op of one operand. */
export const one =
  (build: Build, { dtypes = numbers, shape = anyShape, ...range }: Operands = {}) =>
  (limits: Limits): fc.Arbitrary<Example> =>
    shape.chain((dims) => arrayOf(dims, dtypes, limits, range)).map((value) => ({ values: [value], build }));

/** A row for an op of one operand, with options that depend on its rank and shape. */
export const optional =
  <T>(
    options: (shape: readonly number[]) => fc.Arbitrary<T>,
    build: (x: b.TensorVariable, options: T, shape: readonly number[]) => Result,
    { dtypes = numbers, shape = anyShape, ...range }: Operands = {},
  ) =>
  (limits: Limits): fc.Arbitrary<Example> =>
    shape.chain((dims) =>
      fc.tuple(arrayOf(dims, dtypes, limits, range), options(dims)).map(([value, chosen]) => ({
        values: [value],
        build: (x) => build(x as b.TensorVariable, chosen, dims),
      })),
    );

/** Two shapes that broadcast. */
export const broadcasting = anyShape.chain((dims) => {
  const part = fc.tuple(
    fc.integer({ min: 0, max: dims.length }),
    fc.array(fc.boolean(), { minLength: dims.length, maxLength: dims.length }),
  );
  return fc
    .tuple(part, part)
    .map((parts) => parts.map(([skip, ones]) => dims.map((d, i) => (ones[i] ? 1 : d)).slice(skip)));
});

/** A row for an op of operands with these shapes. */
export const several =
  (
    shapes: fc.Arbitrary<readonly (readonly number[])[]>,
    build: Build,
    { dtypes = numbers, ...range }: Omit<Operands, "shape"> = {},
  ) =>
  (limits: Limits): fc.Arbitrary<Example> =>
    shapes
      .chain((list) => fc.tuple(...list.map((dims) => arrayOf(dims, dtypes, limits, range))))
      .map((values) => ({ values, build }));

/** A row for an op of two operands that broadcast. */
export const two = (build: Build, operands: Omit<Operands, "shape"> = {}) =>
  several(broadcasting, build, operands);
/** A row for an op of three operands that broadcast. */
export const three = (build: Build, operands: Omit<Operands, "shape"> = {}) =>
  several(
    fc.tuple(broadcasting, fc.boolean()).map(([[x, y], first]) => [x, y, first ? x : y] as number[][]),
    build,
    operands,
  );

/** An axis of a shape, counted from either end. */
export const axisOf = (shape: readonly number[]): fc.Arbitrary<number> =>
  fc.integer({ min: -shape.length, max: shape.length - 1 });
/** One axis, several, or null. */
export const axesOf = (shape: readonly number[]): fc.Arbitrary<number | number[] | null> =>
  shape.length === 0
    ? fc.constant(null)
    : fc.oneof(axisOf(shape), fc.subarray(shape.map((_, i) => i)), fc.constant(null));
/** One axis or null. */
export const axisOrNull = (shape: readonly number[]): fc.Arbitrary<number | null> =>
  shape.length === 0 ? fc.constant(null) : fc.oneof(axisOf(shape), fc.constant(null));

/** A vector of int64 indices into an axis, from either end. */
export const indicesInto = (size: number, count: fc.Arbitrary<number> = length): fc.Arbitrary<b.NDArray> =>
  (size === 0 ? fc.constant(0) : count).chain((n) =>
    fc
      .array(fc.integer({ min: -size, max: Math.max(0, size - 1) }), { minLength: n, maxLength: n })
      .map((data) => new b.NDArray({ data: BigInt64Array.from(data, BigInt), shape: [n], dtype: "int64" })),
  );
