import {
  BitaleTypeError,
  type ConstructorOptions,
  type Dim,
  RefusalError,
  type Shape,
  SharedVariable,
  shapeText,
  tryNDArray,
} from "@bitale/core";
import type { ArenaMemory } from "./storage.js";
import { DenseTensorType } from "./type.js";

/** Kwargs of `shared()` that tensor-cpu accepts. */
export interface DenseKwargs {
  /** Keep the value's own memory where no cast is needed. */
  readonly borrow?: boolean;
  /** Static lengths; null: may change. By default all may, even those that are 1 now. */
  readonly shape?: readonly (number | null)[];
  /** @deprecated use `shape`: true pins a length to 1, false leaves it open */
  readonly broadcastable?: readonly boolean[];
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
  const type = new DenseTensorType(array.dtype, staticShape(array.shape, options), memory);
  const borrow = options.borrow === true && array.ndim > 0;
  return new SharedVariable(options.name, type, array, options.strict, {
    allowDowncast: options.allowDowncast,
    borrow,
  });
}

function staticShape(actual: readonly number[], { shape, broadcastable }: DenseKwargs): Shape {
  const pinned = shape ?? broadcastable?.map((one): Dim => (one ? 1 : null));
  if (pinned === undefined) return actual.map(() => null);
  if (pinned.length === actual.length) return pinned;
  throw new BitaleTypeError("WRONG_RANK", {
    subject: shape === undefined ? "kwarg broadcastable" : "kwarg shape",
    problem: "it does not have the rank of the value",
    expected: `${actual.length} entries, for shape ${shapeText(actual)}`,
    got: `${pinned.length} entries`,
  });
}
