/** One world of plugins, configuration and functions. Two runtimes in a process know nothing of each other. */
import type { DependencyContainer } from "tsyringe";
import { type CompileSurroundings, compile as compileGraph } from "./compile/compile.js";
import type { CompiledFunction } from "./compile/compiled-function.js";
import { backendExecutor, type Executor, referenceExecutor } from "./compile/executor.js";
import type { CompileOptions, Input, Outputs } from "./compile/options.js";
import { withCreationTrace } from "./graph/creation-trace.js";
import type { Variable } from "./graph/nodes.js";
import type { Type } from "./graph/type.js";
import type { ResolvedConfig } from "./plugin/config.js";
import { construct, type Decision, explain } from "./plugin/construct.js";
import type { BackendRegistry, Plugin, SharedConstructor } from "./plugin/contract.js";
import type { Environment, EnvironmentOptions, PluginFailure } from "./plugin/environment.js";
import { genericPlugin } from "./plugin/generic.js";
import { type ConstructorRegistration, Registry } from "./plugin/registry.js";
import { RandomStream } from "./random-stream.js";
import type { SharedVariable } from "./shared/shared-variable.js";
import type { FloatDType } from "./tensor/dtype.js";
import { withFloatX } from "./tensor/float-x.js";
import type { TensorLike } from "./tensor/ops/operands.js";
import type { TensorType } from "./tensor/tensor-type.js";

/** Ids of the backends that are known to the type checker. */
export type BackendId = keyof BackendRegistry;
type Entry<B extends BackendId> = BackendRegistry[B];
type KwargsOf<B extends BackendId> = Entry<B> extends { kwargs: infer K } ? Partial<K> : unknown;
/** The Type of a backend's variables: what it registers, or a dense one with its internal values. */
type TypeOf<B extends BackendId> =
  Entry<B> extends { type: infer T extends Type }
    ? T
    : Entry<B> extends { internal: infer I }
      ? TensorType<I>
      : Type;
type TypeOfValue<V> = {
  [B in BackendId]: Entry<B> extends { value: infer Known; type: infer T }
    ? V extends Known
      ? T
      : never
    : never;
}[BackendId];
/** The Type of the variable that `shared(value)` makes, as far as the value tells. */
export type TypeForValue<V> = [TypeOfValue<V>] extends [never]
  ? V extends TensorLike
    ? TensorType<unknown>
    : Type
  : TypeOfValue<V> extends Type
    ? TypeOfValue<V>
    : never;

/** What no constructor takes without being asked by name: a compile error, not only a refusal. */
export type Storable<V> = V extends null | undefined | string | symbol | Variable ? never : unknown;

/** Options of every `shared()` call. */
export interface SharedOptions {
  readonly name?: string | undefined;
  /** true: values are never cast or copied, they must have the right type. */
  readonly strict?: boolean | undefined;
  /** true: any cast; false: only lossless ones; undefined: lossless, and JS floats into `floatX`. */
  readonly allowDowncast?: boolean | undefined;
}
type KwargNames = { [B in BackendId]: keyof KwargsOf<B> }[BackendId];
type OnlyKwargsOf<B extends BackendId> = KwargsOf<B> & {
  readonly [K in Exclude<KwargNames, keyof KwargsOf<B>>]?: never;
};
/** Kwargs of any one backend: they limit the candidates to those that accept them. */
export type AnyKwargs = [BackendId] extends [never]
  ? unknown
  : { [B in BackendId]: OnlyKwargsOf<B> }[BackendId];

/**
 * What `createRuntime` takes: configuration (it wins over all other layers) and surroundings. With `plugins` nothing
 * is looked for on disk, unless a `configFile` is named.
 */
export interface RuntimeOptions extends EnvironmentOptions {
  /** The app's own container: ours hangs under it. */
  readonly container?: DependencyContainer | undefined;
  /** Where warnings go. */
  readonly warn?: ((message: string) => void) | undefined;
}

/** One plugin as a runtime knows it. */
export interface PluginReport {
  readonly id: string;
  readonly state: string;
  readonly origin: string;
  readonly kwargs: readonly string[];
  /** What the backend found out about the machine and uses; there once it is started. */
  readonly features?: Readonly<Record<string, string>> | undefined;
}

