/** Products with few columns, such as those of a classifier's last layer, without lanes that compute nothing. */

import { type Band, bandsOf } from "../bands.js";
import { type KernelLibrary, type Source, sourceWith } from "../kernel-library.js";
import { canFuse, type Lanes } from "../lanes.js";
import { innerProducts } from "./inner.js";
import { chunkOf, outerProducts } from "./outer.js";
import { type Addend, type ProductKernel, type ProductShape, smallestShared } from "./product.js";
import { turn } from "./turn.js";

/** Columns up to which this pays, and rows and depth from which. */
const mostColumns = 12;
const fewestRows = 4;
const smallestDepth = 16;

/** Depth up to which sums are kept in one place; those of longer stretches are added at their ends. */
const mostDepth = 768;

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
  const build = (): Source =>
    sourceWith((module) =>
      innerProducts(module, lanes, { n, fused: library.fused && canFuse(lanes) }, "inner"),
    );
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
  const build = (): Source => sourceWith((module) => outerProducts(module, lanes, library.fused, "outer"));
  const key = `outer ${lanes.name}`;
  const run = library.module(key, build)?.outer;
  const copy = turning(library, lanes);
  if (run === undefined || copy === undefined) return undefined;
  library.reserve(m * n * bytes);
  const whole: Band[] = [{ first: 0, count: m }];
  const threads = m * n * k < smallestShared ? 1 : (library.threads?.threads ?? 1);
  const bands = threads === 1 ? whole : bandsOf(m, 16, threads);
  const parallel = bands.length < 2 ? undefined : library.inParallel(key, "outer");
  const chunk = chunkOf(n, lanes);
  const stretch = Math.ceil(k / Math.ceil(k / mostDepth));
  return (a, b, c, d, alpha) => {
    const shared = parallel?.ready() === true ? parallel : undefined;
    const parts = shared === undefined ? whole : bands;
    // Each band has a result of its own: threads write no neighbouring lines of a cache.
    const resultOf = ({ first }: Band): number => library.workspace + first * n * bytes;
    for (let at = 0; at < k; at += stretch) {
      const depth = Math.min(stretch, k - at);
      const calls = parts.map((band) => [
        ...[band.count, n, depth, a + (at * aDepth + band.first) * bytes, aDepth * bytes],
        ...[
          b + at * bDepth * bytes,
          bDepth * bytes,
          bColumn * bytes,
          resultOf(band),
          band.count * bytes,
          chunk,
        ],
      ]);
      if (shared === undefined) run(...(calls[0] as number[]));
      else shared.run(calls);
      const [added, addedRow] = at === 0 ? [d, addend.row * bytes] : [c, cRow * bytes];
      for (const band of parts) {
        const { first, count } = band;
        const from = added === 0 ? 0 : added + first * addedRow;
        const to = c + first * cRow * bytes;
        copy(count, n, resultOf(band), count * bytes, to, cRow * bytes, from, addedRow, alpha);
      }
    }
  };
}

function turning(library: KernelLibrary, lanes: Lanes) {
  const build = (): Source => sourceWith((module) => turn(module, lanes, "turn"));
  return library.module(`turn ${lanes.name}`, build)?.turn;
}
