/** Results in short, so that contenders in different processes and languages can be compared before they are timed. */

export type Results = Readonly<Record<string, ArrayLike<number>>>;

/** One array in short. */
export interface Fingerprint {
  readonly length: number;
  readonly sum: number;
  readonly absoluteSum: number;
  /** Elements at `SAMPLES` even steps from the first to the last. */
  readonly sample: readonly number[];
}
export type Fingerprints = Readonly<Record<string, Fingerprint>>;

const SAMPLES = 61;

export function fingerprint(values: ArrayLike<number>): Fingerprint {
  let [sum, absoluteSum] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    sum += value;
    absoluteSum += Math.abs(value);
  }
  const last = values.length - 1;
  const sample = Array.from({ length: SAMPLES }, (_, i) =>
    Number(values[Math.floor((i * last) / (SAMPLES - 1))]),
  );
  return { length: values.length, sum, absoluteSum, sample };
}

export const fingerprints = (results: Results): Fingerprints =>
  Object.fromEntries(Object.entries(results).map(([name, values]) => [name, fingerprint(values)]));

/**
 * What differs between two results, in words; undefined where they agree.
 * @param tolerance relative to the element, and to the mean size of the elements
 */
export function difference(got: Fingerprints, expected: Fingerprints, tolerance: number): string | undefined {
  for (const [name, want] of Object.entries(expected)) {
    const have = got[name];
    if (have === undefined) return `${name} is missing`;
    if (have.length !== want.length) return `${name} has ${have.length} elements instead of ${want.length}`;
    const slack = (tolerance * want.absoluteSum) / Math.max(1, want.length);
    const close = (a: number, b: number, loose: number): boolean =>
      Math.abs(a - b) <= tolerance * Math.abs(b) + loose;
    if (!close(have.sum, want.sum, tolerance * want.absoluteSum)) {
      return `the sum of ${name} is ${have.sum} instead of ${want.sum}`;
    }
    const at = want.sample.findIndex((value, i) => !close(have.sample[i] as number, value, slack));
    if (at >= 0) return `${name} holds ${have.sample[at]} instead of ${want.sample[at]} (sample ${at})`;
  }
  return undefined;
}
