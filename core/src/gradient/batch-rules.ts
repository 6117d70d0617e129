/**
 * How each primitive works on operands with one more axis in front, the batch: what lets all rows of a Jacobian be
 * computed by one graph. One typed table: a missing rule is a compile error.
 */
import type { TensorVariable } from "../tensor/ops/operands.js";
import {
  broadcastTo,
  expandDims,
  type Length,
  lengths,
  lengthsOf,
  transpose,
} from "../tensor/ops/shaping.js";
import { primitive } from "../tensor/primitive-op.js";
import {
  type ArgReductionName,
  argReductionNames,
  binaryNames,
  type CumulativeName,
  cumulativeNames,
  type DotParams,
  type LinearName,
  linearNames,
  type PrimitiveName,
  type PrimitiveParams,
  type ReductionName,
  reductionNames,
  unaryNames,
} from "../tensor/primitives.js";

/** The operands of a primitive, some of which have become batches. */
interface BatchOperands {
  /** [batch, ...shape] where `batched`, as they were else. Trailing lengths and starts are never batched. */
  readonly inputs: readonly TensorVariable[];
  readonly batched: readonly boolean[];
  /** How many entries the batch has. */
  readonly length: Length;
}

export interface BatchCall<N extends PrimitiveName> extends BatchOperands {
  readonly params: PrimitiveParams[N];
  /** The result of the plain Apply: its rank is that of every entry of the batch. */
  readonly output: TensorVariable;
  /** Applies the same primitive. */
  readonly apply: (params: PrimitiveParams[N], inputs: readonly TensorVariable[]) => TensorVariable;
}

/** The result as a batch; undefined: these operands cannot be batches. */
export type BatchRule<N extends PrimitiveName> = (call: BatchCall<N>) => TensorVariable | undefined;
type BatchRules = { readonly [P in PrimitiveName]: BatchRule<P> };

/** A batch whose entries have this rank: axes of length 1 are put behind the batch axis. */
function withRank(x: TensorVariable, rank: number): TensorVariable {
  const missing = rank + 1 - x.type.ndim;
  const places = Array.from({ length: missing }, (_, i) => i + 1);
  return missing === 0 ? x : expandDims(x, places);
}

/** Operand i as a batch, repeated where it is none. */
const asBatch = ({ inputs, batched, length }: BatchOperands, i: number): TensorVariable => {
  const x = inputs[i] as TensorVariable;
  return batched[i] ? x : broadcastTo(x, [length, ...lengthsOf(x)]);
};

const elementwise = <N extends PrimitiveName>(call: BatchCall<N>): TensorVariable => {
  const { params, inputs, batched, output, apply } = call;
  return apply(
    params,
    inputs.map((x, i) => (batched[i] ? withRank(x, output.type.ndim) : x)),
  );
};
const reduction = <N extends ReductionName>({ params, inputs, apply }: BatchCall<N>): TensorVariable =>
  apply({ axes: params.axes.map((axis) => axis + 1) } as PrimitiveParams[N], inputs);

type AlongAxis = ArgReductionName | CumulativeName | "argsort";
/** An op along one axis of its only operand. */
const alongAxis = <N extends AlongAxis>({ params, inputs, apply }: BatchCall<N>): TensorVariable =>
  apply({ axis: params.axis + 1 } as PrimitiveParams[N], inputs);

type AlongAxisOfAll = "concatenate" | "takeAlongAxis" | "scatterAlongAxis";
/** An op along one axis of operands that all become batches. */
const alongAxisOfAll = <N extends AlongAxisOfAll>(call: BatchCall<N>): TensorVariable =>
  call.apply(
    { ...call.params, axis: call.params.axis + 1 },
    call.inputs.map((_, i) => asBatch(call, i)),
  );
/** An op on the last axes, with more of them in front. */
const stacked = <N extends LinearName>(call: BatchCall<N>): TensorVariable =>
  call.apply(
    call.params,
    call.inputs.map((_, i) => asBatch(call, i)),
  );
const never = () => undefined;

const table = <N extends PrimitiveName>(
  names: readonly N[],
  rule: <P extends N>(call: BatchCall<P>) => TensorVariable,
) => Object.fromEntries(names.map((name) => [name, rule])) as unknown as { [P in N]: BatchRule<P> };

