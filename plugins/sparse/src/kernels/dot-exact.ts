/** Sparse times dense in integers: 32-bit arithmetic that wraps, or bigints (the typed array wraps them). */
import type { TypedArray } from "@bitale/core";
import type { Compressed } from "../formats/compressed.js";

/** As `gatherFloat`, for integers of up to 32 bits. */
export function gatherInt(
  { data, indices, indptr }: Compressed,
  x: TypedArray,
  n: number,
  out: TypedArray,
): void {
  for (let line = 0; line + 1 < indptr.length; line++) {
    const end = indptr[line + 1]!;
    for (let column = 0; column < n; column++) {
      let sum = 0;
      for (let p = indptr[line]!; p < end; p++) {
        sum = (sum + Math.imul(data[p] as number, x[indices[p]! * n + column] as number)) | 0;
      }
      out[line * n + column] = sum;
    }
  }
}

/** As `scatterFloat`, for integers of up to 32 bits, into the result itself. */
export function scatterInt(
  { data, indices, indptr }: Compressed,
  x: TypedArray,
  n: number,
  out: TypedArray,
): void {
  for (let line = 0; line + 1 < indptr.length; line++) {
    const end = indptr[line + 1]!;
    for (let p = indptr[line]!; p < end; p++) {
      const value = data[p] as number;
      const to = indices[p]! * n;
      for (let column = 0; column < n; column++) {
        out[to + column] = (out[to + column] as number) + Math.imul(value, x[line * n + column] as number);
      }
    }
  }
}

type Bigs = BigInt64Array | BigUint64Array;

/** As `gatherFloat`, for 64-bit integers. */
export function gatherBig({ data, indices, indptr }: Compressed, x: Bigs, n: number, out: Bigs): void {
  const values = data as Bigs;
  for (let line = 0; line + 1 < indptr.length; line++) {
    const end = indptr[line + 1]!;
    for (let column = 0; column < n; column++) {
      let sum = 0n;
      for (let p = indptr[line]!; p < end; p++) sum += values[p]! * x[indices[p]! * n + column]!;
      out[line * n + column] = sum;
    }
  }
}

/** As `scatterFloat`, for 64-bit integers, into the result itself. */
export function scatterBig({ data, indices, indptr }: Compressed, x: Bigs, n: number, out: Bigs): void {
  const values = data as Bigs;
  for (let line = 0; line + 1 < indptr.length; line++) {
    const end = indptr[line + 1]!;
    for (let p = indptr[line]!; p < end; p++) {
      const to = indices[p]! * n;
      for (let column = 0; column < n; column++) out[to + column]! += values[p]! * x[line * n + column]!;
    }
  }
}
