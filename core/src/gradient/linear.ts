/**
 * Gradients of linear algebra. Sources: M. Giles, "Collected matrix derivative results for forward and reverse mode
 * algorithmic differentiation" (2008), sections 2.2.3 (inverse and systems), 2.2.4 (determinant); I. Murray,
 * "Differentiation of the Cholesky decomposition" (2016), equation 10.
 */
import { zerosLike } from "../tensor/ops/creation.js";
import { tril, triu } from "../tensor/ops/diagonals.js";
import { add, mul, neg } from "../tensor/ops/elementwise.js";
import { matmul, matrixTranspose } from "../tensor/ops/linear-algebra.js";
import { inv } from "../tensor/ops/linear-solve.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import { expandDims } from "../tensor/ops/shaping.js";
import { primitive } from "../tensor/primitive-op.js";
import type { LinearName } from "../tensor/primitives.js";
import type { GradientRules } from "./rule.js";

/** The lower triangle with half of the diagonal. */
const halfTriangle = (x: TensorVariable): TensorVariable => mul(add(tril(x), tril(x, -1)), 0.5);

/** L⁻ᵀ x for a lower triangular L. */
const behindFactor = (factor: TensorVariable, x: TensorVariable): TensorVariable =>
  primitive("solveTriangular", { lower: true, transpose: true, unit: false }, [factor, x]);

const perMatrix = (gradient: TensorVariable): TensorVariable => expandDims(gradient, [-2, -1]);

export const linearGradients: GradientRules<LinearName> = {
  /** Only the lower triangle is read, so an element below the diagonal gets what its mirror image would get, too. */
  cholesky: ({ output: factor, gradient }) => {
    const inside = halfTriangle(matmul(matrixTranspose(factor), gradient));
    const left = behindFactor(factor, inside);
    const both = matrixTranspose(behindFactor(factor, matrixTranspose(left)));
    return [halfTriangle(add(both, matrixTranspose(both)))];
  },
  /** gb = a⁻ᵀ g and ga = -gb xᵀ; transposed where aᵀ is solved. */
  solve: ({ params: { transpose }, inputs, output, gradient }) => {
    const [a] = inputs as [TensorVariable, TensorVariable];
    const gb = primitive("solve", { transpose: !transpose }, [a, gradient]);
    return [neg(outerProducts(gb, output, transpose)), gb];
  },
  /** As for solve, in the triangle that is read. */
  solveTriangular: ({ params, inputs, output, gradient }) => {
    const [a] = inputs as [TensorVariable, TensorVariable];
    const gb = primitive("solveTriangular", { ...params, transpose: !params.transpose }, [a, gradient]);
    const full = neg(outerProducts(gb, output, params.transpose));
    const skip = params.unit ? 1 : 0;
    return [params.lower ? tril(full, -skip) : triu(full, skip), gb];
  },
  /** det(x) x⁻ᵀ, and x⁻ᵀ for the logarithm: an error where x is singular. */
  determinant: ({ params, inputs, output, gradient }) => {
    const [x] = inputs as readonly [TensorVariable];
    if (params.part === "sign") return [zerosLike(x)];
    const factor = params.part === "value" ? mul(gradient, output) : gradient;
    return [mul(perMatrix(factor), matrixTranspose(inv(x)))];
  },
};

const outerProducts = (gb: TensorVariable, x: TensorVariable, transpose: boolean): TensorVariable =>
  transpose ? matmul(x, matrixTranspose(gb)) : matmul(gb, matrixTranspose(x));
