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

const none: readonly unknown[] = [];

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
  /** The donations that it takes, by their place. */
  #taken: readonly number[] = [];
  /** What runs return where results are reused; the transient ones stand in it for good. */
  readonly #results: NDArray[] = [];
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
      const own = memory.allocateDirty(shape, dtype);
      this.#transient.set(output, own);
      this.#results[output] = own;
    }
    this.#context = { region, memory, workshop, transient: this.#transient };
  }

  run(given: readonly unknown[], scalars: readonly number[], donated: readonly unknown[] = none): NDArray[] {
    const inputs = given as readonly NDArray[];
    if (this.#isSteady(inputs, donated)) return this.#runAgain(scalars);
    const program = this.#select(inputs, donated);
    // Whoever reuses results reads them at once.
    const results =
      this.#region.reuse === undefined ? new Array<NDArray>(this.#outputs.length) : this.#results;
    let made = 0;
    let running = false;
    try {
      program.enter(inputs, scalars);
      for (let i = 0; i < this.#taken.length; i++) {
        const place = this.#taken[i] as number;
        const { output } = this.#donations[place] as Donation;
        results[output] = donated[place] as NDArray;
        program.replace(output, donated[place] as NDArray);
      }
      for (; made < this.#fresh.length; made++) this.#allocate(program, this.#fresh[made] as number, results);
      running = true;
      program.run(scalars);
    } catch (error) {
      this.#latest = undefined;
      for (const output of this.#fresh.slice(0, made)) this.#memory.free(results[output] as NDArray);
      throw kernelFailure(this.#region, (running && program.failing?.nodes) || [], error);
    } finally {
      program.leave(this.#fresh);
    }
    return results;
  }

  /** Whether everything lies where it lay at the latest run: then its results lie there as well. */
  #isSteady(inputs: readonly NDArray[], donated: readonly unknown[]): boolean {
    const latest = this.#latest;
    if (latest === undefined || this.#region.reuse === undefined || this.#fresh.length > 0) return false;
    for (let i = 0; i < this.#donations.length; i++) {
      if (donated[i] === undefined || donated[i] !== this.#results[(this.#donations[i] as Donation).output])
        return false;
    }
    return latest.isReady(inputs);
  }

  #runAgain(scalars: readonly number[]): NDArray[] {
    const program = this.#latest as Program;
    try {
      program.run(scalars);
    } catch (error) {
      throw kernelFailure(this.#region, program.failing?.nodes ?? [], error);
    }
    return this.#results;
  }

  #allocate(program: Program, output: number, results: NDArray[]): void {
    const { shape, dtype } = this.#outputs[output] as RegionValue;
    const result = this.#memory.allocateDirty(shape, dtype);
    results[output] = result;
    program.fill(output, result);
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
    this.#taken = this.#donations.flatMap((donation, i) => (taken.has(donation) ? [i] : []));
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
