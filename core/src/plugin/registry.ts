/** The plugins of one runtime: started at first use, asked in order, each failure kept to itself. */
import type { DependencyContainer } from "tsyringe";
import { BitaleError, BitaleTypeError, isBitaleError } from "../errors.js";
import type { FloatDType } from "../tensor/dtype.js";
import type { ResolvedConfig } from "./config.js";
import type { Backend, HostMemory, KwargSchemas, Plugin, SharedConstructor } from "./contract.js";
import { checkPlugin } from "./define-plugin.js";
import type { FoundPlugin, PluginFailure } from "./environment.js";
import { delegatingMemory } from "./host-memory.js";
import { makeBackend, runtimeContainer } from "./injection.js";
import { nearestName } from "./nearest-name.js";

/** How a constructor is registered at run time. */
export interface ConstructorRegistration {
  /** Its name in decisions and errors. */
  readonly id?: string | undefined;
  /** By default asked before all others, the latest first; with a priority it stands among the plugins. */
  readonly priority?: number | undefined;
  readonly kwargs?: KwargSchemas | undefined;
}

/** Where a candidate stands: "idle" is not started yet, "waiting" has an `init` that has not finished. */
export type CandidateState = "idle" | "ready" | "waiting" | "failed";

/** One registered constructor, of a plugin or added at run time. */
export interface Candidate {
  readonly id: string;
  readonly origin: string;
  readonly priority: number;
  readonly kwargs: readonly string[];
  readonly schemas: KwargSchemas;
  readonly state: CandidateState;
  readonly error: Error | undefined;
  /** What the backend says of itself; undefined: it is not started, or says nothing. */
  readonly features: () => Readonly<Record<string, string>> | undefined;
  /** Starts the backend if need be. @throws what failed */
  readonly construct: () => SharedConstructor;
}

interface Entry extends FoundPlugin {
  state: CandidateState;
  backend?: Backend;
  error?: Error;
  initializing?: Promise<void>;
}

export interface RegistryOptions {
  readonly plugins: readonly FoundPlugin[];
  readonly failures: readonly PluginFailure[];
  readonly config: ResolvedConfig;
  readonly container?: DependencyContainer | undefined;
  readonly floatX: FloatDType;
  readonly warn?: ((message: string) => void) | undefined;
}

interface AddedConstructor {
  readonly id: string;
  readonly priority: number;
  readonly schemas: KwargSchemas;
  readonly construct: SharedConstructor;
}

const defaultWarn = (message: string): void => {
  (globalThis as { console?: { warn(text: string): void } }).console?.warn(message);
};

export class Registry {
  readonly config: ResolvedConfig;
  readonly warn: (message: string) => void;
  readonly hostMemory: HostMemory;
  readonly #entries: Entry[] = [];
  readonly #added: AddedConstructor[] = [];
  readonly #failures: PluginFailure[] = [];
  readonly #container: DependencyContainer;
  readonly #floatX: FloatDType;
  readonly #started: Entry[] = [];
  #disposed: Promise<void> | undefined;

