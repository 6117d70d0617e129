/**
 * Every error that bitale raises on purpose. Errors are an API: each has a stable `code`, the `subject` it is
 * about, what was `expected`, what it `got`, and a `cure`. Use `isBitaleError` (a brand, not `instanceof`: two
 * copies of core may live in one process).
 */

/** Stable codes. A code never changes its meaning; new ones may be added. */
export type ErrorCode =
  // construction
  | "REFUSED"
  | "NO_SHARED_CONSTRUCTOR"
  | "UNKNOWN_KWARG"
  | "BAD_KWARG"
  | "UNKNOWN_BACKEND"
  | "BACKEND_FAILED"
  | "BACKEND_NOT_READY"
  | "BACKEND_UNAVAILABLE"
  | "SYMBOLIC_VALUE"
  | "CONTAINER_AND_VALUE"
  | "OUT_OF_MEMORY"
  // values
  | "BAD_VALUE"
  | "WRONG_DTYPE"
  | "WRONG_RANK"
  | "WRONG_SHAPE"
  | "LOSSY_VALUE"
  | "UNSUPPORTED_DTYPE"
  | "READ_ONLY"
  | "DISPOSED"
  // graphs
  | "BAD_OPERAND"
  | "BAD_AXIS"
  | "SHAPE_MISMATCH"
  | "INDEX_OUT_OF_BOUNDS"
  | "SINGULAR_MATRIX"
  | "NOT_POSITIVE_DEFINITE"
  | "CARRY_TYPE"
  | "NOT_DIFFERENTIABLE"
  | "DISCONNECTED_INPUT"
  | "BAD_COST"
  // compile
  | "BAD_INPUT"
  | "SHARED_AS_INPUT"
  | "DUPLICATE_INPUT"
  | "UNUSED_INPUT"
  | "MISSING_INPUT"
  | "BAD_OUTPUT"
  | "BAD_OPTION"
  | "UPDATE_NOT_SHARED"
  | "DUPLICATE_UPDATE"
  | "UPDATE_TYPE"
  | "BAD_GIVEN"
  | "NO_KERNEL"
  // call
  | "MISSING_ARGUMENT"
  | "EXTRA_ARGUMENT"
  | "BAD_ARGUMENT"
  | "NEEDS_ASYNC"
  | "KERNEL_FAILED"
  | "CHANGED_MEANWHILE"
  | "WOULD_DEADLOCK"
  | "DEVICE_LOST"
  // plugins and configuration
  | "BAD_PLUGIN"
  | "BAD_MANIFEST"
  | "DUPLICATE_PLUGIN"
  | "BAD_CONFIG"
  | "UNKNOWN_CONFIG_KEY"
  // files
  | "BAD_FILE";

/** What an error says, before it becomes text. */
export interface ErrorDetails {
  /** What the error is about: a variable, an argument, a plugin, a config key. */
  readonly subject: string;
  /** What is wrong with it, one sentence without a full stop. */
  readonly problem: string;
  readonly expected?: string | undefined;
  readonly got?: string | undefined;
  /** What the reader can do about it. */
  readonly cure?: string | undefined;
  readonly cause?: unknown;
}

/** Where in a graph an error was raised; bitale adds it to errors of compiled functions. */
export interface ErrorLocation {
  /** The node, its operands by name, and its function: `dot(x, W) in train`. */
  readonly node: string;
  /** What the operands were in this call: `x: float32 [3, 4]`. */
  readonly operands: readonly string[];
  /** The calls of the user's code that made the node, innermost first; empty where `creationTrace` is off. */
  readonly made: readonly string[];
  /** The graph around the node, as `debugPrint` shows it. */
  readonly graph: string;
}

const BRAND = Symbol.for("bitale.error");

function text(details: ErrorDetails): string {
  const lines = [`${details.subject}: ${details.problem}.`];
  if (details.expected !== undefined) lines.push(`  expected: ${details.expected}`);
  if (details.got !== undefined) lines.push(`  got: ${details.got}`);
  if (details.cure !== undefined) lines.push(`  cure: ${details.cure}`);
  return lines.join("\n");
}

/** The fields that all errors of bitale share, whichever built-in class they extend. */
export interface CodedError extends Error, Omit<ErrorDetails, "cause"> {
  readonly code: ErrorCode;
  /** Where in a graph it was raised, for errors of compiled functions. */
  readonly location?: ErrorLocation | undefined;
}

const options = ({ cause }: ErrorDetails): ErrorOptions | undefined =>
  cause === undefined ? undefined : { cause };

/** Puts the fields of an error in place. */
function describe(error: Error, name: string, code: ErrorCode, details: ErrorDetails): void {
  const { subject, problem, expected, got, cure } = details;
  Object.assign(error, { name, code, subject, problem, expected, got, cure, [BRAND]: true });
}

