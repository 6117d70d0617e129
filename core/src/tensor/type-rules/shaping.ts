/** Dtype and shape of the primitives that change shapes. */

import { type CumulativeName, cumulativeNames } from "../primitives.js";
import type { Shape } from "../shape.js";
import { broadcastDim, type Dim } from "../shape.js";
import { dimsOf, mismatch, refuse, sameDType, type TensorFacts, type TypeRules, table } from "./rule.js";

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

type Shaping =
  | "dimension"
  | "reshape"
  | "broadcastTo"
  | "sumTo"
  | "transpose"
  | "concatenate"
  | "iota"
  | "argsort"
  | CumulativeName
  | "randomBits"
  | "nonzero"
  | "specifyShape";

export const shapingTypes: TypeRules<Shaping> = {
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
  argsort: { arity: 1, infer: (_params, [x]) => ({ dtype: "int64", shape: (x as TensorFacts).shape }) },
  ...table(cumulativeNames, () => ({ arity: 1, infer: (_params, [x]) => x as TensorFacts })),
  randomBits: {
    arity: 1,
    dims: ({ length }) => dimsOf([length]),
    infer: (_params, inputs, [length]) => {
      const { dtype, shape } = inputs[0] as TensorFacts;
      if (dtype !== "uint32" || shape.length !== 1)
        refuse("randomBits", "the state must be a uint32 vector", inputs);
      return { dtype: "uint32", shape: length as readonly Dim[] };
    },
  },
  nonzero: {
    arity: 1,
    infer: (_params, inputs) => {
      const { dtype, shape } = inputs[0] as TensorFacts;
      if (dtype !== "bool" || shape.length !== 1) refuse("nonzero", "a bool vector is needed", inputs);
      return { dtype: "int64", shape: [null] };
    },
  },
};
