/** Runs graphs of the plugin's own ops by their `perform`, without a compiler. */
import { type Apply, isConstant, isPrimitive, type NDArray, type Variable } from "@bitale/core";

/** A transpose between dense operands is the only primitive in these graphs; it needs no compiler either. */
function performPrimitive(node: Apply, operand: unknown): unknown {
  if (isPrimitive(node.op, "transpose"))
    return (operand as NDArray).transpose(node.op.params.permutation).copy();
  throw new Error(`no perform: ${node.op.toString()}`);
}

/** The value of a variable, given those of the inputs. Checks that shapes are as the op says. */
export function evaluate(variable: Variable, given: ReadonlyMap<Variable, unknown>): unknown {
  const known = new Map(given);
  const visit = (v: Variable): unknown => {
    if (known.has(v)) return known.get(v);
    if (isConstant(v)) return v.value;
    const node = v.owner;
    if (node === undefined) throw new Error(`no value of ${v}`);
    const values = node.inputs.map(visit);
    known.set(v, isPrimitive(node.op) ? performPrimitive(node, values[0]) : perform(node, values));
    return known.get(v);
  };
  return visit(variable);
}

function perform(node: Apply, values: readonly unknown[]): unknown {
  const host = node.op.hostOperands(node.inputs);
  const number = (place: number): number => (values[place] as NDArray).item();
  const places = [...host.shape, ...host.value].sort((a, b) => a - b);
  const shapes = values.map((value) => (value as NDArray).shape);
  const [expected] = node.op.outputShapes(shapes, host.shape.map(number));
  const [result] = node.op.perform(
    values.filter((_, i) => !places.includes(i)),
    places.map(number),
  ) as [NDArray];
  const static_ = (node.output.type as unknown as { shape: readonly (number | null)[] }).shape;
  const fits = result.shape.every((d, i) => d === expected?.[i] && (static_[i] === null || static_[i] === d));
  if (!fits || result.shape.length !== static_.length) {
    throw new Error(`${node.op}: shape [${result.shape}], promised [${expected}], static [${static_}]`);
  }
  return result;
}
