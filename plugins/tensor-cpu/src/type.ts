import { type BorrowOptions, type DType, type NDArray, type Shape, TensorType } from "@bitale/core";
import type { ArenaMemory, DenseTensor } from "./storage.js";

/** Dense tensors in host memory. A borrowed value is the storage itself and never detaches. */
export class DenseTensorType extends TensorType<DenseTensor> {
  override readonly backend = "tensor-cpu";
  readonly #memory: ArenaMemory;

  constructor(dtype: DType, shape: Shape, memory: ArenaMemory) {
    super(dtype, shape);
    this.#memory = memory;
  }

  /** A copy in the arena; with `borrow` the very array, wherever it lies. */
  override fromHost(host: NDArray, { borrow }: BorrowOptions): DenseTensor {
    return borrow ? host : this.#memory.copy(host);
  }
  /** The storage itself with `borrow`, else a copy outside the arena. */
  override toHost(internal: DenseTensor, { borrow }: BorrowOptions): NDArray {
    return borrow ? internal : internal.copy();
  }
  override copyInternal(internal: DenseTensor): DenseTensor {
    return this.#memory.copy(internal);
  }
  /** Writes into the block that is there, where the lengths are the same. */
  override assign(internal: DenseTensor, host: NDArray): boolean {
    const same =
      internal.shape.length === host.shape.length && internal.shape.every((d, i) => d === host.shape[i]);
    if (!same || !internal.isContiguous || !this.#memory.owns(internal)) return false;
    internal.flat().set(host.flat() as never);
    return true;
  }
  override release(internal: DenseTensor): void {
    this.#memory.free(internal);
  }
}
