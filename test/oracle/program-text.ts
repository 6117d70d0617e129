/** Programs, expectations and results as a few readable lines. */
import { isNDArray } from "@bitale/core";
import { isSparseMatrix } from "@bitale/sparse";
import { elementsOf } from "./arrays.js";
import type { Case, Observation, Step } from "./case-file.js";
import { literalKind } from "./literals.js";
import { type Outcome, outcomeText } from "./outcome.js";

const LONG = 160;
const short = (text: string, limit = LONG): string =>
  text.length > limit ? `${text.slice(0, limit)}…` : text;

/** A literal, an expression, or any part of a step. */
export function partText(part: unknown): string {
  if (part === null || part === undefined) return "None";
  if (Array.isArray(part)) return arrayText(part);
  if (typeof part !== "object") return String(part);
  const fields = part as Record<string, unknown>;
  const kind = literalKind(part);
  if (kind === "nd") return `${fields.dtype}[${(fields.shape as number[]).join("x")}](${fields.nd})`;
  if (kind === "np") return `np.${fields.dtype}(${fields.np})`;
  if (kind === "sparse")
    return `${fields.sparse} ${fields.dtype}[${fields.shape}](${fields.dense ?? fields.data})`;
  if (kind === "none") return "None";
  if (kind !== undefined) return kind === "ref" ? String(fields.ref) : `${kind} ${partText(fields[kind])}`;
  return fieldsText(fields);
}

const fieldsText = (fields: Readonly<Record<string, unknown>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name}=${partText(value)}`)
    .join(", ");

/** `["add", x, {axis}]` as add(x, axis=…), any other list in brackets. */
function arrayText(list: readonly unknown[]): string {
  const [op, ...args] = list;
  const call =
    typeof op === "string" && args.some((arg) => typeof arg === "object" || typeof arg === "string");
  return call ? `${op}(${args.map(partText).join(", ")})` : `[${list.map(partText).join(", ")}]`;
}

const subjects = ["name", "as", "target", "to", "from", "f", "of"] as const;

/** One step in one line. */
export function stepText({ op, catch: caught, observe: _, ...fields }: Step): string {
  const subject = subjects.find((field) => fields[field] !== undefined);
  const rest = Object.entries(fields).filter(([field]) => field !== subject);
  const head = subject === undefined ? op : `${op} ${partText(fields[subject])}`;
  const text = rest.map(([field, value]) => `${field}: ${partText(value)}`).join("  ");
  return short(`${head}  ${text}${caught ? "  (may fail)" : ""}`);
}

/** The program up to a step. */
export function programText({ given }: Case, until: number): string {
  return given.steps
    .slice(0, until + 1)
    .map((step, i) => `    ${i === until ? ">" : " "} ${String(i).padStart(2)} ${stepText(step)}`)
    .join("\n");
}

/** What Aesara did. */
export function expectedText(expected: Observation | undefined): string {
  if (expected === undefined) return "no error";
  if (expected.error !== undefined) {
    const { class: name, when, message } = expected.error;
    return `${name} at ${when}: ${short((message ?? "").replaceAll("\n", " "), 100)}`;
  }
  const { step: _, ...seen } = expected;
  return short(fieldsText(seen), 300);
}

/** What we did, and what is different. */
export function gotText(outcome: Outcome, difference: string): string {
  if (outcome.kind !== "done") return difference;
  const seen = Object.entries(outcome.got).map(([field, value]) => `${field}=${valueText(value)}`);
  return seen.length === 0 ? outcomeText(outcome) : short(`${difference}; ${seen.join(", ")}`, 400);
}

function valueText(value: unknown): string {
  if (isNDArray(value)) return `${value.dtype}[${value.shape.join("x")}](${elementsOf(value).slice(0, 24)})`;
  if (isSparseMatrix(value)) return `${value.format} ${valueText(value.toDense())}`;
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([name, item]) => `${name}: ${valueText(item)}`)
    .join(", ")}}`;
}
