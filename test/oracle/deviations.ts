/**
 * The approved deviations of the design as data: `deviations.json`. An entry names one case, which is then not run, or a
 * rule of `deviation-rules.ts`, which then may explain a difference. Without its entry a rule explains nothing.
 */
import { readFileSync } from "node:fs";

export const letters = ["A", "B", "C", "D", "E", "F", "G"] as const;
export type Letter = (typeof letters)[number];

export interface Deviation {
  /** One case that is skipped. */
  readonly id?: string;
  /** A rule of the runner; our own behaviour is checked. */
  readonly rule?: string;
  readonly letter: Letter;
  readonly reason: string;
}

/** The entries of a file, by case and by rule. */
export class Deviations {
  readonly #cases: ReadonlyMap<string, Deviation>;
  readonly #rules: ReadonlyMap<string, Deviation>;

  constructor(entries: readonly Deviation[]) {
    for (const entry of entries) check(entry);
    const by = (key: "id" | "rule"): ReadonlyMap<string, Deviation> =>
      new Map(entries.flatMap((entry) => (entry[key] === undefined ? [] : [[entry[key], entry]])));
    this.#cases = by("id");
    this.#rules = by("rule");
  }

  ofCase(id: string): Deviation | undefined {
    return this.#cases.get(id);
  }
  ofRule(rule: string): Deviation | undefined {
    return this.#rules.get(rule);
  }
}

function check(entry: Deviation): void {
  const text = JSON.stringify(entry);
  if ((entry.id === undefined) === (entry.rule === undefined)) {
    throw new Error(`deviation ${text}: it needs an id or a rule`);
  }
  if (!letters.includes(entry.letter)) throw new Error(`deviation ${text}: the letter is none of ${letters}`);
  if (!entry.reason) throw new Error(`deviation ${text}: it needs a reason`);
}

/** Reads a file of deviations. @throws Error for an entry that is not well formed */
export const loadDeviations = (path: string): Deviations =>
  new Deviations(JSON.parse(readFileSync(path, "utf8")) as Deviation[]);
