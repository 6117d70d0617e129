/**
 * The slow oracle: every primitive on NDArrays, written to be read. Core computes with it where no host
 * backend is installed, and the tests of every backend compare with it.
 */
import type { LoweredName } from "../primitives.js";
import { dotKernels } from "./dot.js";
import { elementwiseKernels } from "./elementwise.js";
import { indexingKernels } from "./indexing.js";
import type { ReferenceKernels } from "./kernel.js";
import { linearKernels } from "./linear.js";
import { orderingKernels } from "./ordering.js";
import { randomKernels } from "./random.js";
import { reductionKernels } from "./reductions.js";
import { shapingKernels } from "./shaping.js";

export type { ReferenceKernel } from "./kernel.js";

/** One kernel for each primitive that a backend may be asked for. */
export const referenceKernels: ReferenceKernels<LoweredName> = {
  ...elementwiseKernels,
  ...reductionKernels,
  ...shapingKernels,
  ...indexingKernels,
  ...dotKernels,
  ...orderingKernels,
  ...randomKernels,
  ...linearKernels,
};
