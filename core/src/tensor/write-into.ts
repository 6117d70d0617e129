/** Arrays of a caller's own that values are written into. */
import { BitaleRangeError, BitaleTypeError, describeValue } from "../errors.js";
import { arrayConstructor, type DType, type TypedArray } from "./dtype.js";
import { isNDArray, NDArray, positions } from "./ndarray.js";
import { shapeText, sizeOf } from "./shape.js";

/** Where a value is to be written: an array of its dtype and shape, or a typed array of as many elements. */
export type Target = NDArray | TypedArray;

/**
 * A target for a value of a dtype and shape; a typed array is seen row-major.
 * @throws BitaleTypeError BAD_VALUE, WRONG_DTYPE; BitaleRangeError WRONG_SHAPE
 */
export function asTarget(target: unknown, dtype: DType, shape: readonly number[], subject: string): NDArray {
  const expected = `an array of ${dtype} ${shapeText(shape)}, or a typed array of ${sizeOf(shape)} elements`;
  if (!isNDArray(target)) {
    if (!ArrayBuffer.isView(target)) {
      throw new BitaleTypeError("BAD_VALUE", {
        ...{ subject, problem: "it cannot be written into", expected, got: describeValue(target) },
      });
    }
    const data = target as unknown as TypedArray;
    if (!(data instanceof arrayConstructor(dtype)))
      throw wrongDType(subject, expected, describeValue(target));
    if (data.length !== sizeOf(shape)) throw wrongShape(subject, expected, `${data.length} elements`);
    return new NDArray({ data, shape, dtype });
  }
  if (target.dtype !== dtype) throw wrongDType(subject, expected, target.dtype);
  const same = target.shape.length === shape.length && shape.every((length, i) => length === target.shape[i]);
  if (!same) throw wrongShape(subject, expected, `shape ${shapeText(target.shape)}`);
  if (target.size > 1 && shape.some((length, axis) => length > 1 && target.strides[axis] === 0)) {
    throw new BitaleTypeError("BAD_VALUE", {
      subject,
      problem: "several of its elements are the same memory",
      got: `strides [${target.strides.join(", ")}]`,
    });
  }
  return target;
}

const wrongDType = (subject: string, expected: string, got: string): BitaleTypeError =>
  new BitaleTypeError("WRONG_DTYPE", { subject, problem: "values are not cast on the way", expected, got });
const wrongShape = (subject: string, expected: string, got: string): BitaleRangeError =>
  new BitaleRangeError("WRONG_SHAPE", { subject, problem: "the value does not fit", expected, got });

/** Copies all elements into an array of the same dtype and shape. */
export function writeInto(target: NDArray, source: NDArray): void {
  if (target.isContiguous) {
    target.flat().set(source.flat() as never);
    return;
  }
  const from = positions(source);
  for (const to of positions(target)) target.data[to] = source.data[from.next().value as number] as never;
}

/** Bytes from the first to the last one that an array's window touches; undefined: it has no elements. */
function spanOf({ data, shape, strides, offset }: NDArray): { from: number; to: number } | undefined {
  let [first, last] = [offset, offset];
  for (const [axis, length] of shape.entries()) {
    if (length === 0) return undefined;
    const reach = (length - 1) * (strides[axis] as number);
    if (reach < 0) first += reach;
    else last += reach;
  }
  const { byteOffset, BYTES_PER_ELEMENT: bytes } = data;
  return { from: byteOffset + first * bytes, to: byteOffset + (last + 1) * bytes };
}

/** Whether two arrays may share memory: the spans of their windows do. */
export function overlaps(a: NDArray, b: NDArray): boolean {
  if (a.data.buffer !== b.data.buffer) return false;
  const [x, y] = [spanOf(a), spanOf(b)];
  return x !== undefined && y !== undefined && x.from < y.to && y.from < x.to;
}
