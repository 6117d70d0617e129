/**
 * What a case may consist of. Whatever is not in these lists is a part of the language that the runner does not know,
 * and fails the case: a field that is silently left out would make it pass for the wrong reason.
 */
import type { Case, Step } from "./case-file.js";

/** Fields of each kind of step, besides `op`, `catch` and `note`. */
const fields: Readonly<Record<string, readonly string[]>> = {
  let: ["name", "value", "view"],
  mutate: ["target", "part", "how"],
  user: ["name"],
  equal: ["a", "b"],
  shared: ["name", "value", "kwargs", "observe"],
  SharedVariable: ["name", "type", "value", "strict", "allow_downcast", "container_of", "varname", "observe"],
  scalar_shared: ["name", "value", "observe"],
  get: ["from", "borrow", "return_internal_type", "as"],
  set: ["to", "value", "borrow"],
  zero: ["target", "borrow"],
  clone: ["from", "as", "varname", "observe"],
  alias: ["a", "b", "must"],
  same_storage: ["a", "b"],
  type: ["of"],
  name: ["of"],
  bool: ["of"],
  input: ["name", "dtype", "shape", "varname", "format"],
  expr: ["name", "expr"],
  default_update: ["target", "expr"],
  function: [
    ...["name", "inputs", "inputs_not_list", "outputs"],
    ...["updates", "updates_as", "givens", "givens_as", "kwargs"],
  ],
  call: ["f", "args", "kwargs", "output_subset", "as", "observe"],
  repeat: ["f", "times", "args", "args_list"],
  copy: ["f", "as", "swap", "delete_updates", "share_memory", "name"],
  fget: ["f", "key"],
  fset: ["f", "key", "value"],
  fcontainer_same: ["f", "key", "g", "key2"],
  fcontainer_is_shared: ["f", "key", "shared"],
  finputs: ["f"],
  pickle: ["objs", "as"],
  deepcopy: ["objs", "as"],
};

/** Steps that always have an observation where the program comes to them. */
const observing = new Set(
  "user equal get alias same_storage type name fget fcontainer_same fcontainer_is_shared finputs".split(" "),
);

/** Whether the record must say something of a step that does not fail. */
export const mustObserve = ({ op, observe }: Step): boolean =>
  observing.has(op) || (op === "call" ? observe !== false : observe === true);

/** Why a step cannot be run at all; undefined: its kind and its fields are known. */
export function unknownPart(step: Step): string | undefined {
  const known = fields[step.op];
  if (known === undefined) return `step ${step.op}`;
  const unknown = stray(step, ["op", "catch", "note", ...known]);
  return unknown === undefined ? undefined : `field ${unknown} of step ${step.op}`;
}

const floatNames = ["float16", "float32", "float64"];
const caseFields = ["id", "area", "floatX", "note", "tol", "mode_dependent_steps", "given", "expect"];
const expectFields = ["obs", "error", "when", "step"];

const stray = (part: object, known: readonly string[]): string | undefined =>
  Object.keys(part).find((name) => !known.includes(name));

/** What is wrong with a case as a whole; undefined: nothing. */
export function caseProblem(program: Partial<Case>): string | undefined {
  const { id, area, floatX, given, expect } = program;
  if (typeof id !== "string" || typeof area !== "string") return "id and area must be text";
  if (!floatNames.includes(floatX as string)) return `floatX is ${String(floatX)}`;
  if (!Array.isArray(given?.steps) || given.steps.length === 0) return "it has no steps";
  if (!Array.isArray(expect?.obs)) return "it has no list of observations";
  const unknown = stray(program, caseFields) ?? stray(given, ["steps"]) ?? stray(expect, expectFields);
  if (unknown !== undefined) return `it has an unknown field ${unknown}`;
  const places = expect.obs.map(({ step }) => step);
  if (places.some((place, i) => !(place < given.steps.length) || places.indexOf(place) !== i)) {
    return "its observations do not belong to its steps";
  }
  const { error, step } = expect;
  const recorded = expect.obs.some((seen) => seen.step === step && seen.error !== undefined);
  return error !== undefined && !recorded ? "its error has no observation" : undefined;
}
