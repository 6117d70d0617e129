/** Chooses how a product of matrices of floats is computed. */
import { features } from "../../wasm/features.js";
import { ModuleBuilder } from "../../wasm/module.js";
import type { Kernel, KernelLibrary } from "../kernel-library.js";
import { type FloatType, floatLanes } from "../lanes.js";
import { gemm, packLeft, packRight, workspaceBytes } from "./gemm.js";
import { gemv } from "./gemv.js";
import type { Tile } from "./micro.js";
import { nativeProduct } from "./native-product.js";
import type { Addend, ProductKernel, ProductShape } from "./product.js";

/** Columns up to which tiles of three vectors waste less than those of two. */
const skinny = 12;

/**
 * Tiles that were fastest, by what the engine can do: engines that fuse and compile long loops well take large tiles,
 * older ones would spill them.
 */
function tileFor(n: number, lanes: number, { fused, wide }: KernelLibrary): Tile {
  const recent = features().memory64;
  const width = (vectors: number): number => Math.ceil(n / (vectors * lanes)) * vectors;
  if (wide && n > 2 * lanes) return { rows: 4, vectors: 4, fused, unroll: 1 };
  if (!fused) return { rows: 4, vectors: 2, fused, unroll: 1 };
  if (n <= skinny && width(3) <= width(2)) return { rows: 3, vectors: 3, fused, unroll: recent ? 4 : 1 };
  return recent ? { rows: 6, vectors: 2, fused, unroll: 4 } : { rows: 4, vectors: 2, fused, unroll: 1 };
}

/** The kernel for a product of floats; undefined where there is no WebAssembly for it, or nothing to sum. */
export function productKernel(
  library: KernelLibrary,
  type: FloatType,
  shape: ProductShape,
  addend: Addend = { row: 0 },
): ProductKernel | undefined {
  const { m, n, k } = shape;
  if (k === 0) return undefined;
  const { bytes } = floatLanes[type];
  if (n === 1 && shape.aDepth === 1 && (shape.bDepth === 1 || k === 1)) {
    const run = vectorKernel(library, type);
    return (
      run && ((a, b, c, d, alpha) => run(m, k, a, shape.aRow * bytes, b, c, d, addend.row * bytes, alpha))
    );
  }
  if (m === 1 && shape.bDepth === 1 && (shape.aDepth === 1 || k === 1)) {
    const run = vectorKernel(library, type);
    return run && ((a, b, c, d, alpha) => run(n, k, b, shape.bColumn * bytes, a, c, d, bytes, alpha));
  }
  // A column is computed as a row where its matrix lies by columns.
  if (n === 1 && m > 1 && shape.aRow === 1 && addend.row === 1) {
    const { aDepth, bDepth } = shape;
    const turned = { m: 1, n: m, k, aRow: 0, aDepth: bDepth, bDepth: aDepth, bColumn: 1 };
    const run = matrixKernel(library, type, turned, { row: 0 });
    return run && ((a, b, c, d, alpha) => run(b, a, c, d, alpha));
  }
  return nativeProduct(library.native, type, shape, addend) ?? matrixKernel(library, type, shape, addend);
}

function vectorKernel(library: KernelLibrary, type: FloatType): Kernel | undefined {
  const build = (): ModuleBuilder => {
    const module = new ModuleBuilder();
    gemv(module, floatLanes[type], library.fused, "gemv");
    return module;
  };
  return library.module(`gemv ${type}`, build)?.gemv;
}

function matrixKernel(
  library: KernelLibrary,
  type: FloatType,
  shape: ProductShape,
  addend: Addend,
): ProductKernel | undefined {
  const lanes = floatLanes[type];
  const { m, n, k } = shape;
  const tile = tileFor(n, lanes.lanes, library);
  const build = (): ModuleBuilder => {
    const module = new ModuleBuilder();
    gemm(module, lanes, tile, "gemm");
    return module;
  };
  const run = library.module(`gemm ${type} ${Object.values(tile).join()}`, build)?.gemm;
  if (run === undefined) return undefined;
  library.reserve(workspaceBytes(lanes, tile, [m, n, k]));
  const { bytes } = lanes;
  const [aRow, aDepth, bDepth, bColumn] = [shape.aRow, shape.aDepth, shape.bDepth, shape.bColumn].map(
    (stride) => stride * bytes,
  ) as [number, number, number, number];
  const width = tile.vectors * lanes.lanes;
  // Packing costs a pass; it pays where a panel is read often, and it is needed where lanes are no neighbours.
  const left = n >= 4 * width ? packLeft : 0;
  const right =
    bColumn !== bytes ||
    (n % width !== 0 && n < 4 * width) ||
    m >= 32 ||
    (bDepth % 1024 === 0 && m > tile.rows)
      ? packRight
      : 0;
  const [cRow, dRow] = [n * bytes, addend.row * bytes];
  return (a, b, c, d, alpha) =>
    run(
      m,
      n,
      k,
      a,
      aRow,
      aDepth,
      b,
      bDepth,
      bColumn,
      c,
      cRow,
      d,
      dRow,
      library.workspace,
      left + right,
      alpha,
    );
}
