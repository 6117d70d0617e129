/** Loops that take each row through several passes while it is in the cache. */
import { byteSize, type DType } from "@bitale/core";
import { type Code, get, type Local, repeat, select, set, tee, when } from "../../wasm/code.js";
import { i32, i32x4, v128 } from "../../wasm/instructions.js";
import { increase, type ModuleBuilder } from "../../wasm/module.js";
import {
  type Four,
  lanes,
  loadFour,
  loadLanes,
  loadSplat,
  type Places,
  partsOf,
  storeFour,
  storeLanes,
} from "./elements.js";
import { Emitter, type Surroundings } from "./emitter.js";
import { unrollFor } from "./expressions.js";
import { Nest } from "./nest.js";
import { rowsInLanes } from "./row-lanes.js";
import { RowParts } from "./row-parts.js";
import type { RowPart, RowStructure, RowValue } from "./row-structure.js";

/** Adds the loop to a module, exported as `name`; see `Nest` for how it is called (the row's loop is the last). */
export function rowLoop(
  module: ModuleBuilder,
  structure: RowStructure,
  around: Surroundings,
  name: string,
): void {
  const { outer, length } = structure;
  const nest = new Nest(module, name, outer + 1, structure.operands);
  const e = new Emitter(nest.fn, around);
  const [first, fixed] = e.section(() => fixedValues(e, nest, structure));
  const levels = Array.from({ length: outer }, (_, level) => level);
  const body =
    length === undefined
      ? nest.around(levels, nest.starts, (pointers) =>
          e.piece(() => new Row(e, nest, structure, pointers, fixed).emit()),
        )
      : nest.around(levels.slice(0, -1), nest.starts, (pointers) =>
          rowsInLanes(e, nest, { ...structure, length }, pointers, fixed),
        );
  nest.fn.body(first, body);
}

/** Values that are read and never move, loaded in front of everything. */
function fixedValues(e: Emitter, nest: Nest, { values, passes }: RowStructure): ReadonlyMap<number, Four> {
  const parts = passes.flatMap((pass) => pass.parts);
  const made = new Set(parts.flatMap(({ results }) => results.map(({ value }) => value)));
  return new Map(
    values.flatMap(({ dtype, operand }, value): [number, Four][] => {
      if (operand === undefined || made.has(value)) return [];
      const moves = nest.operands[operand]?.walks.some((walk) => walk !== "0");
      return moves ? [] : [[value, loadSplat(e, dtype, get(nest.starts[operand] as Local))]];
    }),
  );
}

/** Vectors after which a long sum pauses. */
const longestRun = 16;

/** The code for one row. */
class Row {
  readonly #e: Emitter;
  readonly #nest: Nest;
  readonly #structure: RowStructure;
  readonly #parts: RowParts;
  /** Where the row begins in each operand. */
  readonly #pointers: readonly Local[];
  /** What is there once for the row, in all lanes. */
  readonly #once: Map<number, Four>;

  constructor(
    e: Emitter,
    nest: Nest,
    structure: RowStructure,
    pointers: readonly Local[],
    fixed: ReadonlyMap<number, Four>,
  ) {
    this.#e = e;
    this.#nest = nest;
    this.#structure = structure;
    this.#parts = new RowParts(e, structure);
    this.#pointers = pointers;
    this.#once = new Map(fixed);
  }

  emit(): void {
    for (const { once, parts } of this.#structure.passes) {
      for (const leaf of parts.flatMap(({ leaves }) => leaves)) this.#loadOnce(leaf);
      this.#parts.prepare(parts, this.#once);
      if (once) this.#computeOnce(parts);
      else this.#along(parts);
    }
  }

