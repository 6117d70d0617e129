/** A region planned for given strides and donated storage, with its memory and everything prepared. */
import {
  arrayConstructor,
  checkWindow,
  type Donation,
  type DType,
  type NDArray,
  planInPlace,
  planMemory,
  planRegion,
  type Region,
  rowMajorStrides,
  type Slot,
  type WindowCheck,
} from "@bitale/core";
import type { ArenaMemory } from "../storage.js";
import { spanOf, stand } from "./arrivals.js";
import { type Driver, driverOf, type PreparedStep } from "./driver.js";
import { type Frame, place, type Workshop } from "./frame.js";
import { prepareStep } from "./prepare-step.js";
import { groupRows, slotsOfWork, type Work } from "./rows-step.js";

/** Strides that an operand comes with; undefined: row-major. */
export type Layout = readonly number[] | undefined;

/** What programs of one region have in common. */
export interface ProgramContext {
  readonly region: Region;
  readonly memory: ArenaMemory;
  readonly workshop: Omit<Workshop, "inArena">;
  /** Storage of results that nobody keeps, by their place. */
  readonly transient: ReadonlyMap<number, NDArray>;
}

export class Program {
  readonly #memory: ArenaMemory;
  readonly #transient: readonly NDArray[];
  readonly #layouts: readonly Layout[];
  readonly #frame: Frame;
  readonly #driver: Driver;
  readonly #works: readonly Work[];
  readonly #checks: readonly WindowCheck[];
  /** Slots of the operands and of the results, in order. */
  readonly #inputs: readonly number[] = [];
  readonly #outputs: readonly number[] = [];
  readonly #inArena: readonly boolean[];
  /** Operands that lie in the arena and were placed already. */
  readonly #placed: (NDArray | undefined)[];
  /** Memory in the arena for operands that lie elsewhere, made when it is first needed. */
  readonly #staging: (NDArray | undefined)[];
  /** Intermediates in the workspace: what they stand on moves when it grows. */
  readonly #temporaries: readonly { readonly slot: number; readonly at: number; readonly length: number }[];
  readonly #bytes: number;
  readonly #slots: readonly Slot[];
  #generation = -1;
  /** Constants that kernels want in the arena. */
  readonly #constants: NDArray[] = [];
  /** Storage that results were written into last. */
  readonly #replaced: (NDArray | undefined)[];
  /** Donations whose storage the results are written into. */
  readonly taken: ReadonlySet<Donation>;

  /** @param donations those that a run is given, all of them */
  constructor(
    { region, memory, workshop, transient }: ProgramContext,
    layouts: readonly Layout[],
    donations: readonly Donation[],
  ) {
    this.#memory = memory;
    this.#transient = [...transient.values()];
    this.#layouts = layouts;
    const strides = region.inputs.map(
      (id, i) => layouts[i] ?? rowMajorStrides(region.values[id]?.shape as readonly number[]),
    );
    const accumulates = (dtype: DType): boolean =>
      workshop.library !== undefined && (dtype === "float32" || dtype === "float64");
    const plan = planInPlace(planRegion(region, strides, { accumulates, mostResults: 8 }), donations);
    this.taken = plan.taken;
    this.#checks = plan.checks;
    const inArena = new Set<number>();
    const { works, slots } = groupRows(plan, { ...workshop, inArena });
    this.#slots = slots;
    const steps = works.flatMap((work): PreparedStep[] => {
      const run = prepareStep(work, { ...workshop, inArena });
      return run === undefined ? [] : [{ work, run: region.instrument?.(work, run) ?? run }];
    });
    this.#works = steps.map(({ work }) => work);
    this.#driver = driverOf(steps, workshop.codegen && region.instrument === undefined);
    const places = planMemory(slots, works.map(slotsOfWork));
    this.#bytes = places.bytes;
    this.#frame = {
      arrays: new Array(slots.length).fill(undefined),
      offsets: new Array(slots.length).fill(0),
      addresses: new Array(slots.length).fill(0),
      scalars: [],
      at: 0,
    };
    const [inputs, outputs]: [number[], number[]] = [[], []];
    const temporaries: { slot: number; at: number; length: number }[] = [];
    slots.forEach((slot, index) => {
      if (slot.kind === "input") inputs[slot.place] = index;
      else if (slot.kind === "output") {
        outputs[slot.place] = index;
        const own = transient.get(slot.place);
        if (own !== undefined) place(this.#frame, index, own.data, 0);
      } else if (slot.kind === "constant") this.#placeConstant(index, slot.value, inArena.has(index));
      else {
        const at = places.places.get(index);
        if (at !== undefined) temporaries.push({ slot: index, at, length: slot.size });
      }
    });
    this.#inputs = inputs;
    this.#outputs = outputs;
    this.#temporaries = temporaries;
    this.#inArena = inputs.map((slot) => inArena.has(slot));
    this.#placed = inputs.map(() => undefined);
    this.#replaced = outputs.map(() => undefined);
    this.#staging = inputs.map(() => undefined);
  }

