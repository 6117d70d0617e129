/** Pooling: one number for each window of an image. Taps are strided slices that one loop reads together. */
import { BitaleTypeError } from "../../errors.js";
import { integerRange, isFloat } from "../dtype.js";
import { add, div, maximum } from "./elementwise.js";
import { asTensor, cast, type Operand, type TensorVariable } from "./operands.js";
import { pad } from "./padding.js";
import { broadcastTo, type Length, lengthsOf, moveAxis } from "./shaping.js";
import { asFloat } from "./special-functions.js";
import {
  marginsAround,
  type PerAxis,
  perAxis,
  tap,
  type WindowAxis,
  type WindowOptions,
  windowAxes,
} from "./windows.js";

/** `strides` are the sizes of the window by default: windows do not overlap. */
export type PoolingOptions = WindowOptions;

interface Pooling {
  readonly images: TensorVariable;
  readonly axes: readonly WindowAxis[];
  readonly sizes: readonly number[];
  readonly finish: (result: TensorVariable) => TensorVariable;
}

/** Images with channels last, and the windows on them. @throws BitaleTypeError BAD_OPERAND */
function prepared(
  x: TensorVariable,
  spatial: number,
  window: PerAxis,
  options: PoolingOptions,
  op: string,
): Pooling {
  if (x.type.ndim !== spatial + 2) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: op,
      problem: `an operand with ${spatial + 2} dimensions is needed`,
      got: x.type.toString(),
    });
  }
  const sizes = perAxis(window, spatial, `window of ${op}`);
  const first = options.channels === "first";
  const images = first ? moveAxis(x, 1, -1) : x;
  const axes = windowAxes(lengthsOf(images).slice(1, 1 + spatial), sizes, {
    ...options,
    strides: options.strides ?? sizes,
  });
  return { images, axes, sizes, finish: (result) => (first ? moveAxis(result, -1, 1) : result) };
}

/** What a binary op makes of all entries of each window, one axis after the other. */
function folded(
  padded: TensorVariable,
  axes: readonly WindowAxis[],
  sizes: readonly number[],
  op: (a: TensorVariable, b: TensorVariable) => TensorVariable,
): TensorVariable {
  return axes.reduce((image, axis, i) => {
    const lengths = lengthsOf(image);
    const alone = axes.map(
      (_, j): WindowAxis =>
        j === i ? axis : { size: 1, stride: 1, dilation: 1, margin: [0, 0], count: lengths[j + 1] as Length },
    );
    const taps = Array.from({ length: sizes[i] as number }, (_, offset) =>
      tap(
        image,
        alone,
        axes.map((_, j) => (j === i ? offset : 0)),
      ),
    );
    return taps.reduce(op);
  }, padded);
}

const maxPooling =
  (op: string, spatial: number) =>
  (x: Operand, window: PerAxis, options: PoolingOptions = {}): TensorVariable => {
    const { images, axes, sizes, finish } = prepared(asTensor(x), spatial, window, options, op);
    const { dtype } = images.type;
    const lowest = isFloat(dtype) ? Number.NEGATIVE_INFINITY : integerRange(dtype).min;
    const padded = pad(images, marginsAround(axes), { value: lowest });
    return finish(folded(padded, axes, sizes, maximum));
  };

/** As `maxPool2d`, over one axis: x [n, length, channels]. */
export const maxPool1d = maxPooling("maxPool1d", 1);

/**
 * The largest element of each window of images; margins do not count. The gradient goes to the first one of those that
 * are equally large.
 * @param x [n, height, width, channels], or with channels "first" [n, channels, height, width]
 * @param window its height and width, or one number for both
 * @throws BitaleTypeError BAD_OPERAND
 */
export const maxPool2d = maxPooling("maxPool2d", 2);

export interface AveragePoolingOptions extends PoolingOptions {
  /** Whether zeros in the margins count (default false: the mean of what is inside). */
  readonly countMargins?: boolean | undefined;
}

const averagePooling =
  (op: string, spatial: number) =>
  (x: Operand, window: PerAxis, options: AveragePoolingOptions = {}): TensorVariable => {
    const { images, axes, sizes, finish } = prepared(asFloat(x), spatial, window, options, op);
    const sums = (image: TensorVariable): TensorVariable =>
      folded(pad(image, marginsAround(axes)), axes, sizes, add);
    const bare = axes.every(({ margin }) => margin.every((width) => width === 0));
    if (bare || options.countMargins === true) {
      return finish(
        div(
          sums(images),
          sizes.reduce((product, size) => product * size, 1),
        ),
      );
    }
    const inside = lengthsOf(images).slice(1, 1 + spatial);
    const ones = broadcastTo(cast(1, images.type.dtype), [1, ...inside, 1]);
    return finish(div(sums(images), sums(ones)));
  };

/** As `avgPool2d`, over one axis: x [n, length, channels]. */
export const avgPool1d = averagePooling("avgPool1d", 1);
/** The mean of each window of images; operands as in `maxPool2d`. */
export const avgPool2d = averagePooling("avgPool2d", 2);
