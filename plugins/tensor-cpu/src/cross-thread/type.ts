import { type BorrowOptions, type DType, type NDArray, type StorageLock, TensorType } from "@bitale/core";
import type { DenseTensor } from "../storage.js";
import type { SharedLock } from "./lock.js";

/**
 * Dense tensors of fixed lengths in memory that several threads see. The storage is written to, never replaced; a call
 * is alone with the variables that it reads and updates. A borrowed value is the storage itself: who reads or writes it
 * outside of a call must expect other threads.
 */
export class CrossThreadType extends TensorType<DenseTensor> {
  override readonly backend = "tensor-cpu";
  readonly #own: SharedLock;
  override readonly lock: StorageLock<DenseTensor>;

  constructor(dtype: DType, shape: readonly number[], lock: SharedLock) {
    super(dtype, shape);
    this.#own = lock;
    this.lock = { order: lock.order, enter: () => lock.enter(), leave: () => lock.leave() };
  }

  /** The storage itself with `borrow`, else a copy outside of it, of one moment. */
  override toHost(internal: DenseTensor, { borrow }: BorrowOptions): NDArray {
    return borrow ? internal : this.copyInternal(internal);
  }
  override copyInternal(internal: DenseTensor): DenseTensor {
    return this.#alone(() => internal.copy());
  }
  override assign(internal: DenseTensor, host: NDArray): boolean {
    this.#alone(() => internal.data.set(host.flat() as never));
    return true;
  }
  override clear(internal: DenseTensor): boolean {
    return this.#alone(() => super.clear(internal));
  }

  #alone<R>(body: () => R): R {
    this.#own.enter();
    try {
      return body();
    } finally {
      this.#own.leave();
    }
  }
}
