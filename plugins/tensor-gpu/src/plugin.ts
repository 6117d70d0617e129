import {
  type Backend,
  comparisonNames,
  type DType,
  definePlugin,
  kwarg,
  type LoweredName,
  type PluginServices,
} from "@bitale/core";
import type { GpuOptions } from "./adapter.js";
import { compileRegion } from "./compile.js";
import { GpuSession } from "./session.js";
import { type GpuKwargs, gpuShared } from "./shared.js";
import { type GpuTensor, gpuDTypes } from "./storage.js";
import { GpuTensorType } from "./type.js";

declare module "@bitale/core" {
  interface BackendRegistry {
    "tensor-gpu": { kwargs: GpuKwargs; internal: GpuTensor };
  }
}

const float: readonly DType[] = ["float32"];
const numbers: readonly DType[] = ["float32", "int32", "uint32"];
const bits: readonly DType[] = ["int32", "uint32", "bool"];

const entries = (
  names: readonly LoweredName[],
  dtypes: readonly DType[],
): Partial<Record<LoweredName, readonly DType[]>> => Object.fromEntries(names.map((name) => [name, dtypes]));

/**
 * Which primitive runs for which dtypes. int64 is an index type here, held in 32 bits: it is moved, compared and made
 * by argmax and iota, and arithmetic on it runs on the host.
 */
const ops = {
  ...entries(
    [
      "exp",
      "expm1",
      "log",
      "log1p",
      "sqrt",
      "sin",
      "cos",
      "tan",
      "arcsin",
      "arccos",
      "arctan",
      "sinh",
      "cosh",
      "tanh",
    ],
    float,
  ),
  ...entries(["sigmoid", "erf", "floor", "ceil", "round", "trunc", "div", "arctan2", "pow"], float),
  ...entries(["isNaN", "isInf"], ["float32", "bool"]),
  ...entries(["neg", "abs", "sign", "sub", "floorDiv", "mod", "sum", "prod", "max", "min", "dot"], numbers),
  ...entries(["add", "mul", "maximum", "minimum"], [...numbers, "bool"]),
  ...entries(["invert", "and", "or", "xor"], bits),
  ...entries(["any", "all"], ["bool"]),
  ...entries(["argmax", "argmin"], [...numbers, "int64"]),
  ...entries(comparisonNames, gpuDTypes),
  ...entries(
    ["where", "cast", "reshape", "broadcastTo", "transpose", "slice", "updateSlice", "concatenate"],
    gpuDTypes,
  ),
  ...entries(["take", "takeAlongAxis", "scatter", "scatterAlongAxis"], gpuDTypes),
  iota: ["int64"] as const,
};

function createBackend({ options }: PluginServices): Backend {
  const session = new GpuSession(options as GpuOptions);
  return {
    init: () => session.open(),
    construct: (value, constructorOptions) => gpuShared(session, value, constructorOptions as never),
    typeFor: (plain) => new GpuTensorType(plain.dtype, plain.shape, session) as never,
    compileRegion: (region) => compileRegion(region, session),
    dispose: () => session.close(),
  };
}

/** Dense tensors on a GPU, by WebGPU: in browsers, and in Node through the package `webgpu`. */
export const plugin = definePlugin({
  id: "tensor-gpu",
  apiVersion: 1,
  priority: 50,
  kwargs: {
    borrow: kwarg.boolean(),
    shape: kwarg.shape(),
    broadcastable: kwarg.array(kwarg.boolean()),
  },
  supports: {
    dtypes: gpuDTypes,
    int64: "int32-range",
    syncRead: false,
    ops,
    aliases: {
      getBorrowAliases: false,
      constructBorrowAliases: false,
      setBorrowAliases: false,
      setInPlace: true,
      setCastInPlace: true,
      constructsFromNDArray: true,
    },
  },
  use: { useFactory: createBackend },
});
