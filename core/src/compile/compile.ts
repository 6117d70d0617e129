/**
 * From variables to a function, in numbered steps, a file each: (1) collect, (2) host numbers and static shapes,
 * (3) rewrite, (4) place, (5) partition, (6) link, (7) call.
 */

import { sinkBranches } from "../control/sink.js";
import { BitaleTypeError, describeValue } from "../errors.js";
import { inheritTrace } from "../graph/creation-trace.js";
import { isVariable } from "../graph/nodes.js";
import { toposort } from "../graph/walk.js";
import { planRewrites, type RewritePlan } from "../rewrite/mode.js";
import { type Rewritten, rewrite } from "../rewrite/rewrite.js";
import { collect } from "./collect.js";
import type { CompiledFunction } from "./compiled-function.js";
import { copyGraph } from "./copy.js";
import type { Executor } from "./executor.js";
import { type FunctionGraph, resultsOf, withResults } from "./graph.js";
import { findHostNumbers } from "./host-numbers.js";
import { Out } from "./interface.js";
import { link } from "./link.js";
import type { Linked } from "./linked.js";
import { type CallSurroundings, type Layout, makeFunction } from "./make-function.js";
import type { CompileOptions, Input, Outputs } from "./options.js";
import { partition } from "./partition.js";
import { place } from "./place.js";
import { Profiler } from "./profiler.js";

/** What `compile` needs of a runtime. */
export interface CompileSurroundings extends CallSurroundings {
  /** In the order of preference; the last one runs every primitive on the host. */
  readonly executors: () => readonly Executor[];
}

const optionNames = [
  "name",
  "updates",
  "givens",
  "rebuildStrict",
  "noDefaultUpdates",
  "onUnusedInput",
  "allowInputDowncast",
  "profile",
  "mode",
];

/** See `Runtime.compile`. */
export function compile<const I extends readonly Input[], const O extends Outputs>(
  inputs: I,
  outputs: O,
  options: CompileOptions,
  surroundings: CompileSurroundings,
): CompiledFunction<I, O> {
  checkOptions(options);
  const plan = planRewrites(options.mode);
  const { list, layout } = layoutOf(outputs);
  const profiler = options.profile === true ? new Profiler() : undefined;
  const collected = timed(profiler, "collect", () => collect(inputs, list, options, surroundings.warn));
  const rewritten = timed(profiler, "rewrite", () =>
    inheritTrace(undefined, () => rewrite(resultsOf(collected), plan)),
  );
  warnOfLimit(rewritten, plan, options.name, surroundings.warn);
  const graph = { ...withResults(collected, rewritten.outputs), rewrites: plan };
  return build(graph, inputs, layout, surroundings, profiler) as unknown as CompiledFunction<I, O>;
}

/** The steps behind the rewrites; a copy of a function goes through them again. */
function build(
  graph: FunctionGraph,
  inputs: readonly Input[],
  layout: Layout,
  surroundings: CompileSurroundings,
  profiler: Profiler | undefined,
): CompiledFunction {
  const linked = linkGraph(graph, surroundings, profiler);
  return makeFunction(profiler?.attach(linked) ?? linked, inputs, layout, surroundings, (options) =>
    build(copyGraph(graph, options), inputs, layout, surroundings, profiler && new Profiler()),
  );
}

/** Steps 2 to 6. Inner graphs of loops and branches are rewritten and linked in the same way. */
function linkGraph(
  graph: FunctionGraph,
  surroundings: CompileSurroundings,
  profiler: Profiler | undefined,
): Linked {
  const results = sinkBranches(resultsOf(graph));
  const nodes = toposort(results);
  const numbers = timed(profiler, "host numbers", () => findHostNumbers(nodes));
  const placement = timed(profiler, "place", () => place(nodes, numbers, surroundings.executors()));
  const stages = timed(profiler, "partition", () => partition(nodes, placement, numbers, results));
  const linkInner = (inner: FunctionGraph): Linked =>
    linkGraph(
      withResults({ ...inner, rewrites: graph.rewrites }, rewrite(resultsOf(inner), graph.rewrites).outputs),
      surroundings,
      undefined,
    );
  return timed(profiler, "link", () =>
    link(withResults(graph, results), numbers, placement, stages, linkInner),
  );
}

/**
 * Tells once that a graph is used as far as it was rewritten. Not where the rounds were too few: very deep graphs reach
 * that bound, and what is left to do then is little.
 */
function warnOfLimit(
  { stopped }: Rewritten,
  { limits }: RewritePlan,
  name: string | undefined,
  warn: (message: string) => void,
): void {
  if (stopped === undefined || stopped === "rounds") return;
  warn(
    `${name ?? "function"}: the rewrites stopped at the limit of ${limits[stopped]} ${stopped}; the graph is used as far ` +
      "as they came (mode.limits sets the limits)",
  );
}

const timed = <R>(profiler: Profiler | undefined, phase: string, body: () => R): R =>
  profiler === undefined ? body() : profiler.phase(phase, body);

function checkOptions(options: object): void {
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name));
  if (unknown === undefined) return;
  throw new BitaleTypeError("BAD_OPTION", {
    subject: "compile()",
    problem: `${unknown} is no option`,
    expected: optionNames.join(", "),
  });
}

/** Outputs as a list, and how to give the values back in the form that was asked for. */
function layoutOf(outputs: unknown): { list: unknown[]; layout: Layout } {
  if (outputs === null || outputs === undefined)
    return { list: [], layout: { names: undefined, single: false, shape: () => undefined } };
  if (isVariable(outputs) || outputs instanceof Out) {
    return { list: [outputs], layout: { names: undefined, single: true, shape: (values) => values[0] } };
  }
  if (Array.isArray(outputs))
    return {
      list: outputs,
      layout: { names: undefined, single: false, shape: (values) => (values.length === 0 ? [] : values) },
    };
  if (typeof outputs === "object") {
    const names = Object.keys(outputs);
    const shape = (values: readonly unknown[]) =>
      Object.fromEntries(names.map((name, i) => [name, values[i]]));
    return { list: Object.values(outputs), layout: { names, single: false, shape } };
  }
  throw new BitaleTypeError("BAD_OUTPUT", {
    subject: "compile()",
    problem: "outputs must be a variable, a list or a record of variables, or null",
    got: describeValue(outputs),
  });
}