  constructor(options: RegistryOptions) {
    this.config = options.config;
    this.warn = options.warn ?? defaultWarn;
    this.#container = runtimeContainer(options.container);
    this.#floatX = options.floatX;
    this.hostMemory = delegatingMemory(() => this.#memoryBackend());
    for (const failure of options.failures) this.#fail(failure);
    for (const { plugin, origin } of options.plugins) this.add(plugin, origin);
  }

  /** What went wrong so far. */
  get failures(): readonly PluginFailure[] {
    return this.#failures;
  }

  /** Adds a plugin; it is started at first use. @throws BitaleTypeError BAD_PLUGIN, DUPLICATE_PLUGIN */
  add(plugin: Plugin, origin: string): void {
    checkPlugin(plugin, origin);
    const twin = this.#entries.find((entry) => entry.plugin.id === plugin.id);
    if (twin?.plugin === plugin) return;
    if (twin !== undefined) {
      const error = new BitaleTypeError("DUPLICATE_PLUGIN", {
        subject: plugin.id,
        problem: `two plugins have this id: one from ${twin.origin}, one from ${origin}`,
        cure: "remove one of them",
      });
      this.#fail({ plugin: plugin.id, stage: "load", origin, error });
      return;
    }
    if (!this.config.values.disable.includes(plugin.id))
      this.#entries.push({ plugin, origin, state: "idle" });
  }

  /** Registers a constructor at run time; the result removes it. */
  addConstructor(construct: SharedConstructor, options: ConstructorRegistration = {}): () => void {
    const added: AddedConstructor = {
      construct,
      id: options.id ?? (construct.name || "constructor"),
      priority: options.priority ?? Number.POSITIVE_INFINITY,
      schemas: options.kwargs ?? {},
    };
    this.#added.unshift(added);
    return () => {
      const place = this.#added.indexOf(added);
      if (place !== -1) this.#added.splice(place, 1);
    };
  }

  /** All constructors in the order in which they are asked: the config's list, then priority, then id. */
  candidates(): Candidate[] {
    const wanted = this.config.values.backends;
    const place = (id: string): number => (wanted.includes(id) ? wanted.indexOf(id) : wanted.length);
    const added = this.#added.map(
      ({ id, priority, schemas, construct }): Candidate => ({
        id,
        priority,
        schemas,
        origin: "sharedConstructor()",
        kwargs: Object.keys(schemas),
        state: "ready",
        error: undefined,
        features: () => undefined,
        construct: () => construct,
      }),
    );
    const plugins = this.#entries.map(
      (entry): Candidate => ({
        id: entry.plugin.id,
        origin: entry.origin,
        priority: entry.plugin.priority,
        kwargs: Object.keys(entry.plugin.kwargs),
        schemas: entry.plugin.kwargs,
        state: entry.state,
        error: entry.error,
        features: () => entry.backend?.features?.(),
        construct: () => {
          const backend = this.#start(entry);
          if (entry.state === "waiting") throw notReady(entry.plugin.id);
          return backend.construct.bind(backend);
        },
      }),
    );
    const first = added.filter((candidate) => candidate.priority === Number.POSITIVE_INFINITY);
    const others = [...added.filter((candidate) => !first.includes(candidate)), ...plugins];
    others.sort((a, b) => place(a.id) - place(b.id) || b.priority - a.priority || (a.id < b.id ? -1 : 1));
    return [...first, ...others];
  }

  /** A candidate that was asked for by name. @throws BitaleError UNKNOWN_BACKEND, BACKEND_FAILED */
  named(id: string): Candidate {
    const candidates = this.candidates();
    const found = candidates.find((candidate) => candidate.id === id);
    if (found?.error !== undefined) throw backendFailed(id, found.error, found.origin);
    if (found !== undefined) return found;
    const failure = this.#failures.find((f) => f.plugin === id || f.plugin.endsWith(`/${id}`));
    if (failure !== undefined) throw backendFailed(id, failure.error, failure.origin);
    const known = candidates.map((candidate) => candidate.id);
    const disabled = this.config.values.disable.includes(id);
    const near = nearestName(id, known);
    throw new BitaleError("UNKNOWN_BACKEND", {
      subject: `backend ${id}`,
      problem: disabled ? `it is disabled by ${this.config.origins.disable}` : "no plugin has this id",
      expected: known.length === 0 ? "a plugin; none is installed" : known.join(", "),
      cure:
        near === undefined
          ? "install its package, or pass it: createRuntime({ plugins: [...] })"
          : `did you mean ${near}?`,
    });
  }

  /** Backends with a compiler or ops of their own, in order; starts them. Failed ones are left out. */
  executors(): { readonly plugin: Plugin; readonly backend: Backend }[] {
    const order = new Map(this.candidates().map((candidate, i) => [candidate.id, i]));
    const place = (entry: Entry): number => order.get(entry.plugin.id) ?? 0;
    return [...this.#entries]
      .sort((a, b) => place(a) - place(b))
      .flatMap((entry) => {
        const backend = this.#tryStart(entry);
        return backend === undefined || entry.state !== "ready" ? [] : [{ plugin: entry.plugin, backend }];
      });
  }

  /**
   * Waits for backends that start asynchronously: the given ones; else those that the configuration names; else all.
   * @throws BitaleError UNKNOWN_BACKEND, BACKEND_FAILED for one that was named
   */
  async ready(...ids: readonly string[]): Promise<void> {
    const { backends, variables } = this.config.values;
    const named = ids.length > 0 ? ids : [...backends, ...variables.map((rule) => rule.backend)];
    const entries = this.#entries.filter(({ plugin }) => named.length === 0 || named.includes(plugin.id));
    for (const entry of entries) this.#tryStart(entry);
    await Promise.all(entries.map((entry) => this.#initialize(entry)));
    for (const id of named) this.named(id);
  }

  /** Gives everything back, the last started first; once. @throws AggregateError of what failed */
  dispose(): Promise<void> {
    this.#disposed ??= this.#disposeAll();
    return this.#disposed;
  }

  async #disposeAll(): Promise<void> {
    const errors: unknown[] = [];
    for (const entry of [...this.#started].reverse()) {
      try {
        await entry.initializing?.catch(() => undefined);
        await entry.backend?.dispose?.();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, "some backends failed to dispose");
  }

  #initialize(entry: Entry): Promise<void> {
    if (entry.state !== "waiting" || entry.backend?.init === undefined)
      return entry.initializing ?? Promise.resolve();
    entry.initializing ??= entry.backend.init().then(
      () => {
        entry.state = "ready";
      },
      (error: unknown) => this.#failEntry(entry, "init", error),
    );
    return entry.initializing;
  }

  #tryStart(entry: Entry): Backend | undefined {
    try {
      return this.#start(entry);
    } catch (error) {
      if (this.config.values.strictPlugins) throw error;
      return undefined;
    }
  }

  #start(entry: Entry): Backend {
    if (entry.error !== undefined) throw backendFailed(entry.plugin.id, entry.error, entry.origin);
    if (entry.backend !== undefined) return entry.backend;
    const services = {
      options: this.config.values.pluginOptions[entry.plugin.id] ?? {},
      floatX: this.#floatX,
      hostMemory: this.hostMemory,
    };
    try {
      entry.backend = makeBackend(entry.plugin, services, this.#container);
    } catch (error) {
      this.#failEntry(entry, "start", error);
      throw backendFailed(entry.plugin.id, error, entry.origin);
    }
    entry.state = entry.backend.init === undefined ? "ready" : "waiting";
    this.#started.push(entry);
    return entry.backend;
  }

  #memoryBackend(): HostMemory | undefined {
    for (const { backend } of this.executors())
      if (backend.hostMemory !== undefined) return backend.hostMemory;
    return undefined;
  }

  #failEntry(entry: Entry, stage: PluginFailure["stage"], error: unknown): void {
    entry.state = "failed";
    entry.error = error instanceof Error ? error : new Error(String(error));
    this.#fail({ plugin: entry.plugin.id, stage, origin: entry.origin, error: entry.error });
  }

  #fail(failure: PluginFailure): void {
    this.#failures.push(failure);
    if (this.config.values.strictPlugins) throw failure.error;
    this.warn(
      `bitale: plugin ${failure.plugin} (${failure.origin}) failed to ${failure.stage}: ${failure.error.message}`,
    );
  }
}

function backendFailed(id: string, cause: unknown, origin: string): BitaleError {
  if (isBitaleError(cause, "BACKEND_UNAVAILABLE") || isBitaleError(cause, "BACKEND_FAILED"))
    return cause as BitaleError;
  return new BitaleError("BACKEND_FAILED", {
    subject: `backend ${id}`,
    problem: `it failed: ${cause instanceof Error ? cause.message : String(cause)}`,
    got: `from ${origin}`,
    cure: "see the cause, or take it out of the configuration",
    cause,
  });
}

function notReady(id: string): BitaleError {
  return new BitaleError("BACKEND_NOT_READY", {
    subject: `backend ${id}`,
    problem: "it starts asynchronously and is not ready yet",
    cure: `await runtime.ready("${id}") (or ready("${id}")) before the first variable is made`,
  });
}
