/** Dtype and shape of the primitives that read and write parts. */
import { BitaleRangeError } from "../../errors.js";
import { isFloat } from "../dtype.js";
import type { Dim, Shape } from "../shape.js";
import { mismatch, refuse, sameDType, type TensorFacts, type TypeRules } from "./rule.js";

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

type Indexing = "slice" | "updateSlice" | "take" | "scatter" | "takeAlongAxis" | "scatterAlongAxis";

export const indexingTypes: TypeRules<Indexing> = {
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
};
