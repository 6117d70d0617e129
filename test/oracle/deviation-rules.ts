/**
 * What the approved deviations mean for one step: each rule tells whether it explains the difference between the record
 * and what we got. A rule is as narrow as it can be, and is asked only where there is a difference.
 */
import { isNDArray, isSharedVariable, type NDArray } from "@bitale/core";
import { isSparseMatrix } from "@bitale/sparse";
import { arrayOf, elementsOf } from "./arrays.js";
import type { Literal, Observation, Step } from "./case-file.js";
import { literalKind, plainValue } from "./literals.js";
import { containsValue, mentions } from "./mentions.js";
import { closeTo } from "./observations.js";
import { DeviationError, type Outcome } from "./outcome.js";
import { sameValue, statesOf } from "./snapshot.js";
import { keyOf, type World } from "./world.js";

/** One step where record and result differ. */
export interface Situation {
  readonly step: Step;
  readonly expected: Observation | undefined;
  readonly outcome: Outcome;
  readonly world: World;
  /** The steps of the whole program. */
  readonly steps: readonly Step[];
  readonly past: Past;
}

/** What earlier steps left behind. */
export interface Past {
  /** Values that stayed as they were, where Aesara's may have changed: by storage cell or name of the user's value. */
  readonly kept: Map<unknown, { readonly rule: string; readonly before: unknown }>;
  /** Storage cells that Aesara has unset. */
  readonly unset: Set<unknown>;
  /** Things that do not exist here because of a rule. */
  readonly absent: Map<string, string>;
  /** Things that exist only here because of a rule. */
  readonly extra: Map<string, string>;
}

export const emptyPast = (): Past => ({
  kept: new Map(),
  unset: new Set(),
  absent: new Map(),
  extra: new Map(),
});

type Rule = (situation: Situation) => boolean;

const refusedOnlyHere = ({ expected, outcome }: Situation): boolean =>
  expected?.error === undefined && outcome.kind === "refused";
const worksOnlyHere = ({ expected, outcome }: Situation): boolean =>
  expected?.error !== undefined && outcome.kind === "done";
/** Whether the record has one of these observations and nothing else. */
const saysOnly = (expected: Observation | undefined, ...names: readonly string[]): boolean =>
  expected !== undefined &&
  Object.keys(expected).every((name) => name === "step" || names.includes(name)) &&
  names.some((name) => name in expected);
const isSetting = ({ op }: Step): boolean => op === "set" || op === "fset";

/** Where the value lives that a step reads or sets: a storage cell, or the name of a value of the user. */
export function placeOf(step: Step, world: World): unknown {
  if (step.op === "user") return step.name;
  const variable = { get: step.from, set: step.to, zero: step.target }[step.op] as string | undefined;
  try {
    if (variable !== undefined) return world.shared(variable).container.cell;
    if (step.op !== "fget" && step.op !== "fset") return undefined;
    return world.function(step.f as string).container(keyOf(step.key, world)).cell;
  } catch {
    // Never made, or a key that the function does not have: the step itself says so.
    return undefined;
  }
}

/** Places that a call of a function might write into: its shared variables and state, arrays that it is given. */
export function writablePlaces(step: Step, world: World): ReadonlySet<unknown> {
  const f = world.funcs.get(step.f as string);
  const names = Object.values(step.args ?? []).concat(Object.values(step.kwargs ?? {}));
  const given = names.flatMap((argument) => (argument as { ref?: string }).ref ?? []);
  const states = f === undefined ? [] : statesOf(f).map(({ container }) => container.cell);
  const shared = [...(f?.shared ?? []), ...(f?.updated ?? [])].filter(isSharedVariable);
  return new Set<unknown>([...given, ...states, ...shared.map(({ container }) => container.cell)]);
}

/** A call that Aesara refused because it reads a variable that was unset there. */
const readsUnset = ({ step, expected, outcome, world, past }: Situation): boolean =>
  expected?.error !== undefined &&
  outcome.kind === "done" &&
  (world.funcs.get(step.f as string)?.shared ?? []).some(({ container }) => past.unset.has(container.cell));

