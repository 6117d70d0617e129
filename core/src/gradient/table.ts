import type { PrimitiveName } from "../tensor/primitives.js";
import { cumulativeGradients } from "./cumulative.js";
import { binaryGradients, otherElementwiseGradients, unaryGradients } from "./elementwise.js";
import { linearGradients } from "./linear.js";
import { reductionGradients } from "./reductions.js";
import type { GradientRules } from "./rule.js";
import { shapingGradients } from "./shaping.js";

/** Gradient rules of all primitives: a missing one is a compile error. */
export const gradientRules: GradientRules<PrimitiveName> = {
  ...unaryGradients,
  ...binaryGradients,
  ...otherElementwiseGradients,
  ...reductionGradients,
  ...shapingGradients,
  ...cumulativeGradients,
  ...linearGradients,
};
