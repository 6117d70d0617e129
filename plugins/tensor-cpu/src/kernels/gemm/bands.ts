/** How a product is shared between threads. */

/** Multiplications from which that pays: below, sending it to them costs too much. */
export const smallestShared = 2 ** 21;

/** A part of a length that one thread computes. */
export interface Band {
  readonly first: number;
  readonly count: number;
}

/** Cuts a length into bands of whole units, one for each thread; fewer where it is short. */
export function bandsOf(length: number, unit: number, threads: number): Band[] {
  const band = Math.ceil(length / (threads * unit)) * unit;
  return Array.from({ length: Math.ceil(length / band) }, (_, i) => ({
    first: i * band,
    count: Math.min(band, length - i * band),
  }));
}
