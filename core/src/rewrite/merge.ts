/** Equal nodes become one: same op, same operands. Equal small constants too. */
import { inheritTrace } from "../graph/creation-trace.js";
import { Apply, type Constant, isConstant, type Variable } from "../graph/nodes.js";
import { toposort } from "../graph/walk.js";
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

/** Rebuilds `outputs` with equal nodes merged. */
export function merge(outputs: readonly Variable[]): Variable[] {
  const same = new Map<Variable, Variable>();
  const constants = new Map<string, Variable>();
  const nodes = new Map<string, Apply>();
  const current = (variable: Variable): Variable => {
    const known = same.get(variable);
    if (known !== undefined) return known;
    if (!isConstant(variable)) return variable;
    const key = constantKey(variable);
    if (key === undefined) return variable;
    const first = constants.get(key) ?? variable;
    constants.set(key, first);
    same.set(variable, first);
    return first;
  };
  for (const node of toposort(outputs)) {
    const inputs = node.inputs.map(current);
    const key = `${node.op.key()} ${inputs.map((input) => input.id).join()}`;
    const twin = nodes.get(key);
    const moved = inputs.some((input, i) => input !== node.inputs[i]);
    const merged = twin ?? (moved ? inheritTrace(node.trace, () => new Apply(node.op, inputs)) : node);
    if (twin === undefined) nodes.set(key, merged);
    if (merged === node) continue;
    node.outputs.forEach((output, i) => {
      const fresh = merged.outputs[i] as Variable;
      fresh.name ??= output.name;
      same.set(output, fresh);
    });
  }
  return outputs.map(current);
}
