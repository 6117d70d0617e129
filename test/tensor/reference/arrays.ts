/** Arrays for the tests of the reference kernels: makers, memory layouts, random ones. */
import fc from "fast-check";
import { bitsOf, type DType, isBig, isFloat, kindOf } from "../../../core/dist/tensor/dtype.js";
import { emptyNDArray, NDArray, type Scalar, writeElement } from "../../../core/dist/tensor/ndarray.js";
import type { LoweredName, LoweredParams } from "../../../core/dist/tensor/primitives.js";
import { type ReferenceKernel, referenceKernels } from "../../../core/dist/tensor/reference/kernels.js";

/** A row-major array of the given elements. */
export function array(
  dtype: DType,
  shape: readonly number[],
  elements: readonly (Scalar | boolean)[],
): NDArray {
  const result = emptyNDArray(shape, dtype);
  elements.forEach((element, i) => {
    writeElement(result, i, isBig(dtype) ? BigInt(element) : Number(element));
  });
  return result;
}

/** Runs a reference kernel. */
export function call<N extends LoweredName>(
  op: N,
  params: LoweredParams[N],
  inputs: readonly NDArray[],
  result: { readonly dtype: DType; readonly shape: readonly number[] },
  scalars: readonly number[] = [],
): NDArray {
  return (referenceKernels[op] as ReferenceKernel<N>)({ params, inputs, ...result, scalars });
}

/** All index tuples of a shape, row-major. */
export function indicesOf(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (tuples, length) => tuples.flatMap((tuple) => Array.from({ length }, (_, i) => [...tuple, i])),
    [[]],
  );
}

/** How the twin of an array lies in memory. */
export interface Layout {
  /** The order of the axes from the slowest to the fastest, as sort keys. */
  readonly order: readonly number[];
  /** Distance of neighbours along the fastest axis. */
  readonly spacing: number;
  /** Whether an axis runs backward. */
  readonly backward: readonly boolean[];
  readonly offset: number;
}

export const layouts: fc.Arbitrary<Layout> = fc.record({
  order: fc.array(fc.integer({ min: 0, max: 99 }), { minLength: 8, maxLength: 8 }),
  spacing: fc.integer({ min: 1, max: 3 }),
  backward: fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
  offset: fc.integer({ min: 0, max: 3 }),
});

/** The same elements at other places: axes in another order, gaps, negative strides. */
export function restrided(source: NDArray, layout: Layout): NDArray {
  const axes = source.shape.map((_, axis) => axis).sort((a, b) => layout.order[a]! - layout.order[b]!);
  const strides = new Array<number>(source.ndim);
  let step = layout.spacing;
  let offset = layout.offset;
  for (const axis of axes.reverse()) {
    const length = source.shape[axis]!;
    strides[axis] = layout.backward[axis] ? -step : step;
    if (layout.backward[axis]) offset += Math.max(length - 1, 0) * step;
    step *= length;
  }
  const data = emptyNDArray([layout.offset + Math.max(step, layout.spacing)], source.dtype).data;
  data.fill((isBig(source.dtype) ? 77n : 77) as never);
  const twin = new NDArray({ data, shape: source.shape, dtype: source.dtype, strides, offset });
  for (const index of indicesOf(source.shape)) twin.set(source.get(...index), ...index);
  return twin;
}

/**
 * Elements that a dtype holds exactly; floats are small multiples of 1/4, so that sums of them are exact too.
 */
export function elementsOfDType(dtype: DType): fc.Arbitrary<Scalar> {
  if (dtype === "bool") return fc.integer({ min: 0, max: 1 });
  if (isFloat(dtype)) return fc.integer({ min: -12, max: 12 }).map((n) => n / 4);
  const bits = bitsOf(dtype);
  const signed = kindOf(dtype) === "int";
  if (isBig(dtype)) {
    return signed
      ? fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
      : fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  }
  return signed
    ? fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 })
    : fc.integer({ min: 0, max: 2 ** bits - 1 });
}

/** Random arrays of a dtype and shape, in a random layout. */
export function arrays(dtype: DType, shape: readonly number[]): fc.Arbitrary<NDArray> {
  const size = shape.reduce((n, length) => n * length, 1);
  return fc
    .tuple(fc.array(elementsOfDType(dtype), { minLength: size, maxLength: size }), layouts)
    .map(([elements, layout]) => restrided(array(dtype, shape, elements), layout));
}

/** Random shapes, empty ones among them. */
export const shapes = (options: { minRank?: number; maxRank?: number; minLength?: number } = {}) =>
  fc.array(fc.integer({ min: options.minLength ?? 0, max: 4 }), {
    minLength: options.minRank ?? 0,
    maxLength: options.maxRank ?? 4,
  });