export interface Runtime {
  readonly config: ResolvedConfig;
  readonly floatX: FloatDType;
  /** What failed while plugins were found, loaded and started. */
  readonly failures: readonly PluginFailure[];
  /** Registered constructors in the order in which they are asked. */
  readonly plugins: readonly PluginReport[];
  /**
   * A shared variable, made by the first registered constructor that takes the value. Kwargs limit the candidates to
   * those that accept them; `backend` asks for one by name.
   * @throws BitaleTypeError SYMBOLIC_VALUE, UNKNOWN_KWARG, BAD_KWARG; BitaleError UNKNOWN_BACKEND, BACKEND_FAILED,
   * BACKEND_NOT_READY, OUT_OF_MEMORY; NoSharedConstructorError
   */
  shared<B extends BackendId>(
    value: unknown,
    options: SharedOptions & { readonly backend: B } & KwargsOf<B>,
  ): SharedVariable<TypeOf<B>>;
  shared<const V>(
    value: V & Storable<V>,
    options?: SharedOptions & { readonly backend?: undefined } & AnyKwargs,
  ): SharedVariable<TypeForValue<V>>;
  /** With a backend that the type checker does not know: a name from the outside. */
  shared<S extends string>(
    value: unknown,
    options: SharedOptions & { readonly backend: S extends BackendId ? never : S } & Readonly<
        Record<string, unknown>
      >,
  ): SharedVariable;
  /** The decision of `shared` as data: who was asked, in which order, who took it or why not. */
  explain(
    value: unknown,
    options?: SharedOptions & { readonly backend?: string; readonly [kwarg: string]: unknown },
  ): Decision;
  /** Registers a constructor at run time; returns a function that removes it. */
  sharedConstructor(make: SharedConstructor, options?: ConstructorRegistration): () => void;
  /**
   * A function of `inputs` that computes `outputs` and gives shared variables new values.
   * @throws BitaleTypeError BAD_INPUT, SHARED_AS_INPUT, DUPLICATE_INPUT, UNUSED_INPUT, MISSING_INPUT, BAD_OUTPUT,
   * UPDATE_NOT_SHARED, DUPLICATE_UPDATE, UPDATE_TYPE, BAD_GIVEN, BAD_OPTION; BitaleError NO_KERNEL
   */
  compile<const I extends readonly Input[], const O extends Outputs>(
    inputs: I,
    outputs: O,
    options?: CompileOptions,
  ): CompiledFunction<I, O>;
  /** A stream of random draws; its states are shared variables of this runtime. */
  randomStream(seed: number | bigint): RandomStream;
  /** Runs `body` and lists the shared variables that `shared` made meanwhile. */
  collectShared<R>(body: () => R): { readonly result: R; readonly variables: readonly SharedVariable[] };
  /** Adds plugins that were found in another way (a browser bundle). */
  use(...plugins: readonly Plugin[]): void;
  /**
   * Waits for backends that start asynchronously: the given ones; else those that the configuration names; else all.
   * @throws BitaleError UNKNOWN_BACKEND, BACKEND_FAILED for one that was named
   */
  ready(...backends: readonly string[]): Promise<void>;
  /** Builds graphs with this runtime's `floatX` and `creationTrace`. */
  scope<R>(body: () => R): R;
  /** Gives all storage back. */
  dispose(): Promise<void>;
}

/** Whether a backend runs anything: regions of primitives, or ops of its own. */
const isExecutor = ({ plugin }: { readonly plugin: Plugin }): boolean => plugin.id !== genericPlugin.id;

/** Makes a runtime in given surroundings; the entry points bind `createRuntime` to Node's or the browser's. */
export function createRuntimeIn(environment: Environment, options: RuntimeOptions = {}): Runtime {
  const { config, plugins, failures } = environment.prepare(options);
  const { floatX, creationTrace } = config.values;
  const registry = new Registry({
    plugins,
    failures,
    config,
    container: options.container,
    floatX,
    warn: options.warn,
  });
  const reference = referenceExecutor(registry.hostMemory);
  registry.add(genericPlugin, "core");
  const collectors = new Set<SharedVariable[]>();
  let queue: Promise<unknown> = Promise.resolve();
  const surroundings: CompileSurroundings = {
    memory: registry.hostMemory,
    warn: registry.warn,
    executors: (): Executor[] => [
      ...registry
        .executors()
        .filter(isExecutor)
        .map(({ plugin, backend }) => backendExecutor(plugin, backend, registry.hostMemory)),
      reference,
    ],
    inOrder: (body) => {
      const turn = queue.then(body);
      queue = turn.catch(() => undefined);
      return turn;
    },
  };
  const scope = <R>(body: () => R): R => withFloatX(floatX, () => withCreationTrace(creationTrace, body));
  const runtime: Runtime = {
    config,
    floatX,
    get failures() {
      return registry.failures;
    },
    get plugins() {
      return registry.candidates().map((candidate): PluginReport => {
        const { id, state, origin, kwargs } = candidate;
        const features = candidate.features();
        return { id, state, origin, kwargs, ...(features === undefined ? {} : { features }) };
      });
    },
    shared: ((value: unknown, sharedOptions: object = {}) => {
      const variable = scope(() => construct(registry, value, sharedOptions));
      for (const collector of collectors) collector.push(variable);
      return variable;
    }) as never,
    randomStream: (seed) =>
      new RandomStream(seed, (value, stateOptions) => runtime.shared(value, stateOptions) as never),
    collectShared: (body) => {
      const variables: SharedVariable[] = [];
      collectors.add(variables);
      try {
        return { result: body(), variables };
      } finally {
        collectors.delete(variables);
      }
    },
    explain: (value, explainOptions = {}) => scope(() => explain(registry, value, explainOptions)),
    sharedConstructor: (make, registration) => registry.addConstructor(make, registration),
    compile: (inputs, outputs, compileOptions = {}) =>
      scope(() => compileGraph(inputs, outputs, compileOptions, surroundings)),
    use: (...more) => {
      for (const plugin of more) registry.add(plugin, "runtime.use()");
    },
    ready: (...backends) => registry.ready(...backends),
    scope,
    dispose: () => registry.dispose(),
  };
  return runtime;
}
