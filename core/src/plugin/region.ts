/**
 * What a backend compiles: a region, a part of a graph with concrete shapes and lowered primitives. Everything that
 * depends on lengths alone is folded; the only numbers that change between calls are the starts of slices (scalars).
 */
import type { Apply, Op } from "../graph/nodes.js";
import type { Type } from "../graph/type.js";
import type { DType } from "../tensor/dtype.js";
import type { NDArray } from "../tensor/ndarray.js";
import type { LoweredName, LoweredParams } from "../tensor/primitives.js";

/** A value inside a region: `id` is its place in `Region.values`. */
export interface RegionValue {
  readonly id: number;
  /** The plain Type: dense values have kind "tensor". */
  readonly type: Type;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** One primitive to run; `inputs` and `output` are ids of values. */
export type PrimitiveNode = {
  readonly [N in LoweredName]: {
    readonly op: N;
    readonly params: LoweredParams[N];
    readonly inputs: readonly number[];
    readonly output: number;
    /** The node of the graph that it is a part of, for errors and profiles. */
    readonly origin?: Apply | undefined;
  };
}[LoweredName];

/** One op of the plugin itself; its `perform` runs it, or the plugin's own compiler does. */
export interface CustomNode {
  readonly op: "custom";
  readonly custom: Op;
  readonly inputs: readonly number[];
  /** Places among the scalars of the call, one for each host operand. */
  readonly scalars: readonly number[];
  readonly outputs: readonly number[];
  /** The node of the graph that it is, for errors and profiles. */
  readonly origin?: Apply | undefined;
}

export type RegionNode = PrimitiveNode | CustomNode;

/** A piece of a region's work that a backend runs at one go. */
export interface RegionWork {
  /** What kind of kernel it is, in the backend's words: "loop", "dot". */
  readonly kind: string;
  /** The nodes that it computes. */
  readonly nodes: readonly RegionNode[];
}

/** Gives back `run` with a clock around it. */
export type Instrument = <A extends readonly unknown[], R>(
  work: RegionWork,
  run: (...args: A) => R,
) => (...args: A) => R;

/** Storage that a run may write an output into, instead of fresh storage. */
export interface Donation {
  /** Place among the outputs. */
  readonly output: number;
  /** Place among the inputs, where the storage is that of an input; undefined: nobody reads what it holds. */
  readonly input: number | undefined;
}

/**
 * Where results may lie in storage that is there already. Only a backend that declares `supports.reuse` is given this,
 * and only for calls that run to their end without anybody else's code in between.
 */
export interface Reuse {
  /**
   * Values that the region replaces: each call says which of them it really donates. Dtype and shape are those of the
   * output.
   */
  readonly donations: readonly Donation[];
  /**
   * Places of outputs that nobody keeps: `run` returns them in storage of the executable's own, which its next run
   * may overwrite. They are read and forgotten before that, and never released.
   */
  readonly transient: ReadonlySet<number>;
}

/** A part of a graph for one backend, with concrete shapes. */
export interface Region {
  readonly values: readonly RegionValue[];
  /** Ids of the values that `run` is given, in order. */
  readonly inputs: readonly number[];
  /** Values that never change. */
  readonly constants: ReadonlyMap<number, NDArray>;
  /** Operands come before users. */
  readonly nodes: readonly RegionNode[];
  /** Ids of the values that `run` returns, in order; never an input or a constant, none twice. */
  readonly outputs: readonly number[];
  /** How many numbers `run` is given as scalars. */
  readonly scalarCount: number;
  /**
   * There for a function that is compiled with `profile: true`. A backend that wants its kernels in the profile wraps
   * each in it when it compiles the region; the time of the whole region is taken anyway.
   */
  readonly instrument?: Instrument | undefined;
  /** There for a backend that declares `supports.reuse`, where a call allows it. */
  readonly reuse?: Reuse | undefined;
}

/**
 * A compiled region. `run` is synchronous (a device may still be working when it returns), changes no input, and
 * returns values in fresh storage that the caller owns: aliases neither of inputs, nor of constants, nor of each
 * other, nor of what an earlier run returned. It may be entered again before an earlier call's results are read.
 * `Region.reuse` allows exceptions.
 */
export interface Executable {
  /**
   * @param donated one for each of `Region.reuse.donations`: the value whose storage may be written (the input itself,
   *   where the donation names one), or undefined. The result is then that very value, written in place, or a fresh one,
   *   and the donated one as it was. A run that throws has written into none: what can fail comes first.
   */
  run(
    inputs: readonly unknown[],
    scalars: readonly number[],
    donated?: readonly unknown[],
  ): readonly unknown[];
  /** Settles when the device has done what the latest run asked for; rejects where it failed. */
  settled?(): Promise<void>;
  dispose?(): void;
}
