/** What a planned region consists of: loops over expressions, products of matrices, moves by indices. */

import { BitaleRangeError } from "../errors.js";
import { markNodes } from "../plugin/kernel-failure.js";
import type { PrimitiveNode } from "../plugin/region.js";
import type { DType } from "../tensor/dtype.js";
import type {
  ArgReductionName,
  BinaryName,
  CumulativeName,
  LinearName,
  LoweredParams,
  ReductionName,
  StartSpec,
  UnaryName,
} from "../tensor/primitives.js";
import type { Slot } from "./slots.js";
import type { View } from "./view.js";

/** Primitives that map elements to an element. */
export type ScalarOp = UnaryName | BinaryName | "where" | "cast";

/** One element, computed from elements of the leaves at the same place. */
export type Expression =
  | { readonly kind: "leaf"; readonly index: number; readonly dtype: DType }
  | {
      readonly kind: "op";
      readonly op: ScalarOp;
      /** Dtype in which the op computes: that of its last operand. */
      readonly from: DType;
      readonly dtype: DType;
      readonly args: readonly Expression[];
    };

/** What all steps have. */
interface Planned {
  /** Nodes of the region that the step computes, or for which it moves data. */
  readonly nodes: readonly PrimitiveNode[];
}

/** One result of a loop. */
export interface LoopResult {
  readonly expression: Expression;
  readonly out: View;
}

/** An expression at every place of a shape, written to `out`; or reduced over some axes first. */
export interface LoopStep extends Planned, LoopResult {
  readonly kind: "loop";
  /** The shape that is walked: of the result, or of what a reduction reads. */
  readonly shape: readonly number[];
  /** Memory that the expressions read; broadcasts to the shape. */
  readonly leaves: readonly View[];
  readonly reduction:
    | { readonly name: ReductionName | ArgReductionName; readonly axes: readonly number[] }
    | undefined;
  /**
   * Further results of the same loop (none, unless the plan's options allow them; none beside a reduction). Expressions
   * may have parts in common, which are then the same objects. At each place, all is read before any is written.
   */
  readonly also: readonly LoopResult[];
}

/** All results of a loop. */
export const resultsOf = ({ expression, out, also }: LoopStep): readonly LoopResult[] => [
  { expression, out },
  ...also,
];

/** One operand of a product: a stack of matrices in memory. */
export interface MatrixView {
  readonly view: View;
  /** Lengths and strides of the batch axes. */
  readonly batch: { readonly lengths: readonly number[]; readonly strides: readonly number[] };
  /** Rows of the left operand, columns of the right one. */
  readonly free: { readonly length: number; readonly stride: number };
  /** What is summed over. */
  readonly depth: { readonly length: number; readonly stride: number };
}

/** What is done to a product where it is written: times * (product of factors) * product + addend. */
export interface Accumulation {
  readonly times: number;
  /** Memory with one element each, read at the run. */
  readonly factors: readonly View[];
  /** Row-major, as the result, and maybe the same memory. */
  readonly addend: View;
}

/** out[batch, i, j] = sum over k of left[batch, i, k] * right[batch, j, k]; `out` is row-major. */
export interface DotStep extends Planned {
  readonly kind: "dot";
  readonly left: MatrixView;
  readonly right: MatrixView;
  readonly out: View;
  /** There only where `PlanOptions.accumulates` allows it. */
  readonly accumulation?: Accumulation | undefined;
}

/** 0, 1, 2, … */
export interface IotaStep extends Planned {
  readonly kind: "iota";
  readonly out: View;
}

export type IndexingName = "take" | "takeAlongAxis" | "scatter" | "scatterAlongAxis";

/** A move by indices on row-major operands. `out` of a scatter holds its base already, which itself may lie anyhow. */
export type IndexingStep = {
  readonly [N in IndexingName]: Planned & {
    readonly kind: "indexing";
    readonly op: N;
    readonly params: LoweredParams[N];
    readonly operands: readonly View[];
    readonly out: View;
  };
}[IndexingName];

export type LinesName = "argsort" | "sort" | CumulativeName;

/** Every line of elements along an axis by itself: its order, its elements in order, what it gives so far. */
export interface LinesStep extends Planned {
  readonly kind: "lines";
  /** "sort": the elements as argsort would place them. */
  readonly op: LinesName;
  readonly axis: number;
  /** In any strides. */
  readonly operand: View;
  /** Row-major. */
  readonly out: View;
}

export type WholeName = "randomBits" | LinearName;

/** A primitive on whole row-major operands, which a backend runs in its own way or by core's reference kernel. */
export type WholeStep = {
  readonly [N in WholeName]: Planned & {
    readonly kind: "whole";
    readonly op: N;
    readonly params: LoweredParams[N];
    readonly operands: readonly View[];
    readonly out: View;
  };
}[WholeName];

export type PlannedStep = LoopStep | DotStep | IotaStep | IndexingStep | LinesStep | WholeStep;

/** A window with starts that are numbers of the call: it must stay inside, and is checked before anything runs. */
export interface WindowCheck {
  /** The node whose window it is. */
  readonly node: PrimitiveNode;
  /** Place among the scalars of the call. */
  readonly scalar: number;
  readonly axis: number;
  readonly length: number;
  readonly count: number;
  readonly step: number;
}

/** A region as work on slots of memory. */
export interface RegionPlan {
  readonly slots: readonly Slot[];
  readonly checks: readonly WindowCheck[];
  readonly steps: readonly PlannedStep[];
}

/** Memory that a step writes. */
export const writesOf = (step: PlannedStep): readonly View[] =>
  step.kind === "loop" ? resultsOf(step).map(({ out }) => out) : [step.out];

/** Memory that a step reads. A scatter reads what it writes to as well: that is not among them. */
export function readsOf(step: PlannedStep): readonly View[] {
  switch (step.kind) {
    case "loop":
      return step.leaves;
    case "dot":
      return [
        ...[step.left.view, step.right.view],
        ...(step.accumulation === undefined ? [] : [...step.accumulation.factors, step.accumulation.addend]),
      ];
    case "iota":
      return [];
    case "lines":
      return [step.operand];
    case "indexing":
    case "whole":
      return step.operands;
  }
}

/** Slots that a step reads or writes. */
export const slotsOf = (step: PlannedStep): number[] =>
  [...writesOf(step), ...readsOf(step)].map(({ slot }) => slot);

/** Starts of a window that are numbers of the call. */
export function windowChecks(
  node: PrimitiveNode,
  shape: readonly number[],
  size: readonly number[],
  starts: readonly StartSpec[],
  steps: readonly number[],
): WindowCheck[] {
  return starts.flatMap((start, axis): WindowCheck[] => {
    const [length, count, step] = [shape[axis] as number, size[axis] as number, steps[axis] as number];
    return typeof start === "number" || count === 0
      ? []
      : [{ node, scalar: start.scalar, axis, length, count, step }];
  });
}

/** Checks a start that is only known at the call. @throws BitaleRangeError INDEX_OUT_OF_BOUNDS */
export function checkWindow(
  { node, scalar, axis, length, count, step }: WindowCheck,
  scalars: readonly number[],
): void {
  const first = scalars[scalar] as number;
  const last = first + (count - 1) * step;
  if (Math.min(first, last) >= 0 && Math.max(first, last) < length) return;
  const error = new BitaleRangeError("INDEX_OUT_OF_BOUNDS", {
    subject: "slice",
    problem: `${count} elements from ${first} in steps of ${step} leave axis ${axis} of length ${length}`,
  });
  markNodes(error, [node]);
  throw error;
}
