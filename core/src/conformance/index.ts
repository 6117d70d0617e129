/** The conformance kit for backend authors: one suite for every kind of storage, driven by what a plugin declares. */
export { ConformanceFailure } from "./case.js";
export { denseFixture, type Fixture, sameDense } from "./fixture.js";
export {
  type ConformanceCase,
  type ConformanceOptions,
  type ConformanceReport,
  caseIds,
  conformance,
  reportText,
  runConformance,
} from "./run.js";
