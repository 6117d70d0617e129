/** Products with a Jacobian or a Hessian, none of which is ever made. */
import { BitaleTypeError } from "../errors.js";
import type { Variable } from "../graph/nodes.js";
import { zerosLike } from "../tensor/ops/creation.js";
import type { TensorVariable } from "../tensor/ops/operands.js";
import { isTensorType } from "../tensor/tensor-type.js";
import { backpropagate } from "./backpropagate.js";
import { gradientDType } from "./elementwise.js";
import { checkGradient, type GradOptions, grad, listOf, type PerVariable, settle, shapedAs } from "./grad.js";

/** How products of Jacobians treat variables, as in `grad`. */
export type ProductOptions = Pick<GradOptions, "considerConstant" | "disconnectedInputs">;

type Vectors = Variable | readonly Variable[];

/** Pairs each variable with its vector. @throws BitaleTypeError BAD_OPERAND */
function paired(op: string, of: Vectors, vectors: Vectors): (readonly [Variable, Variable])[] {
  const [variables, list] = [listOf(of), listOf(vectors)];
  if (variables.length !== list.length) {
    throw new BitaleTypeError("BAD_OPERAND", {
      subject: op,
      problem: "each variable needs one vector",
      expected: `${variables.length}`,
      got: `${list.length}`,
    });
  }
  return variables.map((variable, i) => {
    const vector = list[i] as Variable;
    checkGradient(op, variable, vector);
    return [variable, vector] as const;
  });
}

/**
 * Left product with the Jacobian, vᵀJ: the vector-Jacobian product (`vjp` in JAX, `Lop` in Aesara), one walk backwards.
 * @param outputs one tensor of any rank, or several
 * @param vectors one for each output, in its shape
 * @returns for each variable the sum over the outputs, in the variable's shape
 * @throws BitaleTypeError BAD_OPERAND, DISCONNECTED_INPUT, NOT_DIFFERENTIABLE
 *
 * @example
 * ```ts
 * import { compile, lop, vector } from "@bitale/core";
 * const [x, v] = [vector("x"), vector("v")];
 * const product = compile([x, v], lop(x.sqr(), x, v)); // the Jacobian is diag(2 x)
 * console.log(product([1, 2, 3], [1, 1, 10]).toArray()); // [2, 4, 60]
 * ```
 */
export function lop<const W extends Vectors>(
  outputs: Vectors,
  wrt: W,
  vectors: Vectors,
  options: ProductOptions = {},
): PerVariable<W> {
  const seeds = paired("lop", outputs, vectors);
  const targets = listOf(wrt);
  const gradients = backpropagate({ seeds, constants: options.considerConstant }, targets);
  return shapedAs(wrt, settle(gradients, targets, listOf(outputs).join(", "), options));
}

/**
 * Right product with the Jacobian, Jv: the Jacobian-vector product (`jvp` in JAX, `Rop` in Aesara), how the outputs move
 * when the variables move along the vectors. Built of two left products, so it works for every op that has a gradient
 * whose own gradient is known; values that only the inner one would need are not computed.
 * @param outputs one dense tensor of any rank, or several
 * @param vectors one for each variable of `wrt`, in its shape
 * @returns for each output its change, in the output's shape
 * @throws BitaleTypeError BAD_OPERAND, DISCONNECTED_INPUT, NOT_DIFFERENTIABLE
 *
 * @example
 * ```ts
 * import { compile, rop, vector } from "@bitale/core";
 * const [x, v] = [vector("x"), vector("v")];
 * const product = compile([x, v], rop(x.sqr().sum(), x, v));
 * console.log(product([1, 2, 3], [1, 0, 10]).item()); // 62
 * ```
 */
export function rop<const F extends Vectors>(
  outputs: F,
  wrt: Vectors,
  vectors: Vectors,
  options: ProductOptions = {},
): PerVariable<F> {
  const along = paired("rop", wrt, vectors);
  // vᵀJ is linear in v, so its derivative by v, times the vectors, is Jv wherever it is taken: at zeros.
  const dummies = listOf(outputs).map((output) => {
    if (!isTensorType(output.type)) {
      throw new BitaleTypeError("BAD_OPERAND", {
        subject: `rop of ${output}`,
        problem: "the outputs must be dense tensors",
        got: `${output.type}`,
        cure: "make it dense first: toDense(x)",
      });
    }
    return zerosLike(output, gradientDType(output as TensorVariable));
  });
  const products = lop(outputs, listOf(wrt), dummies, options);
  const seeds = along.map(([, vector], i) => [products[i] as Variable, vector] as const);
  const gradients = backpropagate({ seeds }, dummies);
  return shapedAs(outputs, settle(gradients, dummies, "a product", { disconnectedInputs: "ignore" }));
}

/**
 * The Hessian of a 0-d cost times vectors: the gradient of ⟨grad(cost), v⟩, two walks backwards and no matrix.
 * @param vectors one for each variable, in its shape; they count as constants
 * @returns for each variable its part of the product, the mixed derivatives included; in the variable's shape
 * @throws BitaleTypeError as `grad`, and BAD_OPERAND
 *
 * @example
 * ```ts
 * import { compile, hessianVectorProduct, vector } from "@bitale/core";
 * const [x, v] = [vector("x"), vector("v")];
 * const product = compile([x, v], hessianVectorProduct(x.pow(3).sum(), x, v)); // the Hessian is diag(6 x)
 * console.log(product([1, 2], [1, 10]).toArray()); // [6, 120]
 * ```
 */
export function hessianVectorProduct<const W extends Vectors>(
  cost: Variable,
  wrt: W,
  vectors: Vectors,
  options: ProductOptions = {},
): PerVariable<W> {
  const along = paired("hessianVectorProduct", wrt, vectors);
  const targets = listOf(wrt);
  const slopes = grad(cost, targets, options);
  const seeds = along.map(([, vector], i) => [slopes[i] as Variable, vector] as const);
  const gradients = backpropagate({ seeds, constants: options.considerConstant }, targets);
  return shapedAs(wrt, settle(gradients, targets, `${cost}`, { disconnectedInputs: "ignore" }));
}
