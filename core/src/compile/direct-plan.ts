/**
 * A call without detours, worked out for one signature of shapes: which results are written into the storage that
 * they replace, which are only read, what is copied before the last region runs, and what is stored after it.
 */
import type { Variable } from "../graph/nodes.js";
import type { Type } from "../graph/type.js";
import type { Executable } from "../plugin/contract.js";
import type { Region, Reuse } from "../plugin/region.js";
import type { DType } from "../tensor/dtype.js";
import type { NDArray } from "../tensor/ndarray.js";
import { TensorType } from "../tensor/tensor-type.js";
import { type DirectUpdate, type Donor, donorsOf, type Made } from "./donors.js";
import type { Executor } from "./executor.js";
import type { OutputPlan } from "./interface.js";
import type { Exit, Linked, RegionStep, Slot, Step } from "./linked.js";
import { Facts, inferShapes, type LoweredRegion, lowerRegion, type Shapes } from "./specialize.js";

/** A compiled region, with places for what a run is given. */
export interface DirectRegion {
  readonly executable: Executable;
  readonly inputs: readonly number[];
  /** Numbers of the call that are read as tensors from here on. */
  readonly numbers: readonly Slot[];
  /** What to compute at each call for the scalars of `run`. */
  readonly scalars: readonly Variable[];
  /** Where the results of a run go. */
  readonly results: readonly { readonly slot: number; readonly position: number }[];
  /** Operands and constants that are results as they are, known before the region runs. */
  readonly passed: readonly {
    readonly slot: number;
    readonly from: number;
    readonly value: NDArray | undefined;
  }[];
  /** Filled at each call. */
  readonly operands: unknown[];
  /** Results that are fresh storage: given back where the call fails. */
  readonly fresh: readonly FreshResult[];
}

export interface FreshResult {
  readonly slot: number;
  readonly type: Type;
  readonly executor: Executor;
}

/** How an output leaves. */
export type DirectOutput =
  /** Copied out or lent before the last region runs: it is no result of a region. */
  | { readonly kind: "before"; readonly exit: Exit; readonly plan: OutputPlan }
  /** Copied into an array for the caller, which is made before the last region runs. */
  | {
      readonly kind: "copy";
      readonly slot: number;
      readonly shape: readonly number[];
      readonly dtype: DType;
    }
  /** As the executable returned it. `update`: it is also the new value of that update, which is lent by it. */
  | { readonly kind: "borrow"; readonly slot: number; readonly update: number | undefined }
  /** A fresh value, to the caller. */
  | { readonly kind: "hand"; readonly slot: number }
  /** By the rules of its Type, after the run. */
  | {
      readonly kind: "after";
      readonly slot: Slot;
      readonly plan: OutputPlan;
      /** Who made it, where nobody else takes the result. */
      readonly owner: Executor | undefined;
      readonly update: number | undefined;
    };

export interface DirectPlan {
  readonly facts: Facts;
  /** One for each signed slot. */
  readonly shapes: readonly (readonly number[])[];
  readonly regions: readonly DirectRegion[];
  readonly donors: readonly Donor[];
  /** Filled at each call. */
  readonly donated: unknown[];
  readonly outputs: readonly DirectOutput[];
  readonly updates: readonly DirectUpdate[];
  /** Fresh results that nobody takes: given back when the call is over. */
  readonly dropped: readonly FreshResult[];
  /** Whether somebody else's code may run during a call and change what it reads. */
  readonly watched: boolean;
}

/** Whether calls of a function can go the direct way, once arguments are host values. */
export function isDirect(linked: Linked): boolean {
  const [stage, ...more] = linked.stages;
  const onHost = ({ type }: Slot): boolean => type.residence === "host";
  return (
    linked.profiler === undefined &&
    stage !== undefined &&
    more.length === 0 &&
    stage.lengths.length === 0 &&
    [...linked.inputs, ...linked.shared.map(({ slot }) => slot)].every(onHost) &&
    linked.updates.every(({ update }) => update.container.type.residence === "host") &&
    stage.steps.every((step) =>
      step.kind === "region"
        ? step.plan.executor.late !== true &&
          step.control === undefined &&
          [...step.inputs, ...step.outputs].every(onHost)
        : step.kind === "number",
    )
  );
}

