/**
 * What CSR and CSC have in common: entries compressed along a *major* axis (rows of CSR, columns of CSC), each with
 * an index on the *minor* axis. Pure array work; the matrix classes give it names.
 */
import { isBig, type NDArray, type TypedArray } from "@bitale/core";
import { emptyData } from "./dtype.js";

/** Compressed entries: those of major line `i` stand at `indptr[i]` to `indptr[i + 1]`. */
export interface Compressed {
  readonly data: TypedArray;
  readonly indices: Int32Array;
  readonly indptr: Int32Array;
}

/**
 * The same entries compressed along the other axis: a counting sort. Indices come out sorted in each line, equal
 * ones in their old order.
 * @param minor length of the minor axis, the major one of the result
 */
export function swapMajor(source: Compressed, minor: number): Compressed {
  const { data, indices, indptr } = source;
  const count = indices.length;
  const ends = new Int32Array(minor + 1);
  for (let p = 0; p < count; p++) ends[(indices[p] as number) + 1]!++;
  for (let line = 0; line < minor; line++) ends[line + 1]! += ends[line] as number;
  const next = ends.slice(0, minor);
  const swapped = { data: emptyData(data, count), indices: new Int32Array(count), indptr: ends };
  for (let line = 0; line + 1 < indptr.length; line++) {
    const end = indptr[line + 1] as number;
    for (let p = indptr[line] as number; p < end; p++) {
      const to = next[indices[p] as number]!++;
      swapped.indices[to] = line;
      swapped.data[to] = data[p] as never;
    }
  }
  return swapped;
}

/** Whether indices go up in every line. @param strictly also without duplicates */
export function indicesSorted({ indices, indptr }: Compressed, strictly = false): boolean {
  const least = strictly ? 1 : 0;
  for (let line = 0; line + 1 < indptr.length; line++) {
    const end = indptr[line + 1] as number;
    for (let p = (indptr[line] as number) + 1; p < end; p++) {
      if ((indices[p] as number) - (indices[p - 1] as number) < least) return false;
    }
  }
  return true;
}

/** The same entries with indices that go up in every line: swapped twice. */
export function sortLines(source: Compressed, minor: number): Compressed {
  return swapMajor(swapMajor(source, minor), source.indptr.length - 1);
}

/** One entry for each position: sorted, values of equal positions added. Explicit zeros stay. */
export function mergeDuplicates(source: Compressed, minor: number): Compressed {
  const sorted = indicesSorted(source) ? source : sortLines(source, minor);
  const { data, indices, indptr } = sorted;
  const merged = emptyData(data, data.length);
  const places = new Int32Array(indices.length);
  const ends = new Int32Array(indptr.length);
  let last = -1;
  for (let line = 0; line + 1 < indptr.length; line++) {
    const first = last + 1;
    const end = indptr[line + 1] as number;
    for (let p = indptr[line] as number; p < end; p++) {
      if (last >= first && places[last] === indices[p]) {
        merged[last] = ((merged[last] as number) + (data[p] as number)) as never;
      } else {
        places[++last] = indices[p] as number;
        merged[last] = data[p] as never;
      }
    }
    ends[line + 1] = last + 1;
  }
  return { data: merged.slice(0, last + 1), indices: places.slice(0, last + 1), indptr: ends };
}

/** Entries of a dense matrix that are not zero (NaN is not). @param axis the major axis: 0 for CSR, 1 for CSC */
export function compressDense(array: NDArray, axis: 0 | 1): Compressed {
  const { data, offset } = array;
  const [major, minor] = [array.shape[axis] as number, array.shape[1 - axis] as number];
  const [majorStep, minorStep] = [array.strides[axis] as number, array.strides[1 - axis] as number];
  const zero = isBig(array.dtype) ? 0n : 0;
  const indptr = new Int32Array(major + 1);
  let count = 0;
  for (let line = 0; line < major; line++) {
    for (let i = 0, p = offset + line * majorStep; i < minor; i++, p += minorStep)
      if (data[p] !== zero) count++;
    indptr[line + 1] = count;
  }
  const kept = emptyData(data, count);
  const indices = new Int32Array(count);
  let to = 0;
  for (let line = 0; line < major; line++) {
    for (let i = 0, p = offset + line * majorStep; i < minor; i++, p += minorStep) {
      if (data[p] === zero) continue;
      indices[to] = i;
      kept[to++] = data[p] as never;
    }
  }
  return { data: kept, indices, indptr };
}

/** Adds all entries into a zeroed array; the steps say where a line and an index lie in it. */
export function expandInto(
  target: TypedArray,
  source: Compressed,
  majorStep: number,
  minorStep: number,
): void {
  const { data, indices, indptr } = source;
  for (let line = 0; line + 1 < indptr.length; line++) {
    const base = line * majorStep;
    const end = indptr[line + 1] as number;
    for (let p = indptr[line] as number; p < end; p++) {
      const at = base + (indices[p] as number) * minorStep;
      target[at] = ((target[at] as number) + (data[p] as number)) as never;
    }
  }
}
