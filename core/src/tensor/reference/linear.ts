/** Linear algebra on stacks of matrices: textbook elimination in float64, each result rounded once. */
import { BitaleRangeError } from "../../errors.js";
import type { NDArray } from "../ndarray.js";
import type { LinearName } from "../primitives.js";
import { sizeOf } from "../shape.js";
import { elementsOf, fillNDArray } from "./elements.js";
import type { ReferenceKernels } from "./kernel.js";

/** The matrices of a stack, each row-major. */
function matricesOf(stack: NDArray): Float64Array[] {
  const size = sizeOf(stack.shape.slice(-2));
  const elements = Float64Array.from(elementsOf(stack) as number[]);
  return Array.from({ length: sizeOf(stack.shape.slice(0, -2)) }, (_, i) =>
    elements.slice(i * size, (i + 1) * size),
  );
}

const sideOf = (stack: NDArray): number => stack.shape.at(-1) as number;

function singular(op: LinearName): never {
  throw new BitaleRangeError("SINGULAR_MATRIX", { subject: op, problem: "the matrix is singular" });
}

/** L of a = L Lᵀ by rows; reads the lower triangle. */
function choleskyFactor(a: Float64Array, n: number): Float64Array {
  const factor = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = a[i * n + j] as number;
      for (let k = 0; k < j; k++) rest -= (factor[i * n + k] as number) * (factor[j * n + k] as number);
      if (i !== j) factor[i * n + j] = rest / (factor[j * n + j] as number);
      else if (rest > 0) factor[i * n + i] = Math.sqrt(rest);
      else {
        throw new BitaleRangeError("NOT_POSITIVE_DEFINITE", {
          subject: "cholesky",
          problem: `the matrix is not positive definite: its leading minor of order ${i + 1} is not positive`,
        });
      }
    }
  }
  return factor;
}

interface Triangle {
  readonly lower: boolean;
  readonly transpose: boolean;
  readonly unit: boolean;
}

/** Substitution, in place of b: forward through a lower triangle, backward through an upper one. */
function substitute(a: Float64Array, n: number, b: Float64Array, columns: number, by: Triangle): void {
  const forward = by.lower !== by.transpose;
  const at = (i: number, j: number): number => (by.transpose ? a[j * n + i] : a[i * n + j]) as number;
  for (let step = 0; step < n; step++) {
    const i = forward ? step : n - 1 - step;
    const pivot = by.unit ? 1 : at(i, i);
    if (pivot === 0) singular("solveTriangular");
    for (let c = 0; c < columns; c++) {
      let rest = b[i * columns + c] as number;
      for (let earlier = 0; earlier < step; earlier++) {
        const j = forward ? earlier : n - 1 - earlier;
        rest -= at(i, j) * (b[j * columns + c] as number);
      }
      b[i * columns + c] = rest / pivot;
    }
  }
}

const transposed = (a: Float64Array, n: number): Float64Array =>
  a.map((_, i) => a[(i % n) * n + Math.floor(i / n)] as number);

/**
 * Elimination with partial pivoting, in place of a and b: a becomes upper triangular.
 * @returns the sign of the row exchanges, 0 for a singular matrix
 */
function eliminate(a: Float64Array, n: number, b: Float64Array, columns: number): number {
  let sign = 1;
  const exchange = (m: Float64Array, width: number, i: number, j: number): void => {
    const row = m.slice(i * width, (i + 1) * width);
    m.copyWithin(i * width, j * width, (j + 1) * width);
    m.set(row, j * width);
  };
  const subtract = (m: Float64Array, width: number, from: number, row: number, factor: number): void => {
    for (let c = 0; c < width; c++) {
      m[from * width + c] = (m[from * width + c] as number) - factor * (m[row * width + c] as number);
    }
  };
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k + 1; i < n; i++) {
      if (Math.abs(a[i * n + k] as number) > Math.abs(a[best * n + k] as number)) best = i;
    }
    const pivot = a[best * n + k] as number;
    if (pivot === 0) return 0;
    if (best !== k) {
      exchange(a, n, k, best);
      exchange(b, columns, k, best);
      sign = -sign;
    }
    for (let i = k + 1; i < n; i++) {
      const factor = (a[i * n + k] as number) / pivot;
      subtract(a, n, i, k, factor);
      subtract(b, columns, i, k, factor);
    }
  }
  return sign;
}

const upper: Triangle = { lower: false, transpose: false, unit: false };

/** Runs over both stacks; the second one's matrices are replaced in place. */
function solveEach(
  inputs: readonly NDArray[],
  solve: (a: Float64Array, n: number, b: Float64Array, columns: number) => void,
): Float64Array[] {
  const [left, right] = inputs as [NDArray, NDArray];
  const results = matricesOf(right);
  matricesOf(left).forEach((a, i) => {
    solve(a, sideOf(left), results[i] as Float64Array, sideOf(right));
  });
  return results;
}

/** The stack of matrices as an array. */
function stacked(
  matrices: readonly Float64Array[],
  { shape, dtype }: Pick<NDArray, "shape" | "dtype">,
): NDArray {
  const size = sizeOf(shape.slice(-2));
  return fillNDArray(shape, dtype, (i) => matrices[Math.floor(i / size)]?.[i % size] as number);
}

/** Kernels of linear algebra. */
export const linearKernels: ReferenceKernels<LinearName> = {
  cholesky: ({ inputs, dtype, shape }) => {
    const [x] = inputs as readonly [NDArray];
    return stacked(
      matricesOf(x).map((a) => choleskyFactor(a, sideOf(x))),
      { shape, dtype },
    );
  },
  solve: ({ params, inputs, dtype, shape }) => {
    const results = solveEach(inputs, (given, n, b, columns) => {
      const a = params.transpose ? transposed(given, n) : given;
      if (eliminate(a, n, b, columns) === 0) singular("solve");
      substitute(a, n, b, columns, upper);
    });
    return stacked(results, { shape, dtype });
  },
  solveTriangular: ({ params, inputs, dtype, shape }) =>
    stacked(
      solveEach(inputs, (a, n, b, columns) => substitute(a, n, b, columns, params)),
      { shape, dtype },
    ),
  determinant: ({ params, inputs, dtype, shape }) => {
    const [x] = inputs as readonly [NDArray];
    const n = sideOf(x);
    const values = matricesOf(x).map((a) => {
      const exchanges = eliminate(a, n, new Float64Array(0), 0);
      const pivots = Array.from({ length: n }, (_, i) => a[i * n + i] as number);
      const sign = pivots.reduce((s, pivot) => s * Math.sign(pivot), exchanges);
      if (params.part === "sign") return sign;
      if (exchanges === 0) return params.part === "value" ? 0 : Number.NEGATIVE_INFINITY;
      return params.part === "value"
        ? pivots.reduce((product, pivot) => product * pivot, exchanges)
        : pivots.reduce((sum, pivot) => sum + Math.log(Math.abs(pivot)), 0);
    });
    return fillNDArray(shape, dtype, (i) => values[i] as number);
  },
};
