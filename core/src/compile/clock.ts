/** What a call needs of a profiler: nothing here exists in a function that is not profiled. */
import type { Region } from "../plugin/region.js";
import type { RegionPlan } from "./partition.js";
import type { FunctionProfile } from "./profile.js";

/** Takes the time of one step of a call. */
export interface Clock {
  begin(): number;
  /** @param values internal values of the call by slot */
  end(begun: number, values: readonly unknown[]): void;
}

/** Takes the times of one function. */
export interface CallProfiler {
  /** Runs what a call does when it meets new shapes, and adds its time to a phase of compiling. */
  phaseOfCall<R>(name: string, body: () => R): R;
  /** A region whose backend may time what is in it. */
  instrumented(plan: RegionPlan, region: Region): Region;
  /** Runs a call and adds its time. */
  call<R>(body: () => R): R;
  /** As `call`, until the result is there. */
  callAsync<R>(body: () => Promise<R>): Promise<R>;
  /** What was measured so far, as a view that goes on counting. */
  report(name: string): FunctionProfile;
}
