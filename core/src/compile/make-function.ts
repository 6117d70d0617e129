/** The callable around a linked plan: which way a call goes, and what it shows. */
import { BitaleError, BitaleTypeError } from "../errors.js";
import type { DebugPrintOptions } from "../graph/print-options.js";
import type { HostMemory } from "../plugin/contract.js";
import type { Container } from "../shared/container.js";
import type { NDArray } from "../tensor/ndarray.js";
import { writeInto } from "../tensor/write-into.js";
import { type Invocation, matchArguments } from "./arguments.js";
import { abandon, commit, run, waitsFor } from "./call.js";
import type { CompiledFunction, InputKey } from "./compiled-function.js";
import type { CopyOptions } from "./copy.js";
import { describe } from "./description.js";
import { DirectCall } from "./direct-call.js";
import { isDirect } from "./direct-plan.js";
import { findContainer } from "./find-container.js";
import type { Linked, Outcome } from "./linked.js";
import type { Input } from "./options.js";
import { printLinked, signatureText } from "./print.js";
import { QuickArguments } from "./quick-arguments.js";
import { StorageLocks } from "./storage-locks.js";
import { type OutputForm, Targets } from "./targets.js";

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
      const unchanged = watch(linked, args);
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
      unchanged = watch(linked, args);
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
function watch(linked: Linked, args: readonly unknown[]): () => boolean {
  const cells = [
    ...linked.shared.map(({ variable }) => variable.container.cell),
    ...linked.graph.inputs.flatMap(({ container }, i) =>
      container === undefined || args[i] !== undefined ? [] : [container.cell],
    ),
  ];
  const versions = cells.map((cell) => cell.version);
  return () => cells.every((cell, i) => cell.version === versions[i]);
}

const changedMeanwhile = (name: string): BitaleError =>
  new BitaleError("CHANGED_MEANWHILE", {
    subject: name,
    problem: "a variable that it reads was changed while it ran, by code that it called",
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

function needsAsync(name: string, type: string): BitaleError {
  return new BitaleError("NEEDS_ASYNC", {
    subject: name,
    problem: `a value of ${type} must be read, which takes waiting`,
    cure: `await ${name === "compiled function" ? "f" : name}.async(…)`,
  });
}