  #value(value: number): RowValue {
    return this.#structure.values[value] as RowValue;
  }
  #start(value: number): Code {
    return get(this.#pointers[this.#value(value).operand as number] as Local);
  }

  #loadOnce(value: number): void {
    const { dtype, along, operand } = this.#value(value);
    if (!along && operand !== undefined && !this.#once.has(value))
      this.#once.set(value, loadSplat(this.#e, dtype, this.#start(value)));
  }
  /** Notes what is there once for the row, and stores it where somebody else reads it. */
  #setOnce(value: number, four: Four): void {
    const { dtype, operand } = this.#value(value);
    this.#once.set(value, four);
    if (operand !== undefined) storeLanes(this.#e, dtype, neighbours(this.#start(value)), four, i32.const(1));
  }

  #computeOnce(parts: readonly RowPart[]): void {
    const known = {
      get: (value: number) => this.#once.get(value),
      set: (value: number, four: Four) => this.#setOnce(value, four),
    };
    this.#parts.emit(parts, [known]);
  }

  #along(parts: readonly RowPart[]): void {
    const e = this.#e;
    const { fn } = this.#nest;
    const { loaded, stored } = this.#parts.traffic(parts);
    const expressions = parts.flatMap(({ results }) => results.map(({ expression }) => expression));
    const byPlace = parts.some(({ reduction }) => reduction?.startsWith("arg") === true);
    const unroll = byPlace ? 1 : Math.max(this.#parts.fewest(parts), unrollFor(expressions, loaded.length));
    const made = this.#parts.folds(parts, unroll, true);
    const folds = [...made.folds];
    const pointers = new Map(
      [...loaded, ...stored].map((value): [number, Local] => {
        const pointer = fn.local("i32");
        e.emit(set(pointer, this.#start(value)));
        return [value, pointer];
      }),
    );
    const left = fn.local("i32");
    const address = (value: number): Code => get(pointers.get(value) as Local);
    const dtypeOf = (value: number): DType => this.#value(value).dtype;
    const size = (value: number): number => lanes * byteSize(dtypeOf(value));
    const known = (here: Map<number, Four>) => ({
      get: (value: number) => this.#once.get(value) ?? here.get(value),
      set: (value: number, four: Four) => here.set(value, four),
    });
    /** Several vectors at a time: everything is loaded before anything is stored. */
    const vectors = (count: number): Code =>
      e.piece(() => {
        const all = Array.from({ length: count }, () => new Map<number, Four>());
        for (const value of loaded)
          all.forEach((here, u) => {
            here.set(value, loadFour(e, dtypeOf(value), address(value), u * size(value)));
          });
        this.#parts.emit(parts, all.map(known), made);
        for (const value of stored)
          all.forEach((here, u) => {
            storeFour(e, dtypeOf(value), address(value), here.get(value) as Four, u * size(value));
          });
        for (const [value, pointer] of pointers) e.emit(increase(pointer, size(value) * count));
      });
    const rest = e.piece(() => {
      const here = new Map<number, Four>();
      for (const value of loaded)
        here.set(value, loadLanes(e, dtypeOf(value), neighbours(address(value)), get(left)));
      const valid = e.let(i32x4.ltS(e.words([0, 1, 2, 3]), i32x4.splat(get(left))));
      this.#parts.emit(parts, [known(here)], made, valid);
      for (const value of stored)
        storeLanes(e, dtypeOf(value), neighbours(address(value)), here.get(value) as Four, get(left));
    });
    const pause = e.piece(() => {
      for (const [, fold] of folds) fold.pause();
    });
    const another = i32.geS(get(left), i32.const(lanes));
    e.emit([
      set(left, get(this.#nest.lengths.at(-1) as Local)),
      this.#runs(left, lanes * unroll, vectors(unroll), pause),
      unroll === 1 ? [] : when(another, repeat([vectors(1), increase(left, -lanes)], another)),
      when(i32.gtS(get(left), i32.const(0)), rest),
      pause,
    ]);
    for (const [{ results }, fold] of folds) {
      const value = results[0]?.value as number;
      this.#setOnce(value, inAllLanes(e, dtypeOf(value), fold.all()));
    }
  }

  /** A body as often as what is left has room for it, with a pause after some times. */
  #runs(left: Local, elements: number, body: Code, pause: Code): Code {
    const turns = this.#nest.fn.local("i32");
    const shift = i32.const(Math.log2(elements));
    const most = i32.const(longestRun);
    const again = i32.geS(get(left), i32.const(elements));
    const run = [
      set(turns, i32.shrU(get(left), shift)),
      set(turns, select(i32.ltS(get(turns), most), get(turns), most)),
      set(left, i32.sub(get(left), i32.shl(get(turns), shift))),
      repeat(body, tee(turns, i32.sub(get(turns), i32.const(1)))),
      pause,
    ];
    return when(again, repeat(run, again));
  }
}

const neighbours = (address: Code): Places => ({ address, stride: undefined });

/** The first lane in all of them. */
function inAllLanes(e: Emitter, dtype: DType, [first]: Four): Four {
  const bytes = partsOf(dtype) === 2 ? 8 : 4;
  const places = Array.from({ length: 16 }, (_, at) => at % bytes);
  const all = e.let(v128.shuffle(first as Code, first as Code, places));
  return partsOf(dtype) === 2 ? [all, all] : [all];
}
