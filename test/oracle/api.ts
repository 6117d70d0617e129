/** bitale's public functions by name: an op that does not exist yet is a failed case, not a crash. */
import * as core from "@bitale/core";
import * as sparse from "@bitale/sparse";
import { NotImplemented } from "./outcome.js";

const exported: Readonly<Record<string, unknown>> = { ...sparse, ...core };

/** Whether a public function of this name exists. */
export const exists = (name: string): boolean => typeof exported[name] === "function";

/** Calls a public function. @throws NotImplemented where there is none */
export function invoke(name: string, ...args: readonly unknown[]): unknown {
  const target = exported[name];
  if (typeof target !== "function") throw new NotImplemented(`${name}() of @bitale/core or @bitale/sparse`);
  return target(...args);
}

/** Calls a method. @throws NotImplemented where the object has none */
export function invokeMethod(object: object, name: string, ...args: readonly unknown[]): unknown {
  const method: unknown = (object as Record<string, unknown>)[name];
  if (typeof method !== "function") {
    throw new NotImplemented(`${object.constructor.name}.${name}()`);
  }
  return Reflect.apply(method, object, args);
}
