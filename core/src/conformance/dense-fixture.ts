/** Samples of dense arrays: what the kit uses where a plugin brings no fixture of its own. */
import type { Variable } from "../graph/nodes.js";
import type { SharedVariable } from "../shared/shared-variable.js";
import { castNDArray, castScalar } from "../tensor/cast.js";
import { type DType, integerRange, isFloat, kindOf, promote } from "../tensor/dtype.js";
import { emptyNDArray, isNDArray, NDArray, positions, readElement, writeElement } from "../tensor/ndarray.js";
import { invert, neg } from "../tensor/ops/elementwise.js";
import { asTensor } from "../tensor/ops/operands.js";
import type { CastSample, Fixture } from "./fixture.js";

const shape = [2, 3];

/** A dense array whose elements depend on the variant. */
export function denseArray(dtype: DType, lengths: readonly number[], variant = 1): NDArray {
  const array = emptyNDArray(lengths, dtype);
  let i = 0;
  for (const position of positions(array)) {
    const number = ((i * 3 + variant * 5) % 11) - 4;
    const kind = kindOf(dtype);
    if (kind === "bool") writeElement(array, position, (i + variant) % 2);
    else if (kind === "float") writeElement(array, position, number + 0.5);
    else writeElement(array, position, castScalar(kind === "int" ? number : number + 4, dtype));
    i++;
  }
  return array;
}

/**
 * Equality of dense arrays, NaN equal to NaN.
 * @param equal of two elements that are no NaN; by default 0 equals -0
 */
export function sameDense(a: unknown, b: unknown, equal = (x: unknown, y: unknown) => x === y): boolean {
  if (!isNDArray(a) || !isNDArray(b)) return false;
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false;
  const [p, q] = [[...positions(a)], [...positions(b)]];
  return p.every((at, i) => {
    const [x, y] = [readElement(a, at), readElement(b, q[i] as number)];
    return equal(x, y) || (Number.isNaN(x as number) && Number.isNaN(y as number));
  });
}

function mutateDense(value: unknown): void {
  const array = value as NDArray;
  for (const position of positions(array)) {
    const before = readElement(array, position);
    const after = array.dtype === "bool" ? 1 - Number(before) : castScalar(Number(before) + 17, array.dtype);
    writeElement(array, position, after);
  }
}

/** -x for signed numbers, not x for bool, the complement for unsigned ones: each its own inverse. */
function flipDense(variable: SharedVariable): Variable {
  const x = asTensor(variable);
  const { dtype } = x.type;
  return kindOf(dtype) === "int" || isFloat(dtype) ? neg(x) : invert(x);
}

function castSample(to: DType, from: DType | undefined): CastSample | undefined {
  if (from === undefined) return undefined;
  const given = denseArray(from, shape, 2);
  return { given, stored: castNDArray(given, to) };
}

/** Dense arrays of shape [2, 3]. */
export const denseFixture: Fixture = {
  make: (dtype, variant) => denseArray(dtype, shape, variant),
  resized: (dtype) => denseArray(dtype, [4, 2]),
  same: (a, b) => sameDense(a, b),
  mutate: mutateDense,
  kwargs: {},
  foreign: ["a string", { some: "object" }, () => 1, Symbol("s")],
  flip: flipDense,
  literal: (dtype) => denseArray(dtype, shape, 0).toArray(),
  lossless: (dtype) =>
    castSample(
      dtype,
      (["int8", "uint8", "bool"] as const).find((from) => from !== dtype && promote(dtype, from) === dtype),
    ),
  lossy: (dtype) => castSample(dtype, dtype === "float64" ? undefined : "float64"),
  wrongRank: (dtype) => denseArray(dtype, [6]),
  tolerance: (dtype) => (dtype === "float16" ? 1e-2 : dtype === "float32" ? 1e-5 : 1e-10),
};

/** A window on a larger array: columns reversed, every second row, an offset. */
export function stridedArray(dtype: DType): NDArray {
  const { data } = denseArray(dtype, [30]);
  return new NDArray({ data, shape: [2, 3], dtype, strides: [12, -2], offset: 7 });
}

/** The values of a dtype that are easily lost on the way. */
export function edgeValues(dtype: DType): NDArray {
  const { min, max } = isFloat(dtype) ? { min: 0n, max: 0n } : integerRange(dtype);
  const infinity = Number.POSITIVE_INFINITY;
  const list = isFloat(dtype)
    ? [0, -0, 1, -2.5, infinity, -infinity, Number.NaN, 2 ** -10, 2 ** -14]
    : dtype === "bool"
      ? [0, 1]
      : [0n, 1n, min, max, max - 1n];
  const array = emptyNDArray([list.length], dtype);
  list.forEach((value, i) => {
    writeElement(array, i, value);
  });
  return array;
}
