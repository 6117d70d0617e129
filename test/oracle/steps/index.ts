/** All steps by their name. */
import type { Step } from "../case-file.js";
import { attempt, NotImplemented, type Outcome } from "../outcome.js";
import { unknownPart } from "../well-formed.js";
import type { World } from "../world.js";
import { functionSteps } from "./functions.js";
import { linkedCopySteps } from "./linked-copies.js";
import { sharedVariableSteps } from "./shared-variables.js";
import type { Run, Runs } from "./step.js";
import { storageSteps } from "./storage.js";
import { userValueSteps } from "./user-values.js";

const runs: Runs = {
  ...userValueSteps,
  ...sharedVariableSteps,
  ...storageSteps,
  ...functionSteps,
  ...linkedCopySteps,
};

/** Does one step of a program, in the runtime's scope. */
export function runStep(step: Step, world: World): Outcome {
  return attempt(() => {
    const unknown = unknownPart(step);
    if (unknown !== undefined) throw new NotImplemented(unknown);
    const run = runs[step.op] as Run;
    return world.runtime.scope(() => run(step, world));
  });
}
