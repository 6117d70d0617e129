/** Which updates a region may write into the storage of the old value. */
import type { Type } from "../graph/type.js";
import type { Donation } from "../plugin/region.js";
import type { Container, StorageCell } from "../shared/container.js";
import { isTensorType } from "../tensor/tensor-type.js";
import type { Exit, Linked, RegionStep, Slot } from "./linked.js";
import type { Facts, LoweredRegion } from "./specialize.js";

/** How a new value is stored. */
export interface DirectUpdate {
  readonly container: Container;
  /** "before": copied before the last region runs; "fresh": storage that the call made; "copy": a copy of that. */
  readonly kind: "before" | "fresh" | "copy";
  readonly exit: Exit;
}

/** A result of a region, by the region's place and its own among what `run` returns. */
export interface Made {
  readonly region: number;
  readonly position: number;
}

/** A storage that the last region may write its new value into. */
export interface Donor {
  readonly cell: StorageCell;
  readonly type: Type;
  readonly shape: readonly number[];
  /** An input whose state it is: it is only read where the call gives no argument. */
  readonly state: number | undefined;
}

/** Updates whose new value the last region may write into the old one's storage: nobody needs it any more. */
export function donorsOf(
  linked: Linked,
  steps: readonly RegionStep[],
  lowered: readonly LoweredRegion[],
  facts: Facts,
  updates: readonly DirectUpdate[],
  madeAt: (exit: Exit) => Made | undefined,
): { donor: Donor; donation: Donation }[] {
  const last = steps.length - 1;
  const root = rootsOf(steps, lowered);
  const holders = holdersByCell(linked);
  const targets = new Map<StorageCell, number>();
  for (const { container } of updates) targets.set(container.cell, (targets.get(container.cell) ?? 0) + 1);
  /** Slots whose value leaves the call as it came. */
  const leaving = new Set<number>();
  for (const exit of [...linked.outputs, ...linked.updates.map((update) => update.exit)]) {
    if (exit.from === "slot" && madeAt(exit) === undefined) leaving.add(root(exit.slot));
  }
  const placesOf = new Map<number, number[]>();
  for (const [place, slot] of steps[last]?.inputs.entries() ?? []) {
    const known = placesOf.get(root(slot));
    if (known === undefined) placesOf.set(root(slot), [place]);
    else known.push(place);
  }
  return updates.flatMap(({ container: { cell, type }, exit, kind }) => {
    const at = madeAt(exit);
    if (kind !== "fresh" || exit.from === "number" || at?.region !== last) return [];
    const [holder, ...more] = holders.get(cell) ?? [];
    if (!isTensorType(type) || targets.get(cell) !== 1 || more.length > 0) return [];
    if (holder !== undefined && leaving.has(holder.slot.index)) return [];
    const places = holder === undefined ? [] : (placesOf.get(holder.slot.index) ?? []);
    if (places.length > 1) return [];
    return [
      {
        donor: { cell, type, shape: facts.shape(exit.slot.variable), state: holder?.state },
        donation: { output: at.position, input: places[0] },
      },
    ];
  });
}

interface Holder {
  readonly slot: Slot;
  /** The place of the input whose state it is; undefined: it is a shared variable's. */
  readonly state: number | undefined;
}

/** Where storage that a call reads comes in; several variables may look at one cell. */
function holdersByCell({ shared, inputs, graph }: Linked): Map<StorageCell, Holder[]> {
  const holders = new Map<StorageCell, Holder[]>();
  const add = (cell: StorageCell | undefined, holder: Holder): void => {
    if (cell !== undefined) holders.set(cell, [...(holders.get(cell) ?? []), holder]);
  };
  for (const { variable, slot } of shared) add(variable.container.cell, { slot, state: undefined });
  for (const [state, slot] of inputs.entries()) add(graph.inputs[state]?.container?.cell, { slot, state });
  return holders;
}

/** Tells the slot whose value a slot holds: its own, or one that regions passed through. */
function rootsOf(steps: readonly RegionStep[], lowered: readonly LoweredRegion[]): (slot: Slot) => number {
  const roots = new Map<number, number>();
  const root = ({ index }: Slot): number => roots.get(index) ?? index;
  steps.forEach(({ inputs, outputs }, r) => {
    lowered[r]?.results.forEach((result, i) => {
      if (result.from === "input")
        roots.set((outputs[i] as Slot).index, root(inputs[result.position] as Slot));
    });
  });
  return root;
}
