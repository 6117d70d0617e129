import { isControlOp } from "../control/control-op.js";
import type { Apply } from "../graph/nodes.js";
import type { Type } from "../graph/type.js";
import type { Backend, HostMemory, Plugin } from "../plugin/contract.js";
import { compileWithKernels, referenceExecutable } from "../plugin/kernel-table.js";
import type { Executable, Region } from "../plugin/region.js";
import type { DType } from "../tensor/dtype.js";
import { isNDArray } from "../tensor/ndarray.js";
import { isPrimitive } from "../tensor/primitive-op.js";
import { isLowered, type LoweredName, type PrimitiveName } from "../tensor/primitives.js";
import { isTensorType, type TensorType } from "../tensor/tensor-type.js";

/** Whoever runs regions: a backend with a compiler, a plugin's own ops, or core's reference kernels. */
export interface Executor {
  readonly id: string;
  /** Runs single nodes, without a region: the lengths of their results are only known afterwards. */
  readonly late?: true;
  /** Where its values live: "host", or the id of a backend with a device. */
  readonly residence: string;
  /** Whether it runs this node. */
  supports(node: Apply): boolean;
  compileRegion(region: Region): Executable;
  /** Its executables know `Region.reuse`. */
  readonly reuses?: boolean;
  /** The Type of its values of a plain Type. */
  typeFor(plain: Type): Type;
  /** Gives back a value that a region made and nobody keeps. */
  release(type: Type, value: unknown): void;
}

/** Runs what has results of unknown lengths, on the host. */
export const lateExecutor: Executor = {
  id: "host",
  late: true,
  residence: "host",
  supports: (node) => isPrimitive(node.op, "nonzero"),
  compileRegion: () => {
    throw new TypeError("late nodes are in no region");
  },
  typeFor: (plain) => plain,
  release: () => {},
};

/**
 * Runs loops and branches: their inner nodes are placed for themselves, the values between them are kept where `home`
 * keeps its own (on the host, if there is none).
 */
export const controlExecutor = (home: Executor): Executor => ({
  id: home.id,
  late: true,
  residence: home.residence,
  supports: (node) => isControlOp(node.op),
  compileRegion: (region) => home.compileRegion(region),
  typeFor: (plain) => home.typeFor(plain),
  release: (type, value) => home.release(type, value),
});

/** What sumTo and other primitives without a kernel of their own need to be there. */
const needs: { readonly [N in PrimitiveName]?: readonly LoweredName[] } = {
  sumTo: ["sum", "reshape"],
  specifyShape: [],
  stopGradient: [],
  mapGradient: [],
};

/** A backend that compiles regions of primitives. */
export function backendExecutor(plugin: Plugin, backend: Backend, memory: HostMemory): Executor {
  const { ops } = plugin.supports;
  const residence = backend.typeFor === undefined ? "host" : plugin.id;
  const has = (name: LoweredName, dtypes: readonly DType[]): boolean =>
    ops === "all" || dtypes.every((dtype) => ops?.[name]?.includes(dtype) === true);
  return {
    id: plugin.id,
    residence,
    reuses: plugin.supports.reuse === true && backend.compileRegion !== undefined,
    supports: (node) => {
      if (!isPrimitive(node.op)) return node.op.backend === plugin.id;
      const { name } = node.op;
      if (backend.compileRegion === undefined || name === "dimension") return false;
      const dtypes = tensorDTypes(node);
      const names = isLowered(name) ? [name] : (needs[name] ?? []);
      if (names.length === 0) return ops === "all" || dtypes.every((d) => plugin.supports.dtypes.includes(d));
      return names.every((lowered) => has(lowered, dtypes));
    },
    compileRegion: (region) => backend.compileRegion?.(region) ?? compileWithKernels(region, {}),
    typeFor: (plain) => (isTensorType(plain) && backend.typeFor?.(plain)) || plain,
    release: (type, value) => (residence === "host" ? freeHost(memory, value) : type.release(value)),
  };
}

/** Core's own executor: every primitive, slowly. Runs where no host backend is installed. */
export function referenceExecutor(memory: HostMemory): Executor {
  return {
    id: "reference",
    residence: "host",
    supports: (node) => isPrimitive(node.op),
    compileRegion: referenceExecutable,
    typeFor: (plain) => plain,
    release: (_type, value) => freeHost(memory, value),
  };
}

function freeHost(memory: HostMemory, value: unknown): void {
  if (isNDArray(value)) memory.free(value);
}

/** Dtypes of the result and of the data operands that are read by kernels. */
function tensorDTypes(node: Apply): DType[] {
  const count = isPrimitive(node.op) ? node.op.dataCount(node.inputs.length) : node.inputs.length;
  const variables = [...node.inputs.slice(0, count), ...node.outputs];
  return [...new Set(variables.map((v) => (v.type as TensorType).dtype))];
}
