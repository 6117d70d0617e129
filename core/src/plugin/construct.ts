/** The algorithm of `shared()`: which constructors are asked, in which order, and what their answers mean. */
import {
  BitaleError,
  BitaleTypeError,
  describeValue,
  isBitaleError,
  isRefusal,
  NoSharedConstructorError,
} from "../errors.js";
import { isVariable } from "../graph/nodes.js";
import { isSharedVariable, type SharedVariable } from "../shared/shared-variable.js";
import { fitsPattern } from "./config.js";
import { checkKwargs, unknownKwargs } from "./kwargs.js";
import { nearestName } from "./nearest-name.js";
import type { Candidate, Registry } from "./registry.js";

/** What happened to one candidate of a `shared()` call. */
export interface Verdict {
  readonly backend: string;
  readonly origin: string;
  /** "kwargs": filtered out before it was asked; "not asked": somebody before it took the value. */
  readonly outcome: "taken" | "refused" | "kwargs" | "failed" | "not ready" | "not asked";
  readonly reason: string;
  /** What the backend found out about the machine and uses; there once it is started. */
  readonly features?: Readonly<Record<string, string>> | undefined;
}

/** The whole decision of a `shared()` call. */
export interface Decision {
  /** Who takes the value; undefined: nobody. */
  readonly backend: string | undefined;
  /** The rule of the config that named the backend, if one did. */
  readonly rule: string | undefined;
  readonly verdicts: readonly Verdict[];
}

interface Request {
  readonly fixed: {
    readonly name: string | undefined;
    readonly strict: boolean;
    readonly allowDowncast: boolean | undefined;
  };
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly backend: string | undefined;
  readonly rule: string | undefined;
}

/**
 * Makes a shared variable with the first constructor that takes the value.
 * @throws BitaleTypeError SYMBOLIC_VALUE, UNKNOWN_KWARG, BAD_KWARG, BAD_PLUGIN; BitaleError UNKNOWN_BACKEND,
 * BACKEND_FAILED, BACKEND_NOT_READY, OUT_OF_MEMORY; NoSharedConstructorError
 */
export function construct(registry: Registry, value: unknown, options: object): SharedVariable {
  const { variable, decision, request } = decide(registry, value, options);
  if (variable !== undefined) return variable;
  const candidates = decision.verdicts.map(({ backend, reason }) => ({ backend, reason }));
  for (const failure of registry.failures) {
    if (candidates.some((candidate) => candidate.backend === failure.plugin)) continue;
    candidates.push({
      backend: failure.plugin,
      reason: `failed to ${failure.stage}: ${failure.error.message}`,
    });
  }
  throw new NoSharedConstructorError(describeValue(value), Object.keys(request.kwargs), candidates);
}

/** The decision that `construct` would take, as data; the variable is made and dropped. */
export function explain(registry: Registry, value: unknown, options: object): Decision {
  const { decision, variable } = decide(registry, value, options);
  variable?.dispose();
  return decision;
}

function decide(registry: Registry, value: unknown, options: object) {
  if (isVariable(value)) {
    throw new BitaleTypeError("SYMBOLIC_VALUE", {
      subject: "shared()",
      problem: "the value of a shared variable cannot be symbolic",
      got: String(value),
      cure: "pass a value; to share storage, use clone() or the container of the other variable",
    });
  }
  const request = readRequest(registry, options);
  const all = registry.candidates();
  checkNames(request, all);
  const asked = request.backend === undefined ? all : [registry.named(request.backend)];
  const verdicts: Verdict[] = [];
  let variable: SharedVariable | undefined;
  for (const candidate of asked) {
    const note = (outcome: Verdict["outcome"], reason: string): void => {
      const features = candidate.features();
      verdicts.push({
        ...{ backend: candidate.id, origin: candidate.origin, outcome, reason },
        ...(features === undefined ? {} : { features }),
      });
    };
    if (variable !== undefined) {
      note("not asked", "an earlier one took the value");
      continue;
    }
    const unknown = unknownKwargs(candidate.schemas, request.kwargs);
    if (unknown.length > 0) {
      note("kwargs", `does not accept ${unknown.join(", ")}`);
      continue;
    }
    if (candidate.error !== undefined && request.backend === undefined) {
      note("failed", `failed: ${candidate.error.message}`);
      continue;
    }
    const answer = ask(candidate, value, request, registry.config.values.strictPlugins);
    if (isSharedVariable(answer)) {
      variable = answer;
      note("taken", "takes the value");
    } else note(answer.outcome, answer.reason);
  }
  const taken = verdicts.find((verdict) => verdict.outcome === "taken");
  const decision: Decision = { backend: taken?.backend, rule: request.rule, verdicts };
  return { variable, decision, request };
}

