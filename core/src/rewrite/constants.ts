/** Equal small constants are one. */
import { type Constant, isConstant, type Variable } from "../graph/nodes.js";
import { isNDArray } from "../tensor/ndarray.js";

/** Constants larger than this are compared by identity only. */
const comparedElements = 64;

function constantKey(variable: Constant): string | undefined {
  const { value } = variable;
  if (!isNDArray(value) || value.size > comparedElements) return undefined;
  const elements = Array.from(value.flat() as ArrayLike<number | bigint>, (e) =>
    Object.is(e, -0) ? "-0" : String(e),
  );
  return `${value.dtype} [${value.shape.join()}] ${elements.join()}`;
}

/** Remembers constants; gives the first one that is equal. */
export class Constants {
  readonly #first = new Map<string, Variable>();
  readonly #known = new Map<Variable, Variable>();

  of(variable: Variable): Variable {
    if (!isConstant(variable)) return variable;
    const known = this.#known.get(variable);
    if (known !== undefined) return known;
    const key = constantKey(variable);
    const first = key === undefined ? variable : (this.#first.get(key) ?? variable);
    if (key !== undefined) this.#first.set(key, first);
    this.#known.set(variable, first);
    return first;
  }
}
