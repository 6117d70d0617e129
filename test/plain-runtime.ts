/** A runtime without plugins and shared variables of core's own Type: everything runs on the reference kernels. */
import {
  createRuntime,
  type DType,
  type FloatDType,
  type Runtime,
  type Shape,
  SharedVariable,
  TensorType,
} from "@bitale/core";

export const plainRuntime = (floatX: FloatDType = "float32"): Runtime =>
  createRuntime({ plugins: [], floatX });

/** A shared variable that keeps an NDArray. */
export function plainShared(
  value: unknown,
  dtype: DType,
  shape: Shape,
  options: { name?: string; strict?: boolean; allowDowncast?: boolean | undefined } = {},
): SharedVariable<TensorType> {
  return new SharedVariable(options.name, new TensorType(dtype, shape), value, options.strict ?? false, {
    allowDowncast: options.allowDowncast,
  });
}
