/** Storage that goes to other threads: how it is made, sent and received. */
import {
  arrayConstructor,
  BitaleTypeError,
  byteSize,
  Container,
  type DType,
  describeValue,
  type FilterOptions,
  isSharedVariable,
  NDArray,
  type SharedVariable,
  type StorageCell,
  sizeOf,
} from "@bitale/core";
import type { DenseTensor } from "../storage.js";
import { headerBytes, SharedLock } from "./lock.js";
import { CrossThreadType } from "./type.js";

/** A variable's storage as `postMessage` can send it. */
export interface CrossThreadHandle {
  readonly kind: "bitale.cross-thread";
  readonly buffer: SharedArrayBuffer;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly name: string | undefined;
  readonly strict: boolean;
  readonly allowDowncast: boolean | undefined;
}

type CrossThreadContainer = Container<NDArray, DenseTensor>;
/** The buffers of the containers that were made or opened here. */
const buffers = new WeakMap<Container, SharedArrayBuffer>();

/**
 * New storage with a copy of an array.
 * @throws BitaleTypeError BACKEND_UNAVAILABLE where there is no shared memory (a page must be cross-origin isolated)
 */
export function makeCrossThread(
  name: string | undefined,
  array: NDArray,
  rules: FilterOptions,
): CrossThreadContainer {
  if (typeof SharedArrayBuffer === "undefined") {
    throw new BitaleTypeError("BACKEND_UNAVAILABLE", {
      subject: name ?? "crossThread",
      problem: "there is no shared memory here",
      cure: "serve the page cross-origin isolated (COOP and COEP headers)",
    });
  }
  const { dtype, shape } = array;
  const buffer = new SharedArrayBuffer(headerBytes + sizeOf(shape) * byteSize(dtype));
  const container = open({
    ...{ kind: "bitale.cross-thread", buffer, dtype, shape: [...shape], name },
    ...{ strict: rules.strict ?? false, allowDowncast: rules.allowDowncast },
  });
  container.internal.data.set(array.flat() as never);
  return container;
}

function open(handle: CrossThreadHandle): CrossThreadContainer {
  const { buffer, dtype, shape, name, strict, allowDowncast } = handle;
  const lock = new SharedLock(buffer);
  const data = new (arrayConstructor(dtype))(buffer as unknown as ArrayBuffer, headerBytes, sizeOf(shape));
  const cell: StorageCell<DenseTensor> = {
    value: new NDArray({ data, shape, dtype }),
    // Other threads hold it, always.
    lent: true,
    get version() {
      return lock.version;
    },
    set version(version) {
      lock.version = version;
    },
  };
  const type = new CrossThreadType(dtype, shape, lock);
  const container: CrossThreadContainer = new Container(type, { name, strict, allowDowncast }, cell);
  buffers.set(container as Container, buffer);
  return container;
}

/**
 * The handle of a variable that was made with `crossThread: true`: send it to a worker, which opens it.
 * @throws BitaleTypeError BAD_VALUE for any other variable
 *
 * @example
 * ```ts
 * import { shared, SharedVariable } from "@bitale/core";
 * import { crossThreadContainer, crossThreadHandle } from "@bitale/tensor-cpu";
 * const W = shared(new Float32Array(3), { name: "W", crossThread: true });
 * const handle = crossThreadHandle(W); // worker.postMessage(handle); and in the worker:
 * const container = crossThreadContainer(handle);
 * const same = new SharedVariable("W", container.type, undefined, undefined, { container });
 * same.setValue(new Float32Array([1, 2, 3]));
 * console.log(W.getValue().toArray()); // [ 1, 2, 3 ]
 * ```
 */
export function crossThreadHandle(variable: SharedVariable): CrossThreadHandle {
  const container = isSharedVariable(variable) ? variable.container : undefined;
  const buffer = container && buffers.get(container);
  if (container === undefined || buffer === undefined) {
    throw new BitaleTypeError("BAD_VALUE", {
      subject: "crossThreadHandle()",
      problem: "the storage of this variable is not seen by other threads",
      expected: "a variable that was made by shared(value, { crossThread: true })",
      got: describeValue(variable),
    });
  }
  const { dtype, shape } = container.type as CrossThreadType;
  const { name, strict, allowDowncast } = container;
  return {
    ...{ kind: "bitale.cross-thread", buffer, dtype, shape: shape as readonly number[] },
    ...{ name, strict, allowDowncast },
  };
}

/**
 * The container on another thread's storage: `new SharedVariable(name, container.type, undefined, undefined,
 * { container })` is a variable on it.
 * @throws BitaleTypeError BAD_VALUE for what is no handle
 */
export function crossThreadContainer(handle: CrossThreadHandle): CrossThreadContainer {
  if (handle?.kind === "bitale.cross-thread") return open(handle);
  throw new BitaleTypeError("BAD_VALUE", {
    subject: "crossThreadContainer()",
    problem: "this is no handle of a variable",
    expected: "what crossThreadHandle() gave, as postMessage delivers it",
    got: describeValue(handle),
  });
}
