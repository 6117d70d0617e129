import { emptyNDArray } from "../tensor/ndarray.js";
import type { HostMemory } from "./contract.js";

/** Plain array buffers, collected by the engine. */
export const heapMemory: HostMemory = {
  allocate: emptyNDArray,
  owns: () => false,
  free: () => {},
};

/** Memory of whoever offers it, decided at first use; plain array buffers where nobody does. */
export function delegatingMemory(find: () => HostMemory | undefined): HostMemory {
  let chosen: HostMemory | undefined;
  const memory = (): HostMemory => {
    chosen ??= find() ?? heapMemory;
    return chosen;
  };
  return {
    allocate: (shape, dtype) => memory().allocate(shape, dtype),
    owns: (array) => memory().owns(array),
    free: (array) => memory().free(array),
  };
}
