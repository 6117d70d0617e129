/**
 * What is measured, as data: each kind of workload with its parameters. A contender does a workload from the same
 * numbers (`uniform`, with the seeds below) by the same formula, or not at all; results are compared before any timing.
 */
import type { Results } from "./fingerprint.js";

export type FloatName = "float32" | "float64";

/** A chain of nodes, a running sum of many terms, their sum in pairs, an unrolled recurrent network with its gradient. */
export type GraphForm = "chain" | "wide" | "tree" | "unrolled";

/** Parameters by kind. Shapes are row-major; `n` counts elements. */
export interface Workloads {
  /** x ← x + 1 on one float32. Result: x. */
  readonly scalarUpdate: Record<never, never>;
  /** p ← p - 0.001 g, float32; p from seed 1, g from seed 2, in [-1, 1). Result: p. */
  readonly sgd: { readonly n: number };
  /** Adam on one parameter, float32, see `adamRates`; p from seed 1, g from seed 2, in [-1, 1). Result: p, m, v. */
  readonly adam: { readonly n: number };
  /** Storage of its own for n float32 of a typed array (seed 1), and giving it back. Result: the values. */
  readonly create: { readonly n: number };
  /** The values of a variable or tensor in a new typed array. Result: that array. */
  readonly read: { readonly n: number };
  /** The values of a variable or tensor in a typed array that is there. Result: that array. */
  readonly readInto: { readonly n: number };
  /** C = op(A) op(B), C of m x n, k summed; A from seed 1, B from seed 2; a transposed operand is stored k x m, n x k. */
  readonly gemm: {
    readonly dtype: FloatName;
    readonly m: number;
    readonly k: number;
    readonly n: number;
    readonly transposeA: boolean;
    readonly transposeB: boolean;
  };
  /** softmax over rows, float32, seed 1 in [-4, 4). Result: the rows. */
  readonly softmax: { readonly rows: number; readonly columns: number };
  /** Sums along an axis (0: of columns), float32, seed 1 in [-1, 1). Result: the sums. */
  readonly sums: { readonly rows: number; readonly columns: number; readonly axis: 0 | 1 };
  /** Running sums along rows, float32, seed 1 in [-1, 1). Result: the sums. */
  readonly running: { readonly rows: number; readonly columns: number };
  /** Every row in ascending order, float32, seed 1 in [-1, 1). Result: the rows. */
  readonly sort: { readonly rows: number; readonly columns: number };
  /** X of A X = B, float64, all n x n; A from seed 1 in [-1, 1) with n added on the diagonal, B from seed 2. Result: X. */
  readonly solve: { readonly n: number };
  /** A function of each of n float32, seed 1 in [-4, 4). Result: the values. */
  readonly unary: { readonly op: "exp" | "tanh"; readonly n: number };
  /** One step of `logisticRates` on a resident batch; see `trainingData`. Result: cost, W, b. */
  readonly logistic: { readonly batch: number };
  /** One step of a tanh network 784-500-10 on a resident batch. Result: cost, W1, b1, W2, b2. */
  readonly mlp: { readonly batch: number };
  /** From nothing to the result of a network's first step: graph, compile, first call. Result: as `mlp`. */
  readonly compile: { readonly batch: number };
  /** From nothing to the first result of a graph of about so many nodes, float64. Result: y. */
  readonly graph: { readonly form: GraphForm; readonly nodes: number };
  /** softmax(X W) of a batch, as the first thing that a process does. Result: the rows. */
  readonly firstResult: { readonly batch: number };
}
export type Kind = keyof Workloads;

/** One workload with its parameters. */
export type Workload = { [K in Kind]: { readonly kind: K } & Workloads[K] }[Kind];

export const learningRate = 0.001;
/** m ← β₁ m + (1-β₁) g; v ← β₂ v + (1-β₂) g²; p ← p - η (m / (1-β₁ᵗ)) / (√(v / (1-β₂ᵗ)) + ε), t counting from 1. */
export const adamRates = { eta: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** Sizes and rates of the two classifiers: rows of 784 features, 10 classes, mean cross-entropy, plain descent. */
export const classifier = {
  features: 784,
  hidden: 500,
  classes: 10,
  logisticRate: 0.13,
  mlpRate: 0.01,
} as const;

/** Seeds and ranges of what the classifiers start from; labels are `floor(10 u)`, biases zeros. */
export const classifierSeeds = {
  x: { seed: 1, low: 0, high: 1 },
  labels: { seed: 2, low: 0, high: 10 },
  weights: { seed: 3, low: -0.05, high: 0.05 },
  weights1: { seed: 3, low: -0.068, high: 0.068 },
  weights2: { seed: 4, low: -0.1, high: 0.1 },
} as const;

/** A workload that is set up. */
export interface Task {
  /** Does the work once; a contender that is asynchronous returns a promise. */
  readonly step: () => unknown;
  /** What the steps so far have led to. */
  readonly result: () => Results | Promise<Results>;
}

/** How to set up a workload; a kind that is missing is one that the library does not offer. */
export type Tasks = { readonly [K in Kind]?: (parameters: Workloads[K]) => Task | Promise<Task> };

export interface Contender {
  readonly tasks: Tasks;
  /** What it runs on, where that is not the same everywhere. */
  readonly about?: string | undefined;
}

/** Options of a contender (a variant of ours): handed over as JSON. */
export type ContenderOptions = Readonly<Record<string, unknown>>;
/** What the module of a contender exports as `contend`. */
export type Contend = (options: ContenderOptions) => Contender | Promise<Contender>;

/** Thrown by a contender for parameters that it cannot do: not a failure. */
export class NotOfferedError extends Error {
  override readonly name = "NotOfferedError";
}
