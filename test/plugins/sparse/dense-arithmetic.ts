/** Dense arithmetic by hand, to compare the sparse ops with. */
import {
  castScalar,
  type DType,
  emptyNDArray,
  isBig,
  type NDArray,
  type Scalar,
  TensorType,
  type Variable,
  Variable as VariableClass,
  writeElement,
} from "@bitale/core";
import { type SparseMatrix, sparseMatrix } from "@bitale/sparse";
import fc from "fast-check";
import { denseOf, dtype, format, length, untidy } from "./arbitraries.js";
import { evaluate } from "./evaluate.js";

/** A dense symbol of unknown lengths. */
export const tensor = (type: DType, rank: number): Variable<TensorType> =>
  new VariableClass(new TensorType(type, Array<null>(rank).fill(null)));
/** A symbol of the Type of a matrix. */
export const symbolOf = (matrix: SparseMatrix) =>
  sparseMatrix("a", { format: matrix.format, dtype: matrix.dtype });
/** The value of an output, with its shape checked. */
export const run = (output: Variable, ...given: [Variable, unknown][]) =>
  evaluate(output, new Map(given)) as NDArray & SparseMatrix;

/** A dense array computed element by element with exact integers or float64, then cast. */
export function build(shape: readonly number[], type: DType, at: (...index: number[]) => Scalar): NDArray {
  const out = emptyNDArray(shape, type);
  const columns = shape[1] ?? 1;
  for (let i = 0; i < out.data.length; i++) {
    const place = shape.length === 2 ? [Math.floor(i / columns), i % columns] : [i];
    writeElement(out, i, castScalar(at(...place.slice(0, shape.length)), type));
  }
  return out;
}
/** An element as a number: all values here are small. */
export const wide = (value: Scalar): number => Number(value);
/** An element of a dense array, as a number. */
export const at = (array: NDArray, ...place: number[]): number => wide(array.get(...place));

/** Two sparse matrices and a dense one of one shape and dtype. */
export const twins = fc
  .tuple(length, length, dtype, format, format)
  .chain(([m, n, type, first, second]) =>
    fc.tuple(untidy([m, n], type, first), untidy([m, n], type, second), denseOf([m, n], type)),
  );

/** The matrix product, element by element. */
export function product(a: NDArray, b: NDArray): NDArray {
  const [m, k, n] = [a.shape[0] as number, a.shape[1] as number, b.shape[1] as number];
  return build([m, n], a.dtype, (i, j) => {
    let total = 0;
    for (let l = 0; l < k; l++) total += at(a, i as number, l) * at(b, l, j as number);
    return isBig(a.dtype) ? BigInt(total) : total;
  });
}
