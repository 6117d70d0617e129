import { BitaleError, BitaleTypeError, describeValue } from "../errors.js";
import type { Variable } from "../graph/nodes.js";
import type { DebugPrintOptions } from "../graph/print-options.js";
import type { Type } from "../graph/type.js";
import type { HostMemory } from "../plugin/contract.js";
import type { Container } from "../shared/container.js";
import type { SharedVariable } from "../shared/shared-variable.js";
import type { NDArray } from "../tensor/ndarray.js";
import { writeInto } from "../tensor/write-into.js";
import { type Invocation, matchArguments } from "./arguments.js";
import { abandon, commit, run, waitsFor } from "./call.js";
import type { CopyOptions } from "./copy.js";
import { describe, type FunctionDescription } from "./description.js";
import { DirectCall } from "./direct-call.js";
import { isDirect } from "./direct-plan.js";
import type { Out } from "./interface.js";
import type { Linked, Outcome } from "./linked.js";
import type { Input, Outputs } from "./options.js";
import { printLinked, signatureText } from "./print.js";
import type { FunctionProfile } from "./profile.js";
import { QuickArguments } from "./quick-arguments.js";
import { StorageLocks } from "./storage-locks.js";
import { type OutputForm, Targets } from "./targets.js";

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

/** What a function needs of its runtime. */
export interface CallSurroundings {
  readonly memory: HostMemory;
  readonly warn: (message: string) => void;
  /** Runs `body` after all earlier waiting calls of the runtime are done. */
  readonly inOrder: <R>(body: () => Promise<R>) => Promise<R>;
}

/** How the list of output values becomes what the caller sees. */
export interface Layout extends OutputForm {
  readonly shape: (values: readonly unknown[]) => unknown;
}

/** Makes the callable around a linked plan. */
export function makeFunction(
  linked: Linked,
  inputs: readonly Input[],
  layout: Layout,
  surroundings: CallSurroundings,
  copy: (options: CopyOptions) => CompiledFunction,
): CompiledFunction {
  const functionName = linked.graph.name ?? "compiled function";
  const waits = waitsFor(linked);
  const settles = hasDevice(linked);

  const { profiler } = linked;
  const locks = new StorageLocks(linked);
  const direct =
    locks.none && isDirect(linked)
      ? new DirectCall(linked, surroundings, () => changedMeanwhile(functionName))
      : undefined;
  const quick = direct === undefined ? undefined : QuickArguments.of(linked, surroundings.memory);
  const callNow = (...args: unknown[]): unknown => {
    if (direct === undefined || quick === undefined || direct.busy) return invoke({ args });
    if (args.length === 0 && linked.inputs.length === 0) return layout.shape(direct.run(args));
    const accepted = quick.accept(args);
    if (accepted === undefined) return invoke({ args });
    try {
      return layout.shape(direct.run(accepted));
    } finally {
      quick.forget();
    }
  };
  const targetsOf = ({ into }: Invocation): Targets | undefined =>
    into === undefined ? undefined : new Targets(linked, layout, into, functionName);
  const invokeNow = (call: Invocation): unknown => {
    if (waits !== undefined) throw needsAsync(functionName, waits);
    const listed = call.named === undefined && direct?.busy === false ? (call.args ?? []) : undefined;
    const args =
      (listed && quick?.accept(listed)) ??
      matchArguments(linked.graph.inputs, call, functionName, made.trustInput);
    const select = selection(layout, call, functionName);
    const targets = targetsOf(call);
    if (direct !== undefined && !direct.busy) return select(direct.run(args, targets));
    return locks.hold(() => {
      const unchanged = watch(linked);
      const { value } = run(linked, args, surroundings.memory).next() as { value: Outcome };
      if (!unchanged()) {
        abandon(value);
        throw changedMeanwhile(functionName);
      }
      const write = writing(value, targets);
      commit(value, surroundings.warn);
      return select(write());
    });
  };
  const invokeWaiting = async (call: Invocation): Promise<unknown> => {
    if (waits === undefined && !settles) return invokeNow(call);
    const args = matchArguments(linked.graph.inputs, call, functionName, made.trustInput);
    const select = selection(layout, call, functionName);
    const targets = targetsOf(call);
    return surroundings.inOrder(async () => {
      return select(await attempt(linked, args, targets, locks, surroundings));
    });
  };
  const invoke =
    profiler === undefined ? invokeNow : (call: Invocation) => profiler.call(() => invokeNow(call));
  const invokeAsync =
    profiler === undefined
      ? invokeWaiting
      : (call: Invocation) => profiler.callAsync(() => invokeWaiting(call));
  const container = (key: InputKey): Container => findContainer(linked, key, functionName);
  const members: Omit<CompiledFunction, never> & object = {
    async: (...args: unknown[]) => invokeAsync({ args }),
    invoke,
    invokeAsync,
    functionName,
    inputs,
    shared: linked.shared.map(({ variable }) => variable),
    updated: linked.updates.map(({ update }) => update.target),
    trustInput: false,
    container,
    value: (key: InputKey) => {
      const found = container(key);
      return found.type.toHost(found.internal, { borrow: false });
    },
    setValue: (key: InputKey, value: unknown) => container(key).set(value),
    copy: (options: CopyOptions = {}) => copy(options),
    profile: profiler?.report(functionName),
    debugPrint: (options: DebugPrintOptions = {}) => printLinked(linked, options, layout.names),
    describe: () => describe(linked, layout.names),
    toString: () => signatureText(linked, layout.names),
  } as never;
  const made = Object.assign(callNow, members) as unknown as CompiledFunction;
  return made;
}

