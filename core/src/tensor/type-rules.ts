/**
 * Dtype and shape of every primitive's result, as one typed table. The same rule serves static shapes (unknown
 * lengths are null) and concrete ones (all known): what contradicts is an error in both.
 */
import { BitaleRangeError, BitaleTypeError } from "../errors.js";
import { type DType, isFloat, kindOf } from "./dtype.js";
import {
  type ArgReductionName,
  argReductionNames,
  type BinaryName,
  binaryNames,
  comparisonNames,
  type DimSpec,
  type PrimitiveName,
  type PrimitiveParams,
  type ReductionName,
  reductionNames,
  type UnaryName,
  unaryNames,
} from "./primitives.js";
import { broadcastDim, broadcastShapes, type Dim, type Shape, shapeText } from "./shape.js";

/** What is known of a dense value. */
export interface TensorFacts {
  readonly dtype: DType;
  readonly shape: Shape;
}

export interface TypeRule<N extends PrimitiveName> {
  /** Number of data operands; undefined: one or more. */
  readonly arity: number | undefined;
  /** The lists of lengths in the parameters; "value" lists (starts) do not decide the shape of the result. */
  readonly dims?: (
    params: PrimitiveParams[N],
  ) => readonly { readonly spec: readonly DimSpec[]; readonly role: "shape" | "value" }[];
  /** @param lists the lists of `dims`, with dynamic lengths filled in where they are known */
  readonly infer: (
    params: PrimitiveParams[N],
    inputs: readonly TensorFacts[],
    lists: readonly (readonly Dim[])[],
  ) => TensorFacts;
}

const anyNumber = new Set<UnaryName>(["neg", "abs", "sign"]);
const floatToBool = new Set<UnaryName>(["isNaN", "isInf"]);

function refuse(op: string, problem: string, inputs: readonly TensorFacts[]): never {
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: op,
    problem,
    got: inputs.map((i) => `${i.dtype} ${shapeText(i.shape)}`).join(", "),
  });
}

function mismatch(op: string, problem: string, shapes: readonly Shape[]): never {
  throw new BitaleRangeError("SHAPE_MISMATCH", {
    subject: op,
    problem,
    got: shapes.map(shapeText).join(", "),
  });
}

function sameDType(op: string, inputs: readonly TensorFacts[]): DType {
  const dtype = inputs[0]?.dtype ?? refuse(op, "at least one operand is needed", inputs);
  if (inputs.some((input) => input.dtype !== dtype)) refuse(op, "operands must have one dtype", inputs);
  return dtype;
}

const unaryRule = (op: UnaryName): TypeRule<UnaryName> => ({
  arity: 1,
  infer: (_params, inputs) => {
    const { dtype, shape } = inputs[0] as TensorFacts;
    if (op === "invert" ? isFloat(dtype) : !isFloat(dtype) && !anyNumber.has(op)) {
      refuse(op, `not defined for ${dtype}`, inputs);
    }
    if (dtype === "bool" && (op === "neg" || op === "sign")) refuse(op, "not defined for bool", inputs);
    return { dtype: floatToBool.has(op) ? "bool" : dtype, shape };
  },
});

const binaryRule = (op: BinaryName): TypeRule<BinaryName> => ({
  arity: 2,
  infer: (_params, inputs) => {
    const dtype = sameDType(op, inputs);
    const kind = kindOf(dtype);
    if ((op === "div" || op === "arctan2") && kind !== "float") refuse(op, "operands must be floats", inputs);
    if ((op === "and" || op === "or" || op === "xor") && kind === "float")
      refuse(op, "not defined for floats", inputs);
    if ((op === "sub" || op === "pow") && kind === "bool") refuse(op, "not defined for bool", inputs);
    const comparison = (comparisonNames as readonly string[]).includes(op);
    return {
      dtype: comparison ? "bool" : dtype,
      shape: broadcastShapes(
        inputs.map((i) => i.shape),
        op,
      ),
    };
  },
});

const without = (shape: Shape, axes: readonly number[]): Dim[] =>
  shape.filter((_, axis) => !axes.includes(axis));

