/**
 * Step 1: what the user asked for, checked. Applies givens, finds the shared variables (implicit inputs), adds
 * default updates. Nothing is computed and nothing changed when it refuses.
 */
import { BitaleTypeError, describeValue } from "../errors.js";
import { Apply, isConstant, isVariable, Variable } from "../graph/nodes.js";
import { replace } from "../graph/replace.js";
import { ancestors, freeVariables } from "../graph/walk.js";
import type { Container } from "../shared/container.js";
import { asUpdate, isSharedVariable, type SharedVariable } from "../shared/shared-variable.js";
import { elementwiseOps } from "../tensor/ops/elementwise.js";
import { asVariable, cast, isWeak, type Operand } from "../tensor/ops/operands.js";
import { specifyShape } from "../tensor/ops/shaping.js";
import { isPrimitive } from "../tensor/primitive-op.js";
import { isTensorType } from "../tensor/tensor-type.js";
import type { FunctionGraph } from "./graph.js";
import { type InputPlan, planInputs, planOutputs } from "./interface.js";
import type { CompileOptions, GivenPair, UpdatePair } from "./options.js";

/** @throws BitaleTypeError with the codes of bad inputs, outputs, updates and givens */
export function collect(
  givenInputs: unknown,
  givenOutputs: readonly unknown[],
  options: CompileOptions,
  warn: (message: string) => void,
): FunctionGraph {
  const { inputs, cut } = cutAtInputs(planInputs(givenInputs, options.allowInputDowncast));
  const variables = inputs.map((input) => input.variable);
  const { variables: outputs, plans: outputPlans } = planOutputs(givenOutputs);
  const explicit = explicitUpdates(options.updates);
  const states = inputs.filter((input) => input.update !== undefined);
  const strict = options.rebuildStrict ?? true;
  const givens = collectGivens(options.givens, [...variables, ...cut.keys()], strict);
  const replacements = new Map([...cut, ...givens]);
  const substitute = (list: readonly Variable[]): Variable[] =>
    replacements.size === 0 ? [...list] : replace(list, replacements, strict ? undefined : rebuildLoosely);
  const finalOutputs = substitute(outputs);
  const values = substitute([...explicit.values()]);
  const updates = new Map(
    [...explicit.keys()].map((target, i) => [target, fitted(target, values[i] as Variable)]),
  );
  const stateValues = substitute(states.map((input) => input.update as Variable));
  addDefaultUpdates([...finalOutputs, ...stateValues], updates, options.noDefaultUpdates, substitute);
  const results = [...finalOutputs, ...updates.values(), ...stateValues];
  const free = freeVariables(results, new Set(variables));
  checkFree(free, variables);
  checkUnused(inputs, results, options.onUnusedInput ?? "raise", warn);
  return {
    name: options.name,
    inputs,
    shared: free.filter(isSharedVariable),
    outputs: finalOutputs,
    outputPlans,
    updates: [
      ...[...updates].map(([target, value]) => ({ target, value, container: target.container as Container })),
      ...states.map((input, i) => ({
        target: input.variable,
        value: stateValues[i] as Variable,
        container: input.container as Container,
      })),
    ],
  };
}

/** An input may be a computed variable: the graph is cut there, and what is above it is not reached. */
function cutAtInputs(inputs: readonly InputPlan[]): { inputs: InputPlan[]; cut: Map<Variable, Variable> } {
  const cut = new Map<Variable, Variable>();
  const fresh = inputs.map((input) => {
    const { variable } = input;
    if (variable.owner === undefined) return input;
    const free = new Variable(variable.type.plain(), variable.name);
    cut.set(variable, free);
    return { ...input, variable: free };
  });
  return { inputs: fresh, cut };
}

