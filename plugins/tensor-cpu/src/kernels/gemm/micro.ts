/** Micro-kernels: a tile of the result stays in registers while the depth is walked. */
import { type Code, get, type Local, repeat, set, tee, when } from "../../wasm/code.js";
import { i32 } from "../../wasm/instructions.js";
import { type Callee, i32s, increase, increaseBy, type ModuleBuilder } from "../../wasm/module.js";
import { type Lanes, multiplyAdd, vectorBytes } from "../lanes.js";

/** Size of a tile: rows, and vectors in a row. */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
  /** Multiply-add in one instruction. */
  readonly fused: boolean;
  /** Steps of the depth in one turn of the loop; a power of two. */
  readonly unroll: number;
}

/**
 * How the left operand lies in memory. packed: both operands are panels of whole tiles. panel: the rows of a tile are
 * neighbours. rows: they are `leftRow` bytes apart.
 */
export type LeftLayout = "packed" | "panel" | "rows";

const strides = i32s(
  ...(["depth", "left", "leftDepth", "leftRow", "right", "rightDepth"] as const),
  ...(["c", "cRow", "d", "dRow"] as const),
);

/**
 * c = alpha * left * right + d, one tile. Called with (depth, left, leftDepth, leftRow, right, rightDepth, c, cRow, d,
 * dRow, alpha); all strides are bytes; d = 0: nothing is added.
 * @param rows of the tile that are computed; fewer than `tile.rows` at the lower edge
 */
export function microKernel(
  module: ModuleBuilder,
  lanes: Lanes,
  tile: Tile,
  rows: number,
  layout: LeftLayout,
): Callee {
  const kernel = module.function({ ...strides, alpha: lanes.factor.type });
  const { depth, left, leftDepth, leftRow, right, rightDepth, c, cRow, d, dRow, alpha } = kernel.parameters;
  const { bytes, factor, vector } = lanes;
  const { vectors, fused, unroll } = tile;
  const sums = Array.from({ length: rows }, () => kernel.locals("v128", vectors));
  const row = kernel.locals("v128", vectors);
  const element = kernel.local("v128");
  const turns = kernel.local("i32");
  const starts = layout === "rows" ? [left, ...kernel.locals("i32", rows - 1)] : [];
  const width = vectorBytes(lanes);
  const [leftStep, rightStep] = [tile.rows * bytes, vectors * width];

  const step = (leftAt: number, rightAt: number): Code => [
    row.map((part, j) => set(part, lanes.load(get(right), rightAt + j * width))),
    sums.map((sum, i) => [
      set(
        element,
        layout === "rows"
          ? lanes.loadSplat(get(starts[i] as Local))
          : lanes.loadSplat(get(left), leftAt + i * bytes),
      ),
      sum.map((part, j) => {
        const other = get(row[j] as Local);
        return set(part, multiplyAdd(lanes, fused, get(element), other, get(part)));
      }),
    ]),
  ];
  const advance = (times: number): Code => {
    if (layout === "packed") return [increase(left, times * leftStep), increase(right, times * rightStep)];
    const moving = layout === "rows" ? starts : [left];
    return [moving.map((start) => increaseBy(start, leftDepth)), increaseBy(right, rightDepth)];
  };
  const several: Code =
    layout === "packed"
      ? [Array.from({ length: unroll }, (_, u) => step(u * leftStep, u * rightStep)), advance(unroll)]
      : Array.from({ length: unroll }, () => [step(0, 0), advance(1)]);
  const walk = (body: Code): Code =>
    when(get(turns), repeat(body, tee(turns, i32.sub(get(turns), i32.const(1)))));
  const shift = Math.log2(unroll);
  const each = (body: (sum: Local, i: number, j: number) => Code): Code =>
    sums.map((sum, i) => sum.map((part, j) => body(part, i, j)));
  const nextRow = (i: number, place: Local, stride: Local): Code =>
    i < rows - 1 ? increaseBy(place, stride) : [];

  kernel.body(
    starts.slice(1).map((start, i) => set(start, i32.add(get(starts[i] as Local), get(leftRow)))),
    unroll === 1
      ? [set(turns, get(depth)), walk([step(0, 0), advance(1)])]
      : [
          set(turns, i32.shrU(get(depth), i32.const(shift))),
          walk(several),
          set(turns, i32.and(get(depth), i32.const(unroll - 1))),
          walk([step(0, 0), advance(1)]),
        ],
    when(factor.isNotOne(get(alpha)), [
      set(element, vector.splat(factor.element(get(alpha)))),
      each((sum) => set(sum, vector.mul(get(sum), get(element)))),
    ]),
    when(
      get(d),
      sums.map((sum, i) => [
        sum.map((part, j) => set(part, vector.add(get(part), lanes.load(get(d), j * width)))),
        nextRow(i, d, dRow),
      ]),
    ),
    sums.map((sum, i) => [
      sum.map((part, j) => lanes.store(get(c), get(part), j * width)),
      nextRow(i, c, cRow),
    ]),
  );
  return kernel;
}
