/** Gradients of the primitives that move elements, and of the general dot. */
import { zerosLike } from "../tensor/ops/creation.js";
import { add } from "../tensor/ops/elementwise.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import {
  broadcastLike,
  type Length,
  lengthOf,
  lengths,
  lengthsOf,
  reshape,
  sumToShapeOf,
  transpose,
} from "../tensor/ops/shaping.js";
import { primitive } from "../tensor/primitive-op.js";
import type { DimSpec, DotParams } from "../tensor/primitives.js";
import type { GradientRules } from "./rule.js";

type Shaping =
  | "dimension"
  | "reshape"
  | "broadcastTo"
  | "sumTo"
  | "transpose"
  | "slice"
  | "updateSlice"
  | "concatenate"
  | "take"
  | "scatter"
  | "takeAlongAxis"
  | "scatterAlongAxis"
  | "dot"
  | "iota"
  | "argsort"
  | "randomBits"
  | "nonzero";

/** A window of `from` in the shape of `like`, at the starts that another op had. */
function windowLike(
  from: TensorVariable,
  like: TensorVariable,
  starts: readonly DimSpec[],
  steps: readonly number[],
  operands: readonly TensorVariable[],
): TensorVariable {
  const sizes = lengths(lengthsOf(like));
  return primitive("slice", { starts, sizes: sizes.spec, steps }, [from, ...operands, ...sizes.operands]);
}

/** Starts along one axis, as operands of a slice. */
function section(from: TensorVariable, like: TensorVariable, axis: number, start: Length): TensorVariable {
  const starts = lengths(like.type.shape.map((_, i) => (i === axis ? start : 0)));
  return windowLike(
    from,
    like,
    starts.spec,
    like.type.shape.map(() => 1),
    starts.operands,
  );
}

const freeAxes = (rank: number, params: DotParams, side: 0 | 1): number[] =>
  Array.from({ length: rank }, (_, i) => i).filter(
    (axis) => !params.contract[side].includes(axis) && !params.batch[side].includes(axis),
  );
const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/**
 * Gradient of a general dot with respect to one side: the output's gradient times the other side, summed over the
 * other side's free axes, then put into the axis order of this side.
 */
function dotGradient(
  params: DotParams,
  inputs: readonly [TensorVariable, TensorVariable],
  g: TensorVariable,
  side: 0 | 1,
): TensorVariable {
  const other = side === 0 ? 1 : 0;
  const [mine, theirs] = [inputs[side], inputs[other]];
  const [myFree, theirFree] = [
    freeAxes(mine.type.ndim, params, side),
    freeAxes(theirs.type.ndim, params, other),
  ];
  const batches = params.batch[0].length;
  const leftFree = side === 0 ? myFree.length : theirFree.length;
  const theirFreeInG =
    side === 0 ? range(batches + leftFree, theirFree.length) : range(batches, theirFree.length);
  const batchInG = range(0, batches);
  const ordered = [...params.contract[other]].sort((a, b) => a - b);
  const paired = ordered.map((axis) => params.contract[side][params.contract[other].indexOf(axis)] as number);
  const [result, axes] =
    side === 0
      ? [
          primitive("dot", { contract: [theirFreeInG, theirFree], batch: [batchInG, params.batch[1]] }, [
            g,
            theirs,
          ]),
          [...params.batch[0], ...myFree, ...paired],
        ]
      : [
          primitive("dot", { contract: [theirFree, theirFreeInG], batch: [params.batch[0], batchInG] }, [
            theirs,
            g,
          ]),
          [...params.batch[1], ...paired, ...myFree],
        ];
  return transpose(
    result,
    axes.map((_, axis) => axes.indexOf(axis)),
  );
}

export const shapingGradients: GradientRules<Shaping> = {
  dimension: () => [undefined],
  reshape: ({ inputs, gradient }) => [reshape(gradient, lengthsOf(inputs[0] as TensorVariable))],
  broadcastTo: ({ inputs, gradient }) => [sumToShapeOf(gradient, inputs[0] as TensorVariable)],
  sumTo: ({ inputs, gradient }) => [broadcastLike(gradient, inputs[0] as TensorVariable)],
  transpose: ({ params, gradient }) => [
    transpose(
      gradient,
      params.permutation.map((_, axis) => params.permutation.indexOf(axis)),
    ),
  ],
  slice: ({ params, inputs, gradient }) => {
    const [x, ...operands] = inputs as [TensorVariable, ...TensorVariable[]];
    const count = params.starts.filter((start) => start === "dynamic").length;
    const { starts, steps } = params;
    return [
      primitive("updateSlice", { starts, steps, mode: "add" }, [
        zerosLike(x),
        gradient,
        ...operands.slice(0, count),
      ]),
    ];
  },
  updateSlice: ({ params, inputs, gradient }) => {
    const [, value, ...starts] = inputs as [TensorVariable, TensorVariable, ...TensorVariable[]];
    const base =
      params.mode === "add"
        ? gradient
        : primitive("updateSlice", params, [gradient, zerosLike(value), ...starts]);
    return [base, windowLike(gradient, value, params.starts, params.steps, starts)];
  },
  concatenate: ({ params, inputs, gradient }) => {
    let start: Length = 0;
    return inputs.map((x) => {
      const part = section(gradient, x, params.axis, start);
      const length = lengthOf(x, params.axis);
      start =
        typeof start === "number" && typeof length === "number"
          ? start + length
          : add(toLength(start), toLength(length));
      return part;
    });
  },
  take: ({ params, inputs, gradient }) => {
    const [x, indices] = inputs as [TensorVariable, TensorVariable];
    return [
      primitive("scatter", { axis: params.axis, mode: "add" }, [zerosLike(x), indices, gradient]),
      undefined,
    ];
  },
  scatter: ({ params, inputs, gradient }) => {
    const [, indices, value] = inputs as [TensorVariable, TensorVariable, TensorVariable];
    const base =
      params.mode === "add" ? gradient : primitive("scatter", params, [gradient, indices, zerosLike(value)]);
    return [base, undefined, primitive("take", { axis: params.axis }, [gradient, indices])];
  },
  takeAlongAxis: ({ params, inputs, gradient }) => {
    const [x, indices] = inputs as [TensorVariable, TensorVariable];
    return [
      primitive("scatterAlongAxis", { axis: params.axis, mode: "add" }, [zerosLike(x), indices, gradient]),
      undefined,
    ];
  },
  scatterAlongAxis: ({ params, inputs, gradient }) => {
    const [, indices, value] = inputs as [TensorVariable, TensorVariable, TensorVariable];
    const base =
      params.mode === "add"
        ? gradient
        : primitive("scatterAlongAxis", params, [gradient, indices, zerosLike(value)]);
    return [base, undefined, primitive("takeAlongAxis", { axis: params.axis }, [gradient, indices])];
  },
  dot: ({ params, inputs, gradient }) => {
    const pair = inputs as unknown as readonly [TensorVariable, TensorVariable];
    return [dotGradient(params, pair, gradient, 0), dotGradient(params, pair, gradient, 1)];
  },
  iota: () => [],
  argsort: () => [undefined],
  randomBits: () => [undefined],
  nonzero: () => [undefined],
};

const toLength = (length: Length): TensorVariable | bigint =>
  typeof length === "number" ? BigInt(length) : (length as TensorVariable);
