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
  /**
   * "kwargs": filtered out before it was asked, or it does not take their values. "failed": its plugin did not load or
   * start. "threw": neither a variable nor a refusal came, which ends the search. "not asked": the search was over.
   */
  readonly outcome: "taken" | "refused" | "kwargs" | "failed" | "not ready" | "threw" | "not asked";
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
  /** Every candidate in the order in which it is asked, then plugins that are no candidates because they failed. */
  readonly verdicts: readonly Verdict[];
  /** What `shared()` throws; undefined: it gives a variable. */
  readonly error: Error | undefined;
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
  const { variable, decision } = decide(registry, value, options);
  if (variable === undefined) throw decision.error;
  return variable;
}

/** The decision that `construct` would take, as data, also where it throws; the variable is made and dropped. */
export function explain(registry: Registry, value: unknown, options: object): Decision {
  const { decision, variable } = decide(registry, value, options);
  variable?.dispose();
  return decision;
}

interface Outcome {
  readonly variable: SharedVariable | undefined;
  readonly decision: Decision;
}

function decide(registry: Registry, value: unknown, options: object): Outcome {
  const verdicts: Verdict[] = [];
  let request: Request | undefined;
  let [variable, error]: [SharedVariable | undefined, Error | undefined] = [undefined, undefined];
  try {
    refuseSymbolic(value);
    request = readRequest(registry, options);
    variable = search(registry, value, request, verdicts);
  } catch (thrown) {
    error = thrown instanceof Error ? thrown : new Error(String(thrown));
  }
  noteFailures(registry, verdicts);
  if (variable === undefined) error ??= nobody(value, request as Request, verdicts);
  const taken = verdicts.find((verdict) => verdict.outcome === "taken");
  return { variable, decision: { backend: taken?.backend, rule: request?.rule, verdicts, error } };
}

function refuseSymbolic(value: unknown): void {
  if (!isVariable(value)) return;
  throw new BitaleTypeError("SYMBOLIC_VALUE", {
    subject: "shared()",
    problem: "the value of a shared variable cannot be symbolic",
    got: String(value),
    cure: "pass a value; to share storage, use clone() or the container of the other variable",
  });
}

/** Asks one candidate after another; each leaves a verdict, also where asking throws. */
function search(
  registry: Registry,
  value: unknown,
  request: Request,
  verdicts: Verdict[],
): SharedVariable | undefined {
  const all = registry.candidates();
  const asked = request.backend === undefined ? all : [registry.named(request.backend)];
  const note = (candidate: Candidate, outcome: Verdict["outcome"], reason: string): void => {
    const features = candidate.features();
    verdicts.push({
      ...{ backend: candidate.id, origin: candidate.origin, outcome, reason },
      ...(features === undefined ? {} : { features }),
    });
  };
  let variable: SharedVariable | undefined;
  let end: { readonly reason: string; readonly error?: unknown } | undefined;
  try {
    checkNames(request, all);
  } catch (error) {
    end = { reason: "no constructor accepts all kwargs", error };
  }
  for (const candidate of asked) {
    const unknown = unknownKwargs(candidate.schemas, request.kwargs);
    if (variable === undefined && unknown.length > 0) {
      note(candidate, "kwargs", `does not accept ${unknown.join(", ")}`);
    } else if (end !== undefined) note(candidate, "not asked", end.reason);
    else if (candidate.error !== undefined && request.backend === undefined) {
      note(candidate, "failed", `failed: ${candidate.error.message}`);
    } else {
      try {
        const answer = ask(candidate, value, request, registry.config.values.strictPlugins);
        if (isSharedVariable(answer)) {
          variable = answer;
          note(candidate, "taken", "takes the value");
          end = { reason: "an earlier one took the value" };
        } else note(candidate, answer.outcome, answer.reason);
      } catch (error) {
        note(candidate, outcomeOf(error), error instanceof Error ? error.message : String(error));
        end = { reason: `${candidate.id} ended the search with an error`, error };
      }
    }
  }
  if (end !== undefined && "error" in end) throw end.error;
  return variable;
}

function outcomeOf(error: unknown): Verdict["outcome"] {
  if (isBitaleError(error, "BAD_KWARG")) return "kwargs";
  if (isBitaleError(error, "BACKEND_NOT_READY")) return "not ready";
  const failed = isBitaleError(error, "BACKEND_FAILED") || isBitaleError(error, "BACKEND_UNAVAILABLE");
  return failed ? "failed" : "threw";
}

/** Plugins that failed before they could become candidates. */
function noteFailures(registry: Registry, verdicts: Verdict[]): void {
  for (const { plugin, stage, origin, error } of registry.failures) {
    if (verdicts.some(({ backend }) => backend === plugin)) continue;
    verdicts.push({
      backend: plugin,
      origin,
      outcome: "failed",
      reason: `failed to ${stage}: ${error.message}`,
    });
  }
}

const nobody = (value: unknown, { kwargs }: Request, verdicts: readonly Verdict[]): Error =>
  new NoSharedConstructorError(
    describeValue(value),
    Object.keys(kwargs),
    verdicts.map(({ backend, reason }) => ({ backend, reason })),
  );

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
