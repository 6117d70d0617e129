/**
 * What the benchmark and its contenders say to each other, a line of JSON each: requests on the contender's standard
 * input, replies on its file descriptor 3. Standard output stays free for what libraries print.
 *
 * A contender starts, sets its workload up, does some steps, and replies `ready`; then each request is a round.
 */
import type { Fingerprints } from "./fingerprint.js";
import type { ContenderOptions, Workload } from "./workloads.js";

export const REPLY_DESCRIPTOR = 3;

/** What a contender's process is started with, as JSON in its last argument. */
export interface Assignment {
  readonly workload: Workload;
  /** Steps before the results are compared: more than one where a step depends on the one before. */
  readonly checkedSteps: number;
  readonly options: ContenderOptions;
}

/** Do the work so many times. */
export interface Request {
  readonly calls: number;
}

/** Nanoseconds. */
export interface Elapsed {
  readonly wall: number;
  /** Processor time of all threads of the process. */
  readonly cpu: number;
}

export type Reply =
  /** Set up; `first` is the first step's time. `about` describes the library (its kernels). */
  | { readonly ready: Fingerprints; readonly first: Elapsed; readonly about?: string }
  /** The library does not offer that. */
  | { readonly notOffered: string }
  | { readonly failed: string }
  /** Time of a round, all calls together. */
  | { readonly elapsed: Elapsed };
