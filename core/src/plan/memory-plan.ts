/** Where intermediates lie: two that are never alive together may share a place. */
import { byteSize } from "../tensor/dtype.js";
import type { Slot } from "./slots.js";

export interface MemoryPlan {
  /** Byte offset of each temporary slot in the program's block. */
  readonly places: ReadonlyMap<number, number>;
  readonly bytes: number;
}

const aligned = (bytes: number): number => Math.ceil(Math.max(1, bytes) / 64) * 64;

/**
 * Gives every temporary slot a place, first fit in the order of the steps.
 * @param steps slots that each step reads or writes, in the order in which they run
 */
export function planMemory(slots: readonly Slot[], steps: readonly (readonly number[])[]): MemoryPlan {
  const lives = new Map<number, { first: number; last: number }>();
  steps.forEach((step, i) => {
    for (const slot of step) {
      if (slots[slot]?.kind !== "temporary") continue;
      const life = lives.get(slot);
      if (life === undefined) lives.set(slot, { first: i, last: i });
      else life.last = i;
    }
  });
  const places = new Map<number, number>();
  const active: { start: number; end: number; last: number }[] = [];
  let bytes = 0;
  for (const [index, { first, last }] of lives) {
    const slot = slots[index];
    if (slot?.kind !== "temporary") continue;
    for (let i = active.length - 1; i >= 0; i--)
      if ((active[i] as { last: number }).last < first) active.splice(i, 1);
    const length = aligned(slot.size * byteSize(slot.dtype));
    let start = 0;
    for (const other of active.sort((a, b) => a.start - b.start)) {
      if (other.start - start >= length) break;
      start = Math.max(start, other.end);
    }
    active.push({ start, end: start + length, last });
    places.set(index, start);
    bytes = Math.max(bytes, start + length);
  }
  return { places, bytes };
}
