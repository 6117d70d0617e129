import { loopStep } from "../kernels/loop-step.js";
import { nativeLoop } from "../kernels/native-loop.js";
import { dotStep } from "./dot-step.js";
import type { Step, Workshop } from "./frame.js";
import { linesStep } from "./lines-step.js";
import { indexingStep, iotaStep, wholeStep } from "./move-steps.js";
import { nativeStep } from "./native-call.js";
import type { Work } from "./rows-step.js";

/** Prepares a step of a plan; undefined where there is nothing to do. */
export function prepareStep(work: Work, workshop: Workshop): Step | undefined {
  switch (work.kind) {
    case "loop": {
      const call = nativeLoop(work, workshop);
      return call === undefined ? loopStep(work, workshop.codegen) : nativeStep([call]);
    }
    case "rows":
      return nativeStep([work.call]);
    case "dot":
      return dotStep(work, workshop);
    case "iota":
      return iotaStep(work.out);
    case "indexing":
      return indexingStep(work, workshop);
    case "lines":
      return linesStep(work, workshop);
    case "whole":
      return wholeStep(work, workshop);
  }
}
