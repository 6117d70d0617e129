import {
  arrayConstructor,
  byteSize,
  type DType,
  type HostMemory,
  NDArray,
  sizeOf,
  type TypedArray,
} from "@bitale/core";
import { Arena, type Block } from "./arena/arena.js";
import { Workspace } from "./arena/workspace.js";

/** What tensor-cpu keeps: a dense array, usually in the arena; the very array of the caller where it was borrowed. */
export type DenseTensor = NDArray;

/**
 * Arrays in an arena. The block of an array is given back by `free`, or when its data are collected by the engine.
 * All host backends of a runtime share it, so that operands pass between them without a copy.
 */
export class ArenaMemory implements HostMemory {
  readonly arena: Arena;
  /** Where programs keep what they need inside one run. */
  readonly workspace: Workspace;
  readonly #blocks = new WeakMap<NDArray, Block>();
  readonly #lost: FinalizationRegistry<Block>;

  /** @param options.shared memory that other threads can see */
  constructor(arenaBytes?: number, options: { readonly shared?: boolean } = {}) {
    this.arena = new Arena(arenaBytes, options.shared);
    this.workspace = new Workspace(this.arena);
    this.#lost = new FinalizationRegistry((block) => this.arena.free(block));
  }

  /** A zeroed row-major array. @throws BitaleError OUT_OF_MEMORY */
  allocate<D extends DType>(shape: readonly number[], dtype: D): NDArray<D> {
    const array = this.allocateDirty(shape, dtype);
    new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength).fill(0);
    return array;
  }

  /** As `allocate` for arrays that are overwritten in full: the data are whatever was there. */
  allocateDirty<D extends DType>(shape: readonly number[], dtype: D): NDArray<D> {
    const size = sizeOf(shape);
    const block = this.arena.allocate(size * byteSize(dtype));
    const data: TypedArray = new (arrayConstructor(dtype))(this.arena.buffer, block.byteOffset, size);
    const array = new NDArray({ data, shape, dtype });
    this.#blocks.set(array, block);
    this.#lost.register(data, block, data);
    return array;
  }

  /** A copy in the arena. */
  copy<D extends DType>(array: NDArray<D>): NDArray<D> {
    const copy = this.allocateDirty([...array.shape], array.dtype);
    copy.data.set(array.flat() as never);
    return copy;
  }

  owns(array: NDArray): boolean {
    return this.arena.holds(array.data.buffer);
  }

  /** Gives the block of an array back; a view, an array of other memory, or a second time: nothing happens. */
  free(array: NDArray): void {
    const block = this.#blocks.get(array);
    if (block === undefined) return;
    this.#blocks.delete(array);
    this.#lost.unregister(array.data);
    this.arena.free(block);
  }
}
