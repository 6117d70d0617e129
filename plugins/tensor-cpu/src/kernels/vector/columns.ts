/** Elements of four rows as columns: vectors with what all four have at one place. */
import type { DType } from "@bitale/core";
import { type Code, get, set } from "../../wasm/code.js";
import { v128 } from "../../wasm/instructions.js";
import { type Four, laneLoads, laneStores, lanes, packed, partsOf, unpacked, widthOf } from "./elements.js";
import type { Emitter } from "./emitter.js";

/** Lanes of 4 or 8 bytes out of two vectors, by their places in both. */
const picked = (a: Code, b: Code, places: readonly number[]): Code => {
  const bytes = 16 / places.length;
  return v128.shuffle(
    a,
    b,
    places.flatMap((place) => Array.from({ length: bytes }, (_, i) => place * bytes + i)),
  );
};

/** Two neighbouring columns, or one, of rows at four places. @param offset in bytes */
export function loadColumns(
  e: Emitter,
  dtype: DType,
  places: readonly Code[],
  offset: number,
  count: number,
): Four[] {
  const [p, q, r, s] = places as readonly [Code, Code, Code, Code];
  const size = widthOf(dtype);
  if (count === 2 && size === 4) {
    const two = (x: Code, y: Code): Code => e.let(v128.load64Lane(y, v128.load64Zero(x, offset), 1, offset));
    const [low, high] = [two(p, q), two(r, s)];
    return [[e.let(picked(low, high, [0, 2, 4, 6]))], [e.let(picked(low, high, [1, 3, 5, 7]))]];
  }
  if (count === 2 && size === 8) {
    const rows = places.map((place) => e.let(v128.load(place, offset)));
    const [a, b, c, d] = rows as [Code, Code, Code, Code];
    return [0, 1].map((lane) => [
      e.let(picked(a, b, [lane, lane + 2])),
      e.let(picked(c, d, [lane, lane + 2])),
    ]);
  }
  return Array.from({ length: count }, (_, column) => {
    const perPart = lanes / partsOf(dtype);
    const raw = Array.from({ length: partsOf(dtype) }, () => e.variable(e.word(0)));
    places.forEach((place, row) => {
      const part = raw[Math.floor(row / perPart)] as (typeof raw)[number];
      const at = row % perPart;
      e.emit(set(part, laneLoads[size](place, get(part), at, offset + column * size)));
    });
    return unpacked(e, dtype, raw.map(get));
  });
}

/** The other way round. @param columns two neighbours, or one */
export function storeColumns(
  e: Emitter,
  dtype: DType,
  places: readonly Code[],
  columns: readonly Four[],
  offset: number,
): void {
  const [p, q, r, s] = places as readonly [Code, Code, Code, Code];
  const size = widthOf(dtype);
  const [first, second] = columns as readonly [Four, Four | undefined];
  if (second !== undefined && size === 4) {
    const two = (x: Code, y: Code, at: readonly number[]): void => {
      const pair = e.let(picked(first[0] as Code, second[0] as Code, at));
      e.emit([v128.store64Lane(x, pair, 0, offset), v128.store64Lane(y, pair, 1, offset)]);
    };
    two(p, q, [0, 4, 1, 5]);
    two(r, s, [2, 6, 3, 7]);
    return;
  }
  if (second !== undefined && size === 8) {
    places.forEach((place, row) => {
      const [part, lane] = [Math.floor(row / 2), row % 2];
      e.emit(v128.store(place, picked(first[part] as Code, second[part] as Code, [lane, lane + 2]), offset));
    });
    return;
  }
  columns.forEach((four, column) => {
    const perPart = lanes / partsOf(dtype);
    const parts = packed(e, dtype, four);
    places.forEach((place, row) => {
      const part = parts[Math.floor(row / perPart)] as Code;
      e.emit(laneStores[size](place, part, row % perPart, offset + column * size));
    });
  });
}
