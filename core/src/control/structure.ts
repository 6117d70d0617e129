/** What a loop carries and a branch returns: a variable, or lists and records of them, nested as the user likes. */
import { BitaleTypeError, describeValue } from "../errors.js";
import { isVariable } from "../graph/nodes.js";
import { tryNDArray } from "../tensor/host-value.js";
import type { TensorLike, TensorVariable } from "../tensor/ops/operands.js";

/** Tensors, lists and records of tensors, or nothing. Literals are tensors too. */
export type Tensors =
  | TensorVariable
  | TensorLike
  | readonly Tensors[]
  | { readonly [name: string]: Tensors }
  | null
  | undefined;

/** The same structure with a variable at every leaf. */
export type VariablesOf<T> = T extends TensorVariable
  ? TensorVariable
  : T extends number | bigint | boolean | ArrayBufferView
    ? TensorVariable
    : T extends { readonly data: unknown; readonly shape: unknown }
      ? TensorVariable
      : T extends null | undefined
        ? undefined
        : T extends readonly (number | bigint | boolean)[]
          ? TensorVariable
          : T extends readonly unknown[]
            ? { -readonly [K in keyof T]: VariablesOf<T[K]> }
            : T extends object
              ? { -readonly [K in keyof T]: VariablesOf<T[K]> }
              : never;

/** A structure taken apart, and how to put other leaves into its form. */
export interface Flattened<Leaf> {
  readonly leaves: readonly Leaf[];
  /** Puts as many leaves as there were into the same form. */
  readonly build: (leaves: readonly unknown[]) => unknown;
  /** The form as text: two structures with equal forms fit each other. */
  readonly form: string;
}

/** Nested arrays of numbers are one tensor, lists with a variable or a structure in them are lists. */
function isDense(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isDense);
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return true;
  return !isVariable(value) && typeof value === "object" && value !== null && isArrayLike(value);
}

const isArrayLike = (value: object): boolean =>
  ArrayBuffer.isView(value) || ("data" in value && "shape" in value);

/** @throws BitaleTypeError BAD_OPERAND for what is no tensor and no structure of tensors */
export function flatten(value: unknown, subject: string): Flattened<TensorVariable | TensorLike> {
  if (value === null || value === undefined) return { leaves: [], build: () => undefined, form: "none" };
  if (isVariable(value) || isDense(value)) {
    if (!isVariable(value) && tryNDArray(value as TensorLike) === undefined) throw noTensor(subject, value);
    return { leaves: [value as TensorVariable], build: ([leaf]) => leaf, form: "*" };
  }
  if (typeof value !== "object") throw noTensor(subject, value);
  const names = Array.isArray(value) ? undefined : Object.keys(value);
  const parts = Object.entries(value).map(([name, part]) => flatten(part, `${subject}.${name}`));
  const build = (leaves: readonly unknown[]): unknown => {
    let from = 0;
    const built = parts.map((part) => {
      const start = from;
      from += part.leaves.length;
      return part.build(leaves.slice(start, from));
    });
    return names === undefined ? built : Object.fromEntries(names.map((name, i) => [name, built[i]]));
  };
  const forms = parts.map((part, i) => (names === undefined ? part.form : `${names[i]}: ${part.form}`));
  return {
    leaves: parts.flatMap((part) => part.leaves),
    build,
    form: names === undefined ? `[${forms.join(", ")}]` : `{ ${forms.join(", ")} }`,
  };
}

function noTensor(subject: string, value: unknown): BitaleTypeError {
  return new BitaleTypeError("BAD_OPERAND", {
    subject,
    problem: "a tensor, or a list or record of tensors, is needed",
    got: describeValue(value),
  });
}
