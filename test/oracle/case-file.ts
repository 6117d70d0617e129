/** The language of recorded cases as types, and how a file of them is loaded. The meaning is in `steps/`. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { FloatDType } from "@bitale/core";

/** A number in JSON: NaN, infinities and integers beyond 2^53 are strings. */
export type JsonNumber = number | string | boolean;
/** A Python value as the language writes it: see `literals.ts` for its forms. */
export type Literal = { readonly [key: string]: unknown };
/** A name, a literal, `[op, arg.., {attributes}]`, a bare number; null stands for Python's None. */
export type Expression = string | number | null | Literal | readonly unknown[];

/** One line of a program. The fields depend on `op`. */
export interface Step {
  readonly op: string;
  /** The program goes on where this step raises. */
  readonly catch?: boolean;
  readonly observe?: boolean;
  readonly [field: string]: unknown;
}

export interface RecordedError {
  readonly class: string;
  readonly when: string;
  readonly message?: string;
}

/** What Aesara did at one step. */
export interface Observation {
  readonly step: number;
  readonly error?: RecordedError;
  /** The step needs a thing that was never made. */
  readonly skipped?: boolean;
  readonly value?: Literal;
  readonly output?: Literal;
  readonly outputs?: readonly Literal[];
  readonly outputs_dict?: { readonly [name: string]: Literal };
  readonly type?: RecordedType;
  readonly [flag: string]: unknown;
}

export interface RecordedType {
  readonly class: string;
  readonly type?: string;
  readonly dtype?: string;
  readonly shape?: readonly (number | null)[];
  readonly ndim?: number;
  readonly format?: string;
  readonly name: string | null;
}

export interface Case {
  readonly id: string;
  readonly area: string;
  readonly floatX: FloatDType;
  readonly note?: string;
  /** Relative tolerance in place of the dtype's. */
  readonly tol?: number;
  /** By mode of Aesara, the steps that gave something else there: no part of the contract. */
  readonly mode_dependent_steps?: { readonly [mode: string]: readonly number[] };
  readonly given: { readonly steps: readonly Step[] };
  readonly expect: {
    readonly obs: readonly Observation[];
    readonly error?: string;
    readonly when?: string;
    readonly step?: number;
  };
}

export interface CaseFile {
  readonly oracle: string;
  readonly cases: readonly Case[];
}

/** Reads a file of cases, gzipped or not. @throws Error where it is none */
export function loadCases(path: string): CaseFile {
  const bytes = readFileSync(path);
  const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes).toString() : bytes.toString();
  const file = JSON.parse(text) as Partial<CaseFile>;
  if (!Array.isArray(file.cases)) throw new Error(`${path}: no file of cases, "cases" is missing`);
  if (file.cases.some((program) => typeof program !== "object" || program === null)) {
    throw new Error(`${path}: no file of cases, one of them is no object`);
  }
  return { oracle: file.oracle ?? "", cases: file.cases };
}

/** Steps that are not compared because Aesara's own modes disagree on them. */
export const modeDependentSteps = (program: Case): ReadonlySet<number> =>
  new Set(Object.values(program.mode_dependent_steps ?? {}).flat());
