/** Making shared variables: `shared`, the class itself, `clone`; and what they are: `type`, `name`, `bool`. */
import {
  isConstant,
  isSharedVariable,
  type Runtime,
  SharedVariable,
  TensorType,
  type Type,
  tensor,
  type Variable,
} from "@bitale/core";
import { SparseTensorType, sparseMatrix } from "@bitale/sparse";
import type { Literal, Step } from "../case-file.js";
import { literalKind, OpaqueValue, plainValue, sharedValue } from "../literals.js";
import { attempt, type Got } from "../outcome.js";
import type { World } from "../world.js";
import { expression, literal, nothing, type Runs, text } from "./step.js";

/** What a variable says of itself; `observations.ts` compares it. */
export interface TypeFacts {
  readonly kind: string;
  readonly isShared: boolean;
  readonly isConstant: boolean;
  readonly isExpression: boolean;
  readonly dtype: string | undefined;
  readonly shape: readonly (number | null)[] | undefined;
  readonly format: string | undefined;
  readonly name: string | null;
}

export function typeFacts(variable: Variable): TypeFacts {
  const type = variable.type as Type & Partial<{ dtype: string; shape: (number | null)[]; format: string }>;
  return {
    kind: type.kind,
    isShared: isSharedVariable(variable),
    isConstant: isConstant(variable),
    isExpression: variable.owner !== undefined,
    dtype: type.dtype,
    shape: type.shape,
    format: type.format,
    name: variable.name ?? null,
  };
}

type Kwargs = { readonly [name: string]: unknown };

/** Python's keyword arguments under bitale's names; unknown ones stay as they are, to be refused. */
export function kwargsOf({ name, allow_downcast, target, shape, ...rest }: Kwargs): Kwargs {
  // True pins a length to 1, False leaves it open.
  const length = (given: unknown): unknown => (given === true ? 1 : given === false ? null : given);
  return {
    ...rest,
    ...(shape === undefined ? {} : { shape: Array.isArray(shape) ? shape.map(length) : shape }),
    ...(name === undefined ? {} : { name: name ?? undefined }),
    ...(allow_downcast === undefined ? {} : { allowDowncast: allow_downcast ?? undefined }),
    ...(target === undefined ? {} : { backend: target === "cpu" ? "tensor-cpu" : target }),
  };
}

/** Whether Aesara makes this value a generic variable: it is asked for by name here (deviation B). */
export function isGenericValue(value: unknown): boolean {
  if (Array.isArray(value) || value === null || ["string", "undefined"].includes(typeof value)) return true;
  if (typeof value !== "object") return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  const bare = prototype === Object.prototype && !("data" in value);
  return bare || value instanceof OpaqueValue;
}

const observed = (step: Step, variable: Variable): Got =>
  step.observe === true ? { type: typeFacts(variable) } : nothing;

