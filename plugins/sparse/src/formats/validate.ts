/** Checks of compressed arrays that come from outside. */
import { BitaleRangeError, BitaleTypeError, describeValue } from "@bitale/core";
import type { Compressed } from "./compressed.js";
import { asSparseDType, dtypeOfData, type SparseDType } from "./dtype.js";

const LIMIT = 2 ** 31 - 1;

/** By its tag, not its class: arrays may come from another realm. */
const isInt32Array = (value: unknown): value is Int32Array =>
  Object.prototype.toString.call(value) === "[object Int32Array]";

/** @throws BitaleTypeError WRONG_SHAPE for anything but two lengths that fit 32 bits */
export function asMatrixShape(shape: unknown, subject: string): readonly [number, number] {
  const fits = (d: unknown): d is number =>
    typeof d === "number" && Number.isInteger(d) && d >= 0 && d <= LIMIT;
  const list = typeof shape === "object" && shape !== null ? Array.from(shape as ArrayLike<unknown>) : [];
  if (list.length === 2 && list.every(fits)) return [list[0] as number, list[1] as number];
  throw new BitaleTypeError("WRONG_SHAPE", {
    subject,
    problem: "a sparse matrix has two lengths",
    expected: "[rows, columns], integers from 0 to 2^31 - 1",
    got: JSON.stringify(shape) ?? String(shape),
  });
}

/**
 * The dtype of the data; a stated one must agree with the array.
 * @throws BitaleTypeError UNSUPPORTED_DTYPE, WRONG_DTYPE
 */
export function checkData(data: unknown, stated: unknown, subject: string): SparseDType {
  if (stated !== undefined) asSparseDType(stated, subject);
  const own = dtypeOfData(data);
  if (own === undefined) {
    throw new BitaleTypeError("UNSUPPORTED_DTYPE", {
      subject,
      problem: "data must be a typed array of numbers",
      expected: "Float32Array, Float64Array, or one of the integer arrays",
      got: describeValue(data),
    });
  }
  if (stated === undefined || stated === own) return own;
  throw new BitaleTypeError("WRONG_DTYPE", {
    subject,
    problem: "the stated dtype is not that of the data",
    expected: String(stated),
    got: own,
  });
}

/**
 * Lengths agree, indptr starts at 0 and never falls, indices are in range. Unsorted indices and duplicates are fine.
 * @throws BitaleTypeError BAD_VALUE; BitaleRangeError WRONG_SHAPE, INDEX_OUT_OF_BOUNDS
 */
export function checkCompressed(arrays: Compressed, major: number, minor: number, subject: string): void {
  const { data, indices, indptr } = arrays;
  if (!isInt32Array(indices) || !isInt32Array(indptr)) {
    throw new BitaleTypeError("BAD_VALUE", {
      subject,
      problem: "indices and indptr must be Int32Arrays",
      got: `${describeValue(indices)} and ${describeValue(indptr)}`,
      cure: "Int32Array.from(indices), or asSparseMatrix({ format, data, indices, indptr, shape })",
    });
  }
  const shapeError = (problem: string, expected: string, got: string): BitaleRangeError =>
    new BitaleRangeError("WRONG_SHAPE", { subject, problem, expected, got });
  if (indptr.length !== major + 1) {
    throw shapeError(
      "indptr has the wrong length",
      `${major + 1}, one more than there are lines`,
      `${indptr.length}`,
    );
  }
  if (indices.length !== data.length) {
    throw shapeError("data and indices differ in length", `${data.length} indices`, `${indices.length}`);
  }
  if (indptr[0] !== 0 || indptr[major] !== data.length) {
    throw shapeError(
      "indptr does not span the data",
      `0 to ${data.length}`,
      `${indptr[0]} to ${indptr[major]}`,
    );
  }
  for (let line = 0; line < major; line++) {
    const [from, to] = [indptr[line] as number, indptr[line + 1] as number];
    if (to < from) throw shapeError(`indptr falls at ${line + 1}`, `at least ${from}`, `${to}`);
  }
  for (let p = 0; p < indices.length; p++) {
    const index = indices[p] as number;
    if (index >= 0 && index < minor) continue;
    throw new BitaleRangeError("INDEX_OUT_OF_BOUNDS", {
      subject,
      problem: `index ${index} at position ${p} is out of range`,
      expected: minor === 0 ? "no entries: the axis is empty" : `0 to ${minor - 1}`,
    });
  }
}
