/**
 * Step 2: which nodes are numbers on the host. Lengths, and what is computed from them alone, are the same at every
 * call with the same shapes ("fixed"): they are folded when a shape signature is compiled. Numbers that come from
 * scalar arguments and decide lengths or starts ("called") are computed at each call, before the regions run.
 */
import { type Apply, isConstant, type Variable } from "../graph/nodes.js";
import { isPrimitive } from "../tensor/primitive-op.js";
import { binaryNames, type PrimitiveName, unaryNames } from "../tensor/primitives.js";
import type { TensorType } from "../tensor/tensor-type.js";
import { isTensorType } from "../tensor/tensor-type.js";

export interface HostNumbers {
  /** Results that depend on lengths and constants alone, rank 0 or 1. */
  readonly fixed: ReadonlySet<Variable>;
  /** Scalars that depend on scalars known at the call, and that decide lengths or starts. */
  readonly called: ReadonlySet<Variable>;
}

const scalarNames = new Set<PrimitiveName>([...unaryNames, ...binaryNames, "where", "cast"]);
const isScalar = (variable: Variable): boolean => isTensorType(variable.type) && variable.type.ndim === 0;

export function findHostNumbers(nodes: readonly Apply[]): HostNumbers {
  const fixed = new Set<Variable>();
  const isFixed = (variable: Variable): boolean => isConstant(variable) || fixed.has(variable);
  for (const node of nodes) {
    if (!isPrimitive(node.op)) continue;
    const small = isTensorType(node.output.type) && node.output.type.ndim <= 1;
    const lengthOnly =
      node.op.name === "dimension" || (node.op.name !== "iota" && node.inputs.every(isFixed));
    if (small && lengthOnly) fixed.add(node.output);
  }
  return { fixed, called: findCalled(nodes, isFixed) };
}

function findCalled(nodes: readonly Apply[], isFixed: (variable: Variable) => boolean): Set<Variable> {
  const called = new Set<Variable>();
  const pending: Variable[] = [];
  for (const node of nodes) {
    const { shape, value } = node.op.hostOperands(node.inputs);
    for (const position of [...shape, ...value]) pending.push(node.inputs[position] as Variable);
  }
  for (let variable = pending.pop(); variable !== undefined; variable = pending.pop()) {
    const node = variable.owner;
    if (node === undefined || called.has(variable) || isFixed(variable)) continue;
    const computable = isPrimitive(node.op) && scalarNames.has(node.op.name) && node.inputs.every(isScalar);
    if (!computable) continue;
    called.add(variable);
    pending.push(...node.inputs);
  }
  return called;
}

/** The dtype in which a scalar primitive computes: that of its last operand (the condition of `where` is bool). */
export const operandDType = (node: Apply): TensorType["dtype"] =>
  (node.inputs.at(-1) as Variable<TensorType>).type.dtype;

/**
 * Variables whose lengths are needed: data operands, and those behind numbers.
 * @param operands all operands; what is a number among them is followed
 */
export function lengthSources(
  operands: readonly Variable[],
  data: readonly Variable[],
  numbers: HostNumbers,
): Variable[] {
  const isNumber = (variable: Variable): boolean =>
    numbers.fixed.has(variable) || numbers.called.has(variable);
  const sources: Variable[] = data.filter((operand) => !isConstant(operand) && !numbers.fixed.has(operand));
  const pending = operands.filter(isNumber);
  const seen = new Set<Variable>(pending);
  for (let variable = pending.pop(); variable !== undefined; variable = pending.pop()) {
    for (const input of variable.owner?.inputs ?? []) {
      if (seen.has(input)) continue;
      seen.add(input);
      if (isNumber(input)) pending.push(input);
      else if (!isConstant(input)) sources.push(input);
    }
  }
  return sources;
}
