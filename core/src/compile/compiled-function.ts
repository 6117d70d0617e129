import type { Variable } from "../graph/nodes.js";
import type { DebugPrintOptions } from "../graph/print-options.js";
import type { Type } from "../graph/type.js";
import type { Container } from "../shared/container.js";
import type { SharedVariable } from "../shared/shared-variable.js";
import type { Invocation } from "./arguments.js";
import type { CopyOptions } from "./copy.js";
import type { FunctionDescription } from "./description.js";
import type { Out } from "./interface.js";
import type { Input, Outputs } from "./options.js";
import type { FunctionProfile } from "./profile.js";

type HostOf<V> =
  V extends Out<infer W>
    ? HostOf<W>
    : V extends Variable<infer T>
      ? T extends Type<infer Host, infer _>
        ? Host
        : unknown
      : never;

/** What a call returns for what `compile` was asked for: one value, a list, a record, or nothing. */
export type Results<O extends Outputs> = O extends Variable | Out
  ? HostOf<O>
  : O extends readonly (Variable | Out)[]
    ? { -readonly [K in keyof O]: HostOf<O[K]> }
    : O extends null | undefined
      ? undefined
      : { -readonly [K in keyof O]: HostOf<O[K]> };

/** One argument for each input: any host value that its Type takes; inputs with a value of their own may be left out. */
export type Arguments<I extends readonly Input[]> = I extends readonly Variable[]
  ? { [K in keyof I]: unknown }
  : { [K in keyof I]?: unknown };

/** An input or shared variable of a function: its name, its place (explicit inputs first), or the variable itself. */
export type InputKey = string | number | Variable;

/** A compiled function: call it with one value for each explicit input. */
export interface CompiledFunction<
  I extends readonly Input[] = readonly Input[],
  O extends Outputs = Outputs,
> {
  /**
   * Computes all outputs and new shared values from the old ones, then stores the new ones together. When it throws,
   * nothing has changed. Outputs belong to the caller.
   * @throws BitaleError NEEDS_ASYNC before anything runs, where a result can only be read asynchronously
   */
  (...args: Arguments<I>): Results<O>;
  /** As a call, on every backend. Calls that wait take effect one after another, in the order in which they were made. */
  async(...args: Arguments<I>): Promise<Results<O>>;
  /** A call with arguments by name, of some outputs only, or with outputs that are written into given arrays. */
  invoke(call: Invocation): unknown;
  /** As `invoke`, on every backend. */
  invokeAsync(call: Invocation): Promise<unknown>;
  readonly functionName: string;
  readonly inputs: I;
  /** Shared variables that the function reads. */
  readonly shared: readonly SharedVariable[];
  /** Shared variables and inputs with state that a call gives a new value. */
  readonly updated: readonly Variable[];
  /** true: arguments are host values of exactly the right type, and are not checked. */
  trustInput: boolean;
  /** The storage of an input with a value, or of a shared variable. @throws BitaleTypeError BAD_ARGUMENT */
  container(key: InputKey): Container;
  /** A copy of a stored value. @throws BitaleTypeError BAD_ARGUMENT */
  value(key: InputKey): unknown;
  /** Stores a value. @throws BitaleTypeError BAD_ARGUMENT, and what `Type.filter` throws */
  setValue(key: InputKey, value: unknown): void;
  /** The same function on other shared variables, or without its updates. */
  copy(options?: CopyOptions): CompiledFunction<I, O>;
  /** Times by region, kernel and transfer, of a function that was compiled with `profile: true`. */
  readonly profile: FunctionProfile | undefined;
  /** The rewritten graph: inputs, shared variables and regions; then each output and update, with transfers. */
  debugPrint(options?: DebugPrintOptions): string;
  /** The facts that its print shows, as data: what pictures and tools read. */
  describe(): FunctionDescription;
  /** Its name, inputs, outputs and updates in one line. */
  toString(): string;
}
