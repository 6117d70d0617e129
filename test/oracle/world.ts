/** What one program has made so far: symbolic things, values that the user holds, functions. */
import {
  type CompiledFunction,
  createRuntime,
  type InputKey,
  isSharedVariable,
  type Runtime,
  type SharedVariable,
  type Variable,
} from "@bitale/core";
import { plugin as sparse } from "@bitale/sparse/plugin";
import { plugin as cpu } from "@bitale/tensor-cpu/plugin";
import type { Case, Expression, Step } from "./case-file.js";
import { type Scope, variableOf } from "./expressions.js";
import { Absent } from "./outcome.js";

export type Callable = CompiledFunction & {
  copy(options: object): Callable;
  invoke(call: object): unknown;
};

/** The three name spaces of a program, on a runtime of its own. */
export class World implements Scope {
  readonly runtime: Runtime;
  readonly vars = new Map<string, Variable>();
  readonly held = new Map<string, unknown>();
  readonly funcs = new Map<string, Callable>();
  /** The step that made a function: what its outputs were asked to be. */
  readonly functionSteps = new Map<string, Step>();

  constructor(program: Case) {
    this.runtime = createRuntime({ plugins: [cpu, sparse], floatX: program.floatX, warn: () => undefined });
  }

  get floatX(): Case["floatX"] {
    return this.runtime.floatX;
  }
  /** A symbolic thing. @throws Absent */
  variable(name: string): Variable {
    return found(this.vars, name);
  }
  /** A shared variable. @throws Absent */
  shared(name: string): SharedVariable {
    const variable = this.variable(name);
    if (!isSharedVariable(variable)) throw new Error(`${name} is no shared variable`);
    return variable;
  }
  /** A value that the user holds. @throws Absent */
  user(name: string): unknown {
    return found(this.held, name);
  }
  /** A function. @throws Absent */
  function(name: string): Callable {
    return found(this.funcs, name);
  }
  /** The variable that an expression stands for. */
  build(expression: Expression): Variable {
    return variableOf(expression, this);
  }
  /** All shared variables that have a name here. */
  sharedNames(): string[] {
    return [...this.vars].flatMap(([name, variable]) => (isSharedVariable(variable) ? [name] : []));
  }
}

/** How a function names one of its values: a variable, a name or an index. */
export const keyOf = (key: unknown, world: World): InputKey =>
  typeof key === "object" && key !== null ? world.variable((key as { var: string }).var) : (key as string);

function found<V>(map: ReadonlyMap<string, V>, name: string): V {
  const value = map.get(name);
  if (value === undefined && !map.has(name)) throw new Absent(name);
  return value as V;
}
