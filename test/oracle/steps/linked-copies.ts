/**
 * `pickle` and `deepcopy`: copies that stay linked to each other and to nothing else. bitale has no pickling
 * (deviation F); the same is said with `SharedVariable`, `replace` and `copy({ swap })`.
 */
import {
  type Container,
  freeVariables,
  isNDArray,
  isSharedVariable,
  replace,
  SharedVariable,
  type Variable,
} from "@bitale/core";
import { isSparseMatrix } from "@bitale/sparse";
import type { Step } from "../case-file.js";
import type { World } from "../world.js";
import { nothing, type Run, type Runs } from "./step.js";

const linkedCopies: Run = (step, world) => {
  const names = step.objs as string[];
  const fresh = step.as as string[];
  const copier = new Copier();
  names.forEach((name, i) => copyThing(name, fresh[i] as string, world, copier));
  return nothing;
};

export const linkedCopySteps: Runs = { pickle: linkedCopies, deepcopy: linkedCopies };

function copyThing(name: string, as: string, world: World, copier: Copier): void {
  if (world.funcs.has(name)) {
    const f = world.function(name);
    const used = new Set([...f.shared, ...f.updated.filter(isSharedVariable)]);
    const swap = [...used].map((variable) => [variable, copier.shared(variable)]);
    world.funcs.set(as, f.copy({ swap, name: f.functionName }));
    world.functionSteps.set(as, world.functionSteps.get(name) as Step);
  } else if (world.vars.has(name)) world.vars.set(as, copier.variable(world.variable(name)));
  else world.held.set(as, copyValue(world.user(name)));
}

function copyValue(value: unknown): unknown {
  return isNDArray(value) || isSparseMatrix(value) ? value.copy() : structuredClone(value);
}

/** Copies each shared variable and each container once. */
class Copier {
  readonly #shareds = new Map<Variable, SharedVariable>();
  readonly #containers = new Map<Container, Container>();

  /** An expression is rebuilt on the copies of its shared variables; inputs stay what they are. */
  variable(variable: Variable): Variable {
    if (isSharedVariable(variable)) return this.shared(variable);
    const reached = freeVariables([variable], new Set()).filter(isSharedVariable);
    const copies = new Map(reached.map((shared): [Variable, Variable] => [shared, this.shared(shared)]));
    return replace([variable], copies)[0] as Variable;
  }

  shared(old: SharedVariable): SharedVariable {
    const known = this.#shareds.get(old);
    if (known !== undefined) return known;
    const container = this.#containers.get(old.container);
    const { strict, allowDowncast } = old.container;
    const made =
      container === undefined
        ? new SharedVariable(old.name, old.type, old.getValue(), strict, { allowDowncast })
        : new SharedVariable(old.name, old.type, undefined, undefined, { container });
    this.#shareds.set(old, made);
    this.#containers.set(old.container, made.container);
    const update = old.defaultUpdate;
    if (update !== undefined) made.defaultUpdate = this.variable(update);
    return made;
  }
}
