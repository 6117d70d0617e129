/** Moves by indices in WebAssembly: rows or single elements are read from a table, or put into it. */
import { byteSize, type DType } from "@bitale/core";
import { type Code, get, type Local, leave, repeat, set, tee, when } from "../wasm/code.js";
import { f32x4, f64x2, i32, i32x4, v128 } from "../wasm/instructions.js";
import { type FunctionBuilder, i32s, increase, increaseBy, ModuleBuilder } from "../wasm/module.js";
import type { AroundAxis } from "./indexing.js";
import type { KernelLibrary } from "./kernel-library.js";

export interface Move {
  /** take: rows = table[indices]; set, add: table[indices] = rows, or is increased by them. */
  readonly kind: "take" | "set" | "add";
  /** Whether each element has an index of its own (as in takeAlongAxis), and not each position of the axis. */
  readonly along: boolean;
  readonly dtype: DType;
  readonly indices: "int32" | "int64";
}

/** Addresses of the table ([outer, length, inner]), the indices and the rows; false: an index is out of range. */
export type MoveKernel = (table: number, indices: number, rows: number) => boolean;

const increasable: Partial<Record<DType, { add(a: Code, b: Code): Code }>> = {
  float32: f32x4,
  float64: f64x2,
  int32: i32x4,
  uint32: i32x4,
};

/** The kernel for a move; undefined where there is none. @param count indices at each place of `outer` (and of `inner`) */
export function moveKernel(
  library: KernelLibrary,
  move: Move,
  { outer, length, inner }: AroundAxis,
  count: number,
): MoveKernel | undefined {
  if (move.kind === "add" && increasable[move.dtype] === undefined) return undefined;
  if (outer * count * inner === 0) return undefined;
  const run = library.module(`move ${Object.values(move).join(" ")}`, () => ({ module: moves(move) }))
    ?.move as ((...args: number[]) => number) | undefined;
  return run && ((table, indices, rows) => run(outer, count, inner, length, table, indices, rows) === 0);
}

/** A function that gives 0, or 1 where an index is out of range. */
function moves({ kind, along, dtype, indices }: Move): ModuleBuilder {
  const module = new ModuleBuilder();
  const parameters = i32s("outer", "count", "inner", "length", "table", "indices", "rows");
  const fn = module.function(parameters, { name: "move", results: ["i32"] });
  const { outer, count, inner, length, table, indices: first, rows } = fn.parameters;
  const { at, index, place, rowBytes } = fn.integers("at", "index", "place", "rowBytes");
  const [o, j, i] = fn.locals("i32", 3) as [Local, Local, Local];
  const [size, indexBytes] = [byteSize(dtype), byteSize(indices)];
  const times = (left: Local, end: Local, body: Code): Code => [
    set(left, get(end)),
    repeat(body, tee(left, i32.sub(get(left), i32.const(1)))),
  ];
  const wide: Code =
    indices === "int64"
      ? when(i32.ne(i32.load(get(at), 4), i32.shrS(i32.load(get(at)), i32.const(31))), leave(i32.const(1)))
      : [];
  const read: Code = [
    wide,
    set(index, i32.load(get(at))),
    when(i32.ltS(get(index), i32.const(0)), increaseBy(index, length)),
    when(i32.geU(get(index), get(length)), leave(i32.const(1))),
    increase(at, indexBytes),
  ];
  const row: Code = [
    read,
    set(place, i32.add(get(table), i32.mul(get(index), get(rowBytes)))),
    moved(fn, { kind, dtype }, place, rows, get(rowBytes)),
  ];
  const element: Code = [
    read,
    set(
      place,
      i32.mul(i32.add(i32.mul(get(index), get(inner)), i32.sub(get(inner), get(i))), i32.const(size)),
    ),
    increaseBy(place, table),
    movedOne({ kind, dtype }, place, rows),
    increase(rows, size),
  ];
  fn.body(
    set(rowBytes, i32.mul(get(inner), i32.const(size))),
    set(at, get(first)),
    times(o, outer, [
      along ? [] : set(at, get(first)),
      times(j, count, along ? times(i, inner, element) : row),
      set(table, i32.add(get(table), i32.mul(get(length), get(rowBytes)))),
    ]),
    i32.const(0),
  );
  return module;
}

/** What an element there becomes of one that comes. */
const changed = ({ kind, dtype }: Pick<Move, "kind" | "dtype">, there: Code, here: Code): Code =>
  kind === "add" ? (increasable[dtype]?.add(there, here) ?? here) : here;

const loads = { 1: v128.load8Lane, 2: v128.load16Lane, 4: v128.load32Lane, 8: v128.load64Lane } as const;
const stores = { 1: v128.store8Lane, 2: v128.store16Lane, 4: v128.store32Lane, 8: v128.store64Lane } as const;

/** Moves one element between two places. */
function movedOne({ kind, dtype }: Pick<Move, "kind" | "dtype">, place: Local, rows: Local): Code {
  const size = byteSize(dtype) as 1 | 2 | 4 | 8;
  const [from, to] = kind === "take" ? [place, rows] : [rows, place];
  const zero = v128.const(new Array(16).fill(0));
  const load = (at: Local): Code => loads[size](get(at), zero, 0, 0);
  return stores[size](get(to), changed({ kind, dtype }, load(to), load(from)), 0);
}

/** Moves some bytes between two places, which go on by as many. */
function moved(
  fn: FunctionBuilder,
  move: Pick<Move, "kind" | "dtype">,
  place: Local,
  rows: Local,
  bytes: Code,
): Code {
  const left = fn.local("i32");
  const [from, to] = move.kind === "take" ? [place, rows] : [rows, place];
  const part = (width: number, body: Code): Code => {
    const enough = i32.geS(get(left), i32.const(width));
    const turn = [body, increase(from, width), increase(to, width), increase(left, -width)];
    return when(enough, repeat(turn, enough));
  };
  const sixteen = v128.store(get(to), changed(move, v128.load(get(to)), v128.load(get(from))));
  return [set(left, bytes), part(16, sixteen), part(byteSize(move.dtype), movedOne(move, place, rows))];
}
