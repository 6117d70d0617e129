/** Transposed convolutions: what the gradient of a convolution does to its result, as a layer that enlarges images. */
import { BitaleTypeError } from "../../errors.js";
import { primitive } from "../primitive-op.js";
import { conv2d } from "./convolution.js";
import { index } from "./indexing.js";
import { addLengths, floorDivLengths, maxLength, mulLengths, subLengths } from "./lengths.js";
import { cast, type Operand, type TensorVariable, unify } from "./operands.js";
import { type Margin, pad } from "./padding.js";
import { broadcastTo, type Length, lengthsOf, moveAxis, swapAxes } from "./shaping.js";
import { slice } from "./slices.js";
import { type PerAxis, perAxis, type WindowOptions } from "./windows.js";

export interface TransposedConvolutionOptions extends Pick<WindowOptions, "channels"> {
  /** How much larger the result is along each axis (default 1). */
  readonly strides?: PerAxis | undefined;
  /** "valid" (default): (length - 1) * stride + size entries; "same": length * stride. */
  readonly padding?: "valid" | "same" | undefined;
}

/** Images with zeros between their rows and columns. */
function spread(x: TensorVariable, strides: readonly number[]): TensorVariable {
  if (strides.every((stride) => stride === 1)) return x;
  const steps = [1, ...strides, 1];
  const sizes = lengthsOf(x).map((length, axis): Length => {
    const step = steps[axis] as number;
    return step === 1 ? length : maxLength(addLengths(mulLengths(subLengths(length, 1), step), 1), 0);
  });
  const zeros = broadcastTo(cast(0, x.type.dtype), sizes);
  return primitive("updateSlice", { starts: [0, 0, 0, 0], steps, mode: "set" }, [zeros, x]);
}

/** Margins around spread images, so that the kernel turned around gives the result its length. */
function marginOf(size: Length, stride: number, padding: "valid" | "same"): Margin {
  const rest = subLengths(size, 1);
  if (padding === "valid") return [rest, rest];
  const cut = floorDivLengths(maxLength(subLengths(size, stride), 0), 2);
  return [subLengths(rest, cut), addLengths(cut, stride - 1)];
}

/**
 * The transpose of `conv2d` as a linear map of images: every pixel adds a multiple of the kernel to the result.
 * @param x images [n, height, width, channels], or with channels "first" [n, channels, height, width]
 * @param kernel [height, width, features, channels], or with channels "first" [channels, features, height, width]: that
 * of the convolution which goes the other way
 * @throws BitaleTypeError BAD_OPERAND
 */
export function conv2dTranspose(
  x: Operand,
  kernel: Operand,
  { strides = 1, padding = "valid", channels = "last" }: TransposedConvolutionOptions = {},
): TensorVariable {
  const [input, weights] = unify([x, kernel]) as [TensorVariable, TensorVariable];
  if (input.type.ndim !== 4 || weights.type.ndim !== 4) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: "conv2dTranspose",
      problem: "operands with 4 dimensions are needed",
      got: `${input.type} and ${weights.type}`,
    });
  }
  if (channels === "first") {
    const result = conv2dTranspose(moveAxis(input, 1, -1), moveAxis(weights, [1, 0], [-2, -1]), {
      strides,
      padding,
    });
    return moveAxis(result, -1, 1);
  }
  const steps = perAxis(strides, 2, "strides");
  const sizes = lengthsOf(weights).slice(0, 2);
  const margins = sizes.map((size, i) => marginOf(size, steps[i] as number, padding));
  const wide = pad(spread(input, steps), [[0, 0], ...margins, [0, 0]]);
  const turned = index(weights, slice(null, null, -1), slice(null, null, -1));
  return conv2d(wide, swapAxes(turned, 2, 3));
}
