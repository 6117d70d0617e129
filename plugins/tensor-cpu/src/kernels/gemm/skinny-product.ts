/** Products with few columns, such as those of a classifier's last layer, without lanes that compute nothing. */
import { ModuleBuilder } from "../../wasm/module.js";
import type { KernelLibrary, Source } from "../kernel-library.js";
import { type FloatType, floatLanes } from "../lanes.js";
import { innerProducts } from "./inner.js";
import type { Addend, ProductKernel, ProductShape } from "./product.js";
import { turn } from "./turn.js";

/** Columns up to which this pays, and rows and depth from which. */
const mostColumns = 12;
const fewestRows = 4;
const smallestDepth = 16;

type MatrixKernel = (
  library: KernelLibrary,
  type: FloatType,
  shape: ProductShape,
  addend: Addend,
  kept: number,
) => ProductKernel | undefined;

/** @param matrixKernel the general product */
export function skinnyProduct(
  library: KernelLibrary,
  type: FloatType,
  shape: ProductShape,
  addend: Addend,
  matrixKernel: MatrixKernel,
): ProductKernel | undefined {
  const { m, n, k } = shape;
  if (n < 2 || n > mostColumns || m < fewestRows || k < smallestDepth) return undefined;
  if (shape.aDepth === 1 && (shape.bDepth === 1 || shape.bColumn === 1))
    return byRows(library, type, shape, addend);
  return shape.aRow === 1 ? turned(library, type, shape, addend, matrixKernel) : undefined;
}

/** Rows of a are contiguous: each is multiplied with columns of b, which are made contiguous first. */
function byRows(
  library: KernelLibrary,
  type: FloatType,
  { m, n, k, aRow, bDepth, bColumn }: ProductShape,
  addend: Addend,
): ProductKernel | undefined {
  const lanes = floatLanes[type];
  const { bytes } = lanes;
  const build = (): Source => {
    const module = new ModuleBuilder();
    innerProducts(module, lanes, { n, fused: library.fused }, "inner");
    return { module };
  };
  const run = library.module(`inner ${type} ${n}`, build)?.inner;
  const copy = turning(library, type);
  if (run === undefined || copy === undefined) return undefined;
  const rest = (c: number, d: number, alpha: number): number[] => [
    c,
    n * bytes,
    d,
    addend.row * bytes,
    alpha,
  ];
  if (bDepth === 1)
    return (a, b, c, d, alpha) => run(m, k, a, aRow * bytes, b, bColumn * bytes, ...rest(c, d, alpha));
  library.reserve(n * k * bytes);
  return (a, b, c, d, alpha) => {
    const columns = library.workspace;
    copy(n, k, b, bDepth * bytes, columns, k * bytes, 0, 0);
    run(m, k, a, aRow * bytes, columns, k * bytes, ...rest(c, d, alpha));
  };
}

/** Columns of a are contiguous: the transposed result has long rows, of which no lane is wasted. */
function turned(
  library: KernelLibrary,
  type: FloatType,
  { m, n, k, aDepth, bDepth, bColumn }: ProductShape,
  addend: Addend,
  matrixKernel: MatrixKernel,
): ProductKernel | undefined {
  const { bytes } = floatLanes[type];
  const kept = Math.ceil((m * n * bytes) / 64) * 64;
  const exchanged = { m: n, n: m, k, aRow: bColumn, aDepth: bDepth, bDepth: aDepth, bColumn: 1 };
  const run = matrixKernel(library, type, exchanged, { row: 0 }, kept);
  const copy = turning(library, type);
  if (run === undefined || copy === undefined) return undefined;
  return (a, b, c, d, alpha) => {
    const result = library.workspace;
    run(b, a, result, 0, alpha);
    copy(m, n, result, m * bytes, c, n * bytes, d, addend.row * bytes);
  };
}

function turning(library: KernelLibrary, type: FloatType) {
  const build = (): Source => {
    const module = new ModuleBuilder();
    turn(module, floatLanes[type], "turn");
    return { module };
  };
  return library.module(`turn ${type}`, build)?.turn;
}
