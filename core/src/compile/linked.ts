/** What linking makes of a graph: slots, steps and exits; and what a call of it has to show. Types only. */
import type { Variable } from "../graph/nodes.js";
import type { Type } from "../graph/type.js";
import type { Executable, HostMemory } from "../plugin/contract.js";
import type { NewValue } from "../shared/replace-all.js";
import type { SharedVariable } from "../shared/shared-variable.js";
import type { CallProfiler, Clock } from "./clock.js";
import type { Executor } from "./executor.js";
import type { FunctionGraph, Update } from "./graph.js";
import type { HostNumbers } from "./host-numbers.js";
import type { RegionPlan, Stage } from "./partition.js";
import type { Placement } from "./place.js";
import type { Facts, LoweredRegion } from "./specialize.js";

/** A value at a place: "host" or the residence of a backend. */
export interface Slot {
  readonly index: number;
  readonly variable: Variable;
  /** The Type of the internal value that the slot holds. */
  readonly type: Type;
}

export type Step =
  /** A number that a region reads as a tensor. */
  (
    | { readonly kind: "number"; readonly to: Slot }
    | { readonly kind: "transfer"; readonly from: Slot; readonly to: Slot }
    | {
        readonly kind: "region";
        readonly plan: RegionPlan;
        readonly inputs: readonly Slot[];
        readonly outputs: readonly Slot[];
        /** For a loop or a branch, which runs its inner functions. */
        readonly control: LinkedControl | undefined;
      }
  ) & {
    /** Takes the time of the step, in a function that is profiled. */
    readonly clock?: Clock | undefined;
  };

export type RegionStep = Extract<Step, { kind: "region" }>;

/** A compiled region with what it needs at each call. */
export interface CompiledRegion extends LoweredRegion {
  readonly executable: Executable;
}

/** What one signature of shapes was compiled to. */
export interface Signature {
  readonly facts: Facts;
  readonly regions: ReadonlyMap<RegionPlan, CompiledRegion>;
}

export interface LinkedStage {
  readonly stage: Stage;
  /** Slots whose shapes decide the signature. */
  readonly signed: Set<Slot>;
  /** Numbers of the call that decide lengths. */
  readonly lengths: readonly Variable[];
  readonly steps: readonly Step[];
  readonly signatures: Map<string, Signature>;
}

/** How a result leaves: from a slot, or as a number. */
export type Exit =
  | { readonly from: "slot"; readonly slot: Slot }
  | { readonly from: "number"; readonly variable: Variable };

export interface Linked {
  readonly graph: FunctionGraph;
  readonly numbers: HostNumbers;
  readonly placement: Placement;
  readonly slotCount: number;
  /** One for each explicit input. */
  readonly inputs: readonly Slot[];
  readonly shared: readonly { readonly variable: SharedVariable; readonly slot: Slot }[];
  readonly stages: readonly LinkedStage[];
  readonly outputs: readonly Exit[];
  readonly updates: readonly { readonly update: Update; readonly exit: Exit }[];
  /** Where a variable's value lies on the host, if it ever does. */
  readonly hostSlots: ReadonlyMap<Variable, Slot>;
  /** The executor that made the value of a slot; undefined: an argument or shared value. */
  readonly maker: ReadonlyMap<number, Executor>;
  /** Where the function is profiled. */
  readonly profiler?: CallProfiler | undefined;
}

/** What a call has computed and not yet made visible. */
export interface Outcome {
  /** Host values, in the order of the outputs. */
  readonly outputs: unknown[];
  readonly updates: readonly NewValue[];
  /** Regions that ran; a device may still be at work on them. */
  readonly used: readonly Executable[];
  /** Gives back what the call made and nobody kept. */
  readonly discard: (warn: (message: string) => void) => void;
}

/** Compiles an inner graph, from its rewrites to its link. */
export type LinkInner = (graph: FunctionGraph) => Linked;

/** Runs a linked graph up to the commit: see `run` of call.ts. */
export type RunInner = (
  linked: Linked,
  args: readonly unknown[],
  memory: HostMemory,
) => Generator<Promise<unknown>, Outcome, unknown>;

/** What a control node needs at a call. */
export interface ControlCall {
  readonly run: RunInner;
  readonly memory: HostMemory;
  /** The number (or 0 and 1 for a bool) that the first operand is. */
  readonly decision: number;
  /** Internal values of the other operands. */
  readonly operands: readonly unknown[];
  /** Collects what runs on a device. */
  readonly used: Executable[];
}

/** A control node, linked. */
export interface LinkedControl {
  /** The inner functions; a synchronous call must be possible for all of them. */
  readonly bodies: readonly Linked[];
  /** @returns a fresh value for each needed output; operands that come out as they went in are not fresh */
  run(call: ControlCall): Generator<Promise<unknown>, readonly unknown[], unknown>;
}
