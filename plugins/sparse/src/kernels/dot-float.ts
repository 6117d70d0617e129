/**
 * Sparse times dense in floats. Sums run in float64 and are rounded once, into the result. A few columns at a time
 * are kept in local variables: a loop over columns inside the loop over entries is three times slower in V8.
 */
import type { Compressed } from "../formats/compressed.js";

type Floats = Float32Array | Float64Array;

/**
 * out[line, :] = sum of value * x[index, :] over the entries of each line.
 * @param x row-major, n columns
 * @param out row-major, n columns, one row for each compressed line
 */
export function gatherFloat(source: Compressed, x: Floats, n: number, out: Floats): void {
  let column = 0;
  for (; column + 8 <= n; column += 8) gather8(source, x, n, column, out);
  if (column + 4 <= n) {
    gather4(source, x, n, column, out);
    column += 4;
  }
  if (column + 2 <= n) {
    gather2(source, x, n, column, out);
    column += 2;
  }
  if (column < n) gather1(source, x, n, column, out);
}

/**
 * sums[index, :] += value * x[line, :] for every entry.
 * @param x row-major, n columns, one row for each compressed line
 * @param sums row-major, n columns, zero at first
 */
export function scatterFloat(source: Compressed, x: Floats, n: number, sums: Float64Array): void {
  let column = 0;
  for (; column + 8 <= n; column += 8) scatter8(source, x, n, column, sums);
  if (column + 4 <= n) {
    scatter4(source, x, n, column, sums);
    column += 4;
  }
  if (column + 2 <= n) {
    scatter2(source, x, n, column, sums);
    column += 2;
  }
  if (column < n) scatter1(source, x, n, column, sums);
}

function gather8(
  { data, indices, indptr }: Compressed,
  x: Floats,
  n: number,
  column: number,
  out: Floats,
): void {
  const values = data as Floats;
  for (let line = 0; line + 1 < indptr.length; line++) {
    const end = indptr[line + 1]!;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    let s4 = 0;
    let s5 = 0;
    let s6 = 0;
    let s7 = 0;
    for (let p = indptr[line]!; p < end; p++) {
      const v = values[p]!;
      const o = indices[p]! * n + column;
      s0 += v * x[o]!;
      s1 += v * x[o + 1]!;
      s2 += v * x[o + 2]!;
      s3 += v * x[o + 3]!;
      s4 += v * x[o + 4]!;
      s5 += v * x[o + 5]!;
      s6 += v * x[o + 6]!;
      s7 += v * x[o + 7]!;
    }
    const to = line * n + column;
    out[to] = s0;
    out[to + 1] = s1;
    out[to + 2] = s2;
    out[to + 3] = s3;
    out[to + 4] = s4;
    out[to + 5] = s5;
    out[to + 6] = s6;
    out[to + 7] = s7;
  }
}

function gather4(
  { data, indices, indptr }: Compressed,
  x: Floats,
  n: number,
  column: number,
  out: Floats,
): void {
  const values = data as Floats;
  for (let line = 0; line + 1 < indptr.length; line++) {
    const end = indptr[line + 1]!;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let p = indptr[line]!; p < end; p++) {
      const v = values[p]!;
      const o = indices[p]! * n + column;
      s0 += v * x[o]!;
      s1 += v * x[o + 1]!;
      s2 += v * x[o + 2]!;
      s3 += v * x[o + 3]!;
    }
    const to = line * n + column;
    out[to] = s0;
    out[to + 1] = s1;
    out[to + 2] = s2;
    out[to + 3] = s3;
  }
}

function gather2(
  { data, indices, indptr }: Compressed,
  x: Floats,
  n: number,
  column: number,
  out: Floats,
): void {
  const values = data as Floats;
  for (let line = 0; line + 1 < indptr.length; line++) {
    const end = indptr[line + 1]!;
    let s0 = 0;
    let s1 = 0;
    for (let p = indptr[line]!; p < end; p++) {
      const v = values[p]!;
      const o = indices[p]! * n + column;
      s0 += v * x[o]!;
      s1 += v * x[o + 1]!;
    }
    const to = line * n + column;
    out[to] = s0;
    out[to + 1] = s1;
  }
}

function gather1(
  { data, indices, indptr }: Compressed,
  x: Floats,
  n: number,
  column: number,
  out: Floats,
): void {
  const values = data as Floats;
  for (let line = 0; line + 1 < indptr.length; line++) {
    const end = indptr[line + 1]!;
    let sum = 0;
    for (let p = indptr[line]!; p < end; p++) sum += values[p]! * x[indices[p]! * n + column]!;
    out[line * n + column] = sum;
  }
}

function scatter8(
  { data, indices, indptr }: Compressed,
  x: Floats,
  n: number,
  column: number,
  sums: Float64Array,
): void {
  const values = data as Floats;
  for (let line = 0; line + 1 < indptr.length; line++) {
    const end = indptr[line + 1]!;
    const from = line * n + column;
    const x0 = x[from]!;
    const x1 = x[from + 1]!;
    const x2 = x[from + 2]!;
    const x3 = x[from + 3]!;
    const x4 = x[from + 4]!;
    const x5 = x[from + 5]!;
    const x6 = x[from + 6]!;
    const x7 = x[from + 7]!;
    for (let p = indptr[line]!; p < end; p++) {
      const v = values[p]!;
      const o = indices[p]! * n + column;
      sums[o]! += v * x0;
      sums[o + 1]! += v * x1;
      sums[o + 2]! += v * x2;
      sums[o + 3]! += v * x3;
      sums[o + 4]! += v * x4;
      sums[o + 5]! += v * x5;
      sums[o + 6]! += v * x6;
      sums[o + 7]! += v * x7;
    }
  }
}

function scatter4(
  { data, indices, indptr }: Compressed,
  x: Floats,
  n: number,
  column: number,
  sums: Float64Array,
): void {
  const values = data as Floats;
  for (let line = 0; line + 1 < indptr.length; line++) {
    const end = indptr[line + 1]!;
    const from = line * n + column;
    const x0 = x[from]!;
    const x1 = x[from + 1]!;
    const x2 = x[from + 2]!;
    const x3 = x[from + 3]!;
    for (let p = indptr[line]!; p < end; p++) {
      const v = values[p]!;
      const o = indices[p]! * n + column;
      sums[o]! += v * x0;
      sums[o + 1]! += v * x1;
      sums[o + 2]! += v * x2;
      sums[o + 3]! += v * x3;
    }
  }
}

function scatter2(
  { data, indices, indptr }: Compressed,
  x: Floats,
  n: number,
  column: number,
  sums: Float64Array,
): void {
  const values = data as Floats;
  for (let line = 0; line + 1 < indptr.length; line++) {
    const end = indptr[line + 1]!;
    const x0 = x[line * n + column]!;
    const x1 = x[line * n + column + 1]!;
    for (let p = indptr[line]!; p < end; p++) {
      const v = values[p]!;
      const o = indices[p]! * n + column;
      sums[o]! += v * x0;
      sums[o + 1]! += v * x1;
    }
  }
}

function scatter1(
  { data, indices, indptr }: Compressed,
  x: Floats,
  n: number,
  column: number,
  sums: Float64Array,
): void {
  const values = data as Floats;
  for (let line = 0; line + 1 < indptr.length; line++) {
    const end = indptr[line + 1]!;
    const x0 = x[line * n + column]!;
    for (let p = indptr[line]!; p < end; p++) sums[indices[p]! * n + column]! += values[p]! * x0;
  }
}
