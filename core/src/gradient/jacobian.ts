/** Whole matrices of derivatives. */
import { BitaleTypeError } from "../errors.js";
import type { Variable } from "../graph/nodes.js";
import { eye, zerosLike } from "../tensor/ops/creation.js";
import { index } from "../tensor/ops/indexing.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import { broadcastTo, lengthsOf, productOf, reshape, stack } from "../tensor/ops/shaping.js";
import { isTensorType } from "../tensor/tensor-type.js";
import { backpropagate } from "./backpropagate.js";
import { batched } from "./batch.js";
import { gradientDType } from "./elementwise.js";
import { grad, listOf, type PerVariable, settle, shapedAs } from "./grad.js";
import type { ProductOptions } from "./products.js";

/**
 * All derivatives of a tensor: J[i…, j…] = ∂output[i…] / ∂x[j…].
 *
 * All rows are computed at once: the graph of one row is built for a batch of unit vectors, so that a matrix product
 * stays a matrix product. Ops that cannot be batched (those of plugins) take one graph for each row; then the output's
 * lengths must be static.
 * @param output a dense tensor of any rank
 * @returns for each variable a tensor of the output's shape followed by the variable's (JAX's convention; for vectors
 * the usual matrix [outputs, variables]), in the dtype that `grad` gives
 * @throws BitaleTypeError BAD_OPERAND, DISCONNECTED_INPUT, NOT_DIFFERENTIABLE
 *
 * @example
 * ```ts
 * import { compile, cumsum, jacobian, vector } from "@bitale/core";
 * const x = vector("x");
 * const J = compile([x], jacobian(cumsum(x.sqr()), x));
 * console.log(J([1, 2, 3]).toArray()); // [[2, 0, 0], [2, 4, 0], [2, 4, 6]]
 * ```
 */
export function jacobian<const W extends Variable | readonly Variable[]>(
  output: Variable,
  wrt: W,
  options: ProductOptions = {},
): PerVariable<W> {
  const targets = [...listOf(wrt), output].map(dense);
  const tensor = targets.pop() as TensorVariable;
  const dtype = gradientDType(tensor);
  const seed = zerosLike(tensor, dtype);
  const row = (start: Variable): TensorVariable[] => {
    const walk = { seeds: [[tensor, start] as const], constants: options.considerConstant };
    return settle(backpropagate(walk, targets), targets, `${output}`, options) as TensorVariable[];
  };
  const shape = lengthsOf(tensor);
  const count = productOf(shape);
  const units = reshape(eye(count, count, 0, dtype), [count, ...shape]);
  const rows = batched(row(seed), seed, units) ?? unrolled(row, tensor, units);
  return shapedAs(
    wrt,
    rows.map((J, i) => reshape(J, [...shape, ...lengthsOf(targets[i] as TensorVariable)])),
  );
}

/**
 * Second derivatives of a 0-d cost: H[i…, j…] = ∂²cost / ∂x[i…] ∂x[j…].
 * @returns for each variable its own block, a tensor of the variable's shape twice; for mixed derivatives take
 * `jacobian(grad(cost, x), y)`. Where the gradient does not depend on the variable, zeros
 * @throws BitaleTypeError as `grad` and `jacobian`
 *
 * @example
 * ```ts
 * import { compile, hessian, prod, vector } from "@bitale/core";
 * const x = vector("x");
 * const H = compile([x], hessian(prod(x), x));
 * console.log(H([2, 3]).toArray()); // [[0, 1], [1, 0]]
 * ```
 */
export function hessian<const W extends Variable | readonly Variable[]>(
  cost: Variable,
  wrt: W,
  options: ProductOptions = {},
): PerVariable<W> {
  const targets = listOf(wrt);
  const slopes = grad(cost, targets, options);
  const second = { ...options, disconnectedInputs: "ignore" } as const;
  return shapedAs(
    wrt,
    targets.map((target, i) => jacobian(slopes[i] as Variable, target, second)),
  );
}

function dense(variable: Variable): TensorVariable {
  if (isTensorType(variable.type)) return variable as TensorVariable;
  throw new BitaleTypeError("BAD_OPERAND", {
    subject: `jacobian of ${variable}`,
    problem: "derivatives of and by dense tensors only have a dense Jacobian",
    got: `${variable.type}`,
    cure: "take the product with a vector: lop or hessianVectorProduct",
  });
}

/** One graph for each row, stacked. @param units [rows, ...shape of output], a one in each */
function unrolled(
  row: (start: Variable) => TensorVariable[],
  output: TensorVariable,
  units: TensorVariable,
): TensorVariable[] {
  const count = output.type.shape.reduce((n, d) => (n === null || d === null ? null : n * d), 1);
  if (count === null) {
    throw new BitaleTypeError("NOT_DIFFERENTIABLE", {
      subject: `jacobian of ${output}`,
      problem: "an op on the way has no batch rule, and the number of rows is not known",
      cure: "give the output's lengths: specifyShape(output, [...])",
    });
  }
  if (count === 0) return row(output).map((g) => broadcastTo(zerosLike(g), [0, ...lengthsOf(g)]));
  const rows = Array.from({ length: count }, (_, i) => row(index(units, i)));
  return (rows[0] as TensorVariable[]).map((_, k) => stack(rows.map((list) => list[k] as TensorVariable)));
}
