/**
 * c = alpha * a * b + d for matrices with any strides of a and b: blocks that fit the caches, packed where that pays,
 * tiles in registers.
 */
import { type Code, call, get, type Local, select, set, when } from "../../wasm/code.js";
import { i32 } from "../../wasm/instructions.js";
import { type Callee, i32s, increase, increaseBy, type ModuleBuilder } from "../../wasm/module.js";
import type { Lanes } from "../lanes.js";
import { type LeftLayout, microKernel, type Tile } from "./micro.js";
import { packing } from "./pack.js";

/** Rows, columns and depth of a block; with 4-byte elements a packed block of a has 192 KB, of b at most 2 MB. */
const blocks = { rows: 192, columns: 2048, depth: 256 } as const;

/** Bytes of a block of b up to which all of it stays in the nearest cache: c is then written along its rows. */
const nearCache = 2 ** 15;

const alignment = 64;

/** Which operands are packed; added. */
export const packLeft = 1;
export const packRight = 2;

/** Bytes that a product of given lengths works in: one tile, a packed block of a, a packed block of b. */
export function workspaceBytes(
  { bytes, lanes }: Lanes,
  tile: Tile,
  [m, n, k]: readonly [number, number, number],
): number {
  const depth = Math.min(k, blocks.depth);
  const rows = Math.min(m, blocks.rows) + tile.rows;
  const columns = Math.min(n, blocks.columns) + tile.vectors * lanes;
  return tileBytes(bytes, lanes, tile) + (rows + columns) * depth * bytes + alignment;
}
const tileBytes = (bytes: number, lanes: number, { rows, vectors }: Tile): number =>
  Math.ceil((rows * vectors * lanes * bytes) / alignment) * alignment;

const operands = i32s(
  ...(["m", "n", "k", "a", "aRow", "aDepth", "b", "bDepth", "bColumn"] as const),
  ...(["c", "cRow", "d", "dRow", "space", "pack"] as const),
);

/**
 * Adds a product to a module, exported as `name` and called with (m, n, k, a, aRow, aDepth, b, bDepth, bColumn, c, cRow,
 * d, dRow, workspace, pack, alpha): strides in bytes, c row-major with rows `cRow` apart, d = 0 for none, else a matrix
 * like c whose rows may all be the same one (dRow = 0).
 */
