/**
 * The plugin contract: types and promises. Whoever ships a storage backend reads this file (and the page
 * `docs/plugins.md`) and no other.
 */
import type { DependencyContainer } from "tsyringe";
import type { FilterOptions, Type } from "../graph/type.js";
import type { SharedVariable } from "../shared/shared-variable.js";
import type { DType, FloatDType } from "../tensor/dtype.js";
import type { NDArray } from "../tensor/ndarray.js";
import type { LoweredName } from "../tensor/primitives.js";
import type { TensorType } from "../tensor/tensor-type.js";
import type { Executable, Region } from "./region.js";
import type { StandardSchema } from "./standard-schema.js";

/** The version of this contract. A plugin states the one it was written for. */
export const API_VERSION = 1;

/**
 * Plugins add themselves here by declaration merging, so that `shared(value, kwargs)` and
 * `getValue({ returnInternalType: true })` are typed:
 *
 * ```ts no-run
 * declare module "@bitale/core" {
 *   interface BackendRegistry {
 *     "tensor-cpu": { kwargs: DenseKwargs; internal: DenseTensor };
 *   }
 * }
 * ```
 */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging
export interface BackendRegistry {}

/** The six promises about memory that a backend declares and the conformance kit checks. */
export interface AliasFlags {
  /** getValue({ borrow: true }) gives the storage itself. */
  readonly getBorrowAliases: boolean;
  /** shared(array, { borrow: true }) keeps the caller's memory. */
  readonly constructBorrowAliases: boolean;
  /** setValue(array, { borrow: true }) keeps the caller's memory. */
  readonly setBorrowAliases: boolean;
  /** setValue of the right dtype and shape writes into the storage that is there. */
  readonly setInPlace: boolean;
  /** As setInPlace for a value that is cast first. */
  readonly setCastInPlace: boolean;
  /** The constructor takes a dense NDArray (without special kwargs). */
  readonly constructsFromNDArray: boolean;
}

/** What a backend can do, declared, never probed. */
export interface Supports {
  /** Dtypes that its storage holds. */
  readonly dtypes: readonly DType[];
  readonly aliases: AliasFlags;
  /** How much of int64 the storage holds: all of it (default), or only values that fit 32 bits. */
  readonly int64?: "full" | "int32-range" | undefined;
  /** getValue() works without waiting. */
  readonly syncRead: boolean;
  /**
   * Its executables know `Region.reuse`: they take donated storage and keep transient results in storage of their own.
   * Its own Types put a fresh result of its executables into a variable without failing.
   */
  readonly reuse?: boolean | undefined;
  /**
   * Primitives that its `compileRegion` takes, each with the dtypes that its operands and result may have (all of
   * them must be in the list). "all": every primitive and dtype. Left out: it stores and does not compute.
   */
  readonly ops?: "all" | { readonly [N in LoweredName]?: readonly DType[] } | undefined;
}

/** What a shared constructor is called with, beside the value. Kwargs have been checked by their schemas. */
export interface ConstructorOptions {
  readonly name: string | undefined;
  readonly strict: boolean;
  readonly allowDowncast: boolean | undefined;
  /** The caller asked for this backend by name (in code or by a rule of the config): convert what can be converted. */
  readonly requested: boolean;
  readonly [kwarg: string]: unknown;
}

/**
 * Makes a shared variable, or says that the value is not its own by throwing (or returning) a `RefusalError`. Any
 * other error is a bug or a lack of resources and reaches the caller.
 */
export type SharedConstructor = (value: unknown, options: ConstructorOptions) => SharedVariable | Error;

/** Memory for dense host values, shared by all host backends of a runtime. */
export interface HostMemory {
  /** A zeroed row-major array. @throws BitaleError OUT_OF_MEMORY */
  allocate(shape: readonly number[], dtype: DType): NDArray;
  /** Whether the array lies in this memory. */
  owns(array: NDArray): boolean;
  /** Gives the block of an array back; arrays of other memory are ignored. */
  free(array: NDArray): void;
}

/** A started plugin. Everything but `construct` is optional. */
export interface Backend {
  readonly construct: SharedConstructor;
  /** Compiles a region of supported primitives; `supports.ops` says which. */
  compileRegion?(region: Region): Executable;
  /**
   * For a backend whose values do not live on the host: the Type of its own values of a plain Type, with
   * `fromHost` and `toHost`. Needed together with `compileRegion`.
   */
  typeFor?(plain: TensorType): Type;
  /** Offers memory for host values; the first backend in order that does provides it for all. */
  readonly hostMemory?: HostMemory;
  /**
   * What it found out about the machine and uses, in short texts by name: `{ vectors: "128 bits" }`. Shown by
   * `explain` and `runtime.plugins`.
   */
  features?(): Readonly<Record<string, string>>;
  /** Work that cannot be done at once, such as asking for a GPU adapter. `runtime.ready()` waits for it. */
  init?(): Promise<void>;
  /** Gives everything back. Runs once. */
  dispose?(): void | Promise<void>;
}

/** What core offers to a plugin; by injection (tokens of the same names) or as the argument of a factory. */
export interface PluginServices {
  /** The plugin's own part of the config (`"pluginOptions": { "<id>": … }`), not checked by core. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly floatX: FloatDType;
  readonly hostMemory: HostMemory;
}

/** Injection tokens for plugins that are classes: `constructor(@inject(HOST_MEMORY) memory: HostMemory)`. */
export const HOST_MEMORY: unique symbol = Symbol.for("bitale.host-memory");
export const PLUGIN_OPTIONS: unique symbol = Symbol.for("bitale.plugin-options");
export const FLOAT_X: unique symbol = Symbol.for("bitale.float-x");

/** How the backend is made: an injectable class, or a plain function. */
export type BackendProvider =
  | { readonly useClass: new (...services: never[]) => Backend }
  | { readonly useFactory: (services: PluginServices, container: DependencyContainer) => Backend };

/** Names and schemas of the kwargs that a constructor accepts. */
export type KwargSchemas = Readonly<Record<string, StandardSchema>>;

/** What a plugin module exports as `plugin`. */
export interface Plugin {
  /** Unique; the name in configs and errors. */
  readonly id: string;
  readonly apiVersion: typeof API_VERSION;
  /** Higher is asked earlier, where the config has no order. */
  readonly priority: number;
  readonly kwargs: KwargSchemas;
  readonly supports: Supports;
  readonly use: BackendProvider;
}

export type { Executable, FilterOptions, Region };
