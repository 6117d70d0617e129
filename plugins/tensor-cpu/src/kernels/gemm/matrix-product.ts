/** Chooses how a product of matrices is computed. */
import type { DType } from "@bitale/core";
import { features } from "../../wasm/features.js";
import { bandsOf } from "../bands.js";
import { lanesOf } from "../integer-lanes.js";
import { type Kernel, type KernelLibrary, type Source, sourceWith } from "../kernel-library.js";
import { canFuse, type Lanes } from "../lanes.js";
import { gemm, packLeft, packRight, workspaceBytes } from "./gemm.js";
import { gemv } from "./gemv.js";
import type { Tile } from "./micro.js";
import { nativeProduct } from "./native-product.js";
import { type Addend, type ProductKernel, type ProductShape, smallestShared } from "./product.js";
import { skinnyProduct } from "./skinny-product.js";

/** Columns up to which tiles of three vectors waste less than those of two. */
const skinny = 12;

/**
 * Tiles that were fastest, by what the engine can do: engines that fuse and compile long loops well take large tiles,
 * older ones would spill them.
 */
function tileFor(n: number, elements: Lanes, library: KernelLibrary): Tile {
  const { lanes } = elements;
  const recent = features().memory64;
  const fused = library.fused && canFuse(elements);
  const width = (vectors: number): number => Math.ceil(n / (vectors * lanes)) * vectors;
  if (library.wide && canFuse(elements) && n > 2 * lanes) return { rows: 4, vectors: 4, fused, unroll: 1 };
  if (n <= skinny && width(3) <= width(2))
    return { rows: fused ? 3 : 2, vectors: 3, fused, unroll: fused && recent ? 4 : 1 };
  if (!fused) return { rows: 4, vectors: 2, fused, unroll: 1 };
  return recent ? { rows: 6, vectors: 2, fused, unroll: 4 } : { rows: 4, vectors: 2, fused, unroll: 1 };
}

/**
 * The kernel for a product; undefined where there is no WebAssembly for it, or nothing to sum.
 * @param added what the kernel's d is; left out: it is always 0
 */
export function productKernel(
  library: KernelLibrary,
  dtype: DType,
  shape: ProductShape,
  added?: Addend,
): ProductKernel | undefined {
  const addend = added ?? { row: 0 };
  const { m, n, k } = shape;
  const lanes = lanesOf(dtype);
  if (lanes === undefined || k === 0) return undefined;
  const { bytes } = lanes;
  const { cRow = n } = shape;
  if (n === 1 && cRow === 1 && shape.aDepth === 1 && (shape.bDepth === 1 || k === 1)) {
    const run = vectorKernel(library, lanes);
    return (
      run && ((a, b, c, d, alpha) => run(m, k, a, shape.aRow * bytes, b, c, d, addend.row * bytes, alpha))
    );
  }
  if (m === 1 && shape.bDepth === 1 && (shape.aDepth === 1 || k === 1)) {
    const run = vectorKernel(library, lanes);
    return run && ((a, b, c, d, alpha) => run(n, k, b, shape.bColumn * bytes, a, c, d, bytes, alpha));
  }
  // A column is computed as a row where its matrix lies by columns.
  if (n === 1 && cRow === 1 && m > 1 && shape.aRow === 1 && (added === undefined || added.row === 1)) {
    const { aDepth, bDepth } = shape;
    const turned = { m: 1, n: m, k, aRow: 0, aDepth: bDepth, bDepth: aDepth, bColumn: 1 };
    const run = matrixKernel(library, lanes, turned, { row: 0 });
    return run && ((a, b, c, d, alpha) => run(b, a, c, d, alpha));
  }
  return (
    nativeProduct(library.native, dtype, shape, addend) ??
    skinnyProduct(library, lanes, shape, addend) ??
    matrixKernel(library, lanes, shape, addend)
  );
}

function vectorKernel(library: KernelLibrary, lanes: Lanes): Kernel | undefined {
  const build = (): Source => sourceWith((module) => gemv(module, lanes, library.fused, "gemv"));
  return library.module(`gemv ${lanes.name}`, build)?.gemv;
}

function matrixKernel(
  library: KernelLibrary,
  lanes: Lanes,
  shape: ProductShape,
  addend: Addend,
): ProductKernel | undefined {
  const { m, n, k } = shape;
  const tile = tileFor(n, lanes, library);
  const build = (): Source => sourceWith((module) => gemm(module, lanes, tile, "gemm"));
  const key = `gemm ${lanes.name} ${Object.values(tile).join()}`;
  const run = library.module(key, build)?.gemm;
  if (run === undefined) return undefined;
  const parallel = m * n * k < smallestShared ? undefined : library.inParallel(key, "gemm");
  const parts = parallel === undefined ? [{ m, n, row: 0, column: 0 }] : split(m, n, tile, lanes, library);
  const space = Math.ceil(workspaceBytes(lanes, tile, [m, n, k]) / 64) * 64;
  library.reserve(space * parts.length);
  const { bytes } = lanes;
  const [aRow, aDepth, bDepth, bColumn] = [shape.aRow, shape.aDepth, shape.bDepth, shape.bColumn].map(
    (stride) => stride * bytes,
  ) as [number, number, number, number];
  const width = tile.vectors * lanes.lanes;
  // Packing costs a pass; it pays where a panel is read often, and it is needed where lanes are no neighbours. Packed
  // tiles are computed whole: with few rows that wastes more than it saves.
  const left = n >= 4 * width && (m % tile.rows === 0 || m >= 8 * tile.rows) ? packLeft : 0;
  const right =
    bColumn !== bytes ||
    (n % width !== 0 && n < 4 * width) ||
    m >= 32 ||
    (bDepth % 1024 === 0 && m > tile.rows)
      ? packRight
      : 0;
  const [cRow, dRow] = [(shape.cRow ?? n) * bytes, addend.row * bytes];
  const whole: ProductKernel = (a, b, c, d, alpha) =>
    run(
      ...[m, n, k, a, aRow, aDepth, b, bDepth, bColumn, c, cRow, d, dRow],
      ...[library.workspace, left + right, alpha],
    );
  if (parallel === undefined || parts.length < 2) return whole;
  return (a, b, c, d, alpha) => {
    if (!parallel.ready()) return whole(a, b, c, d, alpha);
    parallel.run(
      parts.map((part, i) => [
        ...[part.m, part.n, k, a + part.row * aRow, aRow, aDepth, b + part.column * bColumn, bDepth, bColumn],
        ...[c + part.row * cRow + part.column * bytes, cRow],
        ...[d === 0 ? 0 : d + part.row * dRow + part.column * bytes, dRow],
        ...[library.workspace + i * space, left + right, alpha],
      ]),
    );
  };
}

/** A part of a result that one thread computes. */
interface Part {
  readonly m: number;
  readonly n: number;
  readonly row: number;
  readonly column: number;
}

/** Cuts a result into bands of whole tiles, across its longer side, one for each thread. */
function split(m: number, n: number, tile: Tile, lanes: Lanes, library: KernelLibrary): Part[] {
  const rows = m >= n;
  const [length, unit] = rows ? [m, tile.rows] : [n, tile.vectors * lanes.lanes];
  return bandsOf(length, unit, library.threads?.threads ?? 1).map(({ first, count }) =>
    rows ? { m: count, n, row: first, column: 0 } : { m, n: count, row: 0, column: first },
  );
}
