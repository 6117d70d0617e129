/** Regions of one primitive, run by a plugin's backend and by the reference kernels. */
import { backendExecutor, type Executor } from "../compile/executor.js";
import type { HostMemory, Plugin } from "../plugin/contract.js";
import { browserEnvironment } from "../plugin/environment.js";
import { referenceExecutable } from "../plugin/kernel-table.js";
import type { Executable, Region, RegionNode, RegionValue } from "../plugin/region.js";
import { Registry } from "../plugin/registry.js";
import { type DType, dtypes } from "../tensor/dtype.js";
import { type NDArray, positions, writeElement } from "../tensor/ndarray.js";
import type { LoweredName } from "../tensor/primitives.js";
import { TensorType } from "../tensor/tensor-type.js";
import { ConformanceFailure, type Subject } from "./case.js";
import { type PrimitiveSample, primitiveSamples } from "./primitive-samples.js";

/** Dtypes for which a plugin declares a primitive. */
export function declaredDTypes({ supports }: Plugin, name: LoweredName): readonly DType[] {
  return supports.ops === "all" ? dtypes : (supports.ops?.[name] ?? []);
}

/** Samples of a primitive all of whose dtypes a plugin declares. */
export function declaredSamples(plugin: Plugin, name: LoweredName): PrimitiveSample[] {
  const declared = declaredDTypes(plugin, name);
  const indices =
    (["int64", "int32", "uint32"] as const).find((dtype) => declared.includes(dtype)) ?? "int64";
  return declared
    .flatMap((dtype): readonly PrimitiveSample[] => primitiveSamples[name](dtype, indices))
    .filter(({ inputs, dtype }) => [dtype, ...inputs.map((i) => i.dtype)].every((d) => declared.includes(d)));
}

/** @param options.copies how often the primitive is applied; @param options.constant the last operand never changes */
export function regionOf(
  name: LoweredName,
  sample: PrimitiveSample,
  options: { readonly copies?: number; readonly constant?: boolean } = {},
): Region {
  const values: RegionValue[] = [];
  const add = (dtype: DType, shape: readonly number[]): number =>
    values.push({ id: values.length, type: new TensorType(dtype, shape), dtype, shape }) - 1;
  const operands = sample.inputs.map(({ dtype, shape }) => add(dtype, shape));
  const constant = options.constant === true ? operands.at(-1) : undefined;
  const outputs = Array.from({ length: options.copies ?? 1 }, () => add(sample.dtype, sample.shape));
  return {
    values,
    inputs: operands.filter((id) => id !== constant),
    constants: new Map(constant === undefined ? [] : [[constant, sample.inputs.at(-1) as NDArray]]),
    nodes: outputs.map(
      (output) => ({ op: name, params: sample.params, inputs: operands, output }) as RegionNode,
    ),
    outputs,
    scalarCount: sample.scalars.length,
  };
}

/** What the reference kernel makes of a sample. */
export const expectedOf = (name: LoweredName, sample: PrimitiveSample): NDArray =>
  referenceExecutable(regionOf(name, sample)).run(sample.inputs, sample.scalars)[0] as NDArray;

/** A plugin's backend, and the way of arrays to its values and back. */
export interface Workshop {
  compile(region: Region): Executable;
  lift(array: NDArray): unknown;
  /** As `lift`, in the memory that host backends share. */
  liftOwned(array: NDArray): unknown;
  lower(
    value: unknown,
    facts: { readonly dtype: DType; readonly shape: readonly number[] },
  ): Promise<NDArray>;
  /** Does to a result what its owner may do: writes into it where it lies on the host, and gives it back. */
  use(value: unknown, facts: { readonly dtype: DType; readonly shape: readonly number[] }): void;
  /** Runs a region and waits for the device. */
  run(
    executable: Executable,
    inputs: readonly unknown[],
    scalars: readonly number[],
    donated?: readonly unknown[],
  ): Promise<readonly unknown[]>;
}

/** Starts the plugin's backend alone, outside of a runtime, and gives it back afterwards. */
export async function withWorkshop(subject: Subject, body: (shop: Workshop) => Promise<void>): Promise<void> {
  const { plugin, options } = subject;
  const { config, plugins } = browserEnvironment.prepare({
    plugins: [plugin],
    pluginOptions: { [plugin.id]: options },
  });
  const registry = new Registry({ plugins, failures: [], config, floatX: "float32", warn: () => {} });
  try {
    await registry.ready(plugin.id);
    const backend = registry.executors()[0]?.backend;
    if (backend?.compileRegion === undefined) {
      throw new ConformanceFailure("a plugin that declares ops", "a backend with compileRegion", "none");
    }
    await body(workshopOf(backendExecutor(plugin, backend, registry.hostMemory), registry.hostMemory));
  } finally {
    await registry.dispose();
  }
}

function workshopOf(executor: Executor, memory: HostMemory): Workshop {
  const typeOf = ({ dtype, shape }: { readonly dtype: DType; readonly shape: readonly number[] }) =>
    executor.typeFor(new TensorType(dtype, shape));
  const onHost = executor.residence === "host";
  const lift = (array: NDArray): unknown =>
    onHost ? array.copy() : typeOf(array).fromHost(array, { borrow: false });
  return {
    compile: (region) => executor.compileRegion(region),
    lift,
    liftOwned: (array) => {
      if (!onHost) return lift(array);
      const own = memory.allocate([...array.shape], array.dtype);
      own.data.set(array.copy().data as never);
      return own;
    },
    lower: async (value, facts) =>
      (onHost ? value : await typeOf(facts).toHostAsync(value, { borrow: false })) as NDArray,
    use: (value, facts) => {
      if (onHost) clear(value as NDArray);
      executor.release(typeOf(facts), value);
    },
    run: async (executable, inputs, scalars, donated) => {
      const results = executable.run(inputs, scalars, donated);
      await executable.settled?.();
      return results;
    },
  };
}

function clear(array: NDArray): void {
  for (const position of positions(array)) writeElement(array, position, 0);
}
