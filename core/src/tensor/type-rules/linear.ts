/** Dtype and shape of linear algebra on stacks of matrices. */
import { isFloat } from "../dtype.js";
import type { LinearName } from "../primitives.js";
import type { Dim } from "../shape.js";
import { mismatch, refuse, sameDType, type TensorFacts, type TypeRules } from "./rule.js";

const merge = (op: string, a: Dim, b: Dim, shapes: readonly (readonly Dim[])[], problem: string): Dim => {
  if (a !== null && b !== null && a !== b) mismatch(op, problem, shapes);
  return a ?? b;
};

/** A stack of square matrices: its shape with equal last lengths. */
function squareShape(op: LinearName, { dtype, shape }: TensorFacts): Dim[] {
  if (!isFloat(dtype)) refuse(op, "the operand must be a float", [{ dtype, shape }]);
  if (shape.length < 2) refuse(op, "matrices are needed", [{ dtype, shape }]);
  const [m, n] = shape.slice(-2) as [Dim, Dim];
  const side = merge(op, m, n, [shape], "the matrices are not square");
  return [...shape.slice(0, -2), side, side];
}

function solved(op: LinearName, inputs: readonly TensorFacts[]): TensorFacts {
  const dtype = sameDType(op, inputs);
  const [a, b] = inputs as [TensorFacts, TensorFacts];
  const matrices = squareShape(op, a);
  if (b.shape.length !== matrices.length) refuse(op, "both operands need the same number of axes", inputs);
  const shape = b.shape.map((d, axis) =>
    axis === b.shape.length - 1
      ? d
      : merge(op, d, matrices[axis] as Dim, [a.shape, b.shape], `axes ${axis} have different lengths`),
  );
  return { dtype, shape };
}

export const linearTypes: TypeRules<LinearName> = {
  cholesky: {
    arity: 1,
    infer: (_params, [x]) => {
      const facts = x as TensorFacts;
      return { dtype: facts.dtype, shape: squareShape("cholesky", facts) };
    },
  },
  solve: { arity: 2, infer: (_params, inputs) => solved("solve", inputs) },
  solveTriangular: { arity: 2, infer: (_params, inputs) => solved("solveTriangular", inputs) },
  determinant: {
    arity: 1,
    infer: (_params, [x]) => {
      const facts = x as TensorFacts;
      return { dtype: facts.dtype, shape: squareShape("determinant", facts).slice(0, -2) };
    },
  },
};
