/** How a length is shared between threads. */

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
