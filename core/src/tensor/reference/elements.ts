/** Arrays as lists of JavaScript values and back: the kernels are loops over such lists. */
import { type DType, dtypes } from "../dtype.js";
import {
  emptyNDArray,
  type NDArray,
  type NDArrayLike,
  positions,
  readElement,
  type Scalar,
  scalarNDArray,
  writeElement,
} from "../ndarray.js";

/** All elements, row-major, whatever the strides. */
export function elementsOf(array: NDArrayLike): Scalar[] {
  const elements: Scalar[] = [];
  for (const position of positions(array)) elements.push(readElement(array, position));
  return elements;
}

/** A fresh row-major array; `element` is asked once for each flat position, in order. */
export function fillNDArray(
  shape: readonly number[],
  dtype: DType,
  element: (flat: number) => Scalar,
): NDArray {
  const result = emptyNDArray(shape, dtype);
  for (let flat = 0; flat < result.data.length; flat++) writeElement(result, flat, element(flat));
  return result;
}

/** Puts a list of elements, row-major, into a window on another array's memory. */
export function writeElements(window: NDArrayLike, elements: readonly Scalar[]): void {
  let next = 0;
  for (const position of positions(window)) writeElement(window, position, elements[next++] as Scalar);
}

const cells = Object.fromEntries(dtypes.map((dtype) => [dtype, scalarNDArray(0, dtype)])) as {
  readonly [D in DType]: NDArray<D>;
};

/** What a value becomes in an element of a dtype: integers wrap, floats round to nearest, bool is 0 or 1. */
export function stored(value: Scalar, dtype: DType): Scalar {
  const cell = cells[dtype];
  writeElement(cell, 0, value);
  return readElement(cell, 0);
}
