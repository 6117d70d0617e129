/** Products with few columns, such as those of a classifier's last layer, without lanes that compute nothing. */
import { ModuleBuilder } from "../../wasm/module.js";
import type { KernelLibrary, Source } from "../kernel-library.js";
import { canFuse, type Lanes } from "../lanes.js";
import { bandsOf, smallestShared } from "./bands.js";
import { innerProducts } from "./inner.js";
import { chunkOf, outerProducts } from "./outer.js";
import type { Addend, ProductKernel, ProductShape } from "./product.js";
import { turn } from "./turn.js";

/** Columns up to which this pays, and rows and depth from which. */
const mostColumns = 12;
const fewestRows = 4;
const smallestDepth = 16;

/** Depth up to which sums are kept in one place; those of longer stretches are added at their ends. */
const mostDepth = 512;

export function skinnyProduct(
  library: KernelLibrary,
  lanes: Lanes,
  shape: ProductShape,
  addend: Addend,
): ProductKernel | undefined {
  const { m, n, k } = shape;
  if (n < 2 || n > mostColumns || m < fewestRows || k < smallestDepth) return undefined;
  if (shape.aDepth === 1 && (shape.bDepth === 1 || shape.bColumn === 1))
    return byRows(library, lanes, shape, addend);
  return shape.aRow === 1 ? turned(library, lanes, shape, addend) : undefined;
}

/** Rows of a are contiguous: each is multiplied with columns of b, which are made contiguous first. */
function byRows(
  library: KernelLibrary,
  lanes: Lanes,
  { m, n, k, aRow, bDepth, bColumn, cRow = n }: ProductShape,
  addend: Addend,
): ProductKernel | undefined {
  const { bytes } = lanes;
  const build = (): Source => {
    const module = new ModuleBuilder();
    innerProducts(module, lanes, { n, fused: library.fused && canFuse(lanes) }, "inner");
    return { module };
  };
  const run = library.module(`inner ${lanes.name} ${n}`, build)?.inner;
  const copy = turning(library, lanes);
  if (run === undefined || copy === undefined) return undefined;
  const rest = (c: number, d: number, alpha: number): number[] => [
    c,
    cRow * bytes,
    d,
    addend.row * bytes,
    alpha,
  ];
  if (bDepth === 1)
    return (a, b, c, d, alpha) => run(m, k, a, aRow * bytes, b, bColumn * bytes, ...rest(c, d, alpha));
  library.reserve(n * k * bytes);
  return (a, b, c, d, alpha) => {
    const columns = library.workspace;
    copy(n, k, b, bDepth * bytes, columns, k * bytes, 0, 0, 1);
    run(m, k, a, aRow * bytes, columns, k * bytes, ...rest(c, d, alpha));
  };
}

/** Columns of a are contiguous: the transposed result has long rows, of which no lane is wasted. */
function turned(
  library: KernelLibrary,
  lanes: Lanes,
  { m, n, k, aDepth, bDepth, bColumn, cRow = n }: ProductShape,
  addend: Addend,
): ProductKernel | undefined {
  const { bytes } = lanes;
  const build = (): Source => {
    const module = new ModuleBuilder();
    outerProducts(module, lanes, library.fused, "outer");
    return { module };
  };
  const key = `outer ${lanes.name}`;
  const run = library.module(key, build)?.outer;
  const copy = turning(library, lanes);
  if (run === undefined || copy === undefined) return undefined;
  library.reserve(m * n * bytes);
  const bands = m * n * k < smallestShared ? [] : bandsOf(m, 16, library.threads?.threads ?? 1);
  const parallel = bands.length < 2 ? undefined : library.inParallel(key, "outer");
  const chunk = chunkOf(n, lanes);
  return (a, b, c, d, alpha) => {
    const result = library.workspace;
    for (let at = 0; at < k; at += mostDepth) {
      const depth = Math.min(mostDepth, k - at);
      const args = (first: number, count: number): number[] => [
        ...[count, n, depth, a + (at * aDepth + first) * bytes, aDepth * bytes],
        ...[
          b + at * bDepth * bytes,
          bDepth * bytes,
          bColumn * bytes,
          result + first * bytes,
          m * bytes,
          chunk,
        ],
      ];
      if (parallel?.ready() === true) parallel.run(bands.map(({ first, count }) => args(first, count)));
      else run(...args(0, m));
      const [added, addedRow] = at === 0 ? [d, addend.row] : [c, cRow];
      copy(m, n, result, m * bytes, c, cRow * bytes, added, addedRow * bytes, alpha);
    }
  };
}

function turning(library: KernelLibrary, lanes: Lanes) {
  const build = (): Source => {
    const module = new ModuleBuilder();
    turn(module, lanes, "turn");
    return { module };
  };
  return library.module(`turn ${lanes.name}`, build)?.turn;
}
