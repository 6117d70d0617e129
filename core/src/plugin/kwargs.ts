/** Kwargs of shared constructors: builders of their schemas, and the checks of `shared()`. */
import { BitaleTypeError } from "../errors.js";
import type { Dim } from "../tensor/shape.js";
import type { KwargSchemas } from "./contract.js";
import type { SchemaResult, StandardSchema } from "./standard-schema.js";

function schema<T>(expected: string, fits: (value: unknown) => boolean): StandardSchema<T> {
  const validate = (value: unknown): SchemaResult<T> =>
    fits(value) ? { value: value as T } : { issues: [{ message: `expected ${expected}` }] };
  return { "~standard": { version: 1, vendor: "bitale", validate } };
}

const isLength = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;

/**
 * Small schemas for kwargs; any other Standard Schema serves as well.
 *
 * @example
 * ```ts
 * import { kwarg } from "@bitale/core";
 * const kwargs = { borrow: kwarg.boolean(), format: kwarg.oneOf(["csr", "csc"]) };
 * console.log(kwargs.format["~standard"].validate("coo")); // { issues: [ … ] }
 * ```
 */
export const kwarg = {
  boolean: (): StandardSchema<boolean> => schema("true or false", (value) => typeof value === "boolean"),
  string: (): StandardSchema<string> => schema("a string", (value) => typeof value === "string"),
  integer: (range: { readonly min?: number; readonly max?: number } = {}): StandardSchema<number> => {
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range;
    return schema(
      `an integer from ${min} to ${max}`,
      (v) => Number.isInteger(v) && (v as number) >= min && (v as number) <= max,
    );
  },
  oneOf: <const T extends string | number>(choices: readonly T[]): StandardSchema<T> =>
    schema(`one of ${choices.map((choice) => JSON.stringify(choice)).join(", ")}`, (value) =>
      choices.includes(value as T),
    ),
  /** Static lengths; null: unknown. */
  shape: (): StandardSchema<readonly Dim[]> =>
    schema(
      "a list of lengths or nulls",
      (value) => Array.isArray(value) && value.every((d) => d === null || isLength(d)),
    ),
  array: <T>(item: StandardSchema<T>): StandardSchema<readonly T[]> =>
    schema("a list of such values", (value) => {
      const passes = (entry: unknown): boolean => {
        const result = item["~standard"].validate(entry);
        return !(result instanceof Promise) && result.issues === undefined;
      };
      return Array.isArray(value) && value.every(passes);
    }),
} as const;

/** Names among `given` that the schemas do not know. */
export const unknownKwargs = (schemas: KwargSchemas, given: Readonly<Record<string, unknown>>): string[] =>
  Object.keys(given).filter((name) => !Object.hasOwn(schemas, name));

/**
 * Values as the schemas give them back. Every name must be known.
 * @throws BitaleTypeError BAD_KWARG
 */
export function checkKwargs(
  backend: string,
  schemas: KwargSchemas,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const checked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const result = schemas[name]?.["~standard"].validate(value);
    if (result === undefined || result instanceof Promise) {
      throw new BitaleTypeError("BAD_PLUGIN", {
        subject: backend,
        problem: `the schema of ${name} is asynchronous`,
      });
    }
    if (result.issues !== undefined) {
      throw new BitaleTypeError("BAD_KWARG", {
        subject: `kwarg ${name} of ${backend}`,
        problem: result.issues.map((issue) => issue.message).join("; "),
        got: JSON.stringify(value) ?? String(value),
      });
    }
    checked[name] = result.value;
  }
  return checked;
}
