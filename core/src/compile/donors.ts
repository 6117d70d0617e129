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
  const holders: { readonly cell: StorageCell; readonly slot: Slot; readonly state: number | undefined }[] = [
    ...linked.shared.map(({ variable, slot }) => ({
      cell: variable.container.cell,
      slot,
      state: undefined,
    })),
    ...linked.inputs.flatMap((slot, state) => {
      const cell = linked.graph.inputs[state]?.container?.cell;
      return cell === undefined ? [] : [{ cell, slot, state }];
    }),
  ];
  /** Slots whose value leaves the call as it came. */
  const leaving = new Set<number>();
  for (const exit of [...linked.outputs, ...linked.updates.map(({ exit }) => exit)]) {
    if (exit.from === "slot" && madeAt(exit) === undefined)
      leaving.add(rootOf(exit.slot.index, steps, lowered));
  }
  return updates.flatMap(({ container: { cell, type }, exit, kind }) => {
    const at = madeAt(exit);
    if (kind !== "fresh" || exit.from === "number" || at?.region !== last) return [];
    if (!isTensorType(type) || updates.filter(({ container }) => container.cell === cell).length > 1)
      return [];
    const here = holders.filter((holder) => holder.cell === cell);
    if (here.length > 1 || here.some(({ slot }) => leaving.has(slot.index))) return [];
    const [holder] = here;
    const places = (steps[last] as RegionStep).inputs.flatMap((slot, place) =>
      holder !== undefined && rootOf(slot.index, steps, lowered) === holder.slot.index ? [place] : [],
    );
    if (places.length > 1) return [];
    return [
      {
        donor: { cell, type, shape: facts.shape(exit.slot.variable), state: holder?.state },
        donation: { output: at.position, input: places[0] },
      },
    ];
  });
}

/** The slot whose value a slot holds: its own, or one that regions passed through. */
function rootOf(slot: number, steps: readonly RegionStep[], lowered: readonly LoweredRegion[]): number {
  let root = slot;
  for (let r = steps.length - 1; r >= 0; r--) {
    const step = steps[r] as RegionStep;
    const at = step.outputs.findIndex(({ index }) => index === root);
    const result = lowered[r]?.results[at];
    if (result?.from === "input") root = (step.inputs[result.position] as Slot).index;
  }
  return root;
}
