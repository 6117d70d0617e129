/** Which names a step makes and mentions. */
import type { Step } from "./case-file.js";

const makesName = new Set(["let", "shared", "SharedVariable", "scalar_shared", "input", "expr", "function"]);

/** Names that exist after the step. */
export function madeNames(step: Step): string[] {
  const names = makesName.has(step.op) ? step.name : step.as;
  return [names ?? []].flat() as string[];
}

/** Whether any text in the step is one of these names. */
export function mentions(step: Step, names: { has(name: string): boolean }): boolean {
  return texts(step).some((text) => names.has(text));
}

function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(texts);
}

/** Whether a value anywhere in the step passes a test. */
export function containsValue(value: unknown, test: (key: string, value: unknown) => boolean): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, item]) => test(key, item) || containsValue(item, test));
}