/**
 * Runs a call that may wait, again where a shared variable was changed meanwhile: no change is ever lost. Storage that
 * other threads see is copied first: nobody is kept waiting for a device.
 * @returns the outputs, once everything is stored
 */
async function attempt(
  linked: Linked,
  args: readonly unknown[],
  targets: Targets | undefined,
  locks: StorageLocks,
  { memory, warn }: CallSurroundings,
): Promise<readonly unknown[]> {
  for (;;) {
    let unchanged = (): boolean => true;
    const steps = run(linked, args, memory, !locks.none);
    let state = locks.hold(() => {
      unchanged = watch(linked);
      return steps.next();
    });
    while (!state.done) {
      const awaited = await state.value.then(
        (value) => ({ value }),
        (error: unknown) => ({ error }),
      );
      state = "error" in awaited ? steps.throw(awaited.error) : steps.next(awaited.value);
    }
    const outcome = state.value;
    await settled(outcome);
    const outputs = locks.hold(() => {
      if (!unchanged()) return undefined;
      const write = writing(outcome, targets);
      commit(outcome, warn);
      return write();
    });
    if (outputs !== undefined) return outputs;
    abandon(outcome);
  }
}

/**
 * Checks the caller's arrays for the outputs of a call before it is committed; the result writes into them afterwards.
 */
function writing(outcome: Outcome, targets: Targets | undefined): () => readonly unknown[] {
  const { outputs } = outcome;
  if (targets === undefined) return () => outputs;
  try {
    const places = targets.fit((i) => (outputs[i] as NDArray).shape);
    return () =>
      places.map((place, i) => {
        if (place === undefined) return outputs[i];
        writeInto(place, outputs[i] as NDArray);
        return place;
      });
  } catch (error) {
    abandon(outcome);
    throw error;
  }
}

/** Notes the versions of what the function reads; the result tells whether they are still the same. */
function watch(linked: Linked): () => boolean {
  const cells = linked.shared.map(({ variable }) => variable.container.cell);
  const versions = cells.map((cell) => cell.version);
  return () => cells.every((cell, i) => cell.version === versions[i]);
}

const changedMeanwhile = (name: string): BitaleError =>
  new BitaleError("CHANGED_MEANWHILE", {
    subject: name,
    problem: "a shared variable that it reads was changed while it ran, by code that it called",
    cure: "do not change variables from within an op or a plugin; nothing of this call was stored",
  });

const hasDevice = (linked: Linked): boolean =>
  linked.stages.some((stage) => stage.stage.regions.some((plan) => plan.executor.residence !== "host"));

/** Waits until the devices have done their part, so that a failure is known before anything is committed. */
async function settled(outcome: Outcome): Promise<void> {
  try {
    for (const executable of outcome.used) await executable.settled?.();
  } catch (error) {
    abandon(outcome);
    throw error;
  }
}

function selection(
  layout: Layout,
  call: Invocation,
  functionName: string,
): (values: readonly unknown[]) => unknown {
  const { outputSubset } = call;
  if (outputSubset === undefined) return layout.shape;
  const places = outputSubset.map((key) => {
    const place = typeof key === "string" ? (layout.names?.indexOf(key) ?? -1) : key;
    if (place >= 0) return place;
    throw new BitaleTypeError("BAD_ARGUMENT", { subject: functionName, problem: `it has no output ${key}` });
  });
  return (values) => places.map((place) => values[place]);
}

function findContainer(linked: Linked, key: InputKey, functionName: string): Container {
  const entries = [
    ...linked.graph.inputs.map(({ variable, name, container }) => ({
      variable: variable as Variable,
      name,
      container,
    })),
    ...linked.shared.map(({ variable }) => ({
      variable: variable as Variable,
      name: variable.name,
      container: variable.container as Container,
    })),
    ...linked.updates.map(({ update }) => ({
      variable: update.target,
      name: update.target.name,
      container: update.container,
    })),
  ];
  const found =
    typeof key === "number"
      ? entries[key]
      : entries.find(({ variable, name }) => (typeof key === "string" ? name === key : variable === key));
  if (found?.container !== undefined) return found.container;
  throw new BitaleTypeError("BAD_ARGUMENT", {
    subject: functionName,
    problem: found === undefined ? "it has no such input" : "this input has no value of its own",
    got: describeValue(typeof key === "object" ? key.toString() : key),
  });
}

function needsAsync(name: string, type: string): BitaleError {
  return new BitaleError("NEEDS_ASYNC", {
    subject: name,
    problem: `a value of ${type} must be read, which takes waiting`,
    cure: `await ${name === "compiled function" ? "f" : name}.async(…)`,
  });
}