/** Rules that explain the step by itself. */
const rules: Readonly<Record<string, Rule>> = {
  "lists-are-dense": (situation) => {
    const givens = (situation.step.givens ?? []) as unknown[];
    const list = givens.some((pair) => Array.isArray(pair) && literalKind(pair[1]) === "list");
    return worksOnlyHere(situation) && list;
  },
  "unset-refused": (situation) => {
    const { step, past } = situation;
    if (step.op === "call" && readsUnset(situation)) return true;
    const { value } = situation.expected ?? {};
    const isNone = value !== undefined && "none" in value && saysOnly(situation.expected, "value");
    if (past.unset.has(placeOf(step, situation.world)) && isNone) return true;
    const makes = step.op === "shared" || step.op === "SharedVariable";
    return refusedOnlyHere(situation) && (isSetting(step) || makes) && literalKind(step.value) === "none";
  },
  "typed-literals": ({ expected, outcome }) =>
    expected?.error !== undefined &&
    outcome.kind === "crashed" &&
    outcome.error instanceof DeviationError &&
    outcome.error.rule === "typed-literals",
  "float-lists-fit-floatX": (situation) => {
    const { step, world } = situation;
    const list = (literal: unknown): boolean =>
      literalKind(literal) === "list" && (literal as Literal).of === "float";
    if (!worksOnlyHere(situation)) return false;
    if (step.op === "set") {
      const { dtype } = world.shared(step.to as string).type as { dtype?: string };
      return list(step.value) && dtype === world.floatX;
    }
    return (
      step.op === "call" && Object.values({ ...(step.args as object), ...(step.kwargs as object) }).some(list)
    );
  },
  "summed-gradient": ({ expected, outcome, steps }) => {
    if (outcome.kind !== "done" || !containsValue(steps, (_, value) => value === "grad")) return false;
    const theirs = expected?.outputs ?? [expected?.output];
    const ours = expected?.outputs === undefined ? [outcome.got.output] : outcome.got.output;
    if (!Array.isArray(ours) || ours.length !== theirs.length) return false;
    const summed = theirs.some((literal, i) => String(literal?.shape) !== String(ours[i]?.shape));
    return (
      summed && saysOnly(expected, "output", "outputs") && theirs.every((one, i) => isSumOf(one, ours[i]))
    );
  },
  "borrowed-sparse-output": (situation) => {
    const { step, outcome, world } = situation;
    const outputs = world.functionSteps.get(step.f as string)?.outputs;
    const borrows = containsValue({ outputs }, (key, value) => key === "borrow" && value === true);
    return (
      worksOnlyHere(situation) && borrows && outcome.kind === "done" && isSparseMatrix(outcome.got.output)
    );
  },
  "true-scalars-of-bool": (situation) =>
    worksOnlyHere(situation) &&
    situation.step.op === "scalar_shared" &&
    literalKind(situation.step.value) === "bool",
  "complex-refused": (situation) => refusedOnlyHere(situation) && isComplex(situation.step, situation.world),
  "text-is-no-number": (situation) =>
    refusedOnlyHere(situation) && isSetting(situation.step) && literalKind(situation.step.value) === "str",
  "bsr-refused": (situation) =>
    refusedOnlyHere(situation) &&
    containsValue(situation.step, (key, value) => key === "sparse" && value === "bsr"),
};

/** The name of the rule that explains a difference. */
export function explanation(situation: Situation): string | undefined {
  return inherited(situation) ?? Object.keys(rules).find((name) => rules[name]?.(situation));
}

/** Rules that took effect at an earlier step. */
function inherited({ step, expected, outcome, world, past }: Situation): string | undefined {
  if (outcome.kind === "absent") return past.absent.get(outcome.missing);
  if ((expected?.skipped || expected?.error) && mentions(step, past.extra)) {
    return [...past.extra.values()][0];
  }
  if (outcome.kind !== "done" || !saysOnly(expected, "value")) return undefined;
  const kept = past.kept.get(placeOf(step, world));
  return kept !== undefined && sameValue(outcome.got.value, kept.before) ? kept.rule : undefined;
}

/** Goes on from the recorded value, so that later steps can be compared. */
export function followRecord({ step, expected, world, past }: Situation): void {
  const literal = expected?.value;
  if (literal === undefined || "none" in literal) return;
  const value = plainValue(literal, world);
  const place = placeOf(step, world);
  if (step.op === "get") world.shared(step.from as string).setValue(value);
  if (step.op === "fget") world.function(step.f as string).setValue(keyOf(step.key, world), value);
  past.kept.delete(place);
}

function isComplex(step: Step, world: World): boolean {
  const complex = (key: string, value: unknown): boolean => {
    if (key === "complex" || (key === "dtype" && String(value).startsWith("complex"))) return true;
    const held = key === "ref" ? (world.held.get(value as string) as { dtype?: unknown }) : undefined;
    return String(held?.dtype).startsWith("complex");
  };
  return containsValue(step, complex);
}

/** Whether ours is the recorded array, summed over axes where ours has length 1. */
function isSumOf(literal: Literal | undefined, ours: unknown): boolean {
  if (literal === undefined || !("nd" in literal) || !isNDArray(ours)) return false;
  const theirs = arrayOf(
    literal.nd as unknown[],
    literal.shape as number[],
    literal.dtype as string,
  ) as NDArray;
  const fits = ours.shape.every((length, axis) => length === theirs.shape[axis] || length === 1);
  if (ours.dtype !== theirs.dtype || ours.shape.length !== theirs.shape.length || !fits) return false;
  const sums = new Array<number>(ours.size).fill(0);
  elementsOf(theirs).forEach((value, i) => {
    let [rest, at, step] = [i, 0, 1];
    for (let axis = theirs.shape.length - 1; axis >= 0; axis--) {
      const length = theirs.shape[axis] as number;
      const kept = ours.shape[axis] as number;
      at += kept === 1 ? 0 : (rest % length) * step;
      step *= kept;
      rest = Math.floor(rest / length);
    }
    sums[at] = (sums[at] as number) + Number(value);
  });
  const tolerance = { relative: ours.dtype === "float64" ? 1e-9 : 1e-5, absolute: 1e-6 };
  return elementsOf(ours).every((value, i) => closeTo(Number(value), sums[i] as number, tolerance));
}