function readRequest(registry: Registry, options: object): Request {
  const { name, strict, allowDowncast, backend, ...rest } = options as Record<string, unknown>;
  if (name !== undefined && name !== null && typeof name !== "string") {
    throw new BitaleTypeError("BAD_OPTION", {
      subject: "shared()",
      problem: "a name is a string",
      got: describeValue(name),
    });
  }
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const rule =
    backend === undefined && typeof name === "string"
      ? registry.config.values.variables.find((candidate) => fitsPattern(name, candidate.name))
      : undefined;
  const fixed = {
    name: (name ?? undefined) as string | undefined,
    strict: strict === true,
    allowDowncast: (allowDowncast ?? undefined) as boolean | undefined,
  };
  return {
    fixed,
    kwargs: { ...rule?.kwargs, ...given },
    backend: (backend as string | undefined) ?? rule?.backend,
    rule:
      rule === undefined
        ? undefined
        : `variables: ${rule.name} -> ${rule.backend} (${registry.config.origins.variables})`,
  };
}

/** A kwarg that nobody knows is a typo, whatever the value. */
function checkNames(request: Request, candidates: readonly Candidate[]): void {
  const known = new Set(candidates.flatMap((candidate) => candidate.kwargs));
  const unknown = Object.keys(request.kwargs).find((name) => !known.has(name));
  if (unknown === undefined) return;
  const near = nearestName(unknown, [...known, "name", "strict", "allowDowncast", "backend"]);
  const knowing = candidates.map((candidate) => `${candidate.id}: ${candidate.kwargs.join(", ") || "none"}`);
  throw new BitaleTypeError("UNKNOWN_KWARG", {
    subject: `kwarg ${unknown} of shared()`,
    problem: "no registered constructor accepts it",
    expected: knowing.length === 0 ? "no kwargs: no plugin is installed" : knowing.join("; "),
    cure: near === undefined ? "remove it, or install the plugin that knows it" : `did you mean ${near}?`,
  });
}

type Answer =
  | SharedVariable
  | { readonly outcome: "refused" | "failed" | "not ready"; readonly reason: string };

function ask(candidate: Candidate, value: unknown, request: Request, strict: boolean): Answer {
  const kwargs = checkKwargs(candidate.id, candidate.schemas, request.kwargs);
  const requested = request.backend !== undefined;
  let answer: unknown;
  try {
    answer = startedConstructor(candidate, requested || strict)(value, {
      ...kwargs,
      ...request.fixed,
      requested,
    });
  } catch (error) {
    if (isRefusal(error)) return { outcome: "refused", reason: error.reason };
    if (error instanceof StartFailure) return { outcome: "failed", reason: `failed: ${error.message}` };
    throw isAllocationFailure(error) ? outOfMemory(candidate, error) : error;
  }
  if (isRefusal(answer)) return { outcome: "refused", reason: answer.reason };
  if (isSharedVariable(answer)) {
    answer.name ??= request.fixed.name;
    return answer;
  }
  throw new BitaleTypeError("BAD_PLUGIN", {
    subject: candidate.id,
    problem: "its constructor gave back something that is no shared variable and no refusal",
    got: describeValue(answer),
  });
}

/** A backend that was not asked for by name did not start: the next one is asked. */
class StartFailure extends Error {}

function startedConstructor(candidate: Candidate, needed: boolean) {
  try {
    return candidate.construct();
  } catch (error) {
    if (needed || isBitaleError(error, "BACKEND_NOT_READY")) throw error;
    throw new StartFailure(error instanceof Error ? error.message : String(error));
  }
}

const allocationTexts =
  /allocation failed|invalid (typed )?array (buffer )?length|out of memory|could not allocate memory/i;

function isAllocationFailure(error: unknown): boolean {
  if (isBitaleError(error)) return error.code === "OUT_OF_MEMORY";
  return error instanceof RangeError && allocationTexts.test(error.message);
}

function outOfMemory(candidate: Candidate, cause: unknown): BitaleError {
  return new BitaleError("OUT_OF_MEMORY", {
    subject: `shared() on ${candidate.id}`,
    problem: "there is no memory for a copy of the value",
    got: cause instanceof Error ? cause.message : String(cause),
    cure: "pass borrow: true to keep the value's own memory, or dispose variables that are no longer used",
    cause,
  });
}