const reductionRule = (op: ReductionName): TypeRule<ReductionName> => ({
  arity: 1,
  infer: ({ axes }, inputs) => {
    const { dtype, shape } = inputs[0] as TensorFacts;
    if ((op === "any" || op === "all") && dtype !== "bool") refuse(op, "the operand must be bool", inputs);
    if ((op === "max" || op === "min") && axes.some((axis) => shape[axis] === 0)) {
      mismatch(op, "an empty axis has no extreme value", [shape]);
    }
    return { dtype, shape: without(shape, axes) };
  },
});

const argReductionRule = (op: ArgReductionName): TypeRule<ArgReductionName> => ({
  arity: 1,
  infer: ({ axis }, inputs) => {
    const { shape } = inputs[0] as TensorFacts;
    if (shape[axis] === 0) mismatch(op, "an empty axis has no extreme value", [shape]);
    return { dtype: "int64", shape: without(shape, [axis]) };
  },
});

function table<N extends PrimitiveName>(
  names: readonly N[],
  rule: (name: N) => TypeRule<N>,
): { [P in N]: TypeRule<P> } {
  return Object.fromEntries(names.map((name) => [name, rule(name)])) as unknown as { [P in N]: TypeRule<P> };
}

/** The lengths of a reshape with -1 worked out, as far as that is possible. */
function reshaped(from: Shape, to: readonly Dim[]): Dim[] {
  const known = (shape: readonly Dim[]): number | null =>
    shape.reduce<number | null>((n, d) => (n === null || d === null ? null : n * d), 1);
  const size = known(from);
  const hole = to.indexOf(-1);
  if (hole === -1) {
    const wanted = known(to);
    if (size !== null && wanted !== null && size !== wanted)
      mismatch("reshape", "the number of elements differs", [from, to]);
    return [...to];
  }
  const rest = known(to.filter((_, i) => i !== hole));
  const left = size === null || rest === null ? null : rest === 0 ? (size === 0 ? 0 : null) : size / rest;
  if (size !== null && rest !== null && (left === null || !Number.isInteger(left))) {
    mismatch("reshape", "the number of elements does not divide", [from, to]);
  }
  return to.map((d, i) => (i === hole ? left : d));
}

function windowShape(
  shape: Shape,
  starts: readonly Dim[],
  sizes: readonly Dim[],
  steps: readonly number[],
): Dim[] {
  if (sizes.length !== shape.length || starts.length !== shape.length || steps.length !== shape.length) {
    mismatch("slice", "starts, sizes and steps need one entry an axis", [shape, sizes]);
  }
  for (let axis = 0; axis < shape.length; axis++) {
    const [length, start, size, step] = [shape[axis], starts[axis], sizes[axis], steps[axis] as number];
    if (step === 0) mismatch("slice", "a step is 0", [shape]);
    if (size === null || size === undefined || size < 0) {
      if (size !== null) mismatch("slice", "a size is negative", [shape, sizes]);
      continue;
    }
    if (length === null || length === undefined || start === null || start === undefined || size === 0)
      continue;
    const last = start + (size - 1) * step;
    if (Math.min(start, last) < 0 || Math.max(start, last) >= length) {
      throw new BitaleRangeError("INDEX_OUT_OF_BOUNDS", {
        subject: "slice",
        problem: `${size} elements from ${start} in steps of ${step} leave axis ${axis} of length ${length}`,
      });
    }
  }
  return [...sizes];
}

const alongAxis = (op: string, inputs: readonly TensorFacts[], axis: number): void => {
  const [x, indices] = inputs.map((i) => i.shape) as [Shape, Shape];
  if (x.length !== indices.length) mismatch(op, "indices must have the rank of the operand", [x, indices]);
  x.forEach((length, i) => {
    const other = indices[i] as Dim;
    if (i !== axis && length !== null && other !== null && length !== other) {
      mismatch(op, `lengths of axis ${i} differ`, [x, indices]);
    }
  });
};

function integerIndices(op: string, facts: TensorFacts | undefined): void {
  if (facts === undefined || isFloat(facts.dtype) || facts.dtype === "bool") {
    refuse(op, "indices must be integers", facts === undefined ? [] : [facts]);
  }
}

const dimsOf = (spec: readonly DimSpec[]) => [{ spec, role: "shape" as const }];