/** A node on operands of other types: elementwise ops find their common dtype anew. */
function rebuildLoosely(node: Apply, inputs: readonly Variable[]): readonly Variable[] {
  const { op } = node;
  if (!isPrimitive(op) || !Object.hasOwn(elementwiseOps, op.name)) return new Apply(op, inputs).outputs;
  const operands = inputs.map((input) => {
    const inner = input.owner;
    return isPrimitive(inner?.op, "cast") && inner?.op.params.implicit
      ? (inner.inputs[0] as Variable)
      : input;
  });
  return [elementwiseOps[op.name as keyof typeof elementwiseOps](...(operands as never[]))];
}

function explicitUpdates(pairs: Iterable<UpdatePair> | undefined): Map<SharedVariable, Variable> {
  const updates = new Map<SharedVariable, Variable>();
  for (const pair of pairsOf(pairs, "updates")) {
    const [target, expression] = pair;
    if (!isSharedVariable(target)) {
      throw new BitaleTypeError("UPDATE_NOT_SHARED", {
        subject: `update of ${isVariable(target) ? target : describeValue(target)}`,
        problem: "only shared variables can be updated",
        cure: "make it with shared(value)",
      });
    }
    if (updates.has(target)) {
      throw new BitaleTypeError("DUPLICATE_UPDATE", {
        subject: `update of ${target}`,
        problem: "it has two new values in one function",
      });
    }
    updates.set(target, asUpdate(target, expression));
  }
  return updates;
}

function pairsOf(pairs: unknown, what: string): Iterable<readonly [unknown, unknown]> {
  if (pairs === undefined || pairs === null) return [];
  const iterable = typeof pairs === "object" && Symbol.iterator in pairs;
  const list = iterable ? [...(pairs as Iterable<unknown>)] : [];
  if (iterable && list.every((pair) => Array.isArray(pair) && pair.length === 2)) {
    return list as [unknown, unknown][];
  }
  throw new BitaleTypeError("BAD_OPTION", {
    subject: what,
    problem: "a list of pairs (or a Map) is needed",
    expected: `${what}: [[variable, expression], …]`,
    got: describeValue(pairs),
  });
}

/** The lengths of an update that may not fit the variable's static ones are checked at the call. */
function fitted(target: SharedVariable, value: Variable): Variable {
  const plain = target.type.plain();
  const checked = asUpdate(target, value);
  refuseFixedOnes(target, checked);
  return plain.accepts(checked.type) || !isTensorType(plain) ? checked : specifyShape(checked, plain.shape);
}

/** A length that is always 1 does not fit one that may change: the variable could never grow again. */
function refuseFixedOnes(target: SharedVariable, value: Variable): void {
  const [plain, type] = [target.type.plain(), value.type];
  if (!isTensorType(plain) || !isTensorType(type) || isConstant(value)) return;
  if (!plain.shape.some((length, axis) => length === null && type.shape[axis] === 1)) return;
  throw new BitaleTypeError("UPDATE_TYPE", {
    subject: `update of ${target}`,
    problem: "a length of the new value is always 1, that of the variable may change",
    expected: plain.toString(),
    got: type.toString(),
    cure: "make the variable with shape: [1, …], or reshape the new value with a length that is not fixed",
  });
}

function collectGivens(
  pairs: Iterable<GivenPair> | undefined,
  inputs: readonly Variable[],
  strict: boolean,
): Map<Variable, Variable> {
  const givens = new Map<Variable, Variable>();
  const explicit = new Set(inputs);
  let reached = new Set<Variable>();
  for (const [old, replacement] of pairsOf(pairs, "givens")) {
    const subject = `given for ${isVariable(old) ? old : describeValue(old)}`;
    if (!isVariable(old)) {
      throw new BitaleTypeError("BAD_GIVEN", { subject, problem: "only variables can be replaced" });
    }
    if (explicit.has(old)) {
      throw new BitaleTypeError("BAD_GIVEN", {
        subject,
        problem: "it is an explicit input of the function",
        cure: "take it out of the inputs, or replace something else",
      });
    }
    if (reached.has(old)) {
      throw new BitaleTypeError("BAD_GIVEN", {
        subject,
        problem: "an earlier replacement depends on it",
        cure: "list it first, or use separate functions",
      });
    }
    const again = givens.has(old);
    const value = replace([substituteFor(old, replacement, subject, strict)], givens)[0] as Variable;
    givens.set(old, value);
    if (again) reached = ancestors([...givens.values()]);
    else for (const variable of ancestors([value], reached)) reached.add(variable);
  }
  return givens;
}

