/** Casts of whole arrays, and whether they keep the values. */
import { bitsOf, type DType, isBig, isFloat, kindOf } from "./dtype.js";
import { emptyNDArray, type NDArray, positions, readElement, type Scalar, writeElement } from "./ndarray.js";

/**
 * One element in another dtype, as C casts it: floats to ints truncate toward zero, ints wrap, anything to bool is
 * "not zero". NaN and infinities become 0 in an integer dtype.
 */
export function castScalar(value: Scalar, to: DType): Scalar {
  if (to === "bool") return value === 0 || value === 0n ? 0 : 1;
  if (isFloat(to)) return Number(to === "float32" && typeof value === "bigint" ? shortened(value) : value);
  const truncated = typeof value === "bigint" ? value : Number.isFinite(value) ? Math.trunc(value) : 0;
  if (isBig(to)) {
    const big = BigInt(truncated);
    return to === "int64" ? BigInt.asIntN(64, big) : BigInt.asUintN(64, big);
  }
  const bits = bitsOf(to);
  const big = BigInt(truncated);
  return Number(kindOf(to) === "int" ? BigInt.asIntN(bits, big) : BigInt.asUintN(bits, big));
}

/**
 * A bigint of at most 53 significant bits that rounds to the same float32. Number() would round a first time at 53
 * bits; here the last bit tells instead that something was cut off (rounding to odd).
 */
function shortened(value: bigint): bigint {
  return BigInt(Number(value)) === value ? value : ((value >> 11n) | 1n) << 11n;
}

/** A fresh row-major array with every element cast. */
export function castNDArray(array: NDArray, to: DType): NDArray {
  const result = emptyNDArray(array.shape, to);
  let i = 0;
  for (const position of positions(array))
    writeElement(result, i++, castScalar(readElement(array, position), to));
  return result;
}

/** Whether casting and casting back gives the same values (NaN counts as equal). */
export function castKeepsValues(array: NDArray, cast: NDArray): boolean {
  let i = 0;
  for (const position of positions(array)) {
    const before = readElement(array, position);
    const after = readElement(cast, i++);
    if (Number.isNaN(before as number) && Number.isNaN(after as number)) continue;
    // biome-ignore lint/suspicious/noDoubleEquals: bigints and numbers compare by value
    if (before != after) return false;
  }
  return true;
}
