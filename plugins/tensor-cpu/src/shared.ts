import {
  type ConstructorOptions,
  type PinnedShapeKwargs,
  pinnedShape,
  RefusalError,
  SharedVariable,
  tryNDArray,
} from "@bitale/core";
import type { ArenaMemory } from "./storage.js";
import { DenseTensorType } from "./type.js";

/** Kwargs of `shared()` that tensor-cpu accepts. */
export interface DenseKwargs extends PinnedShapeKwargs {
  /** Keep the value's own memory where no cast is needed. */
  readonly borrow?: boolean;
}

/**
 * The constructor of dense shared variables.
 * @throws RefusalError for what is no dense value; BitaleTypeError WRONG_RANK, WRONG_SHAPE where `shape` contradicts
 */
export function denseShared(
  memory: ArenaMemory,
  value: unknown,
  options: ConstructorOptions & DenseKwargs,
): SharedVariable<DenseTensorType> {
  const found = tryNDArray(value, options.name ?? "value");
  if (found === undefined) throw new RefusalError("it is no number and no dense array");
  const { array } = found;
  const type = new DenseTensorType(array.dtype, pinnedShape(array.shape, options), memory);
  const borrow = options.borrow === true && array.ndim > 0;
  return new SharedVariable(options.name, type, array, options.strict, {
    allowDowncast: options.allowDowncast,
    borrow,
  });
}
