/** What linear algebra does with one matrix of a stack: it is read in double precision, worked on, and written. */
import { byteSize, type LinearName, type LoweredParams } from "@bitale/core";
import type { KernelLibrary } from "../kernel-library.js";
import type { FloatType } from "../lanes.js";
import { type BlockKernels, blockKernels } from "./block-kernels.js";
import { factorSymmetric } from "./cholesky.js";
import { factorGeneral, paddedRow } from "./lu.js";
import { type BlockPlace, elementBytes, inOrder, spreadRow } from "./parts.js";
import { solveTriangle } from "./triangular.js";

export type LinearTask = {
  readonly [N in LinearName]: { readonly op: N; readonly params: LoweredParams[N] };
}[LinearName];

/** What the matrices are: float32 or float64, row-major. */
export interface LinearShape {
  readonly dtype: FloatType;
  readonly side: number;
  /** Of the right sides. */
  readonly columns: number;
}

export interface MatrixWork {
  /** Of the space to work in. */
  readonly bytes: number;
  /** Works at byte addresses; false: it cannot be done, and what is in the result does not matter. */
  run(left: number, right: number, out: number, space: number): boolean;
}

/** How a task is done; undefined where there is no WebAssembly for it. */
export function matrixWork(
  library: KernelLibrary,
  task: LinearTask,
  shape: LinearShape,
): MatrixWork | undefined {
  const kernels = blockKernels(library);
  if (kernels === undefined) return undefined;
  const row = paddedRow(shape.side);
  const bytes = shape.side * row * elementBytes;
  const desk: Desk = { ...shape, library, kernels, size: byteSize(shape.dtype), row, bytes };
  switch (task.op) {
    case "cholesky":
      return cholesky(desk);
    case "determinant":
      return determinant(desk, task.params.part);
    case "solve":
      return solve(desk, task.params.transpose);
    case "solveTriangular":
      return solveTriangular(desk, task.params);
  }
}

interface Desk extends LinearShape {
  readonly library: KernelLibrary;
  readonly kernels: BlockKernels;
  /** Bytes of an element in the operands and in the result. */
  readonly size: number;
  /** Elements from a row to the next in the space to work in, and bytes of a matrix there. */
  readonly row: number;
  readonly bytes: number;
}

/** Reads the matrix, or its transposed, into the space to work in. */
function reading({ kernels, dtype, size, side, row }: Desk, transposed: boolean) {
  const read = kernels.read[dtype];
  const [down, across] = transposed ? [size, side * size] : [side * size, size];
  return (from: number, to: number): void => read(side, side, from, down, across, to, row * elementBytes, 0);
}

function cholesky(desk: Desk): MatrixWork | undefined {
  const { library, kernels, dtype, size, side, row, bytes } = desk;
  const factor = factorSymmetric(library, kernels, side, row);
  // The lower triangle is read as the upper one of the transposed matrix, and written back so.
  const read = reading(desk, true);
  const write = kernels.write[dtype];
  return (
    factor && {
      bytes,
      run: (left, _right, out, space) => {
        read(left, space);
        if (!factor(space, space)) return false;
        write(side, side, space, elementBytes, row * elementBytes, out, side * size, 1);
        return true;
      },
    }
  );
}

function determinant(desk: Desk, part: "value" | "sign" | "logarithm"): MatrixWork | undefined {
  const { library, kernels, dtype, side, row, bytes } = desk;
  const factor = factorGeneral(library, kernels, side);
  const read = reading(desk, false);
  const { buffer } = library;
  const [doubles, words] = [new Float64Array(buffer), new Int32Array(buffer)];
  const results = dtype === "float32" ? new Float32Array(buffer) : doubles;
  return (
    factor && {
      bytes: bytes + side * 4,
      run: (left, _right, out, space) => {
        read(left, space);
        const pivots = space + bytes;
        if (!factor(space, pivots)) return false;
        let value = 1;
        for (let i = 0; i < side; i++) if (words[pivots / 4 + i] !== i) value = -value;
        if (part === "logarithm") value = 0;
        for (let i = 0; i < side; i++) {
          const pivot = doubles[space / 8 + i * (row + 1)] as number;
          if (part === "value") value *= pivot;
          else if (part === "sign") value *= Math.sign(pivot);
          else value += Math.log(Math.abs(pivot));
        }
        results[out / results.BYTES_PER_ELEMENT] = value;
        return true;
      },
    }
  );
}

/**
 * Lets the right sides be replaced in double precision: in the result, or in a space where that has other elements, or
 * rows that meet in one place of the caches.
 */
function replacing({ kernels, dtype, size, side, columns }: Desk) {
  const row = spreadRow(columns);
  const inPlace = dtype === "float64" && row === columns;
  const [wide, narrow] = [row * elementBytes, columns * size];
  const [read, write] = [kernels.read[dtype], kernels.write[dtype]];
  return {
    row,
    bytes: inPlace ? 0 : side * wide,
    run(right: number, out: number, space: number, solve: (sides: number) => boolean): boolean {
      const sides = inPlace ? out : space;
      read(side, columns, right, narrow, size, sides, wide, 0);
      if (!solve(sides)) return false;
      if (!inPlace) write(side, columns, sides, wide, elementBytes, out, narrow, 0);
      return true;
    },
  };
}

function solve(desk: Desk, transposed: boolean): MatrixWork | undefined {
  const { library, kernels, side, columns, row, bytes } = desk;
  const factor = factorGeneral(library, kernels, side);
  const replaced = replacing(desk);
  const matrix: BlockPlace = { of: "left", at: 0, row, column: 1 };
  const sides: BlockPlace = { of: "right", at: 0, row: replaced.row, column: 1 };
  const both = { side, columns, matrix, sides };
  const substitute = inOrder(
    solveTriangle(library, kernels, { ...both, lower: true, unit: true }),
    solveTriangle(library, kernels, { ...both, lower: false, unit: false }),
  );
  const read = reading(desk, transposed);
  return (
    factor &&
    substitute && {
      bytes: bytes + replaced.bytes + side * 4,
      run: (left, right, out, space) => {
        const pivots = space + bytes + replaced.bytes;
        read(left, space);
        if (!factor(space, pivots)) return false;
        return replaced.run(right, out, space + bytes, (solution) => {
          kernels.exchange(side, solution, replaced.row * elementBytes, columns * elementBytes, pivots);
          return substitute(space, solution);
        });
      },
    }
  );
}

function solveTriangular(
  desk: Desk,
  { lower, transpose, unit }: LoweredParams["solveTriangular"],
): MatrixWork | undefined {
  const { library, kernels, dtype, side, columns, row, bytes } = desk;
  const inPlace = dtype === "float64";
  const down = inPlace ? side : row;
  const replaced = replacing(desk);
  const substitute = solveTriangle(library, kernels, {
    ...{ side, columns, lower: lower !== transpose, unit },
    matrix: { of: "left", at: 0, ...(transpose ? { row: 1, column: down } : { row: down, column: 1 }) },
    sides: { of: "right", at: 0, row: replaced.row, column: 1 },
  });
  const read = reading(desk, false);
  return (
    substitute && {
      bytes: bytes + replaced.bytes,
      run: (left, right, out, space) => {
        const matrix = inPlace ? left : space;
        if (!inPlace) read(left, space);
        return replaced.run(right, out, space + bytes, (solution) => substitute(matrix, solution));
      },
    }
  );
}
