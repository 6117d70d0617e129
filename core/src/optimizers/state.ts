/** Shared variables that optimizers and schedules keep. */
import { SharedVariable } from "../shared/shared-variable.js";
import { emptyNDArray, type NDArray, scalarNDArray } from "../tensor/ndarray.js";
import { TensorType } from "../tensor/tensor-type.js";

/** A dense shared variable, on whichever backend. */
export type DenseShared = SharedVariable<TensorType>;

/** One number everywhere, beside another variable: on its backend, in its dtype and lengths. */
export function stateBeside(variable: DenseShared, name: string, value: number): DenseShared {
  const { type, container } = variable;
  const start = emptyNDArray(type.shapeOf(container.internal), type.dtype);
  start.data.fill(scalarNDArray(value, type.dtype).data[0] as never);
  return new SharedVariable(name, type, start, false);
}

/** A number on the host, where counting needs no backend. */
export const hostState = (name: string, value: NDArray): SharedVariable<TensorType> =>
  new SharedVariable(name, new TensorType(value.dtype, []), value, false);