export const sharedVariableSteps: Runs = {
  shared: (step, world) => {
    const { runtime } = world;
    const kwargs = kwargsOf((step.kwargs ?? {}) as Kwargs);
    const pins = kwargs.shape !== undefined || kwargs.broadcastable !== undefined;
    // A NumPy scalar is a lone number, whatever it is handed over as.
    const scalar = pins && ["float", "np"].includes(literalKind(step.value) ?? "");
    const value = scalar ? plainValue(literal(step, "value"), world) : constructorValue(step.value, world);
    const generic = isGenericValue(value) || isNumPyBool(step.value);
    const { name, strict, allowDowncast } = kwargs as {
      name?: string;
      strict?: boolean;
      allowDowncast?: boolean;
    };
    if (!generic) {
      const made = runtime.shared(value, kwargs as object) as Variable;
      world.vars.set(text(step, "name"), made);
      return observed(step, made);
    }
    const asked = { name, strict, allowDowncast, backend: "generic" };
    checkRefused(runtime, value, { ...kwargs, backend: "generic" });
    const made = runtime.shared(value, asked) as Variable;
    world.vars.set(text(step, "name"), made);
    return { ...observed(step, made), deviation: "generic-on-request" };
  },
  SharedVariable: (step, world) => {
    const { container_of: owner, strict, allow_downcast: allowDowncast } = step;
    const container = owner === undefined ? undefined : world.shared(owner as string).container;
    const none = literalKind(step.value) === "none" && container !== undefined;
    const made = new SharedVariable(
      undefined,
      typeOf(step.type, world),
      none ? undefined : plainValue(literal(step, "value"), world),
      (strict ?? undefined) as boolean | undefined,
      { allowDowncast: (allowDowncast ?? undefined) as boolean | undefined, container },
    );
    world.vars.set(text(step, "name"), made);
    return observed(step, made);
  },
  // True scalars take numbers only: everything else must fit a 0-d tensor, and does not.
  scalar_shared: (step, world) => {
    const value = literal(step, "value");
    const isNumber = ["int", "float", "bool", "np"].includes(literalKind(value) ?? "");
    const made = isNumber
      ? (world.runtime.shared(sharedValue(value, world, world.floatX)) as Variable)
      : new SharedVariable(undefined, new TensorType(world.floatX, []), plainValue(value, world), undefined);
    world.vars.set(text(step, "name"), made);
    return observed(step, made);
  },
  clone: (step, world) => {
    const name = step.varname as string | undefined;
    const made = world.shared(text(step, "from")).clone(...(name === undefined ? [] : [name]));
    world.vars.set(text(step, "as"), made);
    return observed(step, made);
  },
  type: (step, world) => ({ type: typeFacts(world.build(expression(step, "of"))) }),
  name: (step, world) => {
    const variable = world.variable(text(step, "of"));
    return { name: variable.name ?? null, str: String(variable) };
  },
  bool: (step, world) => {
    if (!world.shared(text(step, "of"))) throw new Error("a variable is true");
    return nothing;
  },
  input: (step, world) => {
    const { dtype, format, shape } = step as unknown as { dtype: string; format?: string; shape: number[] };
    const name = step.varname as string | undefined;
    const made =
      format === undefined
        ? tensor(name, { dtype: dtype as "float32", shape })
        : sparseMatrix(name, { dtype: dtype as "float32", format: format as "csr" });
    world.vars.set(text(step, "name"), made);
    return nothing;
  },
  expr: (step, world) => {
    world.vars.set(text(step, "name"), world.build(expression(step, "expr")));
    return nothing;
  },
  default_update: (step, world) => {
    const { expr } = step;
    world.shared(text(step, "target")).defaultUpdate = replacementOf(expr, world);
    return nothing;
  },
};

/** The value of `shared(value)`: symbolic where the program hands an expression over (an error). */
function constructorValue(value: unknown, world: World): unknown {
  if (literalKind(value) === undefined) return world.build(value as string);
  return sharedValue(value as Literal, world, world.floatX);
}

const known = ["name", "strict", "allowDowncast", "backend"];

/** Kwargs that Aesara's generic constructor ignores must be refused. */
function checkRefused(runtime: Runtime, value: unknown, kwargs: Kwargs): void {
  if (Object.keys(kwargs).every((name) => known.includes(name))) return;
  if (attempt(() => ({ value: runtime.shared(value, kwargs as object) })).kind === "refused") return;
  throw new Error(`unknown kwargs were ignored: ${Object.keys(kwargs)}`);
}

const isNumPyBool = (value: unknown): boolean =>
  literalKind(value) === "np" && (value as Literal).dtype === "bool";

function typeOf(type: unknown, world: World): Type {
  if (type === "generic") return world.runtime.shared("", { backend: "generic" }).type;
  const { dtype, shape, format } = type as { dtype: "float32"; shape?: (number | null)[]; format?: "csr" };
  return format === undefined ? new TensorType(dtype, shape ?? []) : new SparseTensorType(dtype, format);
}

/** A new value of a variable: an expression, or a bare value that must fit it. */
export function replacementOf(value: unknown, world: World): unknown {
  if (value === null) return null;
  return literalKind(value) === undefined
    ? world.build(value as string)
    : plainValue(value as Literal, world);
}