/** Dtype and shape rules of all primitives. */
export const typeRules: { readonly [N in PrimitiveName]: TypeRule<N> } = {
  ...table(unaryNames, unaryRule),
  ...table(binaryNames, binaryRule),
  ...table(reductionNames, reductionRule),
  ...table(argReductionNames, argReductionRule),
  where: {
    arity: 3,
    infer: (_params, inputs) => {
      if (inputs[0]?.dtype !== "bool") refuse("where", "the condition must be bool", inputs);
      const dtype = sameDType("where", inputs.slice(1));
      return {
        dtype,
        shape: broadcastShapes(
          inputs.map((i) => i.shape),
          "where",
        ),
      };
    },
  },
  cast: { arity: 1, infer: ({ dtype }, inputs) => ({ dtype, shape: (inputs[0] as TensorFacts).shape }) },
  dimension: { arity: 1, infer: () => ({ dtype: "int64", shape: [] }) },
  reshape: {
    arity: 1,
    dims: ({ shape }) => dimsOf(shape),
    infer: (_params, [x], [shape]) => ({
      dtype: (x as TensorFacts).dtype,
      shape: reshaped((x as TensorFacts).shape, shape as readonly Dim[]),
    }),
  },
  broadcastTo: {
    arity: 1,
    dims: ({ shape }) => dimsOf(shape),
    infer: (_params, [x], [shape]) => {
      const { dtype, shape: from } = x as TensorFacts;
      const to = shape as readonly Dim[];
      const skip = to.length - from.length;
      const fits = from.every((d, axis) => {
        const target = to[axis + skip];
        return d === null || d === 1 || target === null || d === target;
      });
      if (skip < 0 || !fits)
        mismatch("broadcastTo", "the operand does not broadcast to the shape", [from, to]);
      return { dtype, shape: to };
    },
  },
  sumTo: {
    arity: 1,
    dims: ({ shape }) => dimsOf(shape),
    infer: (_params, [x], [shape]) => {
      const { dtype, shape: from } = x as TensorFacts;
      const to = shape as readonly Dim[];
      const skip = from.length - to.length;
      const fits = to.every((d, axis) => d === 1 || broadcastDim(d, from[axis + skip] as Dim) !== undefined);
      if (skip < 0 || !fits) mismatch("sumTo", "the shape does not broadcast to the operand", [from, to]);
      return { dtype, shape: to };
    },
  },
  transpose: {
    arity: 1,
    infer: ({ permutation }, [x]) => {
      const { dtype, shape } = x as TensorFacts;
      const sorted = [...permutation].sort((a, b) => a - b);
      if (sorted.length !== shape.length || sorted.some((axis, i) => axis !== i)) {
        mismatch("transpose", `[${permutation.join(", ")}] is no permutation of the axes`, [shape]);
      }
      return { dtype, shape: permutation.map((axis) => shape[axis] as Dim) };
    },
  },
  slice: {
    arity: 1,
    dims: ({ starts, sizes }) => [
      { spec: starts, role: "value" },
      { spec: sizes, role: "shape" },
    ],
    infer: ({ steps }, [x], [starts, sizes]) => ({
      dtype: (x as TensorFacts).dtype,
      shape: windowShape((x as TensorFacts).shape, starts as readonly Dim[], sizes as readonly Dim[], steps),
    }),
  },
  updateSlice: {
    arity: 2,
    dims: ({ starts }) => [{ spec: starts, role: "value" }],
    infer: ({ steps }, inputs, [starts]) => {
      sameDType("updateSlice", inputs);
      const [base, value] = inputs as [TensorFacts, TensorFacts];
      windowShape(base.shape, starts as readonly Dim[], value.shape, steps);
      return base;
    },
  },
  concatenate: {
    arity: undefined,
    infer: ({ axis }, inputs) => {
      const dtype = sameDType("concatenate", inputs);
      const shapes = inputs.map((i) => i.shape);
      const first = shapes[0] as Shape;
      if (axis >= first.length || shapes.some((s) => s.length !== first.length)) {
        mismatch("concatenate", "operands must have one rank that includes the axis", shapes);
      }
      const shape = first.map((_, i) => {
        const lengths = shapes.map((s) => s[i] as Dim);
        if (i === axis) return lengths.reduce((n, d) => (n === null || d === null ? null : n + d), 0);
        const known = lengths.filter((d) => d !== null);
        if (known.some((d) => d !== known[0])) mismatch("concatenate", `lengths of axis ${i} differ`, shapes);
        return known[0] ?? null;
      });
      return { dtype, shape };
    },
  },
  take: {
    arity: 2,
    infer: ({ axis }, [x, indices]) => {
      integerIndices("take", indices);
      const { dtype, shape } = x as TensorFacts;
      return {
        dtype,
        shape: [...shape.slice(0, axis), ...(indices as TensorFacts).shape, ...shape.slice(axis + 1)],
      };
    },
  },
  scatter: {
    arity: 3,
    infer: ({ axis }, [base, indices, value]) => {
      integerIndices("scatter", indices);
      const facts = base as TensorFacts;
      sameDType("scatter", [facts, value as TensorFacts]);
      const window = [
        ...facts.shape.slice(0, axis),
        ...(indices as TensorFacts).shape,
        ...facts.shape.slice(axis + 1),
      ];
      const given = (value as TensorFacts).shape;
      if (
        window.length !== given.length ||
        window.some((d, i) => d !== null && given[i] !== null && d !== given[i])
      ) {
        mismatch("scatter", "the value must have the shape that take gives", [window, given]);
      }
      return facts;
    },
  },
  takeAlongAxis: {
    arity: 2,
    infer: ({ axis }, inputs) => {
      integerIndices("takeAlongAxis", inputs[1]);
      alongAxis("takeAlongAxis", inputs, axis);
      return { dtype: (inputs[0] as TensorFacts).dtype, shape: (inputs[1] as TensorFacts).shape };
    },
  },
  scatterAlongAxis: {
    arity: 3,
    infer: ({ axis }, inputs) => {
      const [base, indices, value] = inputs as [TensorFacts, TensorFacts, TensorFacts];
      integerIndices("scatterAlongAxis", indices);
      sameDType("scatterAlongAxis", [base, value]);
      alongAxis("scatterAlongAxis", inputs, axis);
      if (value.shape.some((d, i) => d !== null && indices.shape[i] !== null && d !== indices.shape[i])) {
        mismatch("scatterAlongAxis", "value and indices must have one shape", [value.shape, indices.shape]);
      }
      return base;
    },
  },
  dot: {
    arity: 2,
    infer: ({ contract, batch }, inputs) => {
      const dtype = sameDType("dot", inputs);
      const [left, right] = inputs.map((i) => i.shape) as [Shape, Shape];
      const pairs = [
        ...contract[0].map((a, i) => [a, contract[1][i]]),
        ...batch[0].map((a, i) => [a, batch[1][i]]),
      ];
      for (const [a, b] of pairs as [number, number][]) {
        const [m, n] = [left[a], right[b]];
        if (m === undefined || n === undefined)
          mismatch("dot", `axis ${a} or ${b} is out of range`, [left, right]);
        if (m !== null && n !== null && m !== n)
          mismatch("dot", `axes ${a} and ${b} have different lengths`, [left, right]);
      }
      const shape = [
        ...batch[0].map((a, i) => left[a] ?? right[batch[1][i] as number] ?? null),
        ...without(left, [...contract[0], ...batch[0]]),
        ...without(right, [...contract[1], ...batch[1]]),
      ];
      return { dtype, shape };
    },
  },
  iota: {
    arity: 0,
    dims: ({ length }) => dimsOf([length]),
    infer: (_params, _inputs, [length]) => ({ dtype: "int64", shape: length as readonly Dim[] }),
  },
  specifyShape: {
    arity: 1,
    infer: ({ shape }, [x]) => {
      const from = (x as TensorFacts).shape;
      const merged = from.map((d, axis) => d ?? (shape[axis] as Dim));
      if (
        from.length !== shape.length ||
        merged.some((d, axis) => shape[axis] !== null && d !== shape[axis])
      ) {
        mismatch("specifyShape", "the operand does not have the stated shape", [from, shape]);
      }
      return { dtype: (x as TensorFacts).dtype, shape: merged };
    },
  },
  stopGradient: { arity: 1, infer: (_params, [x]) => x as TensorFacts },
};
