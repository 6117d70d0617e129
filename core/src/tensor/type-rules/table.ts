/**
 * Dtype and shape of every primitive's result, as one typed table. The same rule serves static shapes (unknown
 * lengths are null) and concrete ones (all known): what contradicts is an error in both.
 */
import type { PrimitiveName } from "../primitives.js";
import { elementwiseTypes } from "./elementwise.js";
import { indexingTypes } from "./indexing.js";
import { linearTypes } from "./linear.js";
import { reductionTypes } from "./reductions.js";
import type { TypeRules } from "./rule.js";
import { shapingTypes } from "./shaping.js";

/** Dtype and shape rules of all primitives. */
export const typeRules: TypeRules<PrimitiveName> = {
  ...elementwiseTypes,
  ...reductionTypes,
  ...shapingTypes,
  ...indexingTypes,
  ...linearTypes,
};
