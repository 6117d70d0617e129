import type { Variable } from "../graph/nodes.js";
import type { SharedVariable } from "../shared/shared-variable.js";
import { castScalar } from "../tensor/cast.js";
import { type DType, isFloat, kindOf } from "../tensor/dtype.js";
import { emptyNDArray, isNDArray, NDArray, positions, readElement, writeElement } from "../tensor/ndarray.js";
import { invert, neg } from "../tensor/ops/elementwise.js";
import { asTensor } from "../tensor/ops/operands.js";

/** What the kit cannot invent: values of the plugin's kind. The default makes dense arrays. */
export interface Fixture {
  /** A host value; equal arguments give equal, independent values; variants differ and have one shape. */
  readonly make: (dtype: DType, variant: number) => unknown;
  /** A value of another shape. */
  readonly resized: (dtype: DType) => unknown;
  /** Whether two host values are equal, in dtype and shape too. */
  readonly same: (a: unknown, b: unknown) => boolean;
  /** Changes a host value in place, so that it differs from every variant. */
  readonly mutate: (value: unknown) => void;
  /** Kwargs without which the constructor does not take the values. */
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** Values that are not the plugin's. */
  readonly foreign: readonly unknown[];
  /** A new value for a variable, as an expression of itself; applied twice it gives the old value. */
  readonly flip: (variable: SharedVariable) => Variable;
  /** Values for the rules of `strict` and `allowDowncast`; undefined: the kind has no such value. */
  readonly lossless: ((dtype: DType) => unknown) | undefined;
  readonly lossy: ((dtype: DType) => unknown) | undefined;
  readonly wrongRank: (dtype: DType) => unknown;
}

const shape = [2, 3];

function dense(dtype: DType, variant: number, lengths: readonly number[] = shape): NDArray {
  const array = emptyNDArray(lengths, dtype);
  let i = 0;
  for (const position of positions(array)) {
    const number =
      dtype === "bool"
        ? (i + variant) % 2
        : ((i * 3 + variant * 5) % 11) - (kindOf(dtype) === "uint" ? 0 : 4);
    writeElement(array, position, castScalar(isFloat(dtype) ? number + 0.5 : Math.abs(number), dtype));
    i++;
  }
  return array;
}

/** Equality of dense arrays, NaN equal to NaN, 0 to -0. */
export function sameDense(a: unknown, b: unknown): boolean {
  if (!isNDArray(a) || !isNDArray(b)) return false;
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false;
  const [p, q] = [[...positions(a)], [...positions(b)]];
  return p.every((at, i) => {
    const [x, y] = [readElement(a, at), readElement(b, q[i] as number)];
    return x === y || (Number.isNaN(x as number) && Number.isNaN(y as number));
  });
}

function mutateDense(value: unknown): void {
  const array = value as NDArray;
  for (const position of positions(array)) {
    const before = readElement(array, position);
    writeElement(
      array,
      position,
      array.dtype === "bool" ? 1 - Number(before) : castScalar(Number(before) + 17, array.dtype),
    );
  }
}

/** -x for signed numbers, not x for bool, the complement for unsigned ones: each its own inverse. */
function flipDense(variable: SharedVariable): Variable {
  const x = asTensor(variable);
  const { dtype } = x.type;
  if (kindOf(dtype) === "int" || isFloat(dtype)) return neg(x);
  return invert(x);
}

/** Dense arrays of shape [2, 3]. */
export const denseFixture: Fixture = {
  make: (dtype, variant) => dense(dtype, variant),
  resized: (dtype) => dense(dtype, 1, [4, 2]),
  same: sameDense,
  mutate: mutateDense,
  kwargs: {},
  foreign: ["a string", { some: "object" }, () => 1, Symbol("s")],
  flip: flipDense,
  lossless: (dtype) => (dtype === "float32" || dtype === "float64" ? dense("int8", 2) : undefined),
  lossy: (dtype) =>
    dtype === "float32" ? dense("float64", 2) : dtype === "float64" ? undefined : dense("float64", 2),
  wrongRank: (dtype) => dense(dtype, 0, [6]),
};

/** A dense array for a case of its own. */
export const denseOf = (dtype: DType, lengths: readonly number[]): NDArray => dense(dtype, 1, lengths);

/** The values of a dtype that are easily lost on the way. */
export function edgeValues(dtype: DType): NDArray {
  const bits = Number(/\d+$/.exec(dtype)?.[0] ?? 1);
  const list: (number | bigint)[] = isFloat(dtype)
    ? [0, 1, -2.5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN, 2 ** -10]
    : dtype === "bool"
      ? [0, 1]
      : kindOf(dtype) === "uint"
        ? [0n, 1n, (1n << BigInt(bits)) - 1n]
        : [0n, -1n, (1n << BigInt(bits - 1)) - 1n, -(1n << BigInt(bits - 1))];
  const array = new NDArray({ data: emptyNDArray([list.length], dtype).data, shape: [list.length], dtype });
  list.forEach((value, i) => writeElement(array, i, value));
  return array;
}
