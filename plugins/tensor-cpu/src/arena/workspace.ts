import type { Arena, Block } from "./arena.js";

/**
 * Memory for what is needed inside one run only. Runs never overlap, so that all programs work in the same bytes: as
 * many as the largest of them needs.
 */
export class Workspace {
  readonly #arena: Arena;
  #block: Block | undefined;
  /** Goes up when the bytes move: addresses in them are old then. */
  generation = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Address of at least so many bytes. @throws BitaleError OUT_OF_MEMORY */
  reserve(bytes: number): number {
    if (this.#block !== undefined && this.#block.byteLength >= bytes) return this.#block.byteOffset;
    // Nothing in it is needed any more: given back first, it may be a part of the larger one.
    if (this.#block !== undefined) this.#arena.free(this.#block);
    this.#block = undefined;
    this.generation++;
    this.#block = this.#arena.allocate(bytes);
    return this.#block.byteOffset;
  }
}
