/** Cases of the conformance kit: what they are given, and how they fail. */
import type { ErrorCode } from "../errors.js";
import type { Plugin } from "../plugin/contract.js";
import type { Runtime } from "../runtime.js";
import type { SharedVariable } from "../shared/shared-variable.js";
import type { DType } from "../tensor/dtype.js";
import type { Fixture } from "./fixture.js";

/** A promise that a plugin did not keep. */
export class ConformanceFailure extends Error {
  readonly expected: string;
  readonly got: string;
  constructor(problem: string, expected: string, got: string) {
    super(`${problem}: expected ${expected}, got ${got}`);
    this.name = "ConformanceFailure";
    this.expected = expected;
    this.got = got;
  }
}

/** What is known of a plugin before anything runs. */
export interface Subject {
  readonly plugin: Plugin;
  readonly fixture: Fixture;
  /** The dtype that cases use where any will do. */
  readonly dtype: DType;
  /** Options of the plugin, as in `pluginOptions` of the config. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a case works with. Each case has a runtime of its own. */
export interface Bench extends Subject {
  readonly runtime: Runtime;
  /** A sample value; equal variants are equal and independent. */
  value(variant?: number): unknown;
  /** A shared variable of the plugin. */
  make(value: unknown, options?: Readonly<Record<string, unknown>>): SharedVariable;
  /** Its value, on every backend. */
  read(variable: SharedVariable, borrow?: boolean): Promise<unknown>;
  /** @throws ConformanceFailure where two host values differ */
  same(what: string, got: unknown, expected: unknown): void;
  /** @throws ConformanceFailure where the condition does not hold */
  holds(what: string, condition: boolean, expected: string, got: string | undefined): void;
  /** @throws ConformanceFailure where the body does not throw a bitale error with one of the codes (none: any code) */
  refuses(what: string, body: () => unknown, ...codes: readonly ErrorCode[]): void;
}

export interface CaseDefinition {
  /** Stable: "alias.get-borrow". */
  readonly id: string;
  readonly title: string;
  /** Whether the plugin declares what the case is about. */
  readonly applies?: (subject: Subject) => boolean;
  readonly run: (bench: Bench) => void | Promise<void>;
}
