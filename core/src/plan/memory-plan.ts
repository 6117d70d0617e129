/** Where intermediates lie: two that are never alive together may share a place. */
import { byteSize } from "../tensor/dtype.js";
import { Holes } from "./holes.js";
import type { Slot } from "./slots.js";

export interface MemoryPlan {
  /** Byte offset of each temporary slot in the program's block. */
  readonly places: ReadonlyMap<number, number>;
  readonly bytes: number;
}

const aligned = (bytes: number): number => Math.ceil(Math.max(1, bytes) / 64) * 64;

/**
 * Gives every temporary slot a place, best fit in the order of the steps.
 * @param steps slots that each step reads or writes, in the order in which they run
 */
export function planMemory(slots: readonly Slot[], steps: readonly (readonly number[])[]): MemoryPlan {
  const lastStep = new Map<number, number>();
  steps.forEach((step, i) => {
    for (const slot of step) if (slots[slot]?.kind === "temporary") lastStep.set(slot, i);
  });
  const places = new Map<number, number>();
  const ending = new Map<number, { start: number; length: number }[]>();
  const holes = new Holes();
  steps.forEach((step, i) => {
    for (const index of step) {
      const slot = slots[index];
      if (slot?.kind !== "temporary" || places.has(index)) continue;
      const length = aligned(slot.size * byteSize(slot.dtype));
      const start = holes.take(length);
      places.set(index, start);
      const last = lastStep.get(index) as number;
      const others = ending.get(last);
      if (others === undefined) ending.set(last, [{ start, length }]);
      else others.push({ start, length });
    }
    for (const { start, length } of ending.get(i) ?? []) holes.give(start, length);
  });
  return { places, bytes: holes.end };
}
