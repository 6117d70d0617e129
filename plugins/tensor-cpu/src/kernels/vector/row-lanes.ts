/** Short rows, four at a time: each lane has a row of its own, so that nothing is combined across lanes. */
import { byteSize } from "@bitale/core";
import { type Code, get, type Local, repeat, select, set } from "../../wasm/code.js";
import { i32 } from "../../wasm/instructions.js";
import { increase } from "../../wasm/module.js";
import { loadColumns, storeColumns } from "./columns.js";
import { type Four, lanes, loadSplat } from "./elements.js";
import type { Emitter } from "./emitter.js";
import type { Nest } from "./nest.js";
import { type KnownValues, RowParts } from "./row-parts.js";
import type { RowPart, RowStructure, RowValue } from "./row-structure.js";

/** The loop over rows, the innermost one around them. @param fixed operands that never move, by value */
export function rowsInLanes(
  e: Emitter,
  nest: Nest,
  structure: RowStructure & { readonly length: number },
  from: readonly Local[],
  fixed: ReadonlyMap<number, Four>,
): Code {
  const level = structure.outer - 1;
  const { pointers, code } = nest.fork(from, level);
  const left = nest.fn.local("i32");
  const block = e.piece(() => new Block(e, nest, structure, pointers, left, fixed).emit());
  return [
    code,
    set(left, get(nest.lengths[level] as Local)),
    repeat(
      [block, nest.advance(pointers, level, lanes), increase(left, -lanes)],
      i32.gtS(get(left), i32.const(0)),
    ),
  ];
}

/** The code for four rows; where fewer are left, the last one stands for those that are missing. */
class Block {
  readonly #e: Emitter;
  readonly #structure: RowStructure & { readonly length: number };
  readonly #parts: RowParts;
  /** Where the four rows begin, by operand; one place where all have the same memory. */
  readonly #rows: readonly (readonly Code[])[];
  readonly #once: Map<number, Four>;
  /** Elements, by value and column. */
  readonly #columns = new Map<string, Four>();

  constructor(
    e: Emitter,
    nest: Nest,
    structure: RowStructure & { readonly length: number },
    pointers: readonly Local[],
    left: Local,
    fixed: ReadonlyMap<number, Four>,
  ) {
    this.#e = e;
    this.#structure = structure;
    this.#parts = new RowParts(e, structure);
    this.#once = new Map(fixed);
    const level = structure.outer - 1;
    this.#rows = pointers.map((pointer, k) => {
      const stride = nest.stride(k, level);
      if (stride === undefined) return [get(pointer)];
      const rows = [get(pointer)];
      for (let row = 1; row < lanes; row++) {
        const place = nest.fn.local("i32");
        const step = select(i32.gtS(get(left), i32.const(row)), stride, i32.const(0));
        e.emit(set(place, i32.add(rows[row - 1] as Code, step)));
        rows.push(get(place));
      }
      return rows;
    });
  }

  emit(): void {
    const { passes, length } = this.#structure;
    for (const { once, parts } of passes) {
      for (const leaf of parts.flatMap(({ leaves }) => leaves)) this.#loadOnce(leaf);
      this.#parts.prepare(parts, this.#once);
      if (once) this.#computeOnce(parts);
      else this.#along(parts, length);
    }
  }

  #value(value: number): RowValue {
    return this.#structure.values[value] as RowValue;
  }
  #places(value: number): readonly Code[] {
    return this.#rows[this.#value(value).operand as number] as readonly Code[];
  }

  #loadOnce(value: number): void {
    const { along, operand } = this.#value(value);
    if (!along && operand !== undefined && !this.#once.has(value))
      this.#once.set(value, this.#load(value, 0, 1)[0] as Four);
  }
  #setOnce(value: number, four: Four): void {
    const { dtype, operand } = this.#value(value);
    this.#once.set(value, four);
    if (operand !== undefined) storeColumns(this.#e, dtype, this.#places(value), [four], 0);
  }

  /** Neighbouring columns of an operand. */
  #load(value: number, column: number, count: number): readonly Four[] {
    const { dtype } = this.#value(value);
    const places = this.#places(value);
    const size = byteSize(dtype);
    if (places.length === lanes) return loadColumns(this.#e, dtype, places, column * size, count);
    return Array.from({ length: count }, (_, i) =>
      loadSplat(this.#e, dtype, i32.add(places[0] as Code, i32.const((column + i) * size))),
    );
  }

  #computeOnce(parts: readonly RowPart[]): void {
    const known: KnownValues = {
      get: (value) => this.#once.get(value),
      set: (value, four) => this.#setOnce(value, four),
    };
    this.#parts.emit(parts, [known]);
  }

  #along(parts: readonly RowPart[], length: number): void {
    const e = this.#e;
    const made = this.#parts.folds(parts, 1, false);
    const { loaded, stored } = this.#parts.traffic(parts);
    for (let from = 0; from < length; from += 2) {
      const count = Math.min(2, length - from);
      for (const value of loaded) {
        if (this.#columns.has(`${value} ${from}`)) continue;
        this.#load(value, from, count).forEach((four, i) => {
          this.#columns.set(`${value} ${from + i}`, four);
        });
      }
      const known = Array.from(
        { length: count },
        (_, i): KnownValues => ({
          get: (value) => this.#once.get(value) ?? this.#columns.get(`${value} ${from + i}`),
          set: (value, four) => this.#columns.set(`${value} ${from + i}`, four),
        }),
      );
      this.#parts.emit(parts, known, made);
      for (const value of stored) {
        const { dtype } = this.#value(value);
        const fours = Array.from(
          { length: count },
          (_, i) => this.#columns.get(`${value} ${from + i}`) as Four,
        );
        storeColumns(e, dtype, this.#places(value), fours, from * byteSize(dtype));
      }
    }
    for (const [{ results }, fold] of made.folds) this.#setOnce(results[0]?.value as number, fold.lanes());
  }
}
