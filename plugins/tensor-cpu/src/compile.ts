/** A region as an executable: programs for the strides that occur, run in memory that is planned once. */
import {
  arrayConstructor,
  checkWindow,
  type Executable,
  kernelFailure,
  type NDArray,
  type PlannedStep,
  planMemory,
  planRegion,
  type Region,
  type RegionValue,
  rowMajorStrides,
  slotsOf,
  type TypedArray,
  type WindowCheck,
} from "@bitale/core";
import { canGenerate } from "./kernels/loop.js";
import { loopStep } from "./kernels/loop-step.js";
import { dotStep } from "./program/dot-step.js";
import type { Frame, Step } from "./program/frame.js";
import { indexingStep, iotaStep, wholeStep } from "./program/move-steps.js";
import type { ArenaMemory } from "./storage.js";

/** A program with its memory. */
interface Prepared {
  readonly frame: Frame;
  readonly checks: readonly WindowCheck[];
  readonly steps: readonly Step[];
  /** What each step computes. */
  readonly works: readonly PlannedStep[];
  /** Slots of the operands and of the results, in order. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** The block of the intermediates. */
  readonly block: NDArray | undefined;
}

let generates: boolean | undefined;

/**
 * Compiles a region. Programs are made for the strides of the operands when they first occur; a steady-state call
 * allocates nothing but the results.
 * @param options.codegen false: kernels of closures instead of generated code
 */
export function compileRegion(
  region: Region,
  memory: ArenaMemory,
  options: { readonly codegen: boolean },
): Executable {
  generates ??= canGenerate();
  const codegen = options.codegen && generates;
  const programs = new Map<string, Prepared>();
  const outputs = region.outputs.map((id) => region.values[id] as RegionValue);

  const programFor = (inputs: readonly NDArray[]): Prepared => {
    let key = "";
    for (const input of inputs) key += input.isContiguous ? ";" : `${input.strides.join()};`;
    const known = programs.get(key);
    if (known !== undefined) return known;
    const strides = inputs.map((input) =>
      input.isContiguous ? rowMajorStrides(input.shape) : input.strides,
    );
    const prepared = prepare(region, strides, memory, codegen);
    programs.set(key, prepared);
    return prepared;
  };

  return {
    run: (given, scalars) => {
      const inputs = given as readonly NDArray[];
      const { frame, checks, steps, works, ...places } = programFor(inputs);
      places.inputs.forEach((slot, i) => {
        const input = inputs[i] as NDArray;
        frame.arrays[slot] = input.data;
        frame.offsets[slot] = input.offset;
      });
      frame.scalars = scalars;
      for (const check of checks) checkWindow(check, scalars);
      const results: NDArray[] = [];
      let at = -1;
      try {
        for (const { shape, dtype } of outputs) results.push(memory.allocateDirty(shape, dtype));
        places.outputs.forEach((slot, i) => {
          frame.arrays[slot] = results[i]?.data;
        });
        for (at = 0; at < steps.length; at++) (steps[at] as Step)(frame);
      } catch (error) {
        for (const result of results) memory.free(result);
        throw kernelFailure(region, works[at]?.nodes ?? [], error);
      } finally {
        for (const slot of [...places.inputs, ...places.outputs]) frame.arrays[slot] = undefined;
      }
      return results;
    },
    dispose: () => {
      for (const { block } of programs.values()) if (block !== undefined) memory.free(block);
      programs.clear();
    },
  };
}

function stepOf(work: PlannedStep, codegen: boolean): Step | undefined {
  switch (work.kind) {
    case "loop":
      return loopStep(work, codegen);
    case "dot":
      return dotStep(work);
    case "iota":
      return iotaStep(work.out);
    case "indexing":
      return indexingStep(work);
    case "whole":
      return wholeStep(work);
  }
}

function prepare(
  region: Region,
  strides: readonly (readonly number[])[],
  memory: ArenaMemory,
  codegen: boolean,
): Prepared {
  const program = planRegion(region, strides);
  const plan = planMemory(program.slots, program.steps.map(slotsOf));
  const block = plan.bytes === 0 ? undefined : memory.allocateDirty([plan.bytes], "uint8");
  const frame: Frame = {
    arrays: new Array<TypedArray | undefined>(program.slots.length),
    offsets: [],
    scalars: [],
  };
  const inputs: number[] = [];
  const outputs: number[] = [];
  program.slots.forEach((slot, index) => {
    frame.offsets[index] = slot.kind === "constant" ? slot.value.offset : 0;
    if (slot.kind === "input") inputs[slot.place] = index;
    else if (slot.kind === "output") outputs[slot.place] = index;
    else if (slot.kind === "constant") frame.arrays[index] = slot.value.data;
    else {
      const place = plan.places.get(index);
      if (place === undefined || block === undefined) return;
      const { data } = block;
      frame.arrays[index] = new (arrayConstructor(slot.dtype))(
        data.buffer,
        data.byteOffset + place,
        slot.size,
      );
    }
  });
  const steps: Step[] = [];
  const works = program.steps.filter((work) => {
    const step = stepOf(work, codegen);
    if (step === undefined) return false;
    steps.push(region.instrument?.(work, step) ?? step);
    return true;
  });
  return {
    frame,
    checks: program.checks,
    steps,
    works,
    inputs,
    outputs,
    block,
  };
}
