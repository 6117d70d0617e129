/** Which rewrites `compile` runs, and how long: the `mode` option. */
import { BitaleTypeError, describeValue } from "../errors.js";
import { nearestName } from "../plugin/nearest-name.js";

/** Names of the rewrites, in the order in which their rules are tried at a node. */
export const rewriteNames = [
  "merge",
  "stability",
  "constantFolding",
  "algebra",
  "conditions",
  "casts",
  "powers",
  "shapes",
  "broadcasts",
  "sums",
  "products",
  "deadCode",
  "relaxed",
] as const;
/** A set of rewrites; docs/rewrites.md says what each does. */
export type RewriteName = (typeof rewriteNames)[number];

/** Those that run where nobody asks for others: all but "relaxed". */
export const defaultRewrites: readonly RewriteName[] = rewriteNames.filter((name) => name !== "relaxed");

/** How far the rewrites of one function may go; what they have found by then is used. */
export interface RewriteLimits {
  /** Default 60,000. */
  readonly milliseconds?: number | undefined;
  /** Graphs with more nodes are left as they are, or as they have become. Default 1,000,000. */
  readonly nodes?: number | undefined;
  /** Walks over the graph; they end before, where nothing changes any more. Default 20. */
  readonly rounds?: number | undefined;
}

/** How a function is compiled. */
export interface Mode {
  /**
   * The rewrites to run: a list in place of the default ones, all default ones, none at all, or the default ones but
   * for some and with others.
   */
  readonly rewrites?:
    | readonly RewriteName[]
    | "default"
    | "none"
    | {
        readonly exclude?: readonly RewriteName[] | undefined;
        readonly include?: readonly RewriteName[] | undefined;
      }
    | undefined;
  readonly limits?: RewriteLimits | undefined;
}

/** A mode with everything filled in. */
export interface RewritePlan {
  readonly names: readonly RewriteName[];
  readonly limits: { readonly [L in keyof RewriteLimits]-?: number };
}

const defaultLimits: RewritePlan["limits"] = { milliseconds: 60_000, nodes: 1_000_000, rounds: 20 };

/** The default mode. */
export const defaultPlan: RewritePlan = { names: defaultRewrites, limits: defaultLimits };

/** Checks a mode. @throws BitaleTypeError BAD_OPTION */
export function planRewrites(mode: Mode | undefined): RewritePlan {
  if (mode === undefined) return defaultPlan;
  checkKeys(mode, ["rewrites", "limits"], "mode");
  const wanted = new Set(namesOf(mode.rewrites));
  return { names: rewriteNames.filter((name) => wanted.has(name)), limits: limitsOf(mode.limits) };
}

function namesOf(rewrites: Mode["rewrites"]): readonly RewriteName[] {
  if (rewrites === undefined || rewrites === "default") return defaultRewrites;
  if (rewrites === "none") return [];
  if (Array.isArray(rewrites)) return checkedNames(rewrites);
  checkKeys(
    rewrites,
    ["exclude", "include"],
    "mode.rewrites",
    '"default", "none", a list of names, or a record',
  );
  const { exclude = [], include = [] } = rewrites as { exclude?: RewriteName[]; include?: RewriteName[] };
  const without = new Set(checkedNames(exclude));
  return [...defaultRewrites.filter((name) => !without.has(name)), ...checkedNames(include)];
}

function checkedNames(names: unknown): readonly RewriteName[] {
  if (!Array.isArray(names)) {
    throw new BitaleTypeError("BAD_OPTION", {
      subject: "mode.rewrites",
      problem: "a list of names is needed",
      got: describeValue(names),
    });
  }
  const unknown: unknown = names.find((name) => !(rewriteNames as readonly unknown[]).includes(name));
  if (unknown === undefined && !names.includes(undefined)) return names;
  const nearest = typeof unknown === "string" ? nearestName(unknown, rewriteNames) : undefined;
  throw new BitaleTypeError("BAD_OPTION", {
    subject: "mode.rewrites",
    problem: `${describeValue(unknown)} is no rewrite`,
    expected: rewriteNames.join(", "),
    cure: nearest === undefined ? undefined : `did you mean ${JSON.stringify(nearest)}?`,
  });
}

function limitsOf(limits: RewriteLimits = {}): RewritePlan["limits"] {
  checkKeys(limits, Object.keys(defaultLimits), "mode.limits");
  for (const [name, value] of Object.entries(limits)) {
    if (value === undefined || (typeof value === "number" && value >= 0)) continue;
    throw new BitaleTypeError("BAD_OPTION", {
      subject: `mode.limits.${name}`,
      problem: "a number is needed that is not negative",
      got: describeValue(value),
    });
  }
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  return { ...defaultLimits, ...Object.fromEntries(given) };
}

function checkKeys(record: unknown, known: readonly string[], subject: string, expected = "a record"): void {
  if (typeof record !== "object" || record === null || Array.isArray(record)) {
    throw new BitaleTypeError("BAD_OPTION", {
      subject,
      problem: `${expected} is needed`,
      got: describeValue(record),
    });
  }
  const unknown = Object.keys(record).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  const nearest = nearestName(unknown, known);
  throw new BitaleTypeError("BAD_OPTION", {
    subject,
    problem: `${unknown} is no option`,
    expected: known.join(", "),
    cure: nearest === undefined ? undefined : `did you mean ${nearest}?`,
  });
}