export const batchRules: BatchRules = {
  ...table(unaryNames, elementwise),
  ...table(binaryNames, elementwise),
  ...table(reductionNames, reduction),
  ...table(argReductionNames, alongAxis),
  where: elementwise,
  cast: elementwise,
  stopGradient: elementwise,
  mapGradient: elementwise,
  specifyShape: ({ params, inputs }) => primitive("specifyShape", { shape: [null, ...params.shape] }, inputs),
  reshape: ({ params, inputs, length }) => {
    const [x, ...dims] = inputs as [TensorVariable, ...TensorVariable[]];
    const front = lengths([length]);
    return primitive("reshape", { shape: [...front.spec, ...params.shape] }, [x, ...front.operands, ...dims]);
  },
  broadcastTo: ({ params, inputs, length }) => {
    const [x, ...dims] = inputs as [TensorVariable, ...TensorVariable[]];
    const front = lengths([length]);
    const shape = [...front.spec, ...params.shape];
    return primitive("broadcastTo", { shape }, [
      withRank(x, params.shape.length),
      ...front.operands,
      ...dims,
    ]);
  },
  sumTo: ({ params, inputs, length }) => {
    const [x, ...dims] = inputs as [TensorVariable, ...TensorVariable[]];
    const front = lengths([length]);
    const [first, operands] = [front.spec, [...front.operands, ...dims]];
    const extra = Array.from({ length: x.type.ndim - 1 - params.shape.length }, () => 1);
    const summed = primitive("sumTo", { shape: [...first, ...extra, ...params.shape] }, [x, ...operands]);
    if (extra.length === 0) return summed;
    return primitive("reshape", { shape: [...first, ...params.shape] }, [summed, ...operands]);
  },
  transpose: ({ params, inputs }) =>
    primitive("transpose", { permutation: [0, ...params.permutation.map((axis) => axis + 1)] }, inputs),
  slice: ({ params, inputs, length }) => {
    const [x, ...dims] = inputs as [TensorVariable, ...TensorVariable[]];
    const starts = params.starts.filter((start) => start === "dynamic").length;
    const front = lengths([length]);
    return primitive(
      "slice",
      {
        starts: [0, ...params.starts],
        sizes: [...front.spec, ...params.sizes],
        steps: [1, ...params.steps],
      },
      [x, ...dims.slice(0, starts), ...front.operands, ...dims.slice(starts)],
    );
  },
  updateSlice: (call) => {
    const { starts, steps, mode } = call.params;
    return primitive("updateSlice", { starts: [0, ...starts], steps: [1, ...steps], mode }, [
      asBatch(call, 0),
      asBatch(call, 1),
      ...call.inputs.slice(2),
    ]);
  },
  concatenate: alongAxisOfAll,
  take: ({ params, inputs, batched }) => {
    const [x, indices] = inputs as [TensorVariable, TensorVariable];
    if (!batched[1]) return primitive("take", { axis: params.axis + 1 }, [x, indices]);
    if (batched[0]) return undefined;
    const taken = primitive("take", params, [x, indices]);
    return moveToFront(taken, params.axis);
  },
  scatter: (call) => {
    if (call.batched[1]) return undefined;
    const { axis, mode } = call.params;
    return primitive("scatter", { axis: axis + 1, mode }, [
      asBatch(call, 0),
      call.inputs[1] as TensorVariable,
      asBatch(call, 2),
    ]);
  },
  takeAlongAxis: alongAxisOfAll,
  scatterAlongAxis: alongAxisOfAll,
  dot: ({ params, inputs, batched }) =>
    batchedDot(params, inputs as unknown as readonly [TensorVariable, TensorVariable], batched),
  argsort: alongAxis,
  ...table(cumulativeNames, alongAxis),
  ...table(linearNames, stacked),
  // Lengths are the same for every entry of a batch: whoever walks the graph leaves `dimension` as it is.
  dimension: never,
  iota: never,
  randomBits: never,
  nonzero: never,
};

const moveToFront = (x: TensorVariable, axis: number): TensorVariable =>
  transpose(x, [axis, ...x.type.shape.map((_, i) => i).filter((i) => i !== axis)]);

const later = (axes: readonly number[]): number[] => axes.map((axis) => axis + 1);

/** A dot with a batch on one side, whose axis is a free one, or on both, where it is paired. */
function batchedDot(
  { contract, batch }: DotParams,
  sides: readonly [TensorVariable, TensorVariable],
  [left, right]: readonly boolean[],
): TensorVariable {
  const moved = (axes: readonly [readonly number[], readonly number[]]) =>
    [left ? later(axes[0]) : axes[0], right ? later(axes[1]) : axes[1]] as const;
  const [contracted, paired] = [moved(contract), moved(batch)];
  if (left && right) {
    return primitive(
      "dot",
      {
        contract: contracted,
        batch: [
          [0, ...paired[0]],
          [0, ...paired[1]],
        ],
      },
      sides,
    );
  }
  const product = primitive("dot", { contract: contracted, batch: paired }, sides);
  // The batch axis is the first free axis of its side; before the right side's stand all free axes of the left.
  const freeLeft = sides[0].type.ndim - contract[0].length - batch[0].length;
  return moveToFront(product, batch[0].length + (left ? 0 : freeLeft));
}
