/**
 * The runtime that `shared`, `compile` and the rest use when no other was made: created at first use. The only
 * module-level state of core, together with where `floatX` and
 * `creationTrace` are asked for.
 */
import type { CompiledFunction } from "./compile/compiled-function.js";
import type { CompileOptions, Input, Outputs } from "./compile/options.js";
import { bindCreationTrace } from "./graph/creation-trace.js";
import type { Decision } from "./plugin/construct.js";
import type { SharedConstructor } from "./plugin/contract.js";
import { browserEnvironment, type Environment } from "./plugin/environment.js";
import type { ConstructorRegistration } from "./plugin/registry.js";
import { createRuntimeIn, type Runtime, type RuntimeOptions } from "./runtime.js";
import { bindFloatX } from "./tensor/float-x.js";
import { installMethods } from "./tensor/methods.js";

let environment: Environment = browserEnvironment;
let current: Runtime | undefined;

installMethods();
bindFloatX(() => defaultRuntime().floatX);
bindCreationTrace(() => defaultRuntime().config.values.creationTrace);

/** Says where plugins and configuration are found; the Node entry point does so at load time. */
export function useEnvironment(surroundings: Environment): void {
  environment = surroundings;
}

/** A runtime of its own: separate plugins, configuration and storage. */
export const createRuntime = (options: RuntimeOptions = {}): Runtime => createRuntimeIn(environment, options);

/** The default runtime; made now if it was not. @throws BitaleError for a broken configuration */
export function defaultRuntime(): Runtime {
  current ??= createRuntime();
  return current;
}

/** Replaces the default runtime (undefined: a fresh one at next use); returns the old one. */
export function setDefaultRuntime(runtime: Runtime | undefined): Runtime | undefined {
  const before = current;
  current = runtime;
  return before;
}

/** `Runtime.shared` of the default runtime. */
export const shared: Runtime["shared"] = (value: unknown, options?: object) =>
  defaultRuntime().shared(value, options as never) as never;

/** `Runtime.explain` of the default runtime. */
export const explain = (...args: Parameters<Runtime["explain"]>): Decision =>
  defaultRuntime().explain(...args);

/** `Runtime.sharedConstructor` of the default runtime. */
export const sharedConstructor = (make: SharedConstructor, options?: ConstructorRegistration): (() => void) =>
  defaultRuntime().sharedConstructor(make, options);

/** `Runtime.compile` of the default runtime. */
export const compile = <const I extends readonly Input[], const O extends Outputs>(
  inputs: I,
  outputs: O,
  options?: CompileOptions,
): CompiledFunction<I, O> => defaultRuntime().compile(inputs, outputs, options);

/** `Runtime.use` of the default runtime: what a browser calls with the plugins in its bundle. */
export const use: Runtime["use"] = (...plugins) => defaultRuntime().use(...plugins);

/** `Runtime.ready` of the default runtime. */
export const ready: Runtime["ready"] = (...backends) => defaultRuntime().ready(...backends);