/** A failure that is about state or the surroundings: a device, a file, a kernel, a missing backend. */
export class BitaleError extends Error implements CodedError {
  declare readonly code: ErrorCode;
  declare readonly subject: string;
  declare readonly problem: string;
  declare readonly expected: string | undefined;
  declare readonly got: string | undefined;
  declare readonly cure: string | undefined;
  declare readonly location?: ErrorLocation | undefined;
  constructor(code: ErrorCode, details: ErrorDetails) {
    super(text(details), options(details));
    describe(this, new.target.name, code, details);
  }
}

/** Something of the wrong kind was handed over: a value, an argument, a type. */
export class BitaleTypeError extends TypeError implements CodedError {
  declare readonly code: ErrorCode;
  declare readonly subject: string;
  declare readonly problem: string;
  declare readonly expected: string | undefined;
  declare readonly got: string | undefined;
  declare readonly cure: string | undefined;
  declare readonly location?: ErrorLocation | undefined;
  constructor(code: ErrorCode, details: ErrorDetails) {
    super(text(details), options(details));
    describe(this, new.target.name, code, details);
  }
}

/** Something of the right kind is out of range: an index, an axis, a length. */
export class BitaleRangeError extends RangeError implements CodedError {
  declare readonly code: ErrorCode;
  declare readonly subject: string;
  declare readonly problem: string;
  declare readonly expected: string | undefined;
  declare readonly got: string | undefined;
  declare readonly cure: string | undefined;
  declare readonly location?: ErrorLocation | undefined;
  constructor(code: ErrorCode, details: ErrorDetails) {
    super(text(details), options(details));
    describe(this, new.target.name, code, details);
  }
}

/** Says in an error's fields and text where in a graph it was raised. One that says so already stays as it is. */
export function locateError(error: CodedError, location: ErrorLocation): void {
  if (error.location !== undefined) return;
  const before = error.message;
  const lines = [`${before}\n  node: ${location.node}`];
  const list = (label: string, items: readonly string[]): void => {
    const indent = " ".repeat(label.length + 4);
    if (items.length > 0) lines.push(`  ${label}: ${items.join(`\n${indent}`)}`);
  };
  list("operands", location.operands);
  list("made at", location.made);
  list("graph", location.graph.split("\n"));
  const message = lines.join("\n");
  const stack = error.stack?.replace(before, () => message);
  Object.assign(error, { location, message, ...(stack === undefined ? {} : { stack }) });
}

const REFUSAL = Symbol.for("bitale.refusal");

/**
 * A shared constructor says "not mine": `shared()` goes on to the next one. The only error that it swallows.
 *
 * @example
 * ```ts
 * import { RefusalError } from "@bitale/core";
 * console.log(new RefusalError("only 2-d arrays have rows").code); // REFUSED
 * ```
 */
export class RefusalError extends BitaleTypeError {
  readonly [REFUSAL] = true;
  readonly reason: string;
  constructor(reason: string) {
    super("REFUSED", { subject: "value", problem: reason });
    this.reason = reason;
  }
}

/** One candidate of a `shared()` call that found no taker. */
export interface CandidateReport {
  readonly backend: string;
  readonly reason: string;
}

/** No registered constructor takes the value; lists every candidate with its reason. */
export class NoSharedConstructorError extends BitaleTypeError {
  readonly candidates: readonly CandidateReport[];
  constructor(value: string, kwargs: readonly string[], candidates: readonly CandidateReport[]) {
    const asked = candidates.map((c) => `\n    - ${c.backend}: ${c.reason}`).join("");
    super("NO_SHARED_CONSTRUCTOR", {
      subject: "shared()",
      problem: `no shared constructor takes this value${kwargs.length ? ` with the kwargs ${kwargs.join(", ")}` : ""}`,
      got: value,
      expected: candidates.length
        ? `a value that one of these takes:${asked}`
        : "at least one storage plugin",
      cure: candidates.length
        ? "change the value or the kwargs, or add a plugin that takes it"
        : "install one (npm install @bitale/tensor-cpu), or pass it: createRuntime({ plugins: [...] })",
    });
    this.candidates = candidates;
  }
}

/** Whether `error` was raised by any copy of bitale, optionally with a given code. */
export function isBitaleError(error: unknown, code?: ErrorCode): error is CodedError {
  if (typeof error !== "object" || error === null || !(BRAND in error)) return false;
  return code === undefined || (error as unknown as CodedError).code === code;
}

/** Whether `error` is a refusal (of any copy of core). */
export function isRefusal(error: unknown): error is RefusalError {
  return typeof error === "object" && error !== null && REFUSAL in error;
}

/** A short picture of any value, for the `got` of an error: never throws, never long. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return `${typeof value} ${value}`;
  }
  if (typeof value === "function") return `function ${value.name || "(anonymous)"}`;
  if (typeof value !== "object") return typeof value;
  if (Array.isArray(value)) return `Array(${value.length})`;
  const named = value as {
    dtype?: unknown;
    shape?: unknown;
    constructor?: { name?: string };
    length?: unknown;
  };
  const name = named.constructor?.name ?? "Object";
  if (Array.isArray(named.shape)) return `${name} ${String(named.dtype ?? "")} [${named.shape.join(", ")}]`;
  if (ArrayBuffer.isView(value)) return `${name}(${String(named.length ?? "")})`;
  return name;
}
