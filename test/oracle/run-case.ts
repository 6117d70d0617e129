/** Runs one program step by step, and compares each step with the record. */
import { type Case, modeDependentSteps, type Observation, type Step } from "./case-file.js";
import {
  emptyPast,
  explanation,
  followRecord,
  type Past,
  placeOf,
  type Situation,
  writablePlaces,
} from "./deviation-rules.js";
import type { Deviation, Deviations } from "./deviations.js";
import { madeNames } from "./mentions.js";
import { compareObservation } from "./observations.js";
import { type Outcome, outcomeText } from "./outcome.js";
import { expectedText, gotText } from "./program-text.js";
import { changedPlace, copyOf, type Kept, restore, snapshotOf } from "./snapshot.js";
import { repeatedCalls } from "./steps/functions.js";
import { runStep } from "./steps/index.js";
import { caseProblem, mustObserve, unknownPart } from "./well-formed.js";
import { keyOf, World } from "./world.js";

export interface Failure {
  readonly step: number;
  readonly expected: string;
  readonly got: string;
}

export interface Result {
  readonly program: Case;
  readonly verdict: "passed" | "failed" | "skipped";
  /** All differences, the first one first. */
  readonly failures: readonly Failure[];
  /** Deviations that took effect, by step. For a skipped case the first one is the reason. */
  readonly deviations: readonly { readonly step: number; readonly deviation: Deviation }[];
}

/** Steps that change nothing: the program goes on after a difference there. */
const observing = new Set("type get alias user name equal same_storage fget finputs".split(" "));

/** Steps that may change a value before they fail. */
const changing = new Set(
  "shared SharedVariable set fset zero default_update function call repeat copy pickle deepcopy".split(" "),
);

export async function runCase(program: Case, deviations: Deviations): Promise<Result> {
  const problem = caseProblem(program);
  if (problem !== undefined) {
    const failure = { step: 0, expected: "a case of the language", got: `not well formed: ${problem}` };
    return { program, verdict: "failed", failures: [failure], deviations: [] };
  }
  const listed = deviations.ofCase(program.id);
  if (listed !== undefined) {
    return { program, verdict: "skipped", failures: [], deviations: [{ step: 0, deviation: listed }] };
  }
  const world = new World(program);
  try {
    return new CaseRun(program, world, deviations).result();
  } catch (error) {
    const got = `the runner failed: ${error instanceof Error ? error.stack : String(error)}`;
    return { program, verdict: "failed", failures: [{ step: 0, expected: "a result", got }], deviations: [] };
  } finally {
    await world.runtime.dispose();
  }
}

class CaseRun {
  readonly #program: Case;
  readonly #world: World;
  readonly #listed: Deviations;
  readonly #past: Past = emptyPast();
  readonly #failures: Failure[] = [];
  readonly #deviations: { readonly step: number; readonly deviation: Deviation }[] = [];
  /** All values before the latest step. */
  #before: readonly Kept[] = [];
  /** How many recorded observations were found equal. */
  #equal = 0;

  constructor(program: Case, world: World, listed: Deviations) {
    this.#program = program;
    this.#world = world;
    this.#listed = listed;
  }

