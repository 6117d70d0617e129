/** Convolutions, as products of the windows' contents with the kernel: one dot, whose speed is the backend's. */
import { BitaleTypeError } from "../../errors.js";
import { primitive } from "../primitive-op.js";
import { iota } from "./creation.js";
import { add, mul } from "./elementwise.js";
import { index, narrow } from "./indexing.js";
import { floorDivLengths, maxLength, minLength, mulLengths, subLengths } from "./lengths.js";
import { dot } from "./linear-algebra.js";
import { type Operand, type TensorVariable, unify } from "./operands.js";
import { pad } from "./padding.js";
import {
  concatenate,
  expandDims,
  flatten,
  type Length,
  lengthsOf,
  moveAxis,
  productOf,
  reshape,
  transpose,
} from "./shaping.js";
import { slice } from "./slices.js";
import { marginsAround, tap, type WindowAxis, type WindowOptions, windowAxes } from "./windows.js";

export interface ConvolutionOptions extends WindowOptions {
  /** Channels fall into so many groups that do not see each other (default 1); as many as channels: depthwise. */
  readonly groups?: number | undefined;
}

/** All places in a grid, row-major. */
const grid = (sizes: readonly number[]): number[][] =>
  sizes.reduce<number[][]>(
    (places, size) => places.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
    [[]],
  );

/** Contents of all windows side by side, [n, …counts, taps * channels]: a strided slice for each tap. */
function slicedPatches(
  x: TensorVariable,
  axes: readonly WindowAxis[],
  sizes: readonly number[],
): TensorVariable {
  const taps = grid(sizes).map((offsets) => tap(x, axes, offsets));
  return taps.length === 1 ? (taps[0] as TensorVariable) : concatenate(taps, x.type.ndim - 1);
}

/** The same where the sizes of the kernel are only known at the call: axis by axis all entries that windows read. */
function gatheredPatches(x: TensorVariable, axes: readonly WindowAxis[]): TensorVariable {
  const gathered = axes.reduce((result, { size, stride, dilation, count }, i) => {
    const from = mul(expandDims(iota(count), 1), BigInt(stride));
    const places = add(from, mul(iota(size), BigInt(dilation)));
    return primitive("take", { axis: 1 + 2 * i }, [result, places]);
  }, x);
  const last = gathered.type.ndim - 1;
  const counts = axes.map((_, i) => 1 + 2 * i);
  const sorted = transpose(gathered, [0, ...counts, ...counts.map((axis) => axis + 1), last]);
  const [n, ...rest] = lengthsOf(sorted) as [Length, ...Length[]];
  return reshape(sorted, [n, ...rest.slice(0, axes.length), productOf(rest.slice(axes.length))]);
}

/** A convolution over the axes between the first and the last one of x; kernel [...sizes, channels / groups, features]. */
function convolved(
  x: TensorVariable,
  kernel: TensorVariable,
  { groups = 1, ...options }: ConvolutionOptions,
  op: string,
): TensorVariable {
  const spatial = kernel.type.ndim - 2;
  const kernelLengths = lengthsOf(kernel);
  const [sizes, [perGroup, features]] = [
    kernelLengths.slice(0, spatial),
    kernelLengths.slice(spatial) as [Length, Length],
  ];
  const axes = windowAxes(lengthsOf(x).slice(1, 1 + spatial), sizes, options);
  const wide = pad(x, marginsAround(axes));
  const known = sizes.filter((size) => typeof size === "number");
  const patches = known.length === spatial ? slicedPatches(wide, axes, known) : gatheredPatches(wide, axes);
  const taps = productOf(sizes);
  if (groups === 1) {
    checkChannels(x.type.shape.at(-1), perGroup, 1, op);
    return dot(patches, reshape(kernel, [mulLengths(taps, perGroup), features]));
  }
  checkChannels(x.type.shape.at(-1), perGroup, groups, op);
  const front = lengthsOf(patches).slice(0, -1);
  const each = floorDivLengths(features, groups);
  const split = reshape(patches, [...front, taps, groups, perGroup]);
  const kernels = reshape(kernel, [taps, perGroup, groups, each]);
  const rank = front.length;
  const product = primitive(
    "dot",
    {
      contract: [
        [rank, rank + 2],
        [0, 1],
      ],
      batch: [[rank + 1], [2]],
    },
    [split, kernels],
  );
  return reshape(moveAxis(product, 0, -2), [...front, mulLengths(each, groups)]);
}