/** Compiles the regions for a signature. @param shapes of the signed slots, in order */
export function planDirectCall(linked: Linked, shapes: readonly (readonly number[])[]): DirectPlan {
  const stage = linked.stages[0] as Linked["stages"][number];
  const known: Shapes = new Map();
  [...stage.signed].forEach((slot, i) => {
    known.set(slot.variable, shapes[i] as readonly number[]);
  });
  const facts = new Facts(known, linked.numbers, new Map(), linked.graph.name);
  inferShapes(stage.stage, facts);
  const steps = stage.steps.filter((step): step is RegionStep => step.kind === "region");
  const lowered = steps.map((step) => lowerRegion(step.plan, facts));
  const made = resultsBySlot(steps, lowered);
  const madeAt = (exit: Exit): Made | undefined =>
    exit.from === "slot" ? made.get(exit.slot.index) : undefined;

  const last = steps.length - 1;
  const taken = new Set<string>();
  const take = (at: Made): boolean => {
    const key = `${at.region}:${at.position}`;
    return !taken.has(key) && taken.add(key) !== undefined;
  };
  const reuses = (at: Made): boolean => (steps[at.region] as RegionStep).plan.executor.reuses === true;
  const updates = linked.updates.map(({ update: { container }, exit }): DirectUpdate => {
    const at = madeAt(exit);
    return { container, exit, kind: at === undefined ? "before" : take(at) ? "fresh" : "copy" };
  });
  const updateOf = (at: Made): number | undefined => {
    const found = updates.findIndex(({ exit, kind }) => kind === "fresh" && sameMade(madeAt(exit), at));
    return found === -1 ? undefined : found;
  };
  const outputs = linked.outputs.map((exit, i): DirectOutput => {
    const plan = linked.graph.outputPlans[i] as OutputPlan;
    const at = madeAt(exit);
    if (at === undefined || exit.from === "number") return { kind: "before", exit, plan };
    const { slot } = exit;
    const { index, type } = slot;
    if (plan.internal || !reuses(at) || type.constructor !== TensorType) {
      const first = take(at);
      if (plan.internal && first) return { kind: "hand", slot: index };
      const owner = first ? (steps[at.region] as RegionStep).plan.executor : undefined;
      return { kind: "after", slot, plan, owner, update: first ? undefined : updateOf(at) };
    }
    if (plan.borrow) return { kind: "borrow", slot: index, update: updateOf(at) };
    const { dtype } = type as TensorType;
    return { kind: "copy", slot: index, shape: facts.shape(slot.variable), dtype };
  });

  // Nothing may fail once a region writes in place: results that are converted afterwards could.
  const home = steps[last]?.plan;
  const settled =
    home?.executor.reuses === true &&
    !home.nodes.some(runsOthersCode) &&
    outputs.every(({ kind }) => kind !== "after") &&
    updates.every(({ container: { type }, kind }) => {
      if (kind !== "fresh") return kind === "before";
      return type.backend === undefined ? type.constructor === TensorType : type.backend === home.executor.id;
    });
  const donors = settled ? donorsOf(linked, steps, lowered, facts, updates, madeAt) : [];
  const numbered = numbersBefore(stage.steps);
  const regions = steps.map((step, r) => {
    const { executor } = step.plan;
    const transient = new Set(
      executor.reuses === true
        ? (lowered[r] as LoweredRegion).region.outputs.flatMap((_, position) =>
            taken.has(`${r}:${position}`) ? [] : [position],
          )
        : [],
    );
    const donations = r === last ? donors.map(({ donation }) => donation) : [];
    return directRegion(step, numbered[r] as Slot[], lowered[r] as LoweredRegion, { donations, transient });
  });
  const dropped = regions.flatMap(({ fresh }, r) =>
    fresh.filter(({ slot }) => !taken.has(`${r}:${made.get(slot)?.position}`)),
  );
  return {
    facts,
    shapes,
    regions,
    donors: donors.map(({ donor }) => donor),
    donated: donors.map(() => undefined),
    outputs,
    updates,
    dropped,
    watched: steps.some(({ plan }) => plan.executor.reuses !== true || plan.nodes.some(runsOthersCode)),
  };
}

const sameMade = (a: Made | undefined, b: Made): boolean =>
  a?.region === b.region && a.position === b.position;

const runsOthersCode = (node: RegionStep["plan"]["nodes"][number]): boolean => node.op.backend !== undefined;

/** For each region, the numbers that become tensors between it and the one before. */
function numbersBefore(steps: readonly Step[]): Slot[][] {
  const numbers: Slot[][] = [];
  let waiting: Slot[] = [];
  for (const step of steps) {
    if (step.kind === "number") waiting.push(step.to);
    else if (step.kind === "region") {
      numbers.push(waiting);
      waiting = [];
    }
  }
  return numbers;
}

/** Where the value of each slot is made; what a region passes through or knows beforehand is not in it. */
function resultsBySlot(steps: readonly RegionStep[], lowered: readonly LoweredRegion[]): Map<number, Made> {
  const made = new Map<number, Made>();
  steps.forEach((step, region) => {
    lowered[region]?.results.forEach((result, i) => {
      const slot = step.outputs[i] as Slot;
      if (result.from === "run") made.set(slot.index, { region, position: result.position });
      else if (result.from === "input") {
        const before = made.get((step.inputs[result.position] as Slot).index);
        if (before !== undefined) made.set(slot.index, before);
      }
    });
  });
  return made;
}

function directRegion(
  { plan, inputs, outputs }: RegionStep,
  numbers: readonly Slot[],
  lowered: LoweredRegion,
  reuse: Reuse,
): DirectRegion {
  const { executor } = plan;
  const region: Region = executor.reuses === true ? { ...lowered.region, reuse } : lowered.region;
  const seen = new Set<number>(reuse.transient);
  const fresh = lowered.results.flatMap((result, i): FreshResult[] => {
    if (result.from !== "run" || seen.has(result.position)) return [];
    seen.add(result.position);
    const { index, type } = outputs[i] as Slot;
    return [{ slot: index, type, executor }];
  });
  return {
    executable: executor.compileRegion(region),
    inputs: inputs.map(({ index }) => index),
    operands: inputs.map(() => undefined),
    numbers,
    scalars: lowered.scalars,
    results: lowered.results.flatMap((result, i) =>
      result.from === "run" ? [{ slot: (outputs[i] as Slot).index, position: result.position }] : [],
    ),
    passed: lowered.results.flatMap((result, i): DirectRegion["passed"] => {
      if (result.from === "run") return [];
      const slot = (outputs[i] as Slot).index;
      return result.from === "constant"
        ? [{ slot, from: slot, value: result.value }]
        : [{ slot, from: (inputs[result.position] as Slot).index, value: undefined }];
    }),
    fresh,
  };
}
