/** The innermost loop of a nest: what its operands give for four elements at a time, and what is left at its end. */
import { byteSize, type DType } from "@bitale/core";
import { type Code, get, type Local, repeat, when } from "../../wasm/code.js";
import { i32, v128 } from "../../wasm/instructions.js";
import { increase } from "../../wasm/module.js";
import type { Operand } from "../loop-structure.js";
import { type Four, lanes, loadFour, loadLanes, loadSplat, type Places, partsOf } from "./elements.js";
import type { Emitter } from "./emitter.js";
import { fromMemory, inAllNarrowLanes, type Width } from "./narrow.js";
import type { Nest } from "./nest.js";

/** Where the elements of an operand lie along a loop. */
export const placesOf = (nest: Nest, operand: number, level: number, pointer: Local): Places => ({
  address: get(pointer),
  stride: nest.operands[operand]?.walks[level] === "1" ? undefined : nest.stride(operand, level),
});

/** An operand that is read, with its place among all operands; `held`: what is known of it already. */
interface Read extends Operand {
  readonly at: number;
  readonly held: Four | undefined;
}

/** Elements of the leaves along one loop, where the pointers are now. */
export class Reader {
  readonly #e: Emitter;
  readonly #nest: Nest;
  readonly #level: number;
  readonly #pointers: readonly Local[];
  readonly #leaves: readonly Read[];

  constructor(e: Emitter, nest: Nest, level: number, pointers: readonly Local[], leaves: readonly Read[]) {
    this.#e = e;
    this.#nest = nest;
    this.#level = level;
    this.#pointers = pointers;
    this.#leaves = leaves;
  }

  /** Four elements of each leaf, in each of several places of memory without strides. */
  several(unroll: number): Four[][] {
    const steps = Array.from({ length: unroll }, (_, u) => u);
    // All loads of a leaf together: engines pair neighbours.
    const loaded = this.#leaves.map((leaf) =>
      steps.map((u) => {
        const { address } = this.#places(leaf);
        return leaf.held ?? loadFour(this.#e, leaf.dtype, address, u * lanes * byteSize(leaf.dtype));
      }),
    );
    return steps.map((u) => loaded.map((list) => list[u] as Four));
  }

  /** As `several`, of elements that all have one small width: vectors full of them, as `evaluateNarrow` takes them. */
  narrow(unroll: number, width: Width): Code[][] {
    const e = this.#e;
    return Array.from({ length: unroll }, (_, u) =>
      this.#leaves.map((leaf) =>
        leaf.held === undefined
          ? fromMemory(e, leaf.dtype, e.let(v128.load(this.#places(leaf).address, u * 16)))
          : inAllNarrowLanes(e, width, leaf.held),
      ),
    );
  }

  /** Four elements of each leaf, or as many as are left. */
  one(left: Local, whole: Code): Four[] {
    const moving = this.#leaves.filter(({ held }) => held === undefined);
    const load = (by: (dtype: DType, places: Places) => Four): Four =>
      moving.flatMap((leaf) => by(leaf.dtype, this.#places(leaf)));
    const parts = this.#e.either(
      whole,
      () =>
        load((dtype, places) =>
          places.stride === undefined
            ? loadFour(this.#e, dtype, places.address, 0)
            : loadLanes(this.#e, dtype, places),
        ),
      () => load((dtype, places) => loadLanes(this.#e, dtype, places, get(left))),
    );
    let at = 0;
    return this.#leaves.map(({ dtype, held }) => {
      if (held !== undefined) return held;
      at += partsOf(dtype);
      return parts.slice(at - partsOf(dtype), at);
    });
  }

  #places({ at }: Read): Places {
    return placesOf(this.#nest, at, this.#level, this.#pointers[at] as Local);
  }
}

/** Leaves of a nest as they are read along a loop: those that stay there are loaded once, in front of it. */
export function reading(
  e: Emitter,
  nest: Nest,
  level: number,
  pointers: readonly Local[],
  first: number,
  fixed: readonly (Four | undefined)[],
): Read[] {
  return nest.operands.slice(first).map((operand, k) => ({
    ...operand,
    at: first + k,
    held:
      fixed[k] ??
      (operand.walks[level] === "0"
        ? loadSplat(e, operand.dtype, get(pointers[first + k] as Local))
        : undefined),
  }));
}

/** Leaves that never move, loaded in front of everything. */
export const fixedLeaves = (e: Emitter, nest: Nest, first: number): (Four | undefined)[] =>
  nest.operands
    .slice(first)
    .map(({ dtype, walks }, k) =>
      walks.every((walk) => walk === "0")
        ? loadSplat(e, dtype, get(nest.starts[first + k] as Local))
        : undefined,
    );

/** A loop over what is left: several vectors at a time, then one at a time. */
export function countDown(
  left: Local,
  several: { readonly body: Code; readonly elements: number } | undefined,
  one: Code,
): Code {
  const many = several && i32.geS(get(left), i32.const(several.elements));
  const some = i32.gtS(get(left), i32.const(0));
  return [
    many === undefined
      ? []
      : when(many, repeat([several?.body ?? [], increase(left, -(several?.elements ?? 0))], many)),
    when(some, repeat([one, increase(left, -lanes)], some)),
  ];
}
