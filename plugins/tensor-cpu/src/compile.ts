/** A region as an executable: programs for the strides that occur, run in memory that is planned once. */
import {
  type Donation,
  type Executable,
  kernelFailure,
  type NDArray,
  type Region,
  type RegionValue,
} from "@bitale/core";
import type { KernelLibrary } from "./kernels/kernel-library.js";
import { canGenerate } from "./kernels/loop.js";
import { layoutOf, Program, type ProgramContext } from "./program/program.js";
import type { ArenaMemory } from "./storage.js";

let generates: boolean | undefined;

/**
 * Compiles a region. Programs are made for the strides of the operands when they first occur; a steady-state call
 * allocates nothing but the results that are kept, and that are not written into donated storage.
 * @param options.codegen false: kernels and drivers of closures instead of generated code
 * @param options.library kernels in WebAssembly on the same memory; left out: JavaScript only
 */
export function compileRegion(
  region: Region,
  memory: ArenaMemory,
  options: { readonly codegen: boolean; readonly library?: KernelLibrary | undefined },
): Executable {
  generates ??= canGenerate();
  return new RegionExecutable(region, memory, {
    codegen: options.codegen && generates,
    library: options.library,
  });
}

class RegionExecutable implements Executable {
  readonly #region: Region;
  readonly #memory: ArenaMemory;
  readonly #context: ProgramContext;
  readonly #programs = new Map<string, Program>();
  #latest: Program | undefined;
  readonly #donations: readonly Donation[];
  /** Which donations the latest program is made for. */
  #given: boolean[] = [];
  /** Donated storage that was looked at already, and can be used. */
  readonly #usable: unknown[];
  readonly #outputs: readonly RegionValue[];
  readonly #transient = new Map<number, NDArray>();
  /** Results that are neither transient nor donated in the latest program. */
  #fresh: readonly number[] = [];

  constructor(region: Region, memory: ArenaMemory, workshop: ProgramContext["workshop"]) {
    this.#region = region;
    this.#memory = memory;
    this.#outputs = region.outputs.map((id) => region.values[id] as RegionValue);
    this.#donations = region.reuse?.donations ?? [];
    this.#usable = this.#donations.map(() => undefined);
    for (const output of region.reuse?.transient ?? []) {
      const { shape, dtype } = this.#outputs[output] as RegionValue;
      this.#transient.set(output, memory.allocateDirty(shape, dtype));
    }
    this.#context = { region, memory, workshop, transient: this.#transient };
  }

  run(given: readonly unknown[], scalars: readonly number[], donated: readonly unknown[] = []): NDArray[] {
    const inputs = given as readonly NDArray[];
    const program = this.#select(inputs, donated);
    const results = new Array<NDArray>(this.#outputs.length);
    let running = false;
    try {
      program.enter(inputs, scalars);
      for (const [output, own] of this.#transient) results[output] = own;
      for (let i = 0; i < this.#donations.length; i++) {
        const donation = this.#donations[i] as Donation;
        if (!program.taken.has(donation)) continue;
        results[donation.output] = donated[i] as NDArray;
        program.target(donation.output, donated[i] as NDArray);
      }
      for (const output of this.#fresh) {
        const { shape, dtype } = this.#outputs[output] as RegionValue;
        const result = this.#memory.allocateDirty(shape, dtype);
        results[output] = result;
        program.target(output, result);
      }
      running = true;
      program.run();
    } catch (error) {
      for (const output of this.#fresh) {
        const result = results[output];
        if (result !== undefined) this.#memory.free(result);
      }
      throw kernelFailure(this.#region, (running && program.failing?.nodes) || [], error);
    } finally {
      program.leave();
    }
    return results;
  }

  /** The program for operands as they lie, and for what is donated. */
  #select(inputs: readonly NDArray[], donated: readonly unknown[]): Program {
    const latest = this.#latest;
    let same = latest?.fits(inputs) ?? false;
    for (let i = 0; i < this.#donations.length; i++) {
      const given = donated[i] !== undefined && this.#canUse(i, donated[i] as NDArray);
      if (given === this.#given[i]) continue;
      this.#given[i] = given;
      same = false;
    }
    if (latest !== undefined && same) return latest;
    this.#latest = undefined;
    const layouts = inputs.map(layoutOf);
    const key = `${layouts.map((layout) => layout?.join() ?? "").join(";")} ${this.#given.join()}`;
    let program = this.#programs.get(key);
    if (program === undefined) {
      const donations = this.#donations.filter((_, i) => this.#given[i]);
      program = new Program(this.#context, layouts, donations);
      this.#programs.set(key, program);
    }
    const { taken } = program;
    const placed = new Set([...[...taken].map(({ output }) => output), ...this.#transient.keys()]);
    this.#fresh = this.#outputs.flatMap((_, output) => (placed.has(output) ? [] : [output]));
    this.#latest = program;
    return program;
  }

  /** Storage of others, or a part of an array, is not written. */
  #canUse(i: number, array: NDArray): boolean {
    if (this.#usable[i] === array) return true;
    if (!array.isContiguous || !this.#memory.owns(array)) return false;
    this.#usable[i] = array;
    return true;
  }

  dispose(): void {
    for (const program of this.#programs.values()) program.dispose();
    for (const array of this.#transient.values()) this.#memory.free(array);
    this.#programs.clear();
    this.#transient.clear();
    this.#latest = undefined;
  }
}
