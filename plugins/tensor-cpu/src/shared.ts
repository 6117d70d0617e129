import {
  BitaleTypeError,
  type ConstructorOptions,
  type NDArray,
  type PinnedShapeKwargs,
  pinnedShape,
  RefusalError,
  SharedVariable,
  type TensorType,
  tryNDArray,
} from "@bitale/core";
import { makeCrossThread } from "./cross-thread/handle.js";
import type { ArenaMemory, DenseTensor } from "./storage.js";
import { DenseTensorType } from "./type.js";

/** Kwargs of `shared()` that tensor-cpu accepts. */
export interface DenseKwargs extends PinnedShapeKwargs {
  /** Keep the value's own memory where no cast is needed. */
  readonly borrow?: boolean;
  /**
   * Keep a copy of the value in memory that other threads can see: `crossThreadHandle(variable)` goes through
   * `postMessage`. Lengths are fixed, and every function that uses the variable is alone with it while it is called.
   */
  readonly crossThread?: boolean;
}

/**
 * The constructor of dense shared variables.
 * @throws RefusalError for what is no dense value; BitaleTypeError WRONG_RANK, WRONG_SHAPE where `shape` contradicts,
 * BAD_KWARG for `crossThread` with `borrow`
 */
export function denseShared(
  memory: ArenaMemory,
  value: unknown,
  options: ConstructorOptions & DenseKwargs,
): SharedVariable<TensorType<DenseTensor>> {
  const found = tryNDArray(value, options.name ?? "value");
  if (found === undefined) throw new RefusalError("it is no number and no dense array");
  const { array, kind } = found;
  if (kind === "literal" && array.ndim === 0 && (options.shape ?? options.broadcastable) !== undefined) {
    throw new BitaleTypeError("WRONG_RANK", {
      subject: options.name ?? "shared()",
      problem: "a lone number has no lengths to pin",
      cure: "leave shape out, or pass an array",
    });
  }
  if (options.crossThread === true) return crossThreadShared(array, options);
  const type = new DenseTensorType(array.dtype, pinnedShape(array.shape, options), memory);
  const borrow = options.borrow === true && kind !== "literal";
  return new SharedVariable(options.name, type, array, options.strict, {
    allowDowncast: options.allowDowncast,
    borrow,
  });
}

function crossThreadShared(
  array: NDArray,
  options: ConstructorOptions & DenseKwargs,
): SharedVariable<TensorType<DenseTensor>> {
  if (options.borrow === true) {
    throw new BitaleTypeError("BAD_KWARG", {
      subject: options.name ?? "shared()",
      problem: "the memory of a value cannot be made visible to other threads: crossThread always copies",
      cure: "leave borrow out",
    });
  }
  pinnedShape(array.shape, options);
  const container = makeCrossThread(options.name, array, options);
  const type = container.type as TensorType<DenseTensor>;
  return new SharedVariable(options.name, type, undefined, undefined, { container });
}
