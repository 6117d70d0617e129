/** What is in the storage of shared variables: `get`, `set`, `zero`, and who shares memory with whom. */
import { isNDArray } from "@bitale/core";
import { isSparseMatrix } from "@bitale/sparse";
import { invokeMethod } from "../api.js";
import { sharesMemory } from "../arrays.js";
import { plainValue } from "../literals.js";
import type { World } from "../world.js";
import { literal, nothing, type Runs, text } from "./step.js";
import { arrayPart } from "./user-values.js";

export const storageSteps: Runs = {
  get: (step, world) => {
    const value: unknown = world.shared(text(step, "from")).getValue({
      borrow: step.borrow === true,
      ...(step.return_internal_type === undefined
        ? {}
        : { returnInternalType: step.return_internal_type as boolean }),
    });
    if (step.as !== undefined) world.held.set(text(step, "as"), value);
    return { value };
  },
  set: (step, world) => {
    const target = world.shared(text(step, "to"));
    target.setValue(plainValue(literal(step, "value"), world), { borrow: step.borrow === true });
    return nothing;
  },
  zero: (step, world) => {
    invokeMethod(world.shared(text(step, "target")), "zero", { borrow: step.borrow === true });
    return nothing;
  },
  alias: (step, world) => {
    const [a, b] = [holder(step.a, world), holder(step.b, world)];
    return {
      shares_memory: overlap(a, b),
      same_object: a.value === b.value,
    };
  },
  same_storage: (step, world) => {
    const [a, b] = [world.shared(text(step, "a")).container, world.shared(text(step, "b")).container];
    return { same_container: a === b, same_cell: a.cell === b.cell };
  },
};

interface Holder {
  readonly value: unknown;
  readonly part: string | undefined;
}

function holder(what: unknown, world: World): Holder {
  const { user, internal, part } = what as { user?: string; internal?: string; part?: string };
  if (user !== undefined) return { value: world.user(user), part };
  const value: unknown = world
    .shared(internal as string)
    .getValue({ borrow: true, returnInternalType: true });
  return { value, part };
}

function overlap(a: Holder, b: Holder): boolean {
  const dense = (value: unknown): boolean => isNDArray(value) || isSparseMatrix(value);
  if (!dense(a.value) || !dense(b.value)) return a.value === b.value;
  return sharesMemory(arrayPart(a.value, a.part), arrayPart(b.value, b.part));
}
