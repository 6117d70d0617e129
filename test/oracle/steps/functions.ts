/** Compiled functions: `function`, `call`, `repeat`, `copy`, and the values that a function keeps. */
import { In, Out, type SharedVariable, type Variable } from "@bitale/core";
import { invokeMethod } from "../api.js";
import type { Literal, Step } from "../case-file.js";
import { literalKind, plainValue, sharedValue } from "../literals.js";
import { NotImplemented } from "../outcome.js";
import { type Callable, keyOf, type World } from "../world.js";
import { replacementOf } from "./shared-variables.js";
import { nothing, type Runs, text } from "./step.js";

type Fields = { readonly [field: string]: unknown };

export const functionSteps: Runs = {
  function: (step, world) => {
    const inputs = (step.inputs as unknown[]).map((input) => inputOf(input, world));
    const outputs = outputsOf(step.outputs, world);
    const options = optionsOf(step, world);
    const given = step.inputs_not_list === true ? inputs[0] : inputs;
    const made = world.runtime.compile(given as Variable[], outputs as Variable, options);
    world.funcs.set(text(step, "name"), made as unknown as Callable);
    world.functionSteps.set(text(step, "name"), step);
    return nothing;
  },
  call: (step, world) => {
    const result = call(step, world);
    keep(step.as, result, world);
    return step.observe === false ? nothing : { output: result };
  },
  copy: (step, world) => {
    const swap = step.swap as [string, string][] | undefined;
    const made = world.function(text(step, "f")).copy({
      swap: swap?.map((pair) => pair.map((name) => world.variable(name))),
      deleteUpdates: step.delete_updates,
      shareMemory: step.share_memory,
      ...(step.name === undefined ? {} : { name: step.name }),
    });
    world.funcs.set(text(step, "as"), made);
    world.functionSteps.set(text(step, "as"), world.functionSteps.get(text(step, "f")) as Step);
    return nothing;
  },
  fget: (step, world) => ({
    value: invokeMethod(world.function(text(step, "f")), "value", keyOf(step.key, world)),
  }),
  fset: (step, world) => {
    const value = plainValue(step.value as Literal, world);
    invokeMethod(world.function(text(step, "f")), "setValue", keyOf(step.key, world), value);
    return nothing;
  },
  fcontainer_same: (step, world) => ({
    same: cell(world, step.f, step.key) === cell(world, step.g, step.key2),
  }),
  fcontainer_is_shared: (step, world) => ({
    same: cell(world, step.f, step.key) === world.shared(text(step, "shared")).container.cell,
  }),
  finputs: (step, world) => {
    const known = new Map([...world.vars].map(([name, variable]) => [variable, name]));
    return { shared: world.function(text(step, "f")).shared.map((variable) => known.get(variable)) };
  },
};

function call(step: Step, world: World): unknown {
  const f = world.function(text(step, "f"));
  const args = ((step.args ?? []) as Literal[]).map((arg) => plainValue(arg, world));
  const kwargs = Object.entries((step.kwargs ?? {}) as Record<string, Literal>);
  const named = Object.fromEntries(kwargs.map(([name, value]) => [name, plainValue(value, world)]));
  const subset = step.output_subset as (string | number)[] | undefined;
  if (kwargs.length === 0 && subset === undefined) return f(...(args as never[]));
  const result = f.invoke({ args, named, outputSubset: subset });
  const outputs = world.functionSteps.get(text(step, "f"))?.outputs as { dict?: object } | null;
  const names = Array.isArray(result) && outputs?.dict !== undefined && subset !== undefined;
  return names ? Object.fromEntries(subset.map((key, i) => [key, (result as unknown[])[i]])) : result;
}

function keep(as: unknown, result: unknown, world: World): void {
  if (typeof as === "string") world.held.set(as, result);
  else if (Array.isArray(as)) {
    const list = Array.isArray(result) ? result : Object.values(result as object);
    as.forEach((name: string, i) => world.held.set(name, list[i]));
  }
}

function cell(world: World, f: unknown, key: unknown): unknown {
  const container = invokeMethod(world.function(f as string), "container", keyOf(key, world));
  return (container as { cell: unknown }).cell;
}