  #placeConstant(slot: number, value: NDArray, inArena: boolean): void {
    if (!inArena || this.#memory.owns(value)) {
      place(this.#frame, slot, value.data, value.offset);
      return;
    }
    const copy = this.#memory.allocateDirty([spanOf(value).length], value.dtype);
    this.#constants.push(copy);
    stand(this.#frame, slot, value, copy.data);
  }

  /** Whether the program is made for operands with these strides. */
  fits(inputs: readonly NDArray[]): boolean {
    for (let i = 0; i < inputs.length; i++) {
      const input = inputs[i] as NDArray;
      if (this.#placed[i] !== input && !hasLayout(input, this.#layouts[i])) return false;
    }
    return true;
  }

  /** Whether all operands are in place since an earlier run, and nothing has to be checked. */
  isReady(inputs: readonly NDArray[]): boolean {
    const placed = this.#placed;
    for (let i = 0; i < placed.length; i++) if (placed[i] !== inputs[i]) return false;
    return (
      this.#checks.length === 0 &&
      (this.#bytes === 0 || this.#generation === this.#memory.workspace.generation)
    );
  }

  /** Puts the operands in place; those that kernels want in the arena are copied there. @throws OUT_OF_MEMORY */
  enter(inputs: readonly NDArray[], scalars: readonly number[]): void {
    for (const check of this.#checks) checkWindow(check, scalars);
    const { workspace } = this.#memory;
    if (this.#bytes > 0) {
      const address = workspace.reserve(this.#bytes);
      if (this.#generation !== workspace.generation) this.#placeTemporaries(address);
    }
    for (let i = 0; i < inputs.length; i++) {
      if (this.#placed[i] !== inputs[i]) this.#placeInput(i, inputs[i] as NDArray);
    }
  }

  #placeInput(i: number, input: NDArray): void {
    const slot = this.#inputs[i] as number;
    const owned = this.#memory.owns(input);
    this.#placed[i] = undefined;
    if ((this.#inArena[i] === true && !owned) || (owned && this.#overlapsResult(input))) {
      let copy = this.#staging[i];
      if (copy === undefined) {
        copy = this.#memory.allocateDirty([spanOf(input).length], input.dtype);
        this.#staging[i] = copy;
      }
      stand(this.#frame, slot, input, copy.data);
    } else {
      place(this.#frame, slot, input.data, input.offset);
      if (owned) this.#placed[i] = input;
    }
  }

  /** An operand may be a result of the last run that its caller has borrowed: this run writes over it. */
  #overlapsResult({ data }: NDArray): boolean {
    for (const result of this.#transient) {
      const start = result.data.byteOffset;
      if (data.byteOffset < start + result.data.byteLength && start < data.byteOffset + data.byteLength)
        return true;
    }
    return false;
  }

  #placeTemporaries(address: number): void {
    const { arena, workspace } = this.#memory;
    for (const { slot, at, length } of this.#temporaries) {
      const { dtype } = this.#slots[slot] as { readonly dtype: NDArray["dtype"] };
      place(this.#frame, slot, new (arrayConstructor(dtype))(arena.buffer, address + at, length), 0);
    }
    this.#generation = workspace.generation;
  }

  /** Lets a result be written into a new array. */
  fill(output: number, { data, offset }: NDArray): void {
    place(this.#frame, this.#outputs[output] as number, data, offset);
  }

  /** Lets a result be written into storage that is likely to be the same at the next run. */
  replace(output: number, array: NDArray): void {
    if (this.#replaced[output] === array) return;
    this.#replaced[output] = array;
    this.fill(output, array);
  }

  run(scalars: readonly number[]): void {
    this.#frame.scalars = scalars;
    this.#driver(this.#frame);
  }

  /** The step that ran last, where it may fail. */
  get failing(): Work | undefined {
    return this.#works[this.#frame.at];
  }

  /** Forgets memory that is not the program's own. @param fresh results that were filled */
  leave(fresh: readonly number[]): void {
    const { arrays } = this.#frame;
    for (let i = 0; i < fresh.length; i++) arrays[this.#outputs[fresh[i] as number] as number] = undefined;
    for (let i = 0; i < this.#placed.length; i++) {
      if (this.#placed[i] === undefined) arrays[this.#inputs[i] as number] = undefined;
    }
  }

  dispose(): void {
    for (const array of [...this.#constants, ...this.#staging]) {
      if (array !== undefined) this.#memory.free(array);
    }
  }
}

/** How an operand lies, for `Program.fits`. */
export const layoutOf = (input: NDArray): Layout => (input.isContiguous ? undefined : input.strides);

function hasLayout(input: NDArray, layout: Layout): boolean {
  if (layout === undefined) return input.isContiguous;
  const { strides } = input;
  for (let axis = 0; axis < layout.length; axis++) if (strides[axis] !== layout[axis]) return false;
  return true;
}
