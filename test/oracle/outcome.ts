/** What may come of a step, besides a value. */
import { isBitaleError } from "@bitale/core";

/** The public API lacks something that the language needs. */
export class NotImplemented extends Error {
  constructor(what: string) {
    super(`not implemented: ${what}`);
    this.name = "NotImplemented";
  }
}

/** A step names a thing that was never made. */
export class Absent extends Error {
  readonly missing: string;
  constructor(missing: string) {
    super(`${missing} was never made`);
    this.name = "Absent";
    this.missing = missing;
  }
}

/** The language has something that bitale is not even asked for, by an approved deviation. */
export class DeviationError extends Error {
  readonly rule: string;
  constructor(rule: string, message: string) {
    super(message);
    this.name = "DeviationError";
    this.rule = rule;
  }
}

/** What a step observed, in our own values; undefined fields were not observed. */
export interface Got {
  readonly value?: unknown;
  readonly output?: unknown;
  readonly type?: unknown;
  readonly [flag: string]: unknown;
}

export type Outcome =
  | { readonly kind: "done"; readonly got: Got }
  /** bitale refused: an error with a code. */
  | { readonly kind: "refused"; readonly error: Error }
  /** Anything else was thrown: a bug, or a part that is missing. */
  | { readonly kind: "crashed"; readonly error: Error }
  | { readonly kind: "absent"; readonly missing: string };

/** Runs a step and sorts what comes of it. */
export function attempt(body: () => Got): Outcome {
  try {
    return { kind: "done", got: body() };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (error instanceof Absent) return { kind: "absent", missing: error.missing };
    return { kind: isBitaleError(error) ? "refused" : "crashed", error };
  }
}

/** An outcome in one line. */
export function outcomeText(outcome: Outcome): string {
  if (outcome.kind === "done") return "no error";
  if (outcome.kind === "absent") return `${outcome.missing} was never made`;
  const { error } = outcome;
  const code = outcome.kind === "refused" ? ` ${(error as Error & { code: string }).code}` : "";
  const where = outcome.kind === "crashed" && !(error instanceof NotImplemented) ? origin(error) : "";
  return `${error.name}${code}: ${error.message.replaceAll("\n", " ")}${where}`;
}

const origin = (error: Error): string => {
  const line = error.stack?.split("\n").find((entry) => entry.includes(" at "));
  return line === undefined ? "" : ` (${line.trim()})`;
};
