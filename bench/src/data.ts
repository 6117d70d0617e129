/** The numbers that all contenders start from: a hash of the position, the same in every language. */
import { classifier, classifierSeeds, type FloatName } from "./workloads.js";

/** Where a stream of numbers starts, and its range [low, high). */
export interface Stream {
  readonly seed: number;
  readonly low: number;
  readonly high: number;
}
export const signed = (seed: number): Stream => ({ seed, low: -1, high: 1 });
export const wide = (seed: number): Stream => ({ seed, low: -4, high: 4 });

/** Chris Wellons' lowbias32 of the position, as a fraction in [0, 1). */
function fraction(position: number): number {
  let bits = position | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x7feb352d);
  bits = Math.imul(bits ^ (bits >>> 15), 0x846ca68b);
  bits ^= bits >>> 16;
  return (bits >>> 0) / 2 ** 32;
}

/** Floats on the JavaScript heap. */
export type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

function fill<A extends Floats>(target: A, { seed, low, high }: Stream): A {
  const start = seed * 100_000_007;
  for (let i = 0; i < target.length; i++) target[i] = low + fraction(start + i) * (high - low);
  return target;
}

/** n numbers, evenly spread. */
export const uniform32 = (n: number, stream: Stream): Float32Array<ArrayBuffer> =>
  fill(new Float32Array(n), stream);
/** n numbers, evenly spread, of the dtype that is named. */
export const uniform = (n: number, stream: Stream, dtype: FloatName): Floats =>
  dtype === "float32" ? uniform32(n, stream) : fill(new Float64Array(n), stream);

const { features, hidden, classes } = classifier;

/** A batch: x of batch x 784, and a label below 10 for each row. */
export const trainingData = (
  batch: number,
): { readonly x: Float32Array<ArrayBuffer>; readonly labels: Int32Array } => ({
  x: uniform32(batch * features, classifierSeeds.x),
  labels: Int32Array.from(uniform32(batch, classifierSeeds.labels), Math.floor),
});
/** Labels as rows of zeros with a one. */
export function oneHotLabels(labels: Int32Array): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(labels.length * classes);
  for (let row = 0; row < labels.length; row++) rows[row * classes + (labels[row] as number)] = 1;
  return rows;
}
/** W of 784 x 10. */
export const logisticWeights = (): Float32Array<ArrayBuffer> =>
  uniform32(features * classes, classifierSeeds.weights);
/** W1 of 784 x 500, W2 of 500 x 10. */
export const mlpWeights = (): Readonly<Record<"W1" | "W2", Float32Array<ArrayBuffer>>> => ({
  W1: uniform32(features * hidden, classifierSeeds.weights1),
  W2: uniform32(hidden * classes, classifierSeeds.weights2),
});

/** Matrices of a linear system A X = B that is well conditioned. */
export function linearSystem(n: number): Readonly<Record<"A" | "B", Float64Array<ArrayBuffer>>> {
  const A = fill(new Float64Array(n * n), signed(1));
  for (let i = 0; i < n; i++) A[i * n + i] = (A[i * n + i] as number) + n;
  return { A, B: fill(new Float64Array(n * n), signed(2)) };
}