  result(): Result {
    const { steps } = this.#program.given;
    const observations = new Map(this.#program.expect.obs.map((o): [number, Observation] => [o.step, o]));
    const undecided = modeDependentSteps(this.#program);
    for (const [i, step] of steps.entries()) {
      const expected = observations.get(i);
      if (!this.#runStep(i, step, expected, undecided.has(i))) break;
      if (expected?.error !== undefined && step.catch !== true) break;
    }
    const compared = this.#equal > 0 || this.#deviations.length === 0;
    const verdict = this.#failures.length > 0 ? "failed" : compared ? "passed" : "skipped";
    return {
      program: this.#program,
      verdict,
      failures: this.#failures,
      deviations: this.#deviations,
    };
  }

  /** @returns whether the program can go on */
  #runStep(i: number, step: Step, expected: Observation | undefined, undecided: boolean): boolean {
    const outcome = this.#execute(i, step);
    if (outcome === undefined) return false;
    const own = outcome.kind === "done" ? (outcome.got.deviation as string | undefined) : undefined;
    if (own !== undefined && !this.#note(i, own)) {
      this.#failures.push({
        step: i,
        expected: expectedText(expected),
        got: `the unlisted deviation ${own}`,
      });
      return false;
    }
    const difference = this.#difference(step, expected, outcome);
    if (difference === undefined) {
      if (expected !== undefined) this.#equal++;
      this.#forget(step, outcome);
      return true;
    }
    const { steps } = this.#program.given;
    const situation = { step, expected, outcome, world: this.#world, steps, past: this.#past };
    const modes = undecided && outcome.kind !== "crashed" ? "mode-dependent-step" : undefined;
    const rule = modes ?? explanation(situation);
    if (rule !== undefined && this.#note(i, rule)) {
      this.#remember(situation, rule);
      return true;
    }
    if (outcome.kind === "absent" && this.#failures.length > 0) return true;
    this.#failures.push({ step: i, expected: expectedText(expected), got: gotText(outcome, difference) });
    return observing.has(step.op) || step.catch === true;
  }

  /**
   * Does the step, or the calls that it stands for, and checks after each failure that nothing has changed.
   * @returns undefined where a failure has changed something
   */
  #execute(i: number, step: Step): Outcome | undefined {
    let outcome: Outcome = { kind: "done", got: {} };
    const unknown = unknownPart(step);
    for (const single of step.op === "repeat" && unknown === undefined ? repeatedCalls(step) : [step]) {
      this.#before = changing.has(step.op) ? snapshotOf(this.#world) : [];
      outcome = runStep(single, this.#world);
      if (!this.#atomic(i, single, outcome, this.#before)) return undefined;
      if (outcome.kind !== "done") break;
    }
    return outcome;
  }

  #difference(step: Step, expected: Observation | undefined, outcome: Outcome): string | undefined {
    if (expected?.error !== undefined) return outcome.kind === "refused" ? undefined : outcomeText(outcome);
    if (expected?.skipped) return outcome.kind === "absent" ? undefined : outcomeText(outcome);
    if (outcome.kind !== "done") return outcomeText(outcome);
    if (expected === undefined) return mustObserve(step) ? "the record has no observation" : undefined;
    return compareObservation(expected, outcome.got, step, this.#program.tol);
  }

  /**
   * A step that fails changes nothing. For calls that is deviation A: what the call might have written keeps our old
   * value, and the record may have another one.
   */
  #atomic(i: number, step: Step, outcome: Outcome, before: readonly Kept[]): boolean {
    if (outcome.kind === "absent") return true;
    if (outcome.kind === "done") {
      if (step.op === "call") this.#past.kept.clear();
      return true;
    }
    const changed = changedPlace(before);
    if (changed !== undefined) {
      const got = `${changed} has changed in a step that failed: ${outcomeText(outcome)}`;
      this.#failures.push({ step: i, expected: `${changed} as it was before`, got });
      return false;
    }
    if (step.op !== "call") return true;
    const rule = "failed-call-changes-nothing";
    const writable = writablePlaces(step, this.#world);
    for (const { place, copy } of before) {
      if (writable.has(place)) this.#past.kept.set(place, { rule, before: copy });
    }
    return true;
  }

  /** Notes a deviation that took effect. @returns whether it is listed */
  #note(step: number, rule: string): boolean {
    const deviation = this.#listed.ofRule(rule);
    if (deviation !== undefined) this.#deviations.push({ step, deviation });
    return deviation !== undefined;
  }

  #remember(situation: Situation, rule: string): void {
    const { step, expected, outcome } = situation;
    const { kept, unset, absent, extra } = this.#past;
    if (outcome.kind !== "done") for (const name of madeNames(step)) absent.set(name, rule);
    else if (expected?.error !== undefined) for (const name of madeNames(step)) extra.set(name, rule);
    if (outcome.kind === "refused" && (step.op === "set" || step.op === "fset")) {
      const place = placeOf(step, this.#world);
      kept.set(place, { rule, before: this.#valueAt(step) });
      if (rule === "unset-refused") unset.add(place);
    }
    if (outcome.kind !== "done") return;
    // What Aesara refused has not changed anything there.
    const changes = step.op === "call" || step.op === "set";
    if (changes && expected?.error !== undefined) restore(this.#before, this.#world);
    followRecord(situation);
  }

  #forget(step: Step, outcome: Outcome): void {
    if (outcome.kind !== "done" || !["set", "fset", "zero"].includes(step.op)) return;
    const place = placeOf(step, this.#world);
    this.#past.kept.delete(place);
    this.#past.unset.delete(place);
  }

  #valueAt(step: Step): unknown {
    const { to, f, key } = step as unknown as { to: string; f: string; key: unknown };
    const value: unknown =
      step.op === "set"
        ? this.#world.shared(to).getValue()
        : this.#world.function(f).value(keyOf(key, this.#world));
    return copyOf(value);
  }
}
