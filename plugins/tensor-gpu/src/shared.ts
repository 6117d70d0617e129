import {
  type ConstructorOptions,
  type PinnedShapeKwargs,
  pinnedShape,
  RefusalError,
  SharedVariable,
  tryNDArray,
} from "@bitale/core";
import type { GpuSession } from "./session.js";
import { gpuDTypes, isGpuDType } from "./storage.js";
import { GpuTensorType } from "./type.js";

/** Kwargs of `shared()` that tensor-gpu accepts. */
export interface GpuKwargs extends PinnedShapeKwargs {
  /** Accepted for the sake of code that is meant for any backend: values are always copied to the device. */
  readonly borrow?: boolean;
}

/**
 * The constructor of dense shared variables on a GPU.
 * @throws RefusalError for what is not dense, or of a dtype that WGSL does not have; BitaleError BACKEND_NOT_READY;
 * BitaleTypeError WRONG_RANK, WRONG_SHAPE where `shape` contradicts
 */
export function gpuShared(
  session: GpuSession,
  value: unknown,
  options: ConstructorOptions & GpuKwargs,
): SharedVariable<GpuTensorType> {
  const found = tryNDArray(value, options.name ?? "value");
  if (found === undefined) throw new RefusalError("it is no number and no dense array");
  const { array } = found;
  if (!isGpuDType(array.dtype)) {
    throw new RefusalError(`a GPU has no ${array.dtype}; it keeps ${gpuDTypes.join(", ")}`);
  }
  void session.device;
  const type = new GpuTensorType(array.dtype, pinnedShape(array.shape, options), session);
  return new SharedVariable(options.name, type, array, options.strict, {
    allowDowncast: options.allowDowncast,
  });
}
