/** The conformance kit for backend authors: one suite for every kind of storage, driven by what a plugin declares. */
export { ConformanceFailure } from "./case.js";
export { denseFixture, sameDense } from "./dense-fixture.js";
export type { CastSample, Fixture } from "./fixture.js";
export {
  type ConformanceCase,
  type ConformanceOptions,
  type ConformanceReport,
  caseIds,
  conformance,
  reportText,
  runConformance,
} from "./run.js";