/** @throws BitaleTypeError BAD_OPERAND where known numbers of channels contradict each other */
function checkChannels(
  channels: number | null | undefined,
  perGroup: Length,
  groups: number,
  op: string,
): void {
  const contradicts =
    typeof channels === "number" && typeof perGroup === "number" && channels !== perGroup * groups;
  if (!contradicts && Number.isInteger(groups) && groups > 0) return;
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: op,
    problem: "the kernel does not fit the channels",
    expected: `a kernel for ${channels} channels in ${groups} group${groups === 1 ? "" : "s"}`,
    got: `one for ${perGroup} channels in each`,
  });
}

/** The convolution over so many axes, with operands brought to "channels last". */
const convolution =
  (op: string, spatial: number) =>
  (x: Operand, kernel: Operand, options: ConvolutionOptions = {}): TensorVariable => {
    const [input, weights] = unify([x, kernel]) as [TensorVariable, TensorVariable];
    if (input.type.ndim !== spatial + 2 || weights.type.ndim !== spatial + 2) {
      throw new BitaleTypeError("BAD_OPERAND", {
        subject: op,
        problem: `operands with ${spatial + 2} dimensions are needed`,
        got: `${input.type} and ${weights.type}`,
      });
    }
    if (options.channels !== "first") return convolved(input, weights, options, op);
    const result = convolved(moveAxis(input, 1, -1), moveAxis(weights, [1, 0], [-2, -1]), options, op);
    return moveAxis(result, -1, 1);
  };

/** As `conv2d`, over one axis: x [n, length, channels], kernel [size, channels, features]. */
export const conv1d = convolution("conv1d", 1);

/**
 * Sums of products of a kernel with the windows of images, without turning the kernel around (as in TensorFlow.js and
 * PyTorch; Aesara turns it unless told not to).
 * @param x images [n, height, width, channels], or with channels "first" [n, channels, height, width]
 * @param kernel [height, width, channels / groups, features], or with channels "first" [features, channels / groups,
 * height, width]. Where its height and width are static, windows are strided slices; pin the shape of a shared kernel
 * (`shared(value, { shape })`) for that. Else they are gathered, which is slower.
 * @throws BitaleTypeError BAD_OPERAND for operands and options that do not fit
 *
 * @example
 * ```ts
 * import { compile, conv2d, reshape, tensor } from "@bitale/core";
 * const image = tensor("image", { shape: [3, 3] });
 * const sums = conv2d(reshape(image, [1, 3, 3, 1]), [[[[1]], [[1]]], [[[1]], [[1]]]]); // a kernel of four ones
 * const f = compile([image], reshape(sums, [2, 2]));
 * console.log(f([[1, 2, 3], [4, 5, 6], [7, 8, 9]]).toArray()); // [[12, 16], [24, 28]]
 * ```
 */
export const conv2d = convolution("conv2d", 2);

/** As `conv2d`, over three axes: x [n, depth, height, width, channels]. */
export const conv3d = convolution("conv3d", 3);

/**
 * The discrete convolution of two vectors: sums of products of one with the other turned around.
 * @param mode "full": wherever they overlap; "same": as many as the longer one has, in the middle; "valid": where the
 * shorter one lies inside
 */
export function convolve(x: Operand, y: Operand, mode: "full" | "same" | "valid" = "full"): TensorVariable {
  const [a, b] = unify([x, y]) as [TensorVariable, TensorVariable];
  const [m, n] = [a, b].map((vector) => lengthsOf(vector)[0]) as [Length, Length];
  if (a.type.ndim !== 1 || b.type.ndim !== 1) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "convolve",
      problem: "vectors are needed",
      got: `${a.type} and ${b.type}`,
    });
  }
  const margin = subLengths(n, 1);
  const turned = index(b, slice(null, null, -1));
  const full = flatten(
    conv1d(reshape(a, [1, m, 1]), reshape(turned, [n, 1, 1]), { padding: [[margin, margin]] }),
  );
  if (mode === "full") return full;
  const [shorter, longer] = [minLength(m, n), maxLength(m, n)];
  const edge = subLengths(shorter, 1);
  return mode === "same"
    ? narrow(full, 0, floorDivLengths(edge, 2), longer)
    : narrow(full, 0, edge, subLengths(longer, edge));
}