function inputOf(input: unknown, world: World): unknown {
  const fields = input as Fields;
  if (typeof input === "string" || Array.isArray(input)) return world.build(input as string);
  if (!("in" in fields)) return plainValue(input as Literal, world);
  const { in: variable, value, update, allow_downcast: allowDowncast, ...flags } = fields;
  return new In(world.build(variable as string), {
    ...(value === undefined ? {} : { value: stateOf(value, world) }),
    ...(update === undefined ? {} : { update: replacementOf(update, world) }),
    ...(allowDowncast === undefined ? {} : { allowDowncast: allowDowncast ?? undefined }),
    ...flags,
  } as ConstructorParameters<typeof In>[1]);
}

function stateOf(value: unknown, world: World): unknown {
  const { container_of: owner, key } = value as { container_of?: string; key?: unknown };
  if (owner === undefined) return plainValue(value as Literal, world) ?? undefined;
  return invokeMethod(world.function(owner), "container", keyOf(key, world));
}

function outputsOf(outputs: unknown, world: World): unknown {
  if (outputs === null || outputs === undefined) return null;
  const { list, dict } = outputs as { list?: unknown[]; dict?: Record<string, unknown> };
  if (literalKind(outputs) === "dict" || (dict !== undefined && !Array.isArray(outputs))) {
    const entries = Object.entries(dict ?? {});
    return Object.fromEntries(entries.map(([name, output]) => [name, outputOf(output, world)]));
  }
  const isList = literalKind(outputs) === undefined && Array.isArray(list);
  return isList ? list.map((output) => outputOf(output, world)) : outputOf(outputs, world);
}

function outputOf(output: unknown, world: World): unknown {
  if (typeof output === "object" && output !== null && "out" in output) {
    const { out, borrow } = output as unknown as { out: string; borrow?: boolean };
    return new Out(world.build(out), { borrow: borrow === true });
  }
  return replacementOf(output, world);
}

function optionsOf(step: Step, world: World): object {
  const kwargs = (step.kwargs ?? {}) as Fields;
  const { no_default_updates, allow_input_downcast, on_unused_input, rebuild_strict, ...rest } = kwargs;
  // These never change results; bitale has no such options.
  const { mode: _m, profile: _p, accept_inplace: _a, ...others } = rest;
  return {
    ...others,
    ...(step.updates === undefined ? {} : { updates: pairs(step, "updates", world) }),
    ...(step.givens === undefined ? {} : { givens: pairs(step, "givens", world) }),
    ...(no_default_updates === undefined ? {} : { noDefaultUpdates: excluded(no_default_updates, world) }),
    ...(allow_input_downcast === undefined ? {} : { allowInputDowncast: allow_input_downcast ?? undefined }),
    ...(on_unused_input === undefined ? {} : { onUnusedInput: on_unused_input ?? undefined }),
    ...(rebuild_strict === undefined ? {} : { rebuildStrict: rebuild_strict }),
  };
}

/** The calls that a `repeat` step stands for: its lists of arguments in turn. */
export function repeatedCalls(step: Step): Step[] {
  const lists = step.args_list as unknown[][] | undefined;
  const { f, args = [] } = step;
  return Array.from({ length: Number(step.times) }, (_, i) => ({
    op: "call",
    f,
    args: lists?.[i % lists.length] ?? args,
    observe: false,
  }));
}

/** `no_default_updates`: a flag, a list of variables, or something that is refused. */
function excluded(value: unknown, world: World): unknown {
  if (literalKind(value) === "tuple") return new Set((value as { tuple: unknown[] }).tuple);
  return Array.isArray(value) ? value.map((name: string): SharedVariable => world.shared(name)) : value;
}

/** Updates or givens as a list of pairs, as a Map where the program has a dict, as a Set where it has a set. */
function pairs(step: Step, field: "updates" | "givens", world: World): unknown {
  const list = step[field];
  if (!Array.isArray(list)) return list;
  const value = (item: unknown): unknown => {
    if (field === "givens" && literalKind(item) !== undefined) {
      return sharedValue(item as Literal, world, world.floatX);
    }
    return replacementOf(item, world);
  };
  const made = list.map((pair: unknown) =>
    Array.isArray(pair) && pair.length === 2 ? [replacementOf(pair[0], world), value(pair[1])] : pair,
  );
  const form = step[`${field}_as`] ?? "list";
  if (form === "dict") return new Map(made as [unknown, unknown][]);
  if (form === "set") return new Set(made);
  if (form === "list" || form === "tuple") return made;
  throw new NotImplemented(`${field} as ${String(form)}`);
}
