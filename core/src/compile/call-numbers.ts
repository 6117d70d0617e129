/** Numbers that are computed on the host at each call: starts and lengths from scalar arguments. */
import { BitaleTypeError } from "../errors.js";
import type { Apply, Variable } from "../graph/nodes.js";
import { isNDArray, readElement, type Scalar } from "../tensor/ndarray.js";
import type { PrimitiveOp } from "../tensor/primitive-op.js";
import { evaluateScalar, type ScalarName } from "../tensor/reference/evaluate-scalar.js";
import type { TensorType } from "../tensor/tensor-type.js";
import { type HostNumbers, operandDType } from "./host-numbers.js";
import { atNode } from "./locate.js";
import type { Facts } from "./specialize.js";

/** Computes numbers for one call; each once. */
export class CallNumbers {
  readonly #numbers: HostNumbers;
  readonly #hostValue: (variable: Variable) => unknown;
  readonly #known = new Map<Variable, Scalar>();

  /** @param hostValue host value of a variable that is known already: an argument, a shared value, a region's result */
  constructor(numbers: HostNumbers, hostValue: (variable: Variable) => unknown) {
    this.#numbers = numbers;
    this.#hostValue = hostValue;
  }

  /** The number that a scalar variable is in this call; lengths come from `facts`. */
  get(variable: Variable, facts: Facts): Scalar {
    if (facts.isFolded(variable)) return facts.folded(variable).get();
    const known = this.#known.get(variable);
    if (known !== undefined) return known;
    const number = this.#numbers.called.has(variable)
      ? this.#compute(variable, facts)
      : scalarOf(variable, this.#hostValue(variable));
    this.#known.set(variable, number);
    return number;
  }

  #compute(variable: Variable, facts: Facts): Scalar {
    const node = variable.owner as Apply;
    const operands = node.inputs.map((input) => this.get(input, facts));
    const name = (node.op as PrimitiveOp).name as ScalarName;
    const { dtype } = variable.type as TensorType;
    return atNode(node, facts, () => evaluateScalar(name, operandDType(node), dtype, operands));
  }
}

function scalarOf(variable: Variable, value: unknown): Scalar {
  if (isNDArray(value) && value.size === 1) return readElement(value, value.offset);
  throw new BitaleTypeError("BAD_VALUE", {
    subject: variable.toString(),
    problem: "a length or start must be one number on the host",
    got: variable.type.toString(),
  });
}