function substituteFor(old: Variable, replacement: unknown, subject: string, strict: boolean): Variable {
  const plain = old.type.plain();
  const given = asVariable(replacement as Operand);
  const variable = isWeak(given) && isTensorType(plain) ? cast(given, plain.dtype) : given;
  if (!strict) return variable;
  if (plain.convertible(variable.type)) {
    return plain.accepts(variable.type) || !isTensorType(plain)
      ? variable
      : specifyShape(variable, plain.shape);
  }
  throw new BitaleTypeError("BAD_GIVEN", {
    subject,
    problem: "the replacement has another type",
    expected: plain.toString(),
    got: variable.type.toString(),
    cure: "cast or reshape the replacement; for another kind of value make the input with like(variable)",
  });
}

/** Shared variables that are reached bring their default updates, which may reach more of them. */
function addDefaultUpdates(
  outputs: readonly Variable[],
  updates: Map<SharedVariable, Variable>,
  suppressed: CompileOptions["noDefaultUpdates"],
  substitute: (variables: readonly Variable[]) => Variable[],
): void {
  if (suppressed !== undefined && typeof suppressed !== "boolean" && !Array.isArray(suppressed)) {
    throw new BitaleTypeError("BAD_OPTION", {
      subject: "noDefaultUpdates",
      problem: "a boolean or a list of shared variables is needed",
      got: describeValue(suppressed),
    });
  }
  if (suppressed === true) return;
  const skip = new Set<Variable>(Array.isArray(suppressed) ? suppressed : []);
  const pending = [...outputs, ...updates.values()];
  const asked = new Set<SharedVariable>();
  for (let batch = pending.splice(0); batch.length > 0; batch = pending.splice(0)) {
    for (const variable of freeVariables(batch)) {
      if (!isSharedVariable(variable) || asked.has(variable) || skip.has(variable) || updates.has(variable))
        continue;
      asked.add(variable);
      if (variable.defaultUpdate === undefined) continue;
      const [value] = substitute([variable.defaultUpdate]) as [Variable];
      updates.set(variable, fitted(variable, value));
      pending.push(value);
    }
  }
}

function checkFree(free: readonly Variable[], inputs: readonly Variable[]): void {
  const given = new Set(inputs);
  const missing = free.find((variable) => !isSharedVariable(variable) && !given.has(variable));
  if (missing === undefined) return;
  throw new BitaleTypeError("MISSING_INPUT", {
    subject: `input ${missing.name ?? missing.type}`,
    problem: "the outputs or updates depend on it, but it is not among the inputs",
    cure: "add it to the inputs, or give it a value through givens",
  });
}

function checkUnused(
  inputs: readonly InputPlan[],
  results: readonly Variable[],
  mode: "raise" | "warn" | "ignore",
  warn: (message: string) => void,
): void {
  if (!["raise", "warn", "ignore"].includes(mode)) {
    throw new BitaleTypeError("BAD_OPTION", {
      subject: "onUnusedInput",
      problem: `${describeValue(mode)} is no such mode`,
      expected: '"raise", "warn" or "ignore"',
    });
  }
  if (mode === "ignore") return;
  const used = ancestors(results);
  const unused = inputs.findIndex((input) => !used.has(input.variable) && input.update === undefined);
  if (unused === -1) return;
  const error = new BitaleTypeError("UNUSED_INPUT", {
    subject: `input ${unused} (${inputs[unused]?.variable})`,
    problem: "no output and no update depends on it",
    cure: 'leave it out, or pass onUnusedInput: "ignore"',
  });
  if (mode === "raise") throw error;
  warn(error.message);
}
