/**
 * The ready-made compiler for a plugin that has kernels and no compiler of its own: runs a region node by
 * node. Nothing is fused and nothing is written in place.
 */
import { BitaleError } from "../errors.js";
import { giveBack, unsaid } from "../shared/give-back.js";
import type { DType } from "../tensor/dtype.js";
import type { NDArray } from "../tensor/ndarray.js";
import type { LoweredName, LoweredParams } from "../tensor/primitives.js";
import { referenceKernels } from "../tensor/reference/kernels.js";
import { kernelFailure } from "./kernel-failure.js";
import type { Executable, Region, RegionNode } from "./region.js";

/** What a kernel is given; `V` are the plugin's internal values. */
export interface KernelCall<N extends LoweredName, V> {
  readonly params: LoweredParams[N];
  /** Operands in the order of the primitive; a kernel never changes them. */
  readonly inputs: readonly V[];
  /** Of the result. */
  readonly dtype: DType;
  /** Of the result. */
  readonly shape: readonly number[];
  /** All numbers of this call: the start `{ scalar: k }` is `scalars[k]`. */
  readonly scalars: readonly number[];
}

/** Runs one primitive. The result is in fresh storage: never an operand, nor a view of one. */
export type Kernel<N extends LoweredName, V> = (call: KernelCall<N, V>) => V;

/** The primitives that a plugin computes. `supports.ops` states the same names. */
export type KernelTable<V> = { readonly [N in LoweredName]?: Kernel<N, V> };

/**
 * What the runner needs to know about the plugin's values; a plugin that computes on NDArrays needs neither.
 */
export interface KernelHooks<V> {
  /**
   * An internal value of a constant, in storage of its own. Called once a constant, when the region is
   * compiled.
   */
  readonly fromHost?: ((constant: NDArray) => V) | undefined;
  /**
   * Gives back the storage of a value that the region made and nobody needs any more: an intermediate result
   * after its last use, everything a failed run has made, and the constants when the executable is disposed
   * of.
   */
  readonly release?: ((value: V) => void) | undefined;
}

/** One node, ready to run. */
interface Step<V> {
  readonly node: RegionNode;
  readonly run: (inputs: readonly V[], scalars: readonly number[]) => readonly V[];
  readonly outputs: readonly number[];
  /** Values that the region made and that nobody needs after this step. */
  readonly last: readonly number[];
}

/**
 * Compiles a region to calls of kernels. Ops of the plugin itself run by their `perform`.
 *
 * A kernel's own bitale errors reach the caller as they are; any other is wrapped as KERNEL_FAILED.
 *
 * @throws BitaleError NO_KERNEL at once where the table lacks a primitive of the region
 */
export function compileWithKernels<V>(
  region: Region,
  kernels: KernelTable<V>,
  hooks: KernelHooks<V> = {},
): Executable {
  checkKernels(region, kernels);
  const { fromHost, release } = hooks;
  const lastUses = findLastUses(region);
  const steps = region.nodes.map((node, i) => {
    const step = makeStep(region, node, kernels, lastUses[i] as number[]);
    const run = region.instrument?.({ kind: "kernel", nodes: [node] }, step.run);
    return run === undefined ? step : { ...step, run };
  });
  const constants = new Map<number, V>();
  const releaseConstants = (): void => {
    if (fromHost !== undefined) for (const value of constants.values()) release?.(value);
    constants.clear();
  };
  try {
    for (const [id, constant] of region.constants) {
      constants.set(id, fromHost === undefined ? (constant as V) : fromHost(constant));
    }
  } catch (error) {
    giveBack(releaseConstants, unsaid);
    throw error;
  }
  return {
    run: (inputs, scalars) => runSteps(region, steps, constants, inputs as readonly V[], scalars, release),
    dispose: releaseConstants,
  };
}

/** Core's own way to run a region: on NDArrays, by the reference kernels. */
export function referenceExecutable(region: Region): Executable {
  return compileWithKernels<NDArray>(region, referenceKernels);
}

function runSteps<V>(
  region: Region,
  steps: readonly Step<V>[],
  constants: ReadonlyMap<number, V>,
  inputs: readonly V[],
  scalars: readonly number[],
  release: KernelHooks<V>["release"],
): readonly V[] {
  const values = new Map(constants);
  region.inputs.forEach((id, i) => {
    values.set(id, inputs[i] as V);
  });
  const made = new Map<number, V>();
  const drop = (id: number): void => {
    release?.(made.get(id) as V);
    made.delete(id);
    values.delete(id);
  };
  try {
    for (const { node, run, outputs, last } of steps) {
      const operands = node.inputs.map((id) => values.get(id) as V);
      const results = runNode(region, node, () => fresh(run(operands, scalars), operands));
      outputs.forEach((id, i) => {
        values.set(id, results[i] as V);
        made.set(id, results[i] as V);
      });
      last.forEach(drop);
    }
  } catch (error) {
    for (const id of [...made.keys()]) giveBack(() => drop(id), unsaid);
    throw error;
  }
  return region.outputs.map((id) => values.get(id) as V);
}

/** An operand that comes back as a result would be released while it is in use. */
function fresh<V>(results: readonly V[], operands: readonly V[]): readonly V[] {
  if (!results.some((result) => typeof result === "object" && operands.includes(result))) return results;
  throw new TypeError("it returned an operand, and results must be in fresh storage");
}

function makeStep<V>(
  region: Region,
  node: RegionNode,
  kernels: KernelTable<V>,
  last: readonly number[],
): Step<V> {
  if (node.op === "custom") {
    const { custom, outputs } = node;
    const run: Step<V>["run"] = (inputs, scalars) => {
      const results = custom.perform(
        inputs,
        node.scalars.map((place) => scalars[place] as number),
      );
      if (results.length === outputs.length) return results as readonly V[];
      throw new TypeError(`perform returned ${results.length} results, ${outputs.length} are needed`);
    };
    return { node, run, outputs, last };
  }
  const kernel = kernels[node.op] as Kernel<LoweredName, V>;
  const { dtype, shape } = region.values[node.output]!;
  const { params } = node;
  return {
    node,
    run: (inputs, scalars) => [kernel({ params, inputs, dtype, shape, scalars })],
    outputs: [node.output],
    last,
  };
}

/**
 * For each node, the values made in the region that are read there (or made there and never read) for the
 * last time.
 */
function findLastUses(region: Region): number[][] {
  const lastUse = new Map<number, number>();
  region.nodes.forEach((node, at) => {
    for (const id of node.op === "custom" ? node.outputs : [node.output]) lastUse.set(id, at);
    for (const id of node.inputs) if (lastUse.has(id)) lastUse.set(id, at);
  });
  for (const id of region.outputs) lastUse.delete(id);
  const last: number[][] = region.nodes.map(() => []);
  for (const [id, at] of lastUse) last[at]?.push(id);
  return last;
}

function checkKernels<V>(region: Region, kernels: KernelTable<V>): void {
  const missing = new Set(
    region.nodes.flatMap(({ op }) => (op === "custom" || kernels[op] !== undefined ? [] : [op])),
  );
  if (missing.size === 0) return;
  const names = [...missing].join(", ");
  throw new BitaleError("NO_KERNEL", {
    subject: names,
    problem: "the kernel table has no kernel for this",
    expected: `one of ${Object.keys(kernels).join(", ") || "no primitive at all"}`,
    cure: `add the kernel, or leave ${names} out of the plugin's supports.ops`,
  });
}

function runNode<R>(region: Region, node: RegionNode, run: () => R): R {
  try {
    return run();
  } catch (cause) {
    throw kernelFailure(region, [node], cause);
  }
}
