/** Casts of the values of a sparse matrix. */
import { arrayConstructor, castScalar, isBig, type Scalar, type TypedArray } from "@bitale/core";
import type { SparseDType } from "./dtype.js";

/**
 * Fresh data in another dtype, as C casts: floats to ints truncate, ints wrap, NaN becomes 0. The conversions of
 * typed arrays do just that, except between numbers and bigints.
 */
export function castData(data: TypedArray, from: SparseDType, to: SparseDType): TypedArray {
  if (isBig(from) === isBig(to)) {
    return new (arrayConstructor(to) as unknown as new (values: TypedArray) => TypedArray)(data);
  }
  const result = new (arrayConstructor(to))(data.length);
  for (let p = 0; p < data.length; p++) result[p] = castScalar(data[p] as Scalar, to) as never;
  return result;
}
