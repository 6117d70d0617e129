/** Copies of all values that a call must not change unless it succeeds. */
import { isDeepStrictEqual } from "node:util";
import { type Container, isNDArray } from "@bitale/core";
import { isSparseMatrix } from "@bitale/sparse";
import type { Callable, World } from "./world.js";

/** An independent copy of a value, in one layout: equal values have deeply equal copies. */
export function copyOf(value: unknown): unknown {
  if (isNDArray(value)) return value.copy();
  if (isSparseMatrix(value)) return value.copy();
  try {
    return structuredClone(value);
  } catch {
    return value;
  }
}

export const sameValue = (value: unknown, copy: unknown): boolean => isDeepStrictEqual(copyOf(value), copy);

/** One place where a value lives, and a copy of it. */
export interface Kept {
  /** What the place is: a storage cell, or the name of a value that the user holds. */
  readonly place: unknown;
  readonly label: string;
  readonly copy: unknown;
  readonly read: () => unknown;
}

/** All shared variables, all state of functions, all values that the user holds. */
export function snapshotOf(world: World): Kept[] {
  const kept = new Map<unknown, Kept>();
  const add = (place: unknown, label: string, read: () => unknown): void => {
    if (!kept.has(place)) kept.set(place, { place, label, copy: copyOf(read()), read });
  };
  for (const name of world.sharedNames()) {
    const variable = world.shared(name);
    add(variable.container.cell, name, () => variable.getValue());
  }
  for (const [name, f] of world.funcs) {
    for (const { index, container } of statesOf(f)) {
      add(container.cell, `${name}[${index}]`, () => f.value(index));
    }
  }
  for (const name of world.held.keys()) add(name, name, () => world.user(name));
  return [...kept.values()];
}

/** The inputs of a function that have a value of their own. */
export function statesOf(f: Callable): { readonly index: number; readonly container: Container }[] {
  return f.inputs.flatMap((_, index) => {
    try {
      return [{ index, container: f.container(index) }];
    } catch {
      return [];
    }
  });
}

/** The first place that holds another value now. */
export const changedPlace = (snapshot: readonly Kept[]): string | undefined =>
  snapshot.find(({ read, copy }) => !sameValue(read(), copy))?.label;

/** Puts back what shared variables held. */
export function restore(snapshot: readonly Kept[], world: World): void {
  for (const name of world.sharedNames()) {
    const variable = world.shared(name);
    const kept = snapshot.find(({ place }) => place === variable.container.cell);
    if (kept !== undefined && !sameValue(kept.read(), kept.copy)) variable.setValue(copyOf(kept.copy));
  }
}
