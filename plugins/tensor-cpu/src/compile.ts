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
import type { Block } from "./arena/arena.js";
import type { KernelLibrary } from "./kernels/kernel-library.js";
import { canGenerate } from "./kernels/loop.js";
import { loopStep } from "./kernels/loop-step.js";
import { nativeLoop } from "./kernels/native-loop.js";
import { bring, spanOf, stand } from "./program/arrivals.js";
import { dotStep } from "./program/dot-step.js";
import type { Frame, Step, Workshop } from "./program/frame.js";
import { indexingStep, iotaStep, wholeStep } from "./program/move-steps.js";
import { nativeStep } from "./program/native-call.js";
import type { ArenaMemory } from "./storage.js";

/** A program with its memory. */
interface Prepared {
  readonly frame: Frame;
  /** Places among the inputs that kernels want in the arena. */
  readonly inArena: readonly number[];
  readonly checks: readonly WindowCheck[];
  readonly steps: readonly Step[];
  /** What each step computes. */
  readonly works: readonly PlannedStep[];
  /** Slots of the operands and of the results, in order. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** Memory of the intermediates, and of constants that kernels want in the arena. */
  readonly owned: readonly NDArray[];
}

let generates: boolean | undefined;

/**
 * Compiles a region. Programs are made for the strides of the operands when they first occur; a steady-state call
 * allocates nothing but the results.
 * @param options.codegen false: kernels of closures instead of generated code
 * @param options.library kernels in WebAssembly on the same memory; left out: JavaScript only
 */
export function compileRegion(
  region: Region,
  memory: ArenaMemory,
  options: { readonly codegen: boolean; readonly library?: KernelLibrary | undefined },
): Executable {
  generates ??= canGenerate();
  const [codegen, { library }] = [options.codegen && generates, options];
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
    const prepared = prepare(region, strides, memory, { codegen, library, inArena: new Set() });
    programs.set(key, prepared);
    return prepared;
  };

  return {
    run: (given, scalars) => {
      const inputs = given as readonly NDArray[];
      const { frame, checks, steps, works, inArena, ...places } = programFor(inputs);
      places.inputs.forEach((slot, i) => {
        const input = inputs[i] as NDArray;
        frame.arrays[slot] = input.data;
        frame.offsets[slot] = input.offset;
      });
      frame.scalars = scalars;
      for (const check of checks) checkWindow(check, scalars);
      const results: NDArray[] = [];
      const brought: Block[] = [];
      let at = -1;
      try {
        for (const place of inArena) {
          const input = inputs[place] as NDArray;
          if (!memory.owns(input)) brought.push(bring(input, places.inputs[place] as number, frame, memory));
        }
        for (const { shape, dtype } of outputs) results.push(memory.allocateDirty(shape, dtype));
        places.outputs.forEach((slot, i) => {
          frame.arrays[slot] = results[i]?.data;
        });
        for (at = 0; at < steps.length; at++) (steps[at] as Step)(frame);
      } catch (error) {
        for (const result of results) memory.free(result);
        throw kernelFailure(region, works[at]?.nodes ?? [], error);
      } finally {
        for (const block of brought) memory.arena.free(block);
        for (const slot of [...places.inputs, ...places.outputs]) frame.arrays[slot] = undefined;
      }
      return results;
    },
    dispose: () => {
      for (const { owned } of programs.values()) for (const array of owned) memory.free(array);
      programs.clear();
    },
  };
}

function stepOf(work: PlannedStep, workshop: Workshop): Step | undefined {
  switch (work.kind) {
    case "loop": {
      const call = nativeLoop(work, workshop);
      return call === undefined ? loopStep(work, workshop.codegen) : nativeStep([call]);
    }
    case "dot":
      return dotStep(work, workshop);
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
  workshop: Workshop,
): Prepared {
  const program = planRegion(region, strides);
  const steps: Step[] = [];
  const works = program.steps.filter((work) => {
    const step = stepOf(work, workshop);
    if (step === undefined) return false;
    steps.push(region.instrument?.(work, step) ?? step);
    return true;
  });
  const plan = planMemory(program.slots, program.steps.map(slotsOf));
  const owned: NDArray[] = [];
  const block = plan.bytes === 0 ? undefined : memory.allocateDirty([plan.bytes], "uint8");
  if (block !== undefined) owned.push(block);
  const frame: Frame = {
    arrays: new Array<TypedArray | undefined>(program.slots.length),
    offsets: new Array<number>(program.slots.length).fill(0),
    scalars: [],
  };
  const inputs: number[] = [];
  const outputs: number[] = [];
  program.slots.forEach((slot, index) => {
    if (slot.kind === "input") inputs[slot.place] = index;
    else if (slot.kind === "output") outputs[slot.place] = index;
    else if (slot.kind === "constant") {
      const { value } = slot;
      frame.arrays[index] = value.data;
      frame.offsets[index] = value.offset;
      if (!workshop.inArena.has(index) || memory.owns(value)) return;
      const copy = memory.allocateDirty([spanOf(value).length], value.dtype);
      owned.push(copy);
      stand(frame, index, value, copy.data);
    } else {
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
  const inArena = inputs.flatMap((slot, place) => (workshop.inArena.has(slot) ? place : []));
  return { frame, inArena, checks: program.checks, steps, works, inputs, outputs, owned };
}
