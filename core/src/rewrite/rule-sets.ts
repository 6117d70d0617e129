import { algebra } from "./algebra.js";
import { broadcasts } from "./broadcasts.js";
import { casts } from "./casts.js";
import { conditions } from "./conditions.js";
import { constantFolding } from "./constant-folding.js";
import { deadCode } from "./dead-code.js";
import type { RewriteName } from "./mode.js";
import { powers } from "./powers.js";
import { products } from "./products.js";
import { relaxed } from "./relaxed.js";
import { joined, type LocalRules } from "./rule.js";
import { shapes } from "./shapes.js";
import { stability } from "./stability.js";
import { sums } from "./sums.js";

/** The local rules of each rewrite ("merge" has none: it is part of every walk). */
const ruleSets: { readonly [N in RewriteName]: LocalRules } = {
  merge: {},
  stability,
  constantFolding,
  algebra,
  conditions,
  casts,
  powers,
  shapes,
  broadcasts,
  sums,
  products,
  deadCode,
  relaxed,
};

/** The rules of several rewrites as one table. */
export const rulesOf = (names: readonly RewriteName[]): LocalRules =>
  joined(...names.map((name) => ruleSets[name]));
