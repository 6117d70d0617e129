import { castNDArray } from "../cast.js";
import type { Scalar } from "../ndarray.js";
import { type BinaryName, binaryNames, type LoweredName, type UnaryName, unaryNames } from "../primitives.js";
import { elementsOf, fillNDArray } from "./elements.js";
import type { ReferenceCall, ReferenceKernel, ReferenceKernels } from "./kernel.js";
import { scalarFunction } from "./scalar-functions.js";
import { broadcastWindow } from "./windows.js";

type Call = ReferenceCall<LoweredName>;

const operands = ({ inputs, shape }: Call): Scalar[][] =>
  inputs.map((input) => elementsOf(broadcastWindow(input, shape)));

const unary =
  (op: UnaryName): ReferenceKernel<UnaryName> =>
  (call) => {
    const [xs] = operands(call) as [Scalar[]];
    const f = scalarFunction(op, call.inputs[0]!.dtype);
    return fillNDArray(call.shape, call.dtype, (i) => f(xs[i]!));
  };

const binary =
  (op: BinaryName): ReferenceKernel<BinaryName> =>
  (call) => {
    const [xs, ys] = operands(call) as [Scalar[], Scalar[]];
    const f = scalarFunction(op, call.inputs[0]!.dtype);
    return fillNDArray(call.shape, call.dtype, (i) => f(xs[i]!, ys[i]!));
  };

function table<N extends LoweredName>(
  names: readonly N[],
  kernel: (name: N) => ReferenceKernel<N>,
): ReferenceKernels<N> {
  return Object.fromEntries(names.map((name) => [name, kernel(name)])) as unknown as ReferenceKernels<N>;
}

/**
 * Kernels of the primitives that act on each element alone; operands broadcast to the shape of the result.
 */
export const elementwiseKernels: ReferenceKernels<UnaryName | BinaryName | "where" | "cast"> = {
  ...table(unaryNames, unary),
  ...table(binaryNames, binary),
  where: (call) => {
    const [conditions, xs, ys] = operands(call) as [Scalar[], Scalar[], Scalar[]];
    return fillNDArray(call.shape, call.dtype, (i) => (conditions[i] ? xs : ys)[i]!);
  },
  cast: ({ inputs, dtype }) => castNDArray(inputs[0]!, dtype),
};
