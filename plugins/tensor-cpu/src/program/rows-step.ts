/** Which steps of a plan run together, row by row. */
import {
  type InPlacePlan,
  type LoopStep,
  type PlannedStep,
  type PrimitiveNode,
  type Slot,
  slotsOf,
  type View,
} from "@bitale/core";
import { mayBeNative } from "../kernels/native-loop.js";
import { forLanes, functionOnce, nativeRows } from "../kernels/native-rows.js";
import { type RowGroup, RowGrouping } from "../kernels/row-group.js";
import type { NativeCall, Workshop } from "./frame.js";

/** Loops over the same rows in one kernel. */
export interface RowsStep {
  readonly kind: "rows";
  readonly nodes: readonly PrimitiveNode[];
  readonly call: NativeCall;
  /** All memory that it touches. */
  readonly views: readonly View[];
}

/** What a program consists of. */
export type Work = PlannedStep | RowsStep;

/** Slots that some work reads or writes. */
export const slotsOfWork = (work: Work): number[] =>
  work.kind === "rows" ? work.views.map(({ slot }) => slot) : slotsOf(work);

/** The steps of a plan with loops over the same rows grouped, and the slots with what is left of their sizes. */
export function groupRows(
  plan: InPlacePlan,
  workshop: Workshop,
): { readonly works: readonly Work[]; readonly slots: readonly Slot[] } {
  const { steps, slots } = plan;
  const { library } = workshop;
  if (library === undefined) return { works: steps, slots };
  const touched = new Map<number, Set<PlannedStep>>();
  for (const step of steps)
    for (const slot of slotsOf(step)) touched.set(slot, (touched.get(slot) ?? new Set()).add(step));
  const identity = identityOf(plan);
  const sizes = new Map<number, number>();
  const together = ({ rows, parts }: RowGroup): readonly Work[] => {
    const own = new Set<PlannedStep>(parts);
    const isLocal = (slot: number): boolean =>
      slots[slot]?.kind === "temporary" && [...(touched.get(slot) ?? [])].every((step) => own.has(step));
    const native = nativeRows({ rows, parts }, workshop, { isLocal, identity });
    if (native !== undefined) {
      for (const [slot, size] of native.scratch) sizes.set(slot, size);
      const { call, views } = native;
      return [{ kind: "rows", nodes: parts.flatMap(({ nodes }) => nodes), call, views }];
    }
    const between = functionOnce({ rows, parts });
    if (between === undefined) return parts;
    return [
      ...grouped(parts.slice(0, between)),
      parts[between] as LoopStep,
      ...grouped(parts.slice(between + 1)),
    ];
  };
  const fits = (step: PlannedStep): step is LoopStep => step.kind === "loop" && mayBeNative(step, library);
  const grouped = (list: readonly PlannedStep[]): readonly Work[] => {
    const grouping = new RowGrouping(identity, (group) => forLanes(group) === "too much");
    const works: Work[] = [];
    const close = (): void => {
      const { group, rest } = grouping.take();
      works.push(...(group === undefined ? [] : together(group)), ...rest);
    };
    for (const step of list) {
      if (fits(step) && grouping.add(step)) continue;
      close();
      if (!fits(step) || !grouping.add(step)) works.push(step);
    }
    close();
    return works;
  };
  return {
    works: grouped(steps),
    slots: slots.map((slot, at) =>
      slot.kind === "temporary" ? { ...slot, size: sizes.get(at) ?? slot.size } : slot,
    ),
  };
}

/** Slots that stand on the same memory have the same number: an output that is written over an input. */
function identityOf({ slots, taken }: InPlacePlan): (slot: number) => number {
  const inputs = new Map(slots.flatMap((slot, at) => (slot.kind === "input" ? [[slot.place, at]] : [])));
  const over = new Map([...taken].map(({ output, input }) => [output, input]));
  return (at) => {
    const slot = slots[at];
    const input = slot?.kind === "output" ? over.get(slot.place) : undefined;
    return input === undefined ? at : (inputs.get(input) ?? at);
  };
}
