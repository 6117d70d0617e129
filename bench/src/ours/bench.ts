import { createRuntime, NDArray, type Runtime, type SharedVariable, type TensorType } from "@bitale/core";
import { plugin } from "@bitale/tensor-cpu";

/** A runtime with tensor-cpu and nothing else. */
export class Bench {
  readonly runtime: Runtime;

  constructor(cpuOptions: Readonly<Record<string, unknown>>) {
    this.runtime = createRuntime({ plugins: [plugin], pluginOptions: { [plugin.id]: cpuOptions } });
  }

  /** What tensor-cpu uses on this machine, and what it does not and why. */
  get features(): Readonly<Record<string, string>> {
    // A backend starts with its first variable.
    this.shared(new Float32Array(1)).dispose();
    return this.runtime.plugins.find(({ id }) => id === plugin.id)?.features ?? {};
  }

  /** A shared variable that holds `data` in a shape; vectors by default. */
  shared(
    data: Float32Array | Float64Array | Int32Array,
    shape: readonly number[] = [data.length],
    name?: string,
  ): SharedVariable<TensorType> {
    const dtype =
      data instanceof Float32Array ? "float32" : data instanceof Float64Array ? "float64" : "int32";
    return this.runtime.shared(new NDArray({ data, shape, dtype }), { name, backend: "tensor-cpu" });
  }

  /** The values of a variable, row-major. */
  read(variable: SharedVariable<TensorType>): ArrayLike<number> {
    return variable.getValue().flat() as Float32Array;
  }
}