export function gemm(module: ModuleBuilder, lanes: Lanes, tile: Tile, name: string): void {
  const { bytes, shift } = lanes;
  const width = tile.vectors * lanes.lanes;
  const kernels = (layout: LeftLayout): Callee[] =>
    Array.from({ length: tile.rows }, (_, i) => microKernel(module, lanes, tile, i + 1, layout));
  const packed = microKernel(module, lanes, tile, tile.rows, "packed");
  const [panels, separate] = [kernels("panel"), kernels("rows")];
  const packA = packing(module, lanes, tile.rows);
  const packB = packing(module, lanes, width);
  const edge = edgeCopy(module, lanes, width);

  const product = module.function({ ...operands, alpha: lanes.factor.type }, { name });
  const { m, n, k, a, aRow, aDepth, b, bDepth, bColumn, c, cRow, d, dRow, space, pack, alpha } =
    product.parameters;
  const { column, depthAt, row, j, i, columns, depth, rows, tileColumns, tileRows } = product.integers(
    ...(["column", "depthAt", "row", "j", "i"] as const),
    ...(["columns", "depth", "rows", "tileColumns", "tileRows"] as const),
  );
  const { left, right, rightStep, place, target, targetRow, blockA, blockB } = product.integers(
    ...(["left", "right", "rightStep", "place", "target", "targetRow", "blockA", "blockB"] as const),
  );
  const { added, addedRow, addedPlace, addedTile } = product.integers(
    ...(["added", "addedRow", "addedPlace", "addedTile"] as const),
  );

  const atMost = (value: Code, limit: number): Code =>
    select(i32.ltS(value, i32.const(limit)), value, i32.const(limit));
  const times = (x: Code, stride: Local): Code => i32.mul(x, get(stride));
  const sum = (...terms: readonly Code[]): Code => terms.reduce((x, y) => i32.add(x, y));
  const inBytes = (elements: Code): Code => i32.shl(elements, i32.const(shift));
  const packs = (which: number): Code => i32.and(get(pack), i32.const(which));
  const edgeTile = i32.eq(get(target), get(space));

  const arguments_ = (leftStep: Code, leftRow: Code): Code[] => [
    ...[get(depth), get(left), leftStep, leftRow, get(right), get(rightStep)],
    ...[get(target), get(targetRow), get(addedTile), get(addedRow), get(alpha)],
  ];
  const byRows = (list: readonly Callee[], leftRow: Code): Code =>
    list.map((kernel, at) =>
      when(i32.eq(get(tileRows), i32.const(at + 1)), call(kernel, ...arguments_(get(aDepth), leftRow))),
    );

  const oneTile: Code = [
    set(tileRows, atMost(i32.sub(get(rows), get(i)), tile.rows)),
    set(place, sum(get(c), times(i32.add(get(row), get(i)), cRow), inBytes(i32.add(get(column), get(j))))),
    set(addedPlace, i32.const(0)),
    when(
      get(added),
      set(
        addedPlace,
        sum(get(added), times(i32.add(get(row), get(i)), addedRow), inBytes(i32.add(get(column), get(j)))),
      ),
    ),
    set(target, get(place)),
    set(targetRow, get(cRow)),
    set(addedTile, get(addedPlace)),
    when(
      i32.or(
        i32.ltS(get(tileColumns), i32.const(width)),
        i32.and(packs(packLeft), i32.ltS(get(tileRows), i32.const(tile.rows))),
      ),
      [set(target, get(space)), set(targetRow, i32.const(width * bytes)), set(addedTile, i32.const(0))],
    ),
    when(
      packs(packLeft),
      [
        set(left, i32.add(get(blockA), inBytes(i32.mul(get(i), get(depth))))),
        when(
          packs(packRight),
          call(packed, ...arguments_(i32.const(0), i32.const(0))),
          call(panels.at(-1) as Callee, ...arguments_(i32.const(tile.rows * bytes), i32.const(0))),
        ),
      ],
      [
        set(left, sum(get(a), times(i32.add(get(row), get(i)), aRow), times(get(depthAt), aDepth))),
        when(i32.eq(get(aRow), i32.const(bytes)), byRows(panels, i32.const(0)), byRows(separate, get(aRow))),
      ],
    ),
    when(edgeTile, call(edge, ...[tileRows, tileColumns, space, place, cRow, addedPlace, addedRow].map(get))),
  ];
  const columnOfTiles: Code = [
    set(tileColumns, atMost(i32.sub(get(columns), get(j)), width)),
    when(
      packs(packRight),
      [
        set(right, i32.add(get(blockB), inBytes(i32.mul(get(j), get(depth))))),
        set(rightStep, i32.const(width * bytes)),
      ],
      [
        set(right, sum(get(b), times(get(depthAt), bDepth), times(i32.add(get(column), get(j)), bColumn))),
        set(rightStep, get(bDepth)),
      ],
    ),
  ];
  const downColumns = product.countUp(
    j,
    get(columns),
    [columnOfTiles, product.countUp(i, get(rows), oneTile, tile.rows)],
    width,
  );
  const alongRows = product.countUp(
    i,
    get(rows),
    product.countUp(j, get(columns), [columnOfTiles, oneTile], width),
    tile.rows,
  );
  const blockOfRows: Code = [
    set(rows, atMost(i32.sub(get(m), get(row)), blocks.rows)),
    when(
      packs(packLeft),
      call(
        packA,
        get(depth),
        get(rows),
        sum(get(a), times(get(row), aRow), times(get(depthAt), aDepth)),
        get(aDepth),
        get(aRow),
        get(blockA),
      ),
    ),
    when(i32.leS(i32.mul(get(columns), get(depth)), i32.const(nearCache / bytes)), alongRows, downColumns),
  ];
  const blockOfDepth: Code = [
    set(depth, atMost(i32.sub(get(k), get(depthAt)), blocks.depth)),
    when(
      packs(packRight),
      call(
        packB,
        get(depth),
        get(columns),
        sum(get(b), times(get(depthAt), bDepth), times(get(column), bColumn)),
        get(bDepth),
        get(bColumn),
        get(blockB),
      ),
    ),
    product.countUp(row, get(m), blockOfRows, blocks.rows),
    // What later blocks of the depth are added to is what this one has written.
    set(added, get(c)),
    set(addedRow, get(cRow)),
  ];
  product.body(
    set(blockA, i32.add(get(space), i32.const(tileBytes(bytes, lanes.lanes, tile)))),
    set(
      blockB,
      i32.and(
        sum(
          get(blockA),
          inBytes(
            i32.mul(i32.add(atMost(get(m), blocks.rows), i32.const(tile.rows)), atMost(get(k), blocks.depth)),
          ),
          i32.const(alignment - 1),
        ),
        i32.const(-alignment),
      ),
    ),
    product.countUp(
      column,
      get(n),
      [
        set(columns, atMost(i32.sub(get(n), get(column)), blocks.columns)),
        set(added, get(d)),
        set(addedRow, get(dRow)),
        product.countUp(depthAt, get(k), blockOfDepth, blocks.depth),
      ],
      blocks.columns,
    ),
  );
}

/** Copies a tile's inner part to where it belongs, adding what is to be added. */
function edgeCopy(module: ModuleBuilder, { bytes, scalar }: Lanes, width: number): Callee {
  const copy = module.function(i32s("rows", "columns", "from", "to", "toRow", "added", "addedRow"));
  const { rows, columns, from, to, toRow, added, addedRow } = copy.parameters;
  const { i, j, x, y, z } = copy.integers("i", "j", "x", "y", "z");
  copy.body(
    copy.countUp(i, get(rows), [
      set(x, get(from)),
      set(y, get(to)),
      set(z, get(added)),
      copy.countUp(j, get(columns), [
        when(
          get(added),
          scalar.store(get(y), scalar.add(scalar.load(get(x)), scalar.load(get(z)))),
          scalar.store(get(y), scalar.load(get(x))),
        ),
        [x, y, z].map((local) => increase(local, bytes)),
      ]),
      increase(from, width * bytes),
      increaseBy(to, toRow),
      when(get(added), increaseBy(added, addedRow)),
    ]),
  );
  return copy;
}
