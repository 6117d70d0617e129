/** Whole matrices of derivatives, in one batch or in a loop over their rows. */
import { BitaleTypeError } from "../errors.js";
import { backpropagate } from "../gradient/backpropagate.js";
import { batched } from "../gradient/batch.js";
import { gradientDType } from "../gradient/elementwise.js";
import { grad, listOf, type PerVariable, settle, shapedAs } from "../gradient/grad.js";
import type { ProductOptions } from "../gradient/products.js";
import type { Variable } from "../graph/nodes.js";
import { eye, zerosLike } from "../tensor/ops/creation.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import { lengthsOf, productOf, reshape } from "../tensor/ops/shaping.js";
import { isTensorType } from "../tensor/tensor-type.js";
import { scan } from "./scan.js";

/**
 * All derivatives of a tensor: J[i…, j…] = ∂output[i…] / ∂x[j…].
 *
 * All rows are computed at once: the graph of one row is built for a batch of unit vectors, so that a matrix product
 * stays a matrix product. Where ops on the way cannot be batched (those of plugins, loops) the rows are a loop.
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
  const rows = batched(row(seed), seed, units) ?? looped(row, units);
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

/** The rows one after the other. @param units [rows, ...shape of the output], a one in each */
function looped(row: (start: Variable) => TensorVariable[], units: TensorVariable): TensorVariable[] {
  const [, rows] = scan((_, unit: TensorVariable) => [undefined, row(unit)], {
    init: undefined,
    sequences: units,
  });
  return rows as unknown as TensorVariable[];
}
